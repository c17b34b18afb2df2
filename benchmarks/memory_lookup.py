"""Look-ups of a memory: ours beside the published classes, rebuilt from their description, on the same keys in the
same run.

    python benchmarks/memory_lookup.py --json out.json

Closest match: free-text keys (as in store_levenshtein.py), CPU time of this thread, best of some passes per query,
median over queries; every key and distance is compared with the loop's. `ClosestLookup.query` includes the whole
receipt; k=1 is without runners-up. Semantic: random unit vectors, a new query embedding each time, one thread, CPU
time (and wall time, which other work on the machine inflates), answers compared with exact search.
"""
import argparse
import json
import os
import random
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from store_levenshtein import PublishedLoop, cpu_ms, make_keys, make_queries

from promptmem.lm.embed import Embedder
from promptmem.memory import ClosestLookup, SemanticLookup


def closest(n, queries, passes, seed):
    rng = random.Random(seed)
    keys, unseen = make_keys(n, rng)
    texts = make_queries(queries, keys, unseen, rng)
    ours = ClosestLookup(max_distance=6, normalize=None)
    ours.add_many((k, "clarification: x.") for k in keys)
    ours.query(texts[0])
    def ask(k):
        def query(text):
            r = ours.query(text, k=k)
            return (r.key, r.score) if r.hit else None
        return query
    rivals = {"published loop": (PublishedLoop(keys, True).query, 1), "ClosestLookup, 5 runners-up": (ask(5), passes),
              "ClosestLookup, k=1": (ask(1), passes)}
    rows, reference = [], None
    for name, (query, times) in rivals.items():
        ms, answers = cpu_ms(query, texts, times)
        reference = reference or answers
        rows.append(
            dict(
                part="closest",
                entries=n,
                method=name,
                cpu_ms=float(np.median(ms)),
                p95_cpu_ms=float(np.percentile(ms, 95)),
                equal_answers=sum(a == b for a, b in zip(answers, reference)),
                queries=len(texts),
            )
        )
    for row in rows: row["times_faster"] = rows[0]["cpu_ms"]/row["cpu_ms"]
    return rows


class Vectors(Embedder):
    "An embedder that returns given vectors: what is measured is the search"
    name = "given"
    def __init__(self, table): self.table, self.dim = table, next(iter(table.values())).shape[0]
    def __call__(self, texts): return np.stack([self.table[t] for t in texts])


class PublishedSemantic:
    """The published semantic look-up, rebuilt: a Python list of vectors becomes a tensor at each query, cosine with
    all, arg-max"""

    def __init__(self, vectors): self.vectors = [v.tolist() for v in vectors]
    def query(self, v):
        import torch
        torch.set_num_threads(1)
        m = torch.tensor(self.vectors)
        s = torch.nn.functional.cosine_similarity(torch.tensor(v)[None], m)
        return int(s.argmax())


def semantic(n, dim, queries, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, dim)).astype(np.float32)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    ours = SemanticLookup(Vectors({f"key {i}": v for i, v in enumerate(x)}), threshold=-1)
    ours.add_many((f"key {i}", f"text {i}") for i in range(n))
    q = x[rng.integers(n, size=queries)] + .5*rng.normal(size=(queries, dim)).astype(np.float32)/dim**.5
    ours.query_vector(q[0])
    ms, cpu, same = [], [], 0
    for v in q:
        start, c = time.perf_counter(), time.thread_time()
        r = ours.query_vector(v)
        cpu.append(1000*(time.thread_time()-c)), ms.append(1000*(time.perf_counter()-start))
        same += r.key == f"key {int(np.argmax(x @ v))}"
    rows = [dict(part="semantic", entries=n, dim=dim, method="SemanticLookup", cpu_ms=float(np.median(cpu)),
                 p95_cpu_ms=float(np.percentile(cpu, 95)), wall_ms=float(np.median(ms)),
                 p95_ms=float(np.percentile(ms, 95)), equal_answers=same, queries=queries)]
    if n <= 100_000:
        old, took = PublishedSemantic(x), []
        for v in q[:3]:
            start = time.thread_time()
            old.query(v.tolist())
            took.append(1000*(time.thread_time()-start))
        rows.insert(0, dict(part="semantic", entries=n, dim=dim, method="published loop", cpu_ms=float(np.median(took)),
                            p95_cpu_ms=float(max(took)), queries=3))
        rows[1]["times_faster"] = rows[0]["cpu_ms"]/rows[1]["cpu_ms"]
    return rows


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--entries", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    ap.add_argument("--queries", type=int, default=45)
    ap.add_argument("--passes", type=int, default=5)
    ap.add_argument("--dim", type=int, default=384)
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--json", help="write the figures here")
    a = ap.parse_args()
    rows = [r for n in a.entries for r in closest(n, a.queries, a.passes, a.seed)]
    rows += [r for n in a.entries for r in semantic(n, a.dim, 200, a.seed)]
    for r in rows:
        t = f"{r['cpu_ms']:9.3f} ms CPU, p95 {r['p95_cpu_ms']:8.3f}" + (
            f" (wall {r['wall_ms']:.3f}, {r['p95_ms']:.3f})" if "wall_ms" in r else ""
        )
        print(
            f"{r['part']:<9} {r['entries']:>8,}  {r['method']:<28} {t}  x{r.get('times_faster', 1):7.1f}  equal "
            f"{r.get('equal_answers', '-')}/{r['queries']}",
            flush=True,
        )
    if a.json:
        Path(a.json).write_text(json.dumps(dict(benchmark="memory_lookup", python=sys.version.split()[0], rows=rows),
                                           indent=1) + "\n")


if __name__ == "__main__": main()
