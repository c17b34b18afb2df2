"""Kill a writing process (signal 9) at random moments, again and again: nothing acknowledged may be lost, nothing corrupt.

    python benchmarks/store_kills.py --kills 1000 --json out.json

The process adds, supersedes, logs, searches (building and changing its index files), forgets and exports. After each kill the store is
opened, every acknowledged write is looked for, the database is checked, the index is compared with the record, and forgotten text is
looked for in the raw file. `lost` and `corrupt` must be 0.
"""
import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent/"tests"/"store"))
from faults import kill_many


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--kills", type=int, default=1000)
    ap.add_argument("--longest", type=float, default=.25, help="seconds after the first write up to which a worker may live")
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--json", help="write the figures here")
    a = ap.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder: out = kill_many(folder, a.kills, a.seed, a.longest)
    out["seconds"] = round(time.monotonic() - start, 1)
    print("  ".join(f"{k} {v:,}" for k, v in out.items()))
    if a.json: Path(a.json).write_text(json.dumps(dict(benchmark="store_kills", **out), indent=1) + "\n")
    sys.exit(bool(out["lost"] or out["corrupt"]))


if __name__ == "__main__": main()
