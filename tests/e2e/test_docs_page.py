"""The documentation site in a browser, opened as a file: search, a way back, a phone, the dark, accessibility."""
import subprocess
import sys

import pytest

from tests.conftest import REPO
from tests.e2e.axe import serious_faults

pytest.importorskip("mkdocs")
pytest.importorskip("mkdocs_jupyter")
pytestmark = pytest.mark.slow
PAGES = ("index.html", "store/04_search.html", "api/index.html", "glossary.html")


@pytest.fixture(scope="module")
def site():
    subprocess.run([sys.executable, "tools/docs.py", "--only", "store/04,index,glossary,changelog"], cwd=REPO,
                   check=True, capture_output=True)
    return REPO / "_docs"


@pytest.fixture
def opened(browser, site):
    contexts = []

    def go(path, width=1400, dark=False):
        context = browser.new_context(viewport=dict(width=width, height=1000), offline=True,
                                      color_scheme="dark" if dark else "light")
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.asked = []
        page.on("request", lambda r: page.asked.append(r.url))
        page.goto((site / path).as_uri())
        return page
    yield go
    for c in contexts: c.close()


def test_search_finds_a_page_without_a_server(opened):
    page = opened("index.html")
    query = page.locator("[data-md-component=search-query]")
    query.click()
    query.press_sequentially("edit distance", delay=20)
    page.wait_for_selector(".md-search-result__item a", state="attached")
    found = page.locator(".md-search-result__item a").first.get_attribute("href")
    page.goto(found)
    assert "distance" in page.locator("main").inner_text().lower()
    page.locator(".md-logo").first.click()                                       # and the way back
    page.wait_for_url("**/index.html")
    assert all(u.startswith(("file://", "blob:", "data:", "about:")) for u in page.asked)


@pytest.mark.parametrize("dark", [False, True])
def test_pages_are_readable_on_a_phone_and_accessible(opened, dark):
    for path in PAGES:
        page = opened(path, 480, dark)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (max(int(x) for x in ground.strip("rgba()").split(",")[:3]) < 90) == dark
        faults = [f for f in serious_faults(page) if ".headerlink" not in f]
        assert faults == [], path
