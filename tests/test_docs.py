"""The documentation site builds, and everything that a page links to or shows is there."""
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("mkdocs")
pytest.importorskip("mkdocs_jupyter")
ROOT = Path(__file__).resolve().parent.parent


class Links(HTMLParser):
    "Addresses that a page points to, and the ids that it has"
    def __init__(self):
        super().__init__()
        self.found, self.ids = [], set()
    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        self.ids.update(v for k, v in a.items() if k in ("id", "name") and v)
        for key in ("href", "src"):
            if a.get(key): self.found.append(a[key])


def read(page):
    parser = Links()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser


def broken(site):
    "Local links that lead nowhere"
    pages = {p.resolve(): read(p) for p in site.rglob("*.html")}
    for p, links in pages.items():
        for link in links.found:
            u = urlsplit(link)
            if u.scheme or u.netloc or link.startswith(("data:", "/")): continue
            to = (p.parent/unquote(u.path)).resolve() if u.path else p
            if to.is_dir(): to = to/"index.html"
            if not to.exists(): yield f"{p.relative_to(site)}: {link}"
            elif u.fragment and to in pages and u.fragment != "__skip" and unquote(u.fragment) not in pages[to].ids:
                yield f"{p.relative_to(site)}: {link} (no such place)"


@pytest.fixture(scope="module")
def site():
    subprocess.run(
        [sys.executable, "tools/docs.py", "--only", "store,glossary,changelog,01_clarify,00_tour,canonical_examples"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return (ROOT/"_docs").resolve()


@pytest.mark.slow
def test_every_link_and_picture_is_there(site):
    assert len(list(site.rglob("*.html"))) >= 8
    # pages that this small site leaves out are linked in the repository, not here
    assert list(broken(site)) == []


@pytest.mark.slow
def test_a_page_can_be_found_read_and_left(site):
    page = (site/"store/03_store.html").read_text(encoding="utf-8")
    assert "md-nav" in page and "../index.html" in page and "__search" in page  # navigation, the way back, search
    assert "default_exp" not in page and "#| export" not in page  # marks for nbdev are no reading matter
    api = (site/"api/store.html").read_text(encoding="utf-8")
    assert "whose memory this is" in api and "nbs/store" not in api and ">source<" in api
    assert "fonts.googleapis" not in page and "unpkg" not in page                   # nothing is loaded from elsewhere


def test_chapters_have_names_that_say_something():
    sys.path.insert(0, str(ROOT/"tools"))
    import docs
    names = {p: docs.title(p) for p in sorted((ROOT/"nbs").rglob("*.ipynb"))}
    assert [p for p, name in names.items() if not name[:1].isalpha() or len(name) > 110] == []
    assert docs.shortened("Four pictures: one, two, three, " + "and a long rest "*5) == "Four pictures"
    assert docs.shortened("Ask, clarify and forget.") == "Ask, clarify and forget" and docs.shortened("x"*90) == ""


def test_figures_are_stills_and_other_outputs_as_they_were():
    sys.path.insert(0, str(ROOT/"tools"))
    import docs
    figure = dict(data=[dict(type="scatter", x=[0, 1], y=[1, 2], name="a <b>")], layout=dict(title=dict(text="up <b>")))
    shown = docs.drawn(dict(output_type="display_data", data={"application/vnd.plotly.v1+json": figure}))
    assert "<svg class='still'" in shown["data"]["text/html"] and "up &lt;b&gt;" in shown["data"]["text/html"]
    plain = dict(output_type="stream", text="x")
    assert docs.drawn(plain) is plain


def test_fields_of_records_have_their_comments():
    sys.path.insert(0, str(ROOT/"tools"))
    import docs
    from promptmem.memory import Calibration
    from promptmem.store import Changes, Store
    for x, row in ((Changes, "| `rows` | list | oldest first |"), (Store, "path of a file"),
                   (Calibration, "| `found` | float |  | share of the fitting pairs that are found |")):
        table = docs.parameters_of(x)
        assert row in table and "kwargs" not in table and "factory" not in table
