"""The index page of a grid in a real browser: figures without a network, sorting, filtering, nothing executed that was
data."""

import pytest

from promptmem.batch.results import write_result
from promptmem.batch.pages import write_grid_index


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport=dict(width=1100, height=1200), offline=True)
    context.set_default_timeout(40_000)
    page = context.new_page()
    page.asked, page.problems = [], []
    page.on("request", lambda r: page.asked.append(r.url))
    page.on("pageerror", lambda e: page.problems.append(str(e)))
    page.on("dialog", lambda d: (page.problems.append(d.message), d.accept()))
    yield page
    context.close()


def rows(page):
    return [r.split("\t") for r in page.locator("table.sortable tbody tr:visible").all_inner_texts()]


def test_grid_page(page, tmp_path):
    who = ["ann", "<img src=x onerror=alert(1)>", "</script><script>alert(2)</script>"]
    for i in range(6):
        write_result(tmp_path / f"run{i}", metrics=dict(score=[10, 9, 100, 1, 55, 7][i]), status="ok",
                     notebook="a <b>.ipynb", parameters=dict(n=i % 2, who=who[i // 2], seed=i))
    write_grid_index(tmp_path)
    page.goto((tmp_path / "index.html").as_uri())
    page.wait_for_selector("#metric-0 .main-svg")
    assert page.locator("#metric-0 .scatterlayer .trace").count() == 3           # one line per person
    head = lambda name: page.get_by_role("button", name=name, exact=True)
    column = page.locator("table.sortable thead th").all_inner_texts().index("score")
    head("score").click()
    assert [r[column] for r in rows(page)] == ["1", "7", "9", "10", "55", "100"]  # numbers, not text
    head("score").press("Enter")                                                 # and by keyboard
    assert [r[column] for r in rows(page)] == ["100", "55", "10", "9", "7", "1"]
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("score")
    page.get_by_label("filter rows").fill("ann")
    assert sorted(r[column] for r in rows(page)) == ["10", "9"]
    assert not page.problems, page.problems
    assert page.asked and all(u.startswith("file://") for u in page.asked)
