"""What may go wrong beside a store, by the thousand: kills, full disks and files that cannot be written, erasures in
the middle of other work.

    python benchmarks/store_faults.py --json benchmarks/results/store_faults.json
    python benchmarks/store_faults.py --kills 200 --refusals 50 --orders 100      # less of it
    python benchmarks/store_faults.py --seed 1 --more --json FILE                 # more of it: the counts are added up

- kills (signal 9) of processes that write, search, forget and export, or mostly build index files: see
  `store_kills.py`.
- refusals: calls while the disk is full or the file read-only; each must raise our error and change nothing.
- orders: an erasure just before each transaction of a build, a verdict, an undo, a log, an export, an import; nothing
  of it may be left.

`lost`, `corrupt` and `wrong` must be 0.
"""
import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT/"tests"/"store")]
from faults import kill_many, work_index
from orders import forced_orders, refusals


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--kills", type=int, default=2000)
    ap.add_argument("--refusals", type=int, default=500)
    ap.add_argument("--orders", type=int, default=128)
    ap.add_argument("--longest", type=float, default=.15,
                    help="seconds after the first write up to which a worker may live")
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--json", help="write the figures here")
    ap.add_argument("--more", action="store_true", help="add to the figures that stand there (give another --seed)")
    a = ap.parse_args()
    before = json.loads(Path(a.json).read_text())["rows"] if a.more and Path(a.json).exists() else []
    rows = []
    for kind, run in (
        ("kills of writers", lambda f: kill_many(f, a.kills - a.kills // 4, a.seed, a.longest)),
        ("kills of index builders", lambda f: kill_many(f, a.kills // 4, a.seed + 1, a.longest, worker=work_index)),
        ("refused calls", lambda f: refusals(f, a.refusals, a.seed)),
        ("forced orders", lambda f: forced_orders(f, a.orders, a.seed)),
    ):
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder: out = run(folder)
        rows.append(dict(kind=kind, **out, seconds=round(time.monotonic() - start, 1)))
        for old in before:
            if old["kind"] == kind: rows[-1] = {k: v if k == "kind" else v + rows[-1][k] for k, v in old.items()}
        print("  ".join(f"{k} {v}" for k, v in rows[-1].items()), flush=True)
        there = rows + [old for old in before if old["kind"] not in [r["kind"] for r in rows]]
        if a.json: Path(a.json).write_text(json.dumps(dict(benchmark="store_faults", rows=there), indent=1) + "\n")
    sys.exit(any(r.get("lost") or r.get("corrupt") or r.get("wrong") for r in rows))


if __name__ == "__main__": main()
