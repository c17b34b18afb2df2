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
import resource
import statistics
import subprocess
import sys
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
    papermill.execute_notebook(str(nb), f"{out}/{n}.ipynb", dict(n=n, out=f"{out}/{n}"), kernel_name="python3",
                               progress_bar=False)
    return time.perf_counter() - start


def side(name, nb, out, runs, workers):
    """One side in a process of its own: seconds, the runs' own seconds, and (for the grid) seconds when nothing is
    left to do"""
    if name == "papermill":
        with ProcessPoolExecutor(workers) as pool:
            list(pool.map(bare, [nb]*workers, [f"{out}/warm"]*workers, range(workers)))   # imports are not counted
            start = time.perf_counter()
            each = list(pool.map(bare, [nb]*runs, [f"{out}/bare"]*runs, range(runs)))
            return dict(wall=time.perf_counter() - start, ideal=statistics.median(each)*runs/workers)
    from promptmem.batch.grid import run_grid
    go = lambda: run_grid(nb, {"n": list(range(runs))}, out=f"{out}/grid", workers=workers, progress=False)
    start = time.perf_counter()
    frame = go()
    wall = time.perf_counter() - start
    assert set(frame.status) == {"ok"} and len(frame) == runs
    start = time.perf_counter()
    go()
    return dict(wall=wall, resume=time.perf_counter() - start)


def measured(*argv):
    "Run one side; what it says, and the CPU seconds of it and everything it started"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, __file__, "--side", *map(str, argv)], capture_output=True, text=True,
                          check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return dict(json.loads(done.stdout.splitlines()[-1]), cpu=cpu)


def main():
    if sys.argv[1:2] == ["--side"]:
        name, nb, out, runs, workers = sys.argv[2:]
        return print(json.dumps(side(name, nb, out, int(runs), int(workers))))
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--runs", type=int, default=16)
    ap.add_argument("--workers", type=int, default=2)
    ap.add_argument("--repeats", type=int, default=3)
    ap.add_argument("--json", default="")
    a = ap.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as tmp:
        nb = notebook(tmp)
        for i in range(a.repeats):
            base = measured("papermill", nb, f"{tmp}/{i}", a.runs, a.workers)
            ours = measured("grid", nb, f"{tmp}/{i}", a.runs, a.workers)
            rows.append(dict(ideal=base["ideal"], papermill=base["wall"], papermill_cpu=base["cpu"], grid=ours["wall"],
                             grid_cpu=ours["cpu"], resume=ours["resume"], grid_to_ideal=ours["wall"]/base["ideal"],
                             cpu_ratio=ours["cpu"]/base["cpu"]))
    med = {k: round(statistics.median(r[k] for r in rows), 3) for k in rows[0]}
    print(
        f"{a.runs} trivial notebooks, {a.workers} workers, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
        f"median of {a.repeats}"
    )
    for k, label in [
        ("ideal", "ideal (runs / workers x one bare run), s"),
        ("papermill", "papermill in a process pool, s"),
        ("grid", "run_grid, first time, everything counted, s"),
        ("resume", "run_grid, nothing left to do, s"),
        ("papermill_cpu", "papermill, CPU with imports, s"),
        ("grid_cpu", "run_grid, CPU with imports, s"),
        ("grid_to_ideal", "run_grid / ideal (bar: 1.30)"),
        ("cpu_ratio", "CPU, run_grid / papermill"),
    ]:
        print(f"{label:46} {med[k]:8.2f}")
    if a.json:
        Path(a.json).write_text(json.dumps(dict(runs=a.runs, workers=a.workers, cores=os.cpu_count(),
                                                load=os.getloadavg()[0], repeats=rows, median=med), indent=1) + "\n")


if __name__ == "__main__":
    main()
