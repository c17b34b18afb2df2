"""Kill a running grid at random moments, look at what it left, and let it go on.

    python benchmarks/batch_kills.py [--kills 20] [--seed 0] [--json benchmarks/results/batch_kills.json]

A process runs a grid of 16 notebooks and is killed (kill -9) after a random time, again and again, until the grid is
complete; then a new grid begins. After each kill: every result.json is whole JSON, every run that says `ok` has its
notebook and its page, and no run that was finished before is executed again.
"""
import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

DRIVER = """
import sys
from promptmem.batch.grid import run_grid
print("started", flush=True)
run_grid(sys.argv[1], {"n": list(range(16))}, out=sys.argv[2], workers=2, progress=False)
"""


def notebook(path, log):
    cells = ['n: int = 0\nout: str = ""', f"with open({str(log)!r}, 'a') as f: f.write(f'{{n}}\\n')",
             "from promptmem.batch import write_result\nwrite_result(out, metrics=dict(twice=2*n))"]
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    nb.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nb, path)


def look(out, bad):
    "The finished runs; what is torn goes into `bad`"
    from promptmem.batch.results import is_finished
    done = {}
    for p in out.glob("*/result.json"):
        try: r = json.loads(p.read_text())
        except ValueError: bad.append(f"{p} is torn"); continue
        if r.get("status") == "ok":
            done[r["parameters"]["n"]] = p.stat().st_mtime_ns
            if not is_finished(p.parent) or r["metrics"] != {"twice": 2*r["parameters"]["n"]}:
                bad.append(f"{p} speaks of what is not there")
    return done


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--kills", type=int, default=20)
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--json", default="")
    a = ap.parse_args()
    rng, bad, again, kills, grids, runs = random.Random(a.seed), [], [], 0, 0, 0
    with tempfile.TemporaryDirectory() as tmp:
        while kills < a.kills:
            out, log = Path(tmp)/f"g{grids}", Path(tmp)/f"log{grids}"
            notebook(Path(tmp)/"n.ipynb", log)
            log.write_text("")
            done, grids = {}, grids + 1
            while len(done) < 16:
                log.write_text("")
                driver = subprocess.Popen([sys.executable, "-c", DRIVER, f"{tmp}/n.ipynb", str(out)],
                                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                driver.stdout.readline()
                try: driver.wait(rng.uniform(.5, 8) if kills < a.kills else 600)
                except subprocess.TimeoutExpired:
                    driver.send_signal(signal.SIGKILL)
                    driver.wait()
                    kills += 1
                    time.sleep(.5)
                executed = {int(line) for line in log.read_text().split()}
                again += [n for n in done if n in executed]
                now = look(out, bad)
                bad += [f"run {n} was lost" for n in done if n not in now]
                runs += len(set(now) - set(done))
                done = now
    result = dict(kills=kills, grids=grids, runs=runs, lost_or_corrupt=len(bad), executed_twice=len(again))
    print(json.dumps(result))
    for b in bad[:10]: print(b)
    if a.json: Path(a.json).write_text(json.dumps(result, indent=1) + "\n")
    return 1 if bad or again else 0


if __name__ == "__main__":
    sys.exit(main())
