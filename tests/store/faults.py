"""A process that works on a store and is killed at a random moment; and the check of what it left behind."""
import json
import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path

from promptmem.lm.embed import HashEmbedder
from promptmem.record import Interaction
from promptmem.store.store import Store

EMBEDDER = HashEmbedder(16)


def work(path, seed, tell):
    "Write for ever; `tell(line)` each thing that the store has acknowledged"
    rng = random.Random(seed)
    store, ids = Store(path, embedder=EMBEDDER, exact_limit=20), []
    for i in range(10**9):
        scope, what = f"s{rng.randrange(3)}", rng.random()
        if what < .45:
            c = store.add(scope=scope, key=f"question {rng.randrange(40)}", text=f"text {seed} {i}")
            ids.append(c.id), tell(dict(op="add", id=c.id, scope=scope, text=c.text))
        elif what < .55:
            for c in store.add_many(
                [dict(scope=scope, key=f"many {seed} {i} {j}", text=f"text {seed} {i} {j}") for j in range(8)]
            ):
                tell(dict(op="add", id=c.id, scope=scope, text=c.text))
        elif what < .65:
            done = store.log(Interaction(f"asked {seed} {i}", scope=scope, verdict="right"))
            tell(dict(op="log", id=done.id))
        elif what < .8: store.search(f"question {i % 40}", scope=scope, method=rng.choice(["closest", "semantic"]))
        elif what < .85 and ids:
            c = store.supersede(rng.choice(ids), f"changed {seed} {i}") if rng.random() < .5 else None
            if c: tell(dict(op="add", id=c.id, scope=c.scope, text=c.text))
        elif what < .88:
            c = store.add(scope="secret", key=f"secret {seed} {i}", text=f"SECRET{seed}x{i}x")
            tell(dict(op="forgetting", text=c.text))
            if store.forget(scope="secret").complete: tell(dict(op="forgot", text=c.text))
        else: store.export(f"{path}.jsonl", scope=scope)


def work_index(path, seed, tell):
    "Write and search by embedding all the time, so that most kills hit the building and changing of index files"
    rng = random.Random(seed)
    store = Store(path, embedder=EMBEDDER, exact_limit=20)
    for i in range(10**9):
        scope = f"s{rng.randrange(2)}"
        news = store.add_many(
            [dict(scope=scope, key=f"many {seed} {i} {j}", text=f"text {seed} {i} {j}") for j in range(12)]
        )
        for c in news: tell(dict(op="add", id=c.id, scope=scope, text=c.text))
        store.search(news[0].key, scope=scope, method="semantic")
        if rng.random() < .3: store.deactivate(rng.choice(news).id)


def work_server(url, seed, tell):
    "Write to a database server for ever"
    rng, ids = random.Random(seed), []
    store = Store(url)
    for i in range(10**9):
        scope, what = f"s{rng.randrange(3)}", rng.random()
        if what < 0.15:
            news = store.add_many(
                [dict(scope=scope, key=f"many {seed} {i} {j}", text=f"text {seed} {i} {j}") for j in range(8)]
            )
        elif what < .3 and ids: news = [store.supersede(rng.choice(ids), f"changed {seed} {i}")]
        else: news = [store.add(scope=scope, key=f"question {rng.randrange(40)}", text=f"text {seed} {i}")]
        ids += [c.id for c in news]
        for c in news: tell(dict(op="add", id=c.id, scope=c.scope, text=c.text))
        if what > 0.9:
            tell(dict(op="log", id=store.log(Interaction(f"asked {seed} {i}", scope=scope, verdict="right")).id))


def killed_worker(path, seed, after, wait=True, worker=work):
    """Fork a worker, kill it (signal 9) `after` seconds after its first acknowledged write (or after its start),
    return what it was told is safe"""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            sys.stdout = sys.stderr = open(os.devnull, "w")
            os.write(write, b"{}\n")
            worker(path, seed, lambda line: os.write(write, json.dumps(line).encode() + b"\n"))
        finally: os._exit(1) # only an error gets here
    os.close(write)
    with os.fdopen(read, "rb") as f:
        first = f.readline() + (f.readline() if wait else b"")
        time.sleep(after)
        os.kill(pid, signal.SIGKILL)
        rest = first[3:] + f.read()
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), "the worker ended by itself"
    return [json.loads(line) for line in rest.decode().splitlines(keepends=True) if line.endswith("\n")]


