"""Logs as the published code writes them: what their names and lines say, the score matrix, and intervals of shares."""
import json

import pytest

from promptmem.cli import main
from promptmem.core import InvalidData
from promptmem.memory import compare_logs, make_tasks
from promptmem.memory.logs import Log, said_by_name, write_scores

NAMES = {
    "closest_memory_task_type=own_num_tasks=12_clarification_prob=0.5_ts=2022-05-01_10-00-00": ("memory", .5),
    "semantic_memory_task_type=own_num_tasks=12_clarification_prob=1.0_ts=2022-05-01_10-00-01": ("semantic", 1.),
    "growing_prompt_task_type=own_num_tasks=12_clarification_prob=0.5_ts=2022-05-01_10-00-02": ("growing", .5),
    "closest_memory_task_type=own_num_tasks=12_clarification_prob=0.0_ts=2022-05-01_10-00-03": ("none", 0.),
}


def published(folder, name, n=12, wrong_memory=None):
    "A log of `n` lines in the published form"
    tasks, right, lines = make_tasks(n, "own", seed=1), 0, []
    for i, t in enumerate(tasks):
        right += i % 3 > 0
        used = dict(memory_used=True, memory_size=1, match_score=2, memory_key="k", content="k: v",
                    memory_value=wrong_memory or t.clarification)
        lines.append(dict(question=t.question, expected_answer=t.answer, generated_answer=" x", response={}, idx=i,
                          is_correct=i % 3 > 0, correct_so_far=round(100*right/(i+1), 2), elapsed_time=1000 + i,
                          **({} if name.startswith("growing") else dict(memory_metadata=used))))
    (folder/f"{name}.jsonl").write_text("".join(json.dumps(x) + "\n" for x in lines))
    return tasks


@pytest.fixture
def folder(tmp_path):
    for name in NAMES: published(tmp_path, name)
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_the_name_says_strategy_family_and_probability(name):
    said = said_by_name(name)
    assert (said["strategy"], said["clarification_probability"], said["family"]) == (*NAMES[name], "own")


def test_another_name_says_nothing():
    assert said_by_name("my log") == {} and said_by_name("task_type=_num_tasks=") == dict(family="")


def test_published_logs_are_four_groups_with_types_and_times(folder):
    logs = compare_logs(folder)
    assert sorted(logs.groups()) == ["growing, p = 0.5", "memory, p = 0.5", "no memory", "semantic, p = 1"]
    tasks = make_tasks(12, "own", seed=1)
    for log in logs:
        f = log.frame()
        assert f.type.tolist() == [t.type for t in tasks] and f.elapsed_time.tolist() == list(range(1000, 1012))
        assert f.wrong_type_hit.sum() == 0 and set(log.by_type().type) == {t.type for t in tasks}
    assert set(logs.by_type().type) == {t.type for t in tasks}


def test_a_clarification_of_another_type_is_told(tmp_path):
    tasks = make_tasks(12, "own", seed=1)
    name = next(iter(NAMES))
    other = next(t for t in tasks if t.type == "ant").clarification
    published(tmp_path, name, wrong_memory=f"clarification: {other.removeprefix('clarification: ')}")
    told = Log.read(tmp_path/f"{name}.jsonl").frame().wrong_type_hit.tolist()
    assert told == [t.type != "ant" for t in tasks]


def test_without_its_templates_a_type_is_told_by_the_expected_sentence(tmp_path):
    name = "closest_memory_task_type=elsewhere_num_tasks=12_clarification_prob=0.5_ts=1"
    tasks = published(tmp_path, name)
    assert Log.read(tmp_path/f"{name}.jsonl").frame().type.tolist() == [t.type for t in tasks]


def test_the_pattern_picks_and_the_command_writes_the_scores(folder, capsys):
    assert len(compare_logs(folder, pattern="*prob=0.5*")) == 2
    with pytest.raises(InvalidData, match="there is no nothing"): compare_logs(folder, pattern="nothing*")
    assert main(["logs", str(folder), "--pattern", "closest*", "--out", str(folder/"s.tsv")]) == 0
    rows = [line.split("\t") for line in (folder/"s.tsv").read_text().splitlines()]
    assert rows[0] == ["idx", *sorted(n for n in NAMES if n.startswith("closest"))] and len(rows) == 13
    assert [r[1] for r in rows[1:4]] == ["0.0", "50.0", "66.67"]
    assert main(["logs", str(folder)]) == 0
    assert "growing, p = 0.5" in capsys.readouterr().out
    wide = write_scores(compare_logs(folder, pattern="closest*"), folder/"joined.csv", join=True).read_text()
    assert wide.splitlines()[0].count("is_correct_closest") == 2


