"""The store against a model of it, step by step, on both databases; the long version is `benchmarks/store_model.py`."""
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import wipe
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from machine import StoreMachine
from tests.raw_files import raw_bytes


def run(machine, examples, steps):
    "How many steps were taken; a failure is reported as it was found"
    machine.steps = 0
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            print_blob=False,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return machine.steps


@pytest.mark.slow
def test_two_thousand_steps_on_sqlite():
    """Examples differ in length, so they are drawn until two thousand steps have been taken; each name has draws of
    its own"""
    taken = 0
    for i in range(12):
        taken += run(type(f"OnSQLite{i}", (StoreMachine,), {}), 10, 50)
        if taken >= 2000: break
    assert taken >= 2000


@pytest.mark.slow
def test_the_same_on_postgresql(pg_server):
    def place():
        wipe(pg_server.get_uri())
        return pg_server.get_uri()

    def raw():
        engine = sa.create_engine(
            sa.make_url(pg_server.get_uri()).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as conn: conn.execute(sa.text("CHECKPOINT"))
        engine.dispose()
        return raw_bytes(Path(pg_server.pgdata)/"base")

    assert (
        run(type("OnPostgreSQL", (StoreMachine,), dict(place=staticmethod(place), raw=staticmethod(raw))), 3, 40) >= 80
    )
