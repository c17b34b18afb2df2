"""What a grid costs beside the bare execution of its notebooks.

    python benchmarks/batch_grid.py [--runs 16] [--workers 2] [--repeats 3] [--json benchmarks/results/batch_grid.json]

Baseline: papermill alone, `papermill.execute_notebook` in a pool of `workers` processes (papermill changes the working
directory of its process, so threads cannot share it), with the notebook written and nothing else: no check of the
parameters, no page, no result, no resume. The ideal is `runs / workers` times the median of a bare papermill run while
`workers` of them share the machine. The grid's time holds everything: checks, Dask's start and end, pages, index.
"""
import argparse
import json
import os
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat

CELLS = ['n: int = 0\nout: str = ""', "total = sum(range(n))",
         "from promptmem.batch import write_result\nwrite_result(out, metrics=dict(total=total))"]


def notebook(folder):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    nb.cells[0].metadata["tags"] = ["parameters"]
    nb.metadata["kernelspec"] = dict(name="python3", language="python", display_name="Python 3")
    path = Path(folder)/"trivial.ipynb"
    nbformat.write(nb, path)
    return path


def bare(nb, out, n):
    "One run as papermill does it; seconds"
    import papermill
    start = time.perf_counter()
    Path(out).mkdir(parents=True, exist_ok=True)
    papermill.execute_notebook(str(nb), f"{out}/{n}.ipynb", dict(n=n, out=f"{out}/{n}"), kernel_name="python3", progress_bar=False)
    return time.perf_counter() - start


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--runs", type=int, default=16)
    ap.add_argument("--workers", type=int, default=2)
    ap.add_argument("--repeats", type=int, default=3)
    ap.add_argument("--json", default="")
    a = ap.parse_args()
    from promptmem.batch import run_grid
    rows = []
    with tempfile.TemporaryDirectory() as tmp:
        nb = notebook(tmp)
        for i in range(a.repeats):
            with ProcessPoolExecutor(a.workers) as pool:
                list(pool.map(bare, [nb]*a.workers, [f"{tmp}/warm{i}"]*a.workers, range(a.workers)))   # imports are not counted
                start = time.perf_counter()
                each = list(pool.map(bare, [nb]*a.runs, [f"{tmp}/bare{i}"]*a.runs, range(a.runs)))
                plain = time.perf_counter() - start
            start = time.perf_counter()
            frame = run_grid(nb, {"n": list(range(a.runs))}, out=f"{tmp}/grid{i}", workers=a.workers, progress=False)
            grid = time.perf_counter() - start
            assert set(frame.status) == {"ok"} and len(frame) == a.runs
            start = time.perf_counter()
            run_grid(nb, {"n": list(range(a.runs))}, out=f"{tmp}/grid{i}", workers=a.workers, progress=False)
            resume = time.perf_counter() - start
            rows.append(dict(ideal=statistics.median(each)*a.runs/a.workers, papermill=plain, grid=grid, resume=resume))
    med = {k: round(statistics.median(r[k] for r in rows), 3) for k in rows[0]}
    med["grid_to_ideal"] = round(statistics.median(r["grid"]/r["ideal"] for r in rows), 3)
    print(f"{a.runs} trivial notebooks, {a.workers} workers, {os.cpu_count()} cores, median of {a.repeats}")
    for k, label in [("ideal", "ideal (runs / workers x one bare run)"), ("papermill", "papermill in a process pool"),
                     ("grid", "run_grid, first time"), ("resume", "run_grid, nothing left to do")]:
        print(f"{label:42} {med[k]:8.2f} s")
    print(f"{'run_grid / ideal':42} {med['grid_to_ideal']:8.2f}   (bar: 1.30)")
    if a.json: Path(a.json).write_text(json.dumps(dict(runs=a.runs, workers=a.workers, cores=os.cpu_count(), repeats=rows, median=med), indent=1) + "\n")


if __name__ == "__main__":
    main()
