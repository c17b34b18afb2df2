"""What a cell leaves in a notebook is complete by itself: any renderer shows it, without scripts, styles or pictures
from elsewhere, and it is small enough to keep."""
import json
import re

import pytest

formatters = pytest.importorskip("IPython.core.formatters")

import promptmem as pm
from tests.conftest import REPO

NOTEBOOKS = sorted(p for top in ("nbs", "tutorials") for p in (REPO / top).rglob("*.ipynb") if ".ipynb_" not in str(p))
FROM_ELSEWHERE = re.compile(
    r"<(?:script|link|iframe|img|object|embed)\b[^>]*(?:src|href|data)\s*=\s*(?![\"']?data:)", re.I
)
MOST = 150_000
LONG = "word " * 10_000                                         # 50,000 characters
MIXED = "שלום من قال नमस्ते 你好 \u202e<script>alert(1)</script> <img src=x onerror=alert(2)>"


def outputs(path):
    "(cell number, mime type, text) of every output of a notebook"
    for i, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
        for o in cell.get("outputs", ()):
            for kind, text in o.get("data", {}).items():
                yield i, kind, "".join(text) if isinstance(text, list) else json.dumps(text)


def faults(html, most=MOST):
    "What keeps a piece of HTML from standing alone"
    if FROM_ELSEWHERE.search(html): yield "loads something from elsewhere"
    if re.search(r"<script\b", html, re.I): yield "needs a script"
    if re.search(r"@import|url\(\s*['\"]?http", html): yield "a style from elsewhere"
    if len(html) > most: yield f"{len(html):,} characters"


def test_committed_outputs_stand_alone():
    wrong = [f"{p.relative_to(REPO)} cell {i}: {f}" for p in NOTEBOOKS for i, kind, text in outputs(p)
             if kind in ("text/html", "image/svg+xml") for f in faults(text)]
    assert wrong == []


def test_the_check_finds_what_it_looks_for():
    for html in (
        "<script>x</script>",
        "<img src='https://a.b/c.png'>",
        "<link rel=stylesheet href='a.css'>",
        "x" * (MOST + 1),
        "<style>@import 'x.css'</style>",
    ):
        assert list(faults(html)), html[:40]
    assert list(faults("<img src='data:image/png;base64,AAAA'><b>text</b>")) == []


@pytest.mark.parametrize("text", [LONG, MIXED, ""], ids=["50,000 characters", "mixed scripts", "empty"])
def test_results_with_any_text_stand_alone(text):
    a = pm.Assistant(pm.CallableLM(lambda p: text or " "), store=pm.Store(":memory:"), scope="alice", lookup="closest")
    r = a.ask(text or "?")
    a.clarify(r, "what I meant: " + text[:300])
    r = a.ask((text or "?") + " ?")
    for thing in (a, r, r.retrieval, a.store):
        data = formatters.DisplayFormatter().format(thing)[0]                    # what a notebook would keep
        html, plain = data["text/html"], data["text/plain"]
        assert list(faults(html, 100_000)) == [], type(thing).__name__
        assert len(plain) < 100_000 and "<img" not in html and plain.strip()


def test_an_empty_store_says_so():
    assert len(pm.Store(":memory:")._repr_html_()) < 30_000
