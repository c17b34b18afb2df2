"""A process that works on a store and is killed at a random moment; and the check of what it left behind."""
import json
import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path

from promptmem.embed import HashEmbedder
from promptmem.record import Interaction
from promptmem.store import Store

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
            for c in store.add_many([dict(scope=scope, key=f"many {seed} {i} {j}", text=f"text {seed} {i} {j}") for j in range(8)]):
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


def killed_worker(path, seed, after, wait=True):
    "Fork a worker, kill it (signal 9) `after` seconds after its first acknowledged write (or after its start), return what it was told is safe"
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            sys.stdout = sys.stderr = open(os.devnull, "w")
            os.write(write, b"{}\n")
            work(path, seed, lambda line: os.write(write, json.dumps(line).encode() + b"\n"))
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


def check(path, told):
    "Nothing acknowledged is lost, nothing is corrupt, nothing forgotten is left; returns (lost, corrupt)"
    lost = corrupt = 0
    with Store(path, embedder=EMBEDDER, exact_limit=20) as s: # finishes an interrupted erasure
        for line in told:
            if line["op"] == "add":
                c = s.get(line["id"])
                lost += c is None or (c.scope, c.text) != (line["scope"], line["text"])
            if line["op"] == "log": lost += s.interaction(line["id"]) is None
        for scope in s.scopes():
            active = s.clarifications(scope)
            corrupt += len({c.normalized_key for c in active}) != len(active)
            if not active: continue
            one = active[len(active) // 2]
            corrupt += s.search(one.key, scope=scope, k=1) != [one]
            found = s.search(one.key, scope=scope, k=len(active), method="semantic", exact=True)
            corrupt += {c.id for c in found} != {c.id for c in active} # index and record agree
    with sqlite3.connect(path) as raw: corrupt += raw.execute("PRAGMA integrity_check").fetchone() != ("ok",) or bool(raw.execute("PRAGMA foreign_key_check").fetchall())
    raw.close()
    forgotten = {line["text"].encode() for line in told if line["op"] == "forgot"}
    files = b"".join(p.read_bytes() for p in [Path(path), Path(f"{path}-wal")] if p.exists())
    corrupt += sum(text in files for text in forgotten)
    return lost, corrupt


def kill_many(folder, kills, seed=0, longest=.25, rounds=20):
    "Kill workers again and again; a fresh store every `rounds` kills"
    rng, told, lost, corrupt, acknowledged = random.Random(seed), [], 0, 0, 0
    for i in range(kills):
        if i % rounds == 0: path, told = Path(folder)/f"memory{i // rounds}.db", []
        new = killed_worker(path, seed * 1_000_000 + i, rng.random() * longest, wait=rng.random() < .8)
        told += new
        acknowledged += sum(line["op"] in ("add", "log", "forgot") for line in new)
        a, b = check(path, told)
        lost, corrupt = lost + a, corrupt + b
    return dict(kills=kills, acknowledged=acknowledged, lost=lost, corrupt=corrupt)
