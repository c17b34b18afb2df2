"""One cell of each published sweep, and one of the notebook without a sweep, made small and run from beginning to
end."""

from pathlib import Path

import pytest

from promptmem.batch import sweeps
from promptmem.batch.parameters import check_settings
from promptmem.batch.grid import run_grid

BATCH = Path(__file__).parent.parent / "tutorials" / "batch"

CELLS = {
    "stream": (lambda: sweeps.memory_sweep(families=["own"], seeds=[0], tasks="", n_tasks=8), "right_memory", 7),
    "reward": (
        lambda: sweeps.reward_sweep(datasets=[""], prompts=range(3), model="mean", folds=2),
        "success best single",
        7,
    ),
    "recall": (lambda: sweeps.recall_sweep(seeds=[0], folder="", n=4, updates=0), "recognition_studied", 18),
    "edit": (
        lambda: sweeps.edit_sweep(methods=["full"], tasks=["capital"], trials=2, n_facts=1, epochs=1),
        "success",
        2,
    ),
    "rewrite": (lambda: [dict(rounds=1, budget_calls=120)], "gain", 1),
}


@pytest.mark.parametrize("name", CELLS)
def test_one_cell_runs(tmp_path, name):
    make, metric, n = CELLS[name]
    settings, notebook = make(), BATCH / f"{name}.ipynb"
    assert len(settings) == n and check_settings(notebook, settings) == settings
    frame = run_grid(notebook, settings[-1:], out=tmp_path, executor="serial", progress=False)
    row = frame.iloc[0]
    assert row.status == "ok", row.error
    assert row[metric] == row[metric], f"no figure {metric!r} among {list(frame.columns)}"
    for key, value in settings[-1].items():
        assert row[key] == value or value == "", key
