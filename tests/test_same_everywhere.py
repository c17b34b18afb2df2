"""Results depend on what was done and not on the process: its seed of hashes, its time zone, its locale."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

from promptmem import core
from promptmem.batch.parameters import read_grid

ROOT = Path(__file__).resolve().parent.parent
PROCESSES = [dict(PYTHONHASHSEED="0", TZ="UTC"),
             dict(PYTHONHASHSEED="4021", TZ="America/St_Johns", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")]


@pytest.mark.slow
def test_typical_work_gives_the_same_in_another_process(tmp_path):
    running = []
    for i, own in enumerate(PROCESSES):
        folder = tmp_path/str(i)
        folder.mkdir()
        env = {**os.environ, **own, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        running.append(subprocess.Popen([sys.executable, "-m", "tests.typical_work", str(folder)], cwd=ROOT, env=env,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    (first, told), (second, other) = (p.communicate(timeout=300) for p in running)
    assert [p.returncode for p in running] == [0, 0], told + other
    a, b = first.splitlines(), second.splitlines()
    assert len(a) > 30 and a == b


def test_sets_have_an_order_of_their_own():
    mixed = {1, "1", "x", "y", "z", 2.}
    for order in (list(mixed), list(reversed(list(mixed)))):
        assert core.plain(dict.fromkeys(order).keys() | set()) == core.plain(mixed)
    assert core.plain({1, "1"}) == core.plain({"1", 1}) == [1, "1"]
    assert [r["a"] for r in read_grid(dict(a={"z", "x", "y"}))] == ["x", "y", "z"]
    assert [r["a"] for r in read_grid(dict(a={10, 9, 2}))] == [2, 9, 10]
