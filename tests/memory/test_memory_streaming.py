"""Streams: published figures, windows, interruptions, faults."""
import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from memory_helpers import obedient
from hypothesis import given, settings
from hypothesis import strategies as st

from promptmem.core import InvalidData
from promptmem.data import local_data
from promptmem.lm.base import CallableLM, PromptTooLong
from promptmem.memory import (ClosestLookup, GrowingPrompt, MemPrompt, NoMemory, SemanticLookup, SimulatedUser,
                              TooManyErrors, compare_logs, load_tasks, make_tasks, stream)
from promptmem.store.store import Store

public = pytest.mark.skipif(not local_data("memprompt/tasks"), reason="PROMPTMEM_DATA does not hold memprompt/tasks")
LM = CallableLM(obedient)
# Family, tasks, percent right at probability 1, entries, hits, wrong-type hits; then percent (and wrong-type hits) at
# 0.5,
# seeds 0-4.
PUBLISHED = [
    ("linguistic", 300, 95.0, 15, 286, 1, [87.33, 91.33, 90.0, 88.33, 90.0], [3, 1, 1, 4, 1]),
    ("hin", 300, 95.33, 14, 290, 4, [88.0, 91.67, 90.33, 89.0, 91.33], [9, 9, 6, 10, 5]),
    ("pun", 300, 95.67, 13, 288, 1, [89.67, 92.0, 92.0, 90.67, 93.0], [7, 1, 1, 1, 4]),
    ("synthetic_gpt3", 300, 95.67, 13, 287, 0, [89.0, 92.0, 91.67, 90.67, 93.0], [0] * 5),
    ("synthetic_gpt3", 100, 87.0, 13, 87, 0, None, None),
    ("linguistic", 100, 85.0, 15, 86, 1, None, None),
]


@public
@pytest.mark.parametrize("family, n, final, entries, hits, wrong, halves, wrongs", PUBLISHED)
def test_published_figures_with_an_obedient_model(family, n, final, entries, hits, wrong, halves, wrongs):
    try: tasks = load_tasks(f"tasks_{n}.jsonl", family=family)
    except FileNotFoundError: pytest.skip(f"no local copy of {family}/tasks_{n}.jsonl")
    lookup = ClosestLookup(max_distance=6)
    log = stream(LM, tasks, MemPrompt(lookup), user=SimulatedUser(1.), window=8)
    f = log.frame()
    assert (log.accuracy, len(lookup), f.memory_used.sum(), f.wrong_type_hit.sum()) == (final, entries, hits, wrong)
    for seed, (half, w) in enumerate(zip(halves or [], wrongs or [])):
        log = stream(LM, tasks, MemPrompt(ClosestLookup(max_distance=6)), user=SimulatedUser(.5, seed=seed))
        assert (log.accuracy, log.frame().wrong_type_hit.sum()) == (half, w)
    assert stream(LM, tasks, NoMemory()).accuracy == 0


def strategies():
    return [NoMemory(), GrowingPrompt(), GrowingPrompt(shrink="published", max_examples=3), MemPrompt(),
            MemPrompt(SemanticLookup("hash", threshold=.7))]


@pytest.mark.parametrize("which", range(5))
def test_any_window_gives_the_same_file(tmp_path, which):
    tasks = make_tasks(60, "own", seed=1)
    for window in (1, 2, 16, 100):
        stream(LM, tasks, strategies()[which], user=SimulatedUser(.5, seed=3), log=tmp_path/f"{window}.jsonl",
               window=window)
    assert len({(tmp_path/f"{w}.jsonl").read_bytes() for w in (1, 2, 16, 100)}) == 1


@given(cut=st.integers(0, 30_000), window=st.sampled_from([1, 7]), which=st.integers(0, 3))
@settings(max_examples=25, deadline=None)
def test_cut_anywhere_and_started_again_it_ends_the_same(tmp_path_factory, cut, window, which):
    d = tmp_path_factory.mktemp("cut")
    tasks, user = make_tasks(25, "own", seed=1), lambda: SimulatedUser(.5, seed=3)
    stream(LM, tasks, strategies()[which], user=user(), log=d/"whole.jsonl")
    whole = (d/"whole.jsonl").read_bytes()
    (d/"cut.jsonl").write_bytes(whole[:cut % (len(whole)+1)])
    log = stream(LM, tasks, strategies()[which], user=user(), log=d/"cut.jsonl", window=window)
    assert (d/"cut.jsonl").read_bytes() == whole and len(log) == 25


SLOW = textwrap.dedent("""
    import sys, time
    sys.path.insert(0, sys.argv[1])
    from memory_helpers import obedient
    from promptmem.lm.base import CallableLM
    from promptmem.memory import MemPrompt, SimulatedUser, make_tasks, stream
    def slow(p):
        time.sleep(.03)
        return obedient(p)
    stream(CallableLM(slow), make_tasks(80, "own", seed=1), MemPrompt(), user=SimulatedUser(.5, seed=3),
           log=sys.argv[2], window=int(sys.argv[3]))
""")


