"""A room on the report's page: what a plan, a file's name or a run says is text, and the page stays one page."""
import json
from html.parser import HTMLParser

import nbformat
import pytest

from promptmem.batch.report import _section, read_plan, write_report
from promptmem.batch.results import write_json
from promptmem.core import InvalidData, printable

HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</section></main>", "a'b\"c&d",
           "\x1b[2J\x9b31m", "\u202eabc", "javascript:alert(1)", "[x](javascript:alert(1))", "%2e%2e/%2e%2e", "a b#c?d"]


class Seen(HTMLParser):
    "Tags, attributes and text of a page"
    def __init__(self, page):
        super().__init__()
        self.tags, self.open, self.links, self.ids, self.said = [], [], [], [], []
        self.feed(page)
    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not any(k.startswith("on") for k, _ in attrs), attrs
        for k, v in attrs:
            if k == "href": self.links.append(v)
            if k == "id": self.ids.append(v)
        if tag not in ("br", "img", "input"): self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag
    def handle_data(self, data): self.said.append(data)


def run(name="r1", **more):
    return dict(dict(status="ok", run=name, notebook="n.ipynb", parameters=dict(n=1), seconds=1.,
                     metrics=dict(score=dict(estimate=.5, lo=.4, hi=.6))), **more)


def executed(folder):
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(), folder/"notebook.ipynb")


def section(name, plan, runs, out):
    for r in runs: executed(out/name/r["run"])
    return Seen(_section(name, plan, runs, out))


@pytest.mark.parametrize("word", HOSTILE)
@pytest.mark.parametrize("where", ["name", "title", "says", "error", "parameter", "metric", "called"])
def test_what_a_section_is_told_is_text(tmp_path, word, where):
    more = dict(error=dict(status="error", error=dict(type=word, message=word)), 
                parameter=dict(parameters=dict(n=word)),
                metric=dict(metrics={word: dict(estimate=.5, lo=.4, hi=.6)}), called=dict(called=word)).get(where, {})
    plan = dict(title=word if where == "title" else "A room", says=word if where == "says" else "")
    name = word.replace("/", "|").replace("\x1b", "") if where == "name" else "room" # what a file can be called
    page = section(name, plan, [run(), run("r2", **more)], tmp_path)
    assert page.open == [] and not {"script", "iframe", "img"} & {*page.tags} and page.tags.count("section") == 1
    assert not any(link.lower().startswith("javascript:") or ".." in link for link in page.links)
    if where in ("title", "says"): assert "".join(printable(word).split()) in "".join("".join(page.said).split())


def test_a_section_says_what_failed_and_where_its_runs_are(tmp_path):
    plan = dict(title="A room", says="What it is about.")
    page = section("room", plan, [run(), 
                   run("r2", status="error", error=dict(type="ValueError", message="no"))], tmp_path)
    said = " ".join(page.said)
    assert "A room" in said and "What it is about." in said and "1 of 2 runs failed" in said and "room" in page.ids
    assert {"room/index.html", "room/r1/report.html", "room/r2/report.html"} <= {*page.links}
    alone = section("room", plan, [], tmp_path)
    assert "Nothing was run." in " ".join(alone.said)


def notebooks(folder):
    cell = nbformat.v4.new_code_cell("n: int = 1", metadata=dict(tags=["parameters"]))
    (folder/"grids").mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder/"room.ipynb")
    return folder


def run_at_once(notebook, folder, parameters, **how):
    result = run(folder.name, notebook=notebook.name, parameters=parameters)
    write_json(folder/"result.json", result)
    executed(folder)
    return result


@pytest.mark.parametrize("section", [dict(title=5), dict(title=["a"]), dict(says=7), dict(says={"a": 1}),
                                     dict(names="x"),
    dict(names=dict(n=1)), dict(names=[1]), dict(grid=7), dict(grid="x"), dict(grid=[1]), dict(grid=dict(zz=[1])),
     dict(with_data=3), dict(with_data=dict(a=1)), dict(more=1),
                                     5, "text", ["a"], {"<b>": 1}])
def test_a_plan_with_odd_values_is_an_error_of_our_own_or_works(tmp_path, monkeypatch, section):
    monkeypatch.setattr("promptmem.batch.grid.run_notebook", run_at_once)
    nb = notebooks(tmp_path/"nb")
    (nb/"grids"/"report.yaml").write_text(json.dumps(dict(room=section)))
    try: index, failed = write_report(tmp_path/"out", nb, executor="serial", progress=False)
    except InvalidData: return
    except FileNotFoundError as e:
        assert "no grid file" in str(e)
        return
    assert failed == 0 and "</html>" in index.read_text(encoding="utf-8")
    assert read_plan(nb)["room"]["notebook"].name == "room.ipynb"
