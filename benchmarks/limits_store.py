"""The store beside its limits (see `limits.py`): durable writes, exact semantic search, closest search."""
import os
import random
import sqlite3
import tempfile
from pathlib import Path

import numpy as np

from limits import best_about, row, turn_about
from promptmem.index.levenshtein import LevenshteinIndex
from promptmem.index.vectors import VectorIndex
from promptmem.lm.embed import HashEmbedder
from promptmem.record import Interaction
from promptmem.store import Store
from store_levenshtein import make_keys


MOMENT = "2026-01-01T00:00:00.000000+00:00"


def bare_writer(path):
    "A function that inserts a row into a plain SQLite table, on disk when it returns; no index, no check"
    raw = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"): raw.execute(f"PRAGMA {pragma}")
    raw.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, id TEXT, scope TEXT, key TEXT, text TEXT, time TEXT)")

    def insert(id, key, text):
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("INSERT INTO t (id, scope, key, text, time) VALUES (?, 'a', ?, ?, ?)", (id, key, text, MOMENT))
        raw.execute("COMMIT")
    return insert


def writes(quick):
    "`add` and `log` beside a bare insert and beside the fsync of its pages"
    n, count = 200 if quick else 1000, iter(range(10**9))
    key = lambda i: f"what is the word number {i} like ?"
    with tempfile.TemporaryDirectory() as folder:
        bare = bare_writer(Path(folder)/"bare.db")
        disk = os.open(Path(folder)/"log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with Store(Path(folder)/"m.db") as store:
            def synced():
                os.write(disk, b"x"*4120)
                os.fdatasync(disk)
            t = turn_about(dict(
                fsync=synced, bare=lambda: bare("id", key(next(count)), "I want a synonym"),
                add=lambda: store.add(scope="a", key=key(next(count)), text="I want a synonym"),
                log=lambda: store.log(Interaction(key(next(count)), scope="a", answer="a word"))), n)
        os.close(disk)
    rate = {k: 1/v for k, v in t.items()}
    says = f"one fsync {1e3*t['fsync']:.3f} ms, a bare insert {1e3*t['bare']:.3f} ms, an add {1e3*t['add']:.3f} ms"
    yield row("Store.add beside a bare durable insert", rate["add"], rate["bare"], "writes/s", .8, says)
    yield row("Store.log beside a bare durable insert", rate["log"], rate["bare"], "writes/s")


def semantic(quick):
    "The exact search beside reading the matrix once, turn about"
    n, d = 20_000 if quick else 100_000, 384
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((n, d), np.float32)
    index, question = VectorIndex(d), rng.standard_normal(d, np.float32)
    index.extend(range(n), matrix)
    flat = matrix.reshape(-1)
    read = lambda: np.dot(flat, flat) # each number once
    t = best_about(dict(ours=lambda: index.search(question, 5), read=read))
    says = f"limit: the matrix is read once, at {matrix.nbytes/t['read']/1e9:.1f} GB/s"
    yield row(f"VectorIndex.search, {n:,} x {d}", 1e3*t["ours"], 1e3*t["read"], "ms", .7, says, more_is_better=False)
    with tempfile.TemporaryDirectory() as folder:
        embedder = HashEmbedder(d)
        with Store(Path(folder)/"m.db", embedder=embedder, exact_limit=10*n) as store:
            rows = [dict(scope="a", key=f"key {i}", text="t") for i in range(n)]
            store.add_many(rows, embeddings=matrix, model=embedder.name)
            say = lambda: store.search("key 77 of them", scope="a", method="semantic")
            say()
            t = best_about(dict(ours=say, read=read))
            yield row(f"Store.search semantic, {n:,} x {d}", 1e3*t["ours"], 1e3*t["read"], "ms", .7,
                      "the same, with the question's embedding and the rows", more_is_better=False)


def closest(quick):
    "The search by edit distance beside reading the letter bags once, and beside comparing with every key"
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein
    n = 20_000 if quick else 100_000
    keys, unseen = make_keys(n, random.Random(0))
    index = LevenshteinIndex(keys)
    asked = [f"what is like {w}" for w in unseen[:20]]
    near = lambda: [index.nearest(q, 1, 5) for q in asked]
    loop = lambda: [process.extractOne(q, keys, scorer=Levenshtein.distance, score_cutoff=5) for q in asked[:3]]
    bags = np.ones(n, np.uint64)
    near()
    t = best_about(dict(ours=near, loop=loop, read=lambda: np.bitwise_xor.reduce(bags)))
    ours, plain = t["ours"]/len(asked), t["loop"]/3
    says = f"limit: 8 bytes a key are read once; comparing with every key takes {1e3*plain:.2f} ms"
    yield row(f"LevenshteinIndex.nearest, {n:,} keys", 1e3*ours, 1e3*t["read"], "ms", says=says,
              more_is_better=False)


def measure(machine, quick=False):
    "The rows of this part; `machine` is not needed: what binds is measured in turns with what is bound"
    return [*writes(quick), *semantic(quick), *closest(quick)]
