"""The console command and the project's report."""
import json
import os
import subprocess
import sys

import nbformat
import pytest

from promptmem.batch.results import load_runs
from promptmem.cli import axes, main, split_values
from promptmem.core import InvalidData
from promptmem.batch.report import read_plan, write_report

FIGURE = "import plotly.graph_objects as go\ngo.Figure(go.Scatter(y=[1, 2, n]))"
RESULT = "from promptmem.batch import write_result\nwrite_result(out, metrics={'score': dict(estimate=n/2, lo=0.0, hi=9.0), 'who': who})"
PARAMETERS = 'n: int = 1\nwho: str = "ann"\nsizes: list = [1]\nout: str = ""'


def make(path, title="A room", *cells, parameters=PARAMETERS):
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = cells or (FIGURE, RESULT)
    nb = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(f"# {title}"),
            nbformat.v4.new_code_cell(parameters),
            *map(nbformat.v4.new_code_cell, cells),
        ]
    )
    nb.cells[1].metadata["tags"] = ["parameters"]
    nbformat.write(nb, path)
    return path


def test_values_on_the_command_line(tmp_path):
    nb = make(tmp_path / "n.ipynb")
    assert split_values('1, [2,3] ,"a,b",(4,5)') == ["1", "[2,3]", '"a,b"', "(4,5)"]
    assert axes(nb, ["n=1,2", "who=bob,7", "sizes=[1,2],[3]"]) == {
        "n": [1, 2],
        "who": ["bob", "7"],
        "sizes": [[1, 2], [3]],
    }
    with pytest.raises(ValueError, match="expected name=value"):
        axes(nb, ["n"])


def test_grid_command(tmp_path, capsys):
    nb, out = make(tmp_path / "n.ipynb"), tmp_path / "g"
    assert (
        main(
            [
                "grid",
                str(nb),
                "--set",
                "n=1,2",
                "--set",
                "who=bob",
                "--out",
                str(out),
                "--quiet",
                "--executor",
                "threads",
            ]
        )
        == 0
    )
    assert "2 runs, 0 failed" in capsys.readouterr().out
    assert sorted(load_runs(out).score) == [.5, 1.0] and (out / "index.html").is_file()
    (tmp_path / "g.csv").write_text("n,who\n1,bob\n")
    stamp = {p: p.stat().st_mtime_ns for p in out.glob("*/result.json")}
    assert main(["grid", str(nb), "--grid", str(tmp_path / "g.csv"), "--out", str(out), "--quiet"]) == 0
    assert stamp == {p: p.stat().st_mtime_ns for p in stamp}
    bad = make(tmp_path / "bad.ipynb", "Bad", "1/0")
    assert main(["grid", str(bad), "--out", str(tmp_path / "b"), "--quiet", "--executor", "threads"]) == 1


@pytest.mark.parametrize("argv, message", [
    (["grid", "none.ipynb", "--out", "x"], "no notebook at none.ipynb"),
    (["grid", "NB", "--out", "x", "--set", "m=1"], "no parameter 'm'"),
    (["grid", "NB", "--out", "x", "--set", "n=a"], "n is declared int, given 'a'"),
    (["grid", "NB", "--out", "x", "--set", "n=1", "--grid", "g.yaml"], "not both"),
    (["grid", "NB", "--out", "x", "--grid", "missing.yaml"], "no grid file at missing.yaml"),
    (["grid", "NB", "--out", "x", "--workers", "0"], "workers must be at least 1, not 0"),
    (["grid", "NB", "--out", "x", "--timeout", "-4"], "a timeout is a number of seconds above 0, not -4"),
    (["grid", "NB", "--out", "x", "--option", "queue=short"], "name it with --executor slurm"),
    (["grid", "NB", "--out", "x", "--executor", "slurm", "--option", "queue"], "--option queue: expected name=value"),
    (["grid", "NB", "--out", "n.ipynb"], "n.ipynb: File exists"),
    (["report", "--notebooks", ".", "--plan", "missing.yaml"], "no plan at missing.yaml"),
    (["report", "--notebooks", "nowhere"], "no notebooks in nowhere"),
    (["tasks", "0"], "n must be at least 1"),
    (["tasks", "5", "--family", "klingon"], "klingon"),
    (["fetch", "everything"], "nothing to fetch")])
