"""Every figure leaves a still picture and its numbers beside plotly's data, so no renderer shows an empty frame."""
import copy
import json
import pickle
import re
import webbrowser
from xml.dom.minidom import parseString

import pytest

pd = pytest.importorskip("pandas")
go = pytest.importorskip("plotly.graph_objects")

from promptmem.panel import plots
from promptmem.panel.stills import drawable, standing_alone
from tests.conftest import REPO

PLOTLY, SVG = "application/vnd.plotly.v1+json", "image/svg+xml"
CODE = sorted((REPO / "promptmem").rglob("*.py"))
NOTEBOOKS = sorted(p for top in ("nbs", "tutorials") for p in (REPO / top).rglob("*.ipynb") if ".ipynb_" not in str(p))


@pytest.fixture(autouse=True)
def no_window(monkeypatch):
    "Wherever a browser is at hand plotly opens one; a test doesn't"
    import plotly.io as pio
    monkeypatch.setattr(pio.renderers, "default", "")


def frame():
    return pd.DataFrame(dict(x=[1, 2, 3], y=[.2, .4, .9], lo=[.1, .3, .7], hi=[.3, .6, 1.], who=list("aab")))


def two_axes():
    fig = plots.figure("Damage", "edits", "success", yaxis2=dict(title="loss"))
    return fig.add_scatter(x=[1, 2], y=[1, 2]).add_scatter(x=[1, 2], y=[3, 4], yaxis="y2")


def test_no_figure_is_made_around_the_class_that_keeps_a_still():
    made = [f"{p.relative_to(REPO)}" for p in CODE
            if re.search(r"go\.Figure\(\w|px\.\w+\(|make_subplots", p.read_text())
            and p.name != "plots.py"]
    assert made == []


def test_committed_figures_have_stills():
    bare = [f"{p.relative_to(REPO)} cell {i}" for p in NOTEBOOKS
            for i, cell in enumerate(json.loads(p.read_text(encoding="utf-8"))["cells"])
            for o in cell.get("outputs", ()) if PLOTLY in o.get("data", {}) and not {SVG, "text/html"} & set(o["data"])]
    assert bare == []


def test_a_terminal_without_a_browser_keeps_the_still(monkeypatch):
    import plotly.io as pio
    monkeypatch.setattr(pio.renderers, "default", "browser")
    def gone(fig): raise webbrowser.Error("could not locate runnable browser")
    monkeypatch.setattr(pio, "show", gone)
    assert SVG in two_axes()._repr_mimebundle_()


@pytest.mark.parametrize("make", [lambda: plots.line(frame(), "x", "y", "who", "lo", "hi", title="Lines"),
                                  lambda: plots.bars(frame(), "who", "y", lo="lo", hi="hi", title="Bars"),
                                  lambda: two_axes()])
def test_what_a_cell_keeps(make):
    for fig in (make(), copy.deepcopy(make()), pickle.loads(pickle.dumps(make())), make().update_layout(height=300)):
        kept = fig._repr_mimebundle_()
        assert kept[PLOTLY]["data"] if PLOTLY in kept else True
        parseString(kept[SVG])
        title = fig.layout.title.text
        assert title in kept[SVG] and kept["text/plain"].startswith(title)


def test_a_notebook_keeps_no_script_of_a_figure():
    formatters = pytest.importorskip("IPython.core.formatters")
    kept = formatters.DisplayFormatter().format(plots.line(frame(), "x", "y", title="Lines"))[0]
    assert SVG in kept and "<script" not in kept.get("text/html", "")


def test_a_figure_of_a_kind_that_is_not_drawn_keeps_its_numbers():
    fig = plots.figure("Both").add_heatmap(z=[[1, 2]]).add_scatter(x=[1, 2], y=[.25, .5], name="line")
    kept = fig._repr_mimebundle_()
    assert SVG not in kept and "0.250" in kept["text/html"] and "Both" in kept["text/html"]


@pytest.mark.parametrize("renderer", ["colab", "kaggle"])
def test_where_plotly_comes_as_a_script_the_still_stands_before_it(renderer):
    pio = pytest.importorskip("plotly.io")
    usual = pio.renderers.default
    try:
        pio.renderers.default = renderer
        html = plots.line(frame(), "x", "y", title="Lines")._repr_mimebundle_()["text/html"]
    finally: pio.renderers.default = usual
    assert html.startswith("<img") and html.index("data:image/svg+xml") < html.index("<script")


def test_hostile_words_stay_words():
    told = dict(data=[dict(x=["</svg><script>alert(1)</script>"], y=[1.], name="&<b>\"'", type="bar")],
                layout=dict(title="'><img src=x onerror=alert(1)> \u202e שלום " + "long " * 60))
    assert drawable(told)
    tree = parseString(standing_alone(told))
    assert not tree.getElementsByTagName("script") and not tree.getElementsByTagName("img")