def lost_records(store, told):
    "How many acknowledged writes are not there as they were told"
    lost = 0
    for line in told:
        if line["op"] == "add":
            c = store.get(line["id"])
            lost += c is None or (c.scope, c.text) != (line["scope"], line["text"])
        if line["op"] == "log": lost += store.interaction(line["id"]) is None
    return lost


def twice_active(store):
    "In how many scopes a question has two active entries"
    keys = [[c.normalized_key for c in store.clarifications(scope)] for scope in store.scopes()]
    return sum(len(set(k)) != len(k) for k in keys)


def check_server(url, told):
    "(lost, corrupt) of a store on a database server"
    with Store(url) as s: return lost_records(s, told), twice_active(s)


def check(path, told):
    "Nothing acknowledged is lost, nothing is corrupt, nothing forgotten is left; returns (lost, corrupt)"
    with Store(path, embedder=EMBEDDER, exact_limit=20) as s: # finishes an interrupted erasure
        lost, corrupt = lost_records(s, told), twice_active(s)
        for scope in s.scopes():
            active = s.clarifications(scope)
            if not active: continue
            one = active[len(active) // 2]
            corrupt += s.search(one.key, scope=scope, k=1) != [one]
            found = s.search(one.key, scope=scope, k=len(active), method="semantic", exact=True)
            corrupt += {c.id for c in found} != {c.id for c in active}  # index and record agree
    with sqlite3.connect(path) as raw:
        corrupt += raw.execute("PRAGMA integrity_check").fetchone() != ("ok",) or bool(
            raw.execute("PRAGMA foreign_key_check").fetchall()
        )
    raw.close()
    forgotten = {line["text"].encode() for line in told if line["op"] == "forgot"}
    files = b"".join(p.read_bytes() for p in [Path(path), Path(f"{path}-wal")] if p.exists())
    corrupt += sum(text in files for text in forgotten)
    return lost, corrupt


def kill_many(folder, kills, seed=0, longest=.25, rounds=20, worker=work, look=check, url=None):
    "Kill workers again and again; a fresh store every `rounds` kills (with `url`: one store for all)"
    rng, told, lost, corrupt, acknowledged = random.Random(seed), [], 0, 0, 0
    for i in range(kills):
        if i % rounds == 0: place, told = url or Path(folder)/f"memory{i // rounds}.db", []
        new = killed_worker(place, seed * 1_000_000 + i, rng.random() * longest, rng.random() < .8, worker)
        told += new
        acknowledged += sum(line["op"] in ("add", "log", "forgot") for line in new)
        a, b = look(place, told)
        lost, corrupt = lost + a, corrupt + b
    return dict(kills=kills, acknowledged=acknowledged, lost=lost, corrupt=corrupt)


def _stream(path, window, listen=None, tasks=60):
    "A stream over a memory, with an answering function that takes a little time when somebody listens"
    from promptmem.lm.base import CallableLM
    from promptmem.memory import MemPrompt, SimulatedUser, make_tasks, stream
    sys.path.insert(0, str(Path(__file__).parent.parent/"memory"))
    from memory_helpers import obedient

    def answer(prompt):
        if listen:
            listen(dict(op="asked"))
            time.sleep(.005)
        return obedient(prompt)

    return stream(
        CallableLM(answer),
        make_tasks(tasks, "own", seed=1),
        MemPrompt(),
        user=SimulatedUser(0.5, seed=3),
        log=path,
        window=window,
    )


def work_stream(path, seed, tell):
    "Go on with a stream to its end, then wait to be killed"
    _stream(path, 1 + 3*(seed % 2), tell)
    time.sleep(600)


def kill_streams(folder, kills, seed=0, longest=.2):
    "Kill a stream again and again; each log must go on from what it showed and end as one that was never interrupted"
    rng, folder, lost, corrupt, rows, streams = random.Random(seed), Path(folder), 0, 0, 0, 0
    _stream(folder/"whole.jsonl", 1)
    whole, path, shown = (folder/"whole.jsonl").read_bytes(), folder/"0.jsonl", b""
    for i in range(kills):
        killed_worker(path, seed * 1_000_000 + i, rng.random() * longest, True, work_stream)
        now = path.read_bytes()
        now = now[:now.rfind(b"\n") + 1]
        lost += not now.startswith(shown)
        corrupt += not whole.startswith(now)
        rows, shown = rows + now.count(b"\n") - shown.count(b"\n"), now
        if now == whole: streams, path, shown = streams + 1, folder/f"{streams + 1}.jsonl", b""
    _stream(path, 1)
    return dict(
        kills=kills, acknowledged=rows, lost=lost, corrupt=corrupt + (path.read_bytes() != whole), streams=streams + 1
    )