@pytest.mark.parametrize("window", [1, 4])
def test_a_killed_process_continues_to_the_identical_log(tmp_path, window):
    tasks = make_tasks(80, "own", seed=1)
    stream(LM, tasks, MemPrompt(), user=SimulatedUser(.5, seed=3), log=tmp_path/"whole.jsonl")
    path, here, kills = tmp_path/"killed.jsonl", os.path.dirname(__file__), 0
    for attempt in range(6):
        p = subprocess.Popen([sys.executable, "-c", SLOW, here, str(path), str(window)])
        want = 12*(attempt+1)
        while p.poll() is None and (not path.exists() or path.read_bytes().count(b"\n") < want): time.sleep(.005)
        if p.poll() is None and attempt < 4:
            p.send_signal(signal.SIGKILL)
            kills += 1
        p.wait()
        if path.read_bytes().count(b"\n") == 80: break
    assert kills >= 2 and path.read_bytes() == (tmp_path/"whole.jsonl").read_bytes()


def test_two_writers_are_kept_apart(tmp_path):
    p = subprocess.Popen([sys.executable, "-c", SLOW, os.path.dirname(__file__), str(tmp_path/"a.jsonl"), "1"])
    while not (tmp_path/"a.jsonl").exists() or not (tmp_path/"a.jsonl").stat().st_size: time.sleep(.01)
    with pytest.raises(InvalidData, match="is being written by another run"):
        stream(LM, make_tasks(80, "own", seed=1), MemPrompt(), user=SimulatedUser(.5, seed=3), log=tmp_path/"a.jsonl")
    assert p.wait(60) == 0 and len(compare_logs(tmp_path)[0]) == 80


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_a_full_disk_is_named_and_nothing_is_lost(tmp_path, monkeypatch):
    tasks = make_tasks(20, "own", seed=1)
    real, room = os.fsync, [5]
    def fsync(fd):
        room[0] -= 1
        if room[0] < 0: os.write(os.open("/dev/full", os.O_WRONLY), b"x")
        return real(fd)
    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="could not be written after 5 tasks"):
        stream(LM, tasks, MemPrompt(), log=tmp_path/"a.jsonl")
    monkeypatch.setattr(os, "fsync", real)
    assert (tmp_path/"a.jsonl").read_bytes().count(b"\n") == 5
    stream(LM, tasks, MemPrompt(), log=tmp_path/"a.jsonl")
    stream(LM, tasks, MemPrompt(), log=tmp_path/"b.jsonl")
    assert (tmp_path/"a.jsonl").read_bytes() == (tmp_path/"b.jsonl").read_bytes()


def test_errors_are_lines_and_the_run_goes_on(tmp_path):
    tasks = make_tasks(30, "own", seed=1)
    bad = tasks[4].question
    def flaky(p):
        if bad in p: raise ConnectionError("line one\nthe line went dead")
        return obedient(p)
    for window in (1, 8):
        log = stream(CallableLM(flaky), tasks, MemPrompt(), log=tmp_path/f"{window}.jsonl", window=window)
        r = log.records[4]
        assert (r["exception"], r["generated_answer"], r["is_correct"], r["clarification"]) == (True, None, False, None)
        assert r["error"].startswith("ConnectionError: line one") and len(log) == 30
        assert log.frame().exception.sum() == sum(t.question == bad for t in tasks)
    assert (tmp_path/"1.jsonl").read_bytes() == (tmp_path/"8.jsonl").read_bytes()


def test_it_stops_after_max_errors_and_tries_again(tmp_path):
    tasks, up = make_tasks(30, "own", seed=1), [False]
    def model(p):
        if len(tasks) and not up[0] and tasks[10].question in p: up.append(1)
        if not up[0] and len(up) > 1: raise TimeoutError("no answer")
        return obedient(p)
    with pytest.raises(TooManyErrors, match="stopped after 3 errors .* TimeoutError: no answer"):
        stream(CallableLM(model), tasks, MemPrompt(), log=tmp_path/"a.jsonl", max_errors=3)
    assert len((tmp_path/"a.jsonl").read_text().splitlines()) == 13
    up[0] = True
    stream(CallableLM(model), tasks, MemPrompt(), log=tmp_path/"a.jsonl")
    stream(LM, tasks, MemPrompt(), log=tmp_path/"b.jsonl")
    assert (tmp_path/"a.jsonl").read_bytes() == (tmp_path/"b.jsonl").read_bytes()


