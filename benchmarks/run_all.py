"""Run every benchmark and keep its figures: `python benchmarks/run_all.py [name ...]`.

Each benchmark is a command of its own (`python benchmarks/NAME.py --json FILE`) that runs the published method, rebuilt
from its description, beside ours on this machine in the same run. Names filter by prefix: `run_all.py memory store`.
"""
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"


def main(prefixes):
    failed = []
    for script in sorted(HERE.glob("*_*.py")):
        if script.stem == "run_all" or (prefixes and not script.stem.startswith(tuple(prefixes))):
            continue
        print(f"\n=== {script.stem}", flush=True)
        start = time.perf_counter()
        code = subprocess.run([sys.executable, str(script), "--json", str(RESULTS / f"{script.stem}.json")],
                              cwd=HERE.parent).returncode
        print(f"--- {script.stem}: {'failed' if code else 'done'} in {time.perf_counter() - start:.0f} s", flush=True)
        failed += [script.stem] if code else []
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
