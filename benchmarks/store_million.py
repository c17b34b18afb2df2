"""A million clarifications with 384-d embeddings in one SQLite file: build, open, look up by edit distance and by
embedding.

    python benchmarks/store_million.py                       # a million, about 4 GB of disk
    python benchmarks/store_million.py --n 100000 --json out.json

The embeddings are made from the texts by adding one seeded random vector per word (and a little per letter pair), so
that texts that share words are near each other; embedding is not what is measured here. Queries are stored questions
with typos, and the same questions in another wording. Recall@1 is against exact search over everything, on the same
queries. Times are wall-clock, per query; beside them the CPU time, which is what to trust on a machine that others use
too (`load` is the load average while it ran).
"""
import argparse
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from store_levenshtein import WORDINGS, typos, words

from promptmem.store.store import Store

BARS = dict(build_minutes=20, semantic_p95_ms=10, recall_at_1=.95, closest_p95_ms=100, open_s=2, peak_gb=4)


class WordVectors:
    "A cheap deterministic embedder: the sum of one random vector per word, and of a small one per letter pair"
    name, dim = "bench-words-384", 384
    def __init__(self, seed=0):
        self.table = np.random.default_rng(seed).normal(size=(1 << 16, 384)).astype(np.float32)

    def __call__(self, texts):
        import zlib
        out = np.zeros((len(texts), 384), np.float32)
        for row, text in zip(out, texts):
            ws = text.lower().split()
            at = [zlib.crc32(w.encode()) & 0xffff for w in ws]
            pairs = [zlib.crc32(w[i:i + 2].encode()) & 0xffff for w in ws if len(w) > 3 for i in range(len(w) - 1)]
            self.table[at].sum(0, out=row)
            if pairs: row += .4 * self.table[pairs].sum(0)
        return out / np.linalg.norm(out, axis=1, keepdims=True)


def build(path, n, embedder, rng, limit):
    "Add `n` clarifications with their embeddings, then make the index by a first search; returns keys and times"
    vocabulary, start = words(max(1000, n // 12), rng), time.monotonic()
    keys = list({rng.choice(WORDINGS).format(rng.choice(vocabulary)): None for _ in range(int(n * 1.6))})[:n]
    while len(keys) < n: keys.append(f"{rng.choice(WORDINGS).format(rng.choice(vocabulary))} {rng.choice(vocabulary)}")
    keys = list(dict.fromkeys(keys))
    start = time.monotonic()
    with Store(path, embedder=embedder, exact_limit=limit) as s:
        for i in range(0, len(keys), 10_000):
            part = keys[i:i + 10_000]
            s.add_many([dict(scope="all", key=k, text="when I ask this I want a synonym") for k in part],
                       embedder(part), embedder.name)
        written = time.monotonic() - start
        s.search("what is like x", scope="all", method="semantic")
    return keys, written, time.monotonic() - start


def timed(call, queries):
    "Wall and CPU milliseconds per query, and the answers"
    ms, cpu, out = [], [], []
    for q in queries:
        start, spent = time.perf_counter(), time.thread_time()
        out.append(call(q))
        ms.append((time.perf_counter() - start) * 1000), cpu.append((time.thread_time() - spent) * 1000)
    return np.array(ms), np.array(cpu), out


def p(name, ms, cpu):
    return {f"{name}_p50_ms": float(np.median(ms)), f"{name}_p95_ms": float(np.percentile(ms, 95)),
            f"{name}_p95_cpu_ms": float(np.percentile(cpu, 95))}


def measure(path, keys, embedder, rng, n_queries, limit):
    "Open the store again and look things up"
    start = time.monotonic()
    s = Store(path, embedder=embedder, exact_limit=limit)
    out = dict(open_s=time.monotonic() - start)
    queries = [typos(rng.choice(keys), rng.randint(1, 3), rng) if i % 2
               else rng.choice(WORDINGS).format(rng.choice(keys).split()[-1]) for i in range(n_queries)]
    start = time.monotonic()
    s.search(queries[0], scope="all", method="semantic")
    out["first_semantic_s"] = time.monotonic() - start
    ms, cpu, near = timed(lambda q: s.search(q, scope="all", k=1, method="semantic", scores=True), queries)
    _, _, best = timed(lambda q: s.search(q, scope="all", k=1, method="semantic", scores=True, exact=True),
                       queries[:200])
    out["recall_at_1"] = float(np.mean([a[0][1] >= b[0][1] - 1e-6 for a, b in zip(near, best)]))
    out.update(p("semantic", ms, cpu))
    clusters = s._indexes["semantic", "all", embedder.name].clusters
    if clusters is not None: out.update(clusters=len(clusters.centres), read=clusters.probes)
    start = time.monotonic()
    s.search(queries[0], scope="all")
    out["first_closest_s"] = time.monotonic() - start
    out.update(p("closest", *timed(lambda q: s.search(q, scope="all", k=1, max_distance=5), queries)[:2]))
    out.update(p("closest_k5_no_limit", *timed(lambda q: s.search(q, scope="all", k=5), queries)[:2]))
    out.update(p("add", *timed(lambda q: s.add(scope="all", key=q, text="t"), queries[:50])[:2]))
    s.close()
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--n", type=int, default=1_000_000)
    ap.add_argument("--queries", type=int, default=300)
    ap.add_argument("--exact-limit", type=int, default=50_000)
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--folder", help="where to put the files; removed afterwards")
    ap.add_argument("--json", help="write the figures here")
    a = ap.parse_args()
    rng, embedder = random.Random(a.seed), WordVectors()
    folder = Path(tempfile.mkdtemp(dir=a.folder))
    try:
        keys, written, built = build(folder/"memory.db", a.n, embedder, rng, a.exact_limit)
        out = dict(n=len(keys), build_cpu_minutes=time.process_time() / 60, write_minutes=written / 60,
                   build_minutes=built / 60, load=os.getloadavg()[0])
        out.update(measure(folder/"memory.db", keys, embedder, rng, a.queries, a.exact_limit))
        out["disk_gb"] = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e9
    finally: shutil.rmtree(folder)
    out["peak_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    for k, v in out.items():
        bar = BARS.get(k)
        met = (
            ""
            if bar is None
            else f"   bar {'>=' if k == 'recall_at_1' else '<='} {bar}: "
                 f"{'met' if (v >= bar if k == 'recall_at_1' else v <= bar) else 'MISSED'}"
        )
        print(f"{k:<28} {v:>14,.3f}{met}")
    if a.json:
        Path(a.json).write_text(json.dumps(dict(benchmark="store_million", python=sys.version.split()[0], bars=BARS,
                                                **out), indent=1) + "\n")


if __name__ == "__main__": main()