def test_a_wrong_request_is_one_line_and_status_2(tmp_path, monkeypatch, capsys, argv, message):
    nb = make(tmp_path / "n.ipynb")
    monkeypatch.chdir(tmp_path)
    assert main([str(nb) if a == "NB" else a for a in argv]) == 2
    said = capsys.readouterr().err
    assert message in said and len(said.strip().splitlines()) == 1 and not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "options, message",
    [
        (["--executor", "abacus"], "no cluster 'abacus'; there are: local,"),
        (
            ["--executor", "slurm", "--option", "walltime=1h"],
            "the slurm cluster did not start with walltime='1h': You must specify",
        ),
        (["--executor", "local", "--option", "queue=short"], "the local cluster did not start with queue='short'"),
    ],
)
def test_a_cluster_that_does_not_start_is_said_in_one_line(tmp_path, monkeypatch, capfd, options, message):
    pytest.importorskip("dask_jobqueue")
    monkeypatch.chdir(tmp_path)
    assert main(["grid", str(make(tmp_path / "n.ipynb")), "--out", "x", *options]) == 2
    said = capfd.readouterr().err
    assert f"promptmem grid: {message}" in said and "runs:" not in said


def test_tasks_command(tmp_path, capsys):
    assert main(["tasks", "12", "--seed", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 12 and {"meta", "type", "template_id"} == set(json.loads(lines[0]))
    assert main(["tasks", "12", "--seed", "3", "--out", str(tmp_path / "t.jsonl")]) == 0
    assert (tmp_path / "t.jsonl").read_text().splitlines() == lines


def test_fetch_command_lists_what_there_is(capsys):
    assert main(["fetch"]) == 0
    said = capsys.readouterr().out
    assert "memprompt: " in said and "licence" in said


def test_help_needs_nothing_heavy():
    code = "import sys\nfrom promptmem.cli import parser\nparser()\nprint([m for m in ('torch','pandas','nbformat','papermill','distributed') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_report(tmp_path, capsys):
    rooms = tmp_path / "batch"
    make(rooms / "recall.ipynb", "Recall <i>")
    make(rooms / "stream.ipynb", "Stream")
    make(rooms / "zoo.ipynb", "Broken", "raise RuntimeError('no <animals>')")
    (rooms / "grids").mkdir()
    (rooms / "grids" / "report.yaml").write_text("stream:\n  says: what it <shows>\n  grid: {n: [2, 4]}\n")
    assert main(["report", "--notebooks", str(rooms), "--out", str(tmp_path / "r"), "--quiet"]) == 1
    assert "1 runs FAILED" in capsys.readouterr().out
    html = (tmp_path / "r" / "index.html").read_text()
    assert html.index('id="stream"') < html.index('id="recall"') < html.index('id="zoo"')
    assert (
        "what it &lt;shows&gt;" in html
        and "Recall &lt;i&gt;" in html
        and "no &lt;animals&gt;" in html
        and "<animals>" not in html
    )
    assert html.count("Plotly.newPlot") == 3 and '<script src="plotly.min.js">' in html and "https://" not in html
    assert "1 [0, 9]" in html and "2 [0, 9]" in html
    pages = list((tmp_path / "r").rglob("report.html"))
    assert len(pages) == 4 and [p.parent.name for p in (tmp_path / "r").rglob("plotly.min.js")] == ["r"]
    for page in pages:
        assert f'href="{page.relative_to(tmp_path / "r")}"' in html
    assert '<script src="../../plotly.min.js">' in pages[0].read_text() + pages[1].read_text()


def test_report_plan(tmp_path, monkeypatch):
    rooms = tmp_path / "batch"
    make(rooms / "stream.ipynb")
    (rooms / "grids").mkdir()
    plan = rooms / "grids" / "report.yaml"
    plan.write_text("stream:\n  with_data: {memprompt: {n: [7]}}\n")
    monkeypatch.delenv("PROMPTMEM_DATA", raising=False)
    monkeypatch.setenv("PROMPTMEM_CACHE", str(tmp_path / "cache"))
    assert read_plan(rooms)["stream"]["settings"] == [{}]
    (tmp_path / "data" / "memprompt").mkdir(parents=True)
    monkeypatch.setenv("PROMPTMEM_DATA", str(tmp_path / "data"))
    assert read_plan(rooms)["stream"]["settings"] == [{}]                # a folder without files is no data
    (tmp_path / "data" / "memprompt" / "templates.json").write_text("{}")
    assert read_plan(rooms)["stream"]["settings"] == [{}, {"n": 7}]
    plan.write_text("streem: {}\n")
    with pytest.raises(InvalidData, match="there is no notebook streem"):
        read_plan(rooms)
    plan.write_text("stream: {}\n")
    with pytest.raises(InvalidData, match="no notebook zoo; there are stream"):
        write_report(tmp_path / "r", rooms, only=["zoo"], progress=False)


def test_the_console_command_is_installed():
    exe = os.path.join(os.path.dirname(sys.executable), "promptmem")
    assert subprocess.run([exe, "--version"], capture_output=True, text=True, check=True).stdout.startswith(
        "promptmem "
    )
