"""The state machine of `tests/store/machine.py` for as many steps as one likes: the store against a plain model, three
scopes, two connections.

    python benchmarks/store_model.py --steps 1000000 --json benchmarks/results/store_model.json
    python benchmarks/store_model.py --minutes 10 --seed 7 --json benchmarks/results/store_model_seed7.json

After each step the model and the store agree, and after each erasure the raw files hold nothing of what went. A
failure prints the steps that lead to it.
"""
import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent/"tests"/"store"))
import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from machine import StoreMachine


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--steps", type=int, default=1_000_000)
    ap.add_argument("--minutes", type=float, help="stop after this time")
    ap.add_argument("--json", help="write the figures here")
    ap.add_argument("--seed", type=int, help="of the drawn operations; a seed of its own for each round")
    a = ap.parse_args()
    start, rounds = time.monotonic(), 0
    StoreMachine.steps = 0
    often = settings(max_examples=20, stateful_step_count=50, deadline=None, database=None, print_blob=False,
                     phases=[Phase.generate], report_multiple_bugs=False, suppress_health_check=list(HealthCheck))
    while StoreMachine.steps < a.steps and (a.minutes is None or time.monotonic() - start < a.minutes*60):
        if a.seed is not None: hypothesis.core.global_force_seed = a.seed*100_000 + rounds
        run_state_machine_as_test(StoreMachine, settings=often)
        rounds += 1
        out = dict(benchmark="store_model", seed=a.seed, steps=StoreMachine.steps, rounds=rounds,
                   seconds=round(time.monotonic() - start), disagreements=0)
        if a.json: Path(a.json).write_text(json.dumps(out, indent=1) + "\n")
    print(out)


if __name__ == "__main__": main()