def test_a_prompt_over_the_context_is_said_and_never_cut(tmp_path):
    def small(p):
        if len(p) > 500: raise PromptTooLong("prompt 0 has 600 tokens")
        return obedient(p)
    tasks = list(make_tasks(5, "own", seed=1))
    tasks[2] = type(tasks[2])(**{**tasks[2].__dict__, "question": "why " * 300})
    log = stream(CallableLM(small), tasks, MemPrompt())
    assert "PromptTooLong: prompt 0 has 600 tokens" in log.records[2]["error"] and len(log) == 5


@pytest.mark.parametrize(
    "change, says",
    [
        (dict(user=SimulatedUser(1.0, seed=3)), "clarification_probability is 0.5 there, 1.0 here"),
        (dict(user=SimulatedUser(0.5, seed=4)), "seed is 3 there, 4 here"),
        (dict(strategy=NoMemory()), "strategy is 'memory' there, 'none' here"),
        (dict(checker="strict"), "run is"),
        (dict(tasks=make_tasks(20, seed=9)), "belongs to another run"),
    ],
)
def test_a_log_of_another_run_is_refused(tmp_path, change, says):
    kw = dict(tasks=make_tasks(20, seed=1), strategy=MemPrompt(), user=SimulatedUser(.5, seed=3))
    stream(LM, log=tmp_path/"a.jsonl", **kw)
    before = (tmp_path/"a.jsonl").read_bytes()
    with pytest.raises(InvalidData, match=says): stream(LM, log=tmp_path/"a.jsonl", **{**kw, **change})
    assert (tmp_path/"a.jsonl").read_bytes() == before


def test_the_log_grows_linearly_and_has_the_published_names(tmp_path):
    size = []
    for n in (100, 200, 400):
        log = stream(LM, make_tasks(n, "own", seed=1), MemPrompt(ClosestLookup(normalize="text")),
                     user=SimulatedUser(1.), log=tmp_path/f"{n}.jsonl", window=4)
        size.append((tmp_path/f"{n}.jsonl").stat().st_size/n)
    assert size[2] < 1.05*size[0]
    names = {"question", "expected_answer", "generated_answer", "response", "is_correct", "correct_so_far", "idx",
             "memory_metadata"}
    assert names <= set(log.records[0]) and {*names, "elapsed_time"} <= set(log.frame())
    assert log.frame().elapsed_time.notna().all()
    used = next(r["memory_metadata"] for r in log.records if r["memory_metadata"]["memory_used"])
    assert {"memory_used", "memory_size", "match_score", "memory_key", "memory_value", "memory_id"} <= set(used)


def test_a_memory_in_a_store_gives_the_same_log(tmp_path):
    tasks = make_tasks(40, "own", seed=1)
    stream(LM, tasks, MemPrompt(), user=SimulatedUser(.5), log=tmp_path/"alone.jsonl")
    with Store(tmp_path/"m.db") as store:
        stream(LM, tasks, MemPrompt(ClosestLookup().bind(store, "run")), user=SimulatedUser(.5),
               log=tmp_path/"stored.jsonl", window=5)
        assert store.count("run") > 3
    rows = [[{k: v for k, v in json.loads(line).items() if k != "run"} for line in open(tmp_path/n)]
            for n in ("alone.jsonl", "stored.jsonl")]
    assert rows[0] == rows[1]


def test_a_window_is_faster_where_answers_take_time():
    def slow(p):
        time.sleep(.03)
        return obedient(p)
    tasks, took = make_tasks(48, "own", seed=1), {}
    for window in (1, 16):
        t = time.perf_counter()
        stream(CallableLM(slow), tasks, MemPrompt(), user=SimulatedUser(.5), window=window)
        took[window] = time.perf_counter()-t
    assert took[1] > 2*took[16]


def test_bad_arguments():
    tasks = make_tasks(3)
    with pytest.raises(InvalidData, match="no tasks"): stream(LM, [], MemPrompt())
    with pytest.raises(ValueError, match="window must be at least 1"): stream(LM, tasks, MemPrompt(), window=0)
    with pytest.raises(ValueError, match="unknown strategy"): stream(LM, tasks, "best")
    with pytest.raises(ValueError, match="between 0 and 1"): SimulatedUser(-.1)
    with pytest.raises(ValueError, match="unknown checker"): stream(LM, tasks, checker="loose")


def test_names_in_a_folder(tmp_path):
    for p in (.5, 1.):
        for s in range(2):
            stream(LM, make_tasks(20, seed=0), MemPrompt(), user=SimulatedUser(p, seed=s), log=f"{tmp_path}/logs/")
    logs = compare_logs(tmp_path/"logs")
    assert len(logs) == 4 and logs.matrix().shape == (20, 4) and len(logs.summary()) == 2 and len(logs.join()) == 20
    assert all("task_type=own_num_tasks=20_clarification_prob=" in x.name for x in logs)
    assert len(logs.plot().data) == 4
