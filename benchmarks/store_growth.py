"""Each cost of the store against its size, and the exponent that fits: 0 is constant, 1 is proportional.

    python benchmarks/store_growth.py --json benchmarks/results/store_growth.json
    python benchmarks/store_growth.py --sizes 1000 10000 100000 1000000

One scope holds all entries (keys of about 28 characters, a vector of 64 numbers each, given and not computed). CPU
milliseconds of this process, the median over `--repeats`; bytes of the files; memory that the search holds. The
exponent is the slope of log cost over log size by least squares over the three largest sizes. What is measured at a
million entries stands in `store_million.py`.
"""
import argparse
import json
import random
import resource
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from promptmem.lm.embed import HashEmbedder
from promptmem.record import Interaction
from promptmem.store import Store
from store_levenshtein import make_keys

EMBEDDER = HashEmbedder(64)


def cpu(action, repeats):
    "Median CPU milliseconds"
    out = []
    for _ in range(repeats):
        start = time.process_time()
        action()
        out.append(1e3*(time.process_time() - start))
    return statistics.median(out)


def at_size(n, repeats, folder):
    "name -> cost of a store with `n` entries"
    rng = np.random.default_rng(0)
    keys, unseen = make_keys(n, random.Random(0))
    vectors, count = rng.standard_normal((n, 64), np.float32), iter(range(10**9))
    out, path = dict(entries=n), Path(folder)/f"{n}.db"
    asked = lambda: f"what is like {unseen[next(count) % len(unseen)]}"
    with Store(path, embedder=EMBEDDER, exact_limit=10**9) as s:
        rows = [dict(scope="a", key=k, text="I want a synonym") for k in keys]
        out["add_many, ms an entry"] = cpu(lambda: s.add_many(rows, embeddings=vectors, model=EMBEDDER.name), 1)/n
        out["add, ms"] = cpu(lambda: s.add(scope="a", key=f"new {next(count)}", text="t"), repeats)
        out["log, ms"] = cpu(lambda: s.log(Interaction(f"asked {next(count)}", scope="a", answer="x")), repeats)
        out["a page of 20, ms"] = cpu(lambda: s.clarifications("a", limit=20, descending=True), repeats)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        out["first closest search, ms"] = cpu(lambda: s.search(asked(), scope="a"), 1)
        near = lambda: s.search(asked(), scope="a", k=1, max_distance=5)
        out["closest search of the nearest, ms"] = cpu(near, repeats)
        out["closest search of five, ms"] = cpu(lambda: s.search(asked(), scope="a"), min(repeats, 7))
        out["first semantic search, ms"] = cpu(lambda: s.search(asked(), scope="a", method="semantic"), 1)
        out["semantic search, ms"] = cpu(lambda: s.search(asked(), scope="a", method="semantic"), repeats)
        out["memory of both searches, MB"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)/1024
        out["export, ms an entry"] = cpu(lambda: s.export(Path(folder)/"x.jsonl"), 1)/n
        out["file, bytes an entry"] = sum(p.stat().st_size for p in Path(folder).glob(f"{n}.db*"))/n
        out["forget one entry, ms"] = cpu(lambda: s.forget(scope="a", key=keys[n//2]), 1)
    return out


def exponent(rows, name):
    "Slope of log cost over log size, the three largest sizes"
    x, y = (np.log([max(r[k], 1e-9) for r in rows[-3:]]) for k in ("entries", name))
    return round(float(np.polyfit(x, y, 1)[0]), 2)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--sizes", type=int, nargs="+", default=[1_000, 3_000, 10_000, 30_000, 100_000])
    ap.add_argument("--repeats", type=int, default=41)
    ap.add_argument("--json", help="write the figures here")
    a = ap.parse_args()
    rows = []
    for n in a.sizes:
        with tempfile.TemporaryDirectory() as folder: rows.append(at_size(n, a.repeats, folder))
        print("  ".join(f"{k} {v:.4g}" for k, v in rows[-1].items()), flush=True)
    fit = {name: exponent(rows, name) for name in rows[0] if name != "entries"} if len(rows) > 2 else {}
    for name, e in fit.items(): print(f"{name:40} {e:5.2f}")
    out = dict(benchmark="store_growth", exponents=fit, rows=rows)
    if a.json: Path(a.json).write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__": main()
