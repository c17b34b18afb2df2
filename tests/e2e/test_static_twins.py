"""Panels without a kernel: executed by papermill, converted by nbconvert, opened in a browser without a network."""
import nbformat
import pytest

from tests.conftest import REPO

pytest.importorskip("playwright.sync_api")
SOURCE = """
import promptmem as pm
from promptmem.memory import Assistant, ClarifyWidget, MemoryInspector
a = Assistant(pm.CallableLM(lambda p: " the <b>synonym</b> for it is boy END", format="published"),
              store=pm.Store(":memory:"), scope="alice")
w = ClarifyWidget(a)
w.ask("what is <script>alert(1)</script> like ?")
w.clarify("I mean <img src=x onerror=alert(2)>")    # what was kept shows itself, too
"""


@pytest.fixture
def offline(browser):
    context = browser.new_context(viewport=dict(width=1100, height=1000), offline=True)
    page = context.new_page()
    page.problems = []
    page.on("dialog", lambda d: (page.problems.append(d.message), d.accept()))
    yield page
    context.close()
    assert not page.problems, page.problems


def as_page(nb, path):
    "The notebook as nbconvert's HTML"
    from nbconvert import HTMLExporter
    path.write_text(HTMLExporter().from_notebook_node(nb)[0], encoding="utf-8")
    return path.as_uri()


def test_papermill_and_nbconvert(offline, tmp_path):
    papermill = pytest.importorskip("papermill")
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in (SOURCE, "w", "MemoryInspector(a)")],
                                  metadata=dict(kernelspec=dict(name="python3", display_name="python3",
                                                                language="python")))
    nbformat.write(nb, tmp_path / "in.ipynb")
    papermill.execute_notebook(str(tmp_path / "in.ipynb"), str(tmp_path / "out.ipynb"), cwd=str(tmp_path),
                               progress_bar=False)
    done = nbformat.read(tmp_path / "out.ipynb", 4)
    for cell in done.cells[-2:]:
        data = cell.outputs[-1].data
        assert (
            len(data["text/html"]) < 300_000
            and "what is <script>" in data["text/plain"]
            and "<script" not in data["text/html"]
        )
    done.metadata.pop("widgets", None)                                           # as in a committed notebook
    offline.goto(as_page(done, tmp_path / "out.html"))
    panels = offline.locator(".pm-panel.pm-static:visible")
    assert panels.count() == 3
    assert "I mean <img src=x onerror=alert(2)>" in panels.nth(0).inner_text()
    assert "what is <script>alert(1)</script> like ?" in panels.nth(1).inner_text()
    assert "I mean <img src=x onerror=alert(2)>" in panels.nth(2).inner_text()
    assert offline.locator(".pm-panel img, .pm-panel script").count() == 0


def test_the_committed_tour_shows_every_panel(offline, tmp_path):
    nb = nbformat.read(REPO / "tutorials" / "00_tour.ipynb", 4)
    assert "widgets" not in nb.metadata
    offline.goto(as_page(nb, tmp_path / "tour.html"))
    shown = [p.inner_text() for p in offline.locator(".pm-panel.pm-static:visible").all()]
    for title in ("Ask and clarify", "Memory", "Prompts on this question", "An edit", "What does it remember?"):
        assert any(s.startswith(title) for s in shown), f"the tour shows no panel {title!r}"
    table = offline.locator("table", has_text="edited weights").first.inner_text()   # the ways, side by side
    assert "nothing" in table and "the same text everywhere" in table
    for color in ("light", "dark"):                                              # legible on both
        offline.emulate_media(color_scheme=color)
        assert offline.locator(".pm-panel.pm-static svg.pm-chart:visible").count() >= 3
