"""How near the hot paths come to what this machine can do at all.

    python benchmarks/limits.py --json benchmarks/results/limits.json                 # every part
    python benchmarks/limits.py --parts store --json benchmarks/results/limits.json   # the other rows stay

First the machine: square matrix products (float32 and bfloat16, one and two threads), memory bandwidth, the time of one
fsync. Then each part measures its hot paths and divides by the limit that binds them. A part is a file `limits_NAME.py`
beside this one with a function `measure(machine, quick)` that returns rows (`row` below); `machine` is the dict that
`machine_limits` returns.
"""
import argparse
import importlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))


def parts():
    "The names of the parts that there are"
    return sorted(p.stem.removeprefix("limits_") for p in Path(__file__).parent.glob("limits_*.py"))


def row(path, ours, limit, unit, target=None, says="", more_is_better=True):
    "One line of the table: a hot path, what it reaches, what it could reach, the share, the target of that share"
    share = ours/limit if more_is_better else limit/ours
    return dict(path=path, ours=round(ours, 4), limit=round(limit, 4), unit=unit, share=round(share, 3), target=target,
                says=says)


def best(action, seconds=1., least=3):
    "Shortest wall time of `action()` in about `seconds`"
    action()
    out, end, n = float("inf"), time.perf_counter() + seconds, 0
    while n < least or time.perf_counter() < end:
        start = time.perf_counter()
        action()
        out, n = min(out, time.perf_counter() - start), n + 1
    return out


def best_about(actions, seconds=2.):
    "Shortest wall time of each of `actions` (name -> function), which take turns for about `seconds`"
    out, end = {name: float("inf") for name in actions}, time.perf_counter() + seconds
    while time.perf_counter() < end or max(out.values()) == float("inf"):
        for name, action in actions.items():
            start = time.perf_counter()
            action()
            out[name] = min(out[name], time.perf_counter() - start)
    return out


def turn_about(actions, rounds, share=.25):
    "Lower quartile of the wall time of each of `actions` (name -> function), which take turns; other work only adds"
    times = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            start = time.perf_counter()
            action()
            times[name].append(time.perf_counter() - start)
    return {name: sorted(t)[int(share*len(t))] for name, t in times.items()}


def matmul_rate(dtype, threads, n=1024, seconds=1.):
    "GFLOP/s of a square matrix product with torch; None without torch"
    try: import torch
    except ImportError: return None
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        a, b = (torch.randn(n, n).to(getattr(torch, dtype)) for _ in range(2))
        return round(2*n**3/best(lambda: a @ b, seconds)/1e9, 1)
    finally: torch.set_num_threads(before)


def bandwidth(megabytes=512, seconds=1.5):
    "GB/s that one thread reads from memory: the dot product of a long vector with itself"
    import numpy as np
    x = np.ones(megabytes*2**20//4, np.float32)
    return round(x.nbytes/best(lambda: np.dot(x, x), seconds)/1e9, 2)


def fsync_ms(folder=None, n=200):
    "Milliseconds of one appended 4 KiB block and its fdatasync"
    with tempfile.NamedTemporaryFile(dir=folder) as f:
        def one():
            os.write(f.fileno(), b"x"*4096)
            os.fdatasync(f.fileno())
        return round(1e3*turn_about(dict(one=one), n)["one"], 4)


def machine_limits(folder=None):
    "What this machine can do"
    out = dict(cores=os.cpu_count(), python=sys.version.split()[0])
    for dtype in ("float32", "bfloat16"):
        for threads in (1, 2): out[f"{dtype} GFLOP/s, {threads} thread(s)"] = matmul_rate(dtype, threads)
    out["memory GB/s, 1 thread"] = bandwidth()
    out["fsync ms"] = fsync_ms(folder)
    return out


def show(rows):
    "The table, as text"
    print(f"{'hot path':60} {'ours':>10} {'limit':>10} {'unit':12} {'share':>6} {'target':>6}")
    for r in rows:
        target = "" if r["target"] is None else f"{r['target']:.0%}"
        figures = f"{r['ours']:10.3f} {r['limit']:10.3f} {r['unit']:12} {r['share']:6.0%} {target:>6}"
        print(f"{r['path']:60} {figures}  {r['says']}")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--parts", nargs="*", default=parts(), choices=parts())
    ap.add_argument("--quick", action="store_true", help="smaller sizes: a look, not a figure")
    ap.add_argument("--folder", help="on the disk that is to be measured; default: that of temporary files")
    ap.add_argument("--json", help="write the figures here")
    a = ap.parse_args()
    if a.folder: tempfile.tempdir = a.folder
    machine = machine_limits(a.folder)
    for name, value in machine.items(): print(f"{name}: {value}")
    there = json.loads(Path(a.json).read_text())["rows"] if a.json and Path(a.json).exists() else []
    rows = [r for r in there if r["part"] not in a.parts]
    for name in a.parts:
        news = [dict(part=name, **r) for r in importlib.import_module(f"limits_{name}").measure(machine, a.quick)]
        show(news)
        rows += [dict(r, machine=machine) for r in news]
        out = dict(benchmark="limits", machine=machine, rows=rows)
        if a.json: Path(a.json).write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__": main()
