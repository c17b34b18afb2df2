"""Every tutorial, top to bottom, in a real JupyterLab: no cell raises. The tour's panels are photographed for the
README."""

import pytest

from tests.conftest import REPO

expect = pytest.importorskip("playwright.sync_api").expect
PANELS = dict(clarify=".pm-question", inspector=".pm-list", reward=".pm-prompts", edit=".pm-edit-view",
              recall=".pm-recall-view")


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((REPO / "tutorials").glob("0*.ipynb")), ids=lambda p: p.stem)
def test_tutorial_runs_in_jupyterlab(notebook, path):
    notebook.open(path.name, copy_of=path)
    if path.stem != "00_tour":
        return
    for name, inside in PANELS.items():
        panel = notebook.page.locator(f".pm-panel:has({inside})").first
        expect(panel.locator(inside).first).to_be_visible()                      # the live view, not the twin
        notebook.shot(f"tour_{name}", f".pm-panel:has({inside})")