def test_a_log_without_types_has_one_group(tmp_path):
    lines = [dict(idx=i, question="q", is_correct=True, correct_so_far=100.) for i in range(3)]
    (tmp_path/"a.jsonl").write_text("".join(json.dumps(x) + "\n" for x in lines))
    assert Log.read(tmp_path/"a.jsonl").by_type().n.tolist() == [3]


def test_differences_are_intervals_of_shares_in_points(folder):
    d = compare_logs(folder).difference("memory", "growing")
    assert d.estimate == 0 and -100 <= d.lo <= 0 <= d.hi <= 100


@pytest.mark.parametrize("how", [lambda x: x + x[:2], lambda x: x[::-1], lambda x: x[:3] + x[2:]])
def test_a_step_that_stands_twice_or_out_of_order_is_named(tmp_path, how):
    name = next(iter(NAMES))
    published(tmp_path, name)
    file = tmp_path/f"{name}.jsonl"
    file.write_text("\n".join(how(file.read_text().splitlines())) + "\n")
    with pytest.raises(InvalidData, match=r"jsonl:\d+: step \d+ stands behind step \d+"): compare_logs(tmp_path)


def test_a_log_of_a_newer_format_is_read_by_what_is_known_or_says_what_is_missing(tmp_path):
    name = next(iter(NAMES))
    published(tmp_path, name)
    file = tmp_path/f"{name}.jsonl"
    rows = [json.loads(x) for x in file.read_text().splitlines()]
    before = compare_logs(tmp_path).matrix()
    file.write_text("".join(json.dumps({**r, "schema": 9, "parts": [1]}) + "\n" for r in rows))
    assert compare_logs(tmp_path).matrix().equals(before)
    file.write_text("".join(json.dumps({("right" if k == "is_correct" else k): v for k, v in r.items()}) + "\n"
                            for r in rows))
    with pytest.raises(InvalidData, match="jsonl:1: field 'is_correct' is missing"): compare_logs(tmp_path)


@pytest.mark.parametrize("options, probability, clarified", [
    ([], 0., False), (["--probability", "1"], 1., True)])
def test_the_log_of_the_baseline_is_named_as_the_published_one(tmp_path, options, probability, clarified):
    pytest.importorskip("transformers")
    assert main(["stream", "own", "3", "--strategy", "none", "--log", f"{tmp_path}/", "--quiet", *options]) == 0
    file, = tmp_path.glob("*.jsonl")
    assert f"clarification_prob={probability}_" in file.name and said_by_name(file.stem)["family"] == "own"
    log = Log.read(file)
    assert log.strategy == "none" and log.probability == probability
    wrong = [r["clarification"] for r in log.records if not r["is_correct"]]
    assert wrong and all((c is not None) == clarified for c in wrong)
    assert log.frame().elapsed_time.gt(0).all()


def test_without_memory_nobody_clarifies_unless_asked_to():
    from promptmem.lm.base import CallableLM
    from promptmem.memory import NoMemory, stream
    lm, tasks = CallableLM(lambda p: " no END"), make_tasks(3, "own", seed=1)
    asked = (0., "none", None), (.5, "memory", None), (1., NoMemory(), 1)
    runs = {p: stream(lm, tasks, strategy, user=user) for p, strategy, user in asked}
    assert [log.probability for log in runs.values()] == list(runs)


def test_the_time_of_a_published_line_is_kept_and_one_of_ours_comes_from_the_file_beside_it(tmp_path):
    name = next(iter(NAMES))
    published(tmp_path, name)
    log = Log.read(tmp_path/f"{name}.jsonl")
    assert log.frame().elapsed_time.tolist() == [1000 + i for i in range(12)]
    (tmp_path/f"{name}.times").write_text("3 77\n")
    assert log.frame().elapsed_time.tolist() == [77 if i == 3 else 1000 + i for i in range(12)]
    assert "elapsed_time_" + name in compare_logs(tmp_path).join()
