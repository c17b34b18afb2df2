"""The console command and the project's report."""
import json
import os
import shlex
import subprocess
import sys

import nbformat
import pytest

from promptmem.batch.results import load_runs
from promptmem.cli import COMMANDS, axes, main, parser, split_values
from promptmem.core import InvalidData
from promptmem.batch.report import _called, _told, read_plan, write_report

FIGURE = "import plotly.graph_objects as go\ngo.Figure(go.Scatter(y=[1, 2, n]))"
RESULT = "from promptmem.batch import write_result\n" \
         "write_result(out, metrics={'score': dict(estimate=n/2, lo=0.0, hi=9.0), 'who': who})"
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
    (["fetch", "everything"], "nothing to fetch"),
    (["memories", "--store", "x"], "there is no store x"),
    (["forget", "--everything", "--store", "x"], "there is no store x"),
    (["clarify", "the country", "--store", "x"], "there is no store x"),
    (["export", "a.jsonl", "--store", "x"], "there is no store x"),
    (["clarify", "the country", "--always", "--question", "q", "--store", "y.db"], "--question or --always, not both")])
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


def test_memory_from_a_shell(tmp_path, monkeypatch, capsys):
    "Ask, clarify, ask again in other words, look, export, forget, import: one store, two scopes"
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    def run(*argv, status=0, scope="me"):
        assert main([*argv, "--store", "m.db", *(["--scope", scope] if scope else [])]) == status
        return capsys.readouterr()
    assert run("ask", "what has a < sonny > like ring to it ?", "--model", "demo").out.strip()
    assert "remembered for: what has a < sonny >" in run("clarify", "when I ask for ring to it, I want a homonym").out
    again = run("ask", "what has a < sonny > like ring to it ?", "--model", "demo")
    said = "remembered: when I ask for ring to it, I want a homonym"
    assert said in again.err and "I want a homonym" not in again.out
    assert "nothing is remembered in scope 'you'" in run("memories", scope="you").out
    assert "nothing was asked in scope 'you'" in run("clarify", "no", scope="you", status=2).err
    run("clarify", "in lower case", "--always")
    run("clarify", "the noun \x1b[31mred", "--question", "what is a saw ?")
    lines = run("memories").out.splitlines()
    assert [x.split("  ->  ")[1] for x in lines][::-1] == ["when I ask for ring to it, I want a homonym",
                                                          "in lower case", "the noun \\x1b[31mred"]
    assert [x[10:16] for x in lines][1] == "always"
    assert "5 records written" in run("export", "a.jsonl").out
    id = lines[0][:8]
    assert "no memories of scope 'you'" in run("forget", id, scope="you", status=2).err
    assert "would go: 1 memory" in run("forget", id, "--dry-run").out and len(run("memories").out.splitlines()) == 3
    assert "forgotten for good: 1 memory" in run("forget", id).out and len(run("memories").out.splitlines()) == 2
    assert b"the noun" not in (tmp_path / "m.db").read_bytes()
    assert "1 forgotten here before" in run("import", "a.jsonl", scope=None).out
    assert "forgotten for good: 2 memories, 2 questions" in run("forget", "--everything").out
    assert "say what" in run("forget", status=2).err


def test_fetch_command_lists_what_there_is(capsys):
    assert main(["fetch"]) == 0
    said = capsys.readouterr().out
    assert "memprompt: " in said and "licence" in said


def test_help_needs_nothing_heavy():
    code = "import sys\nfrom promptmem.cli import parser\nparser()\n" \
           "print([m for m in ('torch','pandas','nbformat','papermill','distributed') if m in sys.modules])"
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
    # the picture of each finished run with its data; the script that zooms is loaded only when asked for
    assert html.count("application/json\">") == 3
    assert 'data-plotly="plotly.min.js"' in html and "<script src=" not in html and "https://" not in html
    assert html.count("interval 0 to 9") >= 3
    pages = list((tmp_path / "r").rglob("report.html"))
    assert len(pages) == 4 and [p.parent.name for p in (tmp_path / "r").rglob("plotly.min.js")] == ["r"]
    for page in pages:
        assert f'href="{page.relative_to(tmp_path / "r")}"' in html
    assert 'data-plotly="../../plotly.min.js"' in pages[0].read_text() + pages[1].read_text()


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
    plan.write_text("stream:\n  names: {who: {ann: By Ann, bob: By Bob}}\n  grid: {who: [ann, bob]}\n")
    runs = [dict(run=w, parameters=dict(who=w, n=1)) for w in ("ann", "bob", "eve")]
    called = _called(runs, read_plan(rooms)["stream"]["names"])
    assert [_told(r, called) for r in called] == ["By Ann", "By Bob", "who eve"]
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


@pytest.mark.parametrize("name", ["grid", "report", "tasks", "stream", "study", "recognise", "recall", "reward",
                                  "rewrite", "edit", "fetch", "mcp", "settings"])
def test_help_shows_an_example_that_the_grammar_takes(capsys, name):
    with pytest.raises(SystemExit): main([name, "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert COMMANDS[name].about in said and f"example: {COMMANDS[name].example}" in said
    assert parser().parse_args(shlex.split(COMMANDS[name].example)[1:]).command == name


def test_without_a_command_it_says_what_to_do_next(capsys):
    assert main([]) == 0
    said = capsys.readouterr().out
    done = subprocess.run([sys.executable, "-m", "promptmem"], capture_output=True, text=True, check=True)
    assert done.stdout == said and "promptmem ask --help" in said
    shown = [line.strip().split("  ")[0] for line in said.splitlines() if line.startswith("  promptmem ")]
    assert [parser().parse_args(shlex.split(s)[1:]).command for s in shown] == [
        "ask", "clarify", "ask", "memories", "stream", "fetch", "settings"]


def rows(path, texts, key="text"):
    path.write_text("".join(json.dumps({key: t}) + "\n" for t in texts))
    return str(path)


def test_tasks_of_raw_rows_where_the_published_tool_put_them(tmp_path, monkeypatch, capsys):
    raw = tmp_path / "raw.jsonl"
    kinds = ("syn", "ant", "hom")
    raw.write_text("".join(json.dumps(dict(meta=dict(word1=f"w{k}", word2=f"v{k}"), type=k)) + "\n" for k in kinds))
    templates = {"mine": [dict(type=k, template_id=f"{k}0", question=k + " of < {word1} > ?", answer="{word2}",
                               clarification=f"clarification: I want {k}.") for k in kinds]}
    (tmp_path / "templates.json").write_text(json.dumps(templates))
    monkeypatch.chdir(tmp_path)
    assert main(["tasks", "4", "--family", "mine", "--raw", str(raw), "--templates", "templates.json", "--dump"]) == 0
    lines = (tmp_path / "tasks" / "mine" / "tasks_4.jsonl").read_text().splitlines()
    assert len(lines) == 4 and all(json.loads(x)["meta"]["word1"].startswith("w") for x in lines)
    assert main(["tasks", "4", "--raw", "missing.jsonl"]) == 2 and "missing.jsonl" in capsys.readouterr().err


def test_stream_command(tmp_path, capsys):
    pytest.importorskip("transformers")
    log = str(tmp_path / "log.jsonl")
    assert main(["stream", "own", "6", "--log", log, "--quiet"]) == 0
    first = (tmp_path / "log.jsonl").read_text()
    assert "6 tasks" in capsys.readouterr().out and len(first.splitlines()) == 6
    assert main(["stream", "own", "6", "--log", log, "--quiet"]) == 0 and (tmp_path / "log.jsonl").read_text() == first
    assert main(["stream", "nofamily", "6"]) == 2 and "nofamily" in capsys.readouterr().err


@pytest.mark.parametrize("lookup", ["closest", "published", "semantic:hash"])
def test_stream_takes_a_look_up_and_solved_examples(tmp_path, capsys, lookup):
    pytest.importorskip("transformers")
    shots = tmp_path / "prompt.txt"
    shots.write_text("what is like < glad > ?[SEP]the synonym for glad is happy END[SEP]")
    common = ["stream", "own", "4", "--quiet", "--few-shot", str(shots)]
    log = tmp_path / f"{lookup.split(':')[0]}.jsonl"
    assert main([*common, "--lookup", lookup, "--log", str(log)]) == 0 and "4 tasks" in capsys.readouterr().out
    assert len(log.read_text().splitlines()) == 4


@pytest.mark.parametrize("options, says", [
    (["--lookup", "nearest"], "no look-up 'nearest'"),
    (["--lookup", "closest:hash"], "no look-up 'closest:hash'"),
    (["--lookup", "closest", "--strategy", "none"], "--lookup is for strategy memory"),
    (["--strategy", "grow"], "unknown strategy 'grow'"),
    (["--few-shot", "nowhere.txt"], "nowhere.txt"),
])
def test_stream_refuses_what_it_does_not_know(capsys, options, says):
    pytest.importorskip("transformers")
    assert main(["stream", "own", "4", "--quiet", *options]) == 2 and says in capsys.readouterr().err


def test_study_and_what_is_known_afterwards(tmp_path, capsys):
    pytest.importorskip("transformers")
    seen = rows(tmp_path / "seen.jsonl", [f"The keeper of tower {i} counts the boats at noon." for i in range(6)])
    foils = rows(tmp_path / "un.jsonl", [f"The farmer of valley {i} sells the pears at dusk." for i in range(6)])
    delta, out = str(tmp_path / "d.safetensors"), tmp_path / "r.json"
    assert main(["study", seen, "--exposures", "8", "--lr", "1e-3", "--out", delta, "--quiet"]) == 0
    scores = {}
    for name, more in (("before", []), ("after", ["--delta", delta])):
        assert main(["recognise", seen, foils, "--out", str(out), *more]) == 0
        scores[name] = json.loads(out.read_text())["accuracy"]
    assert scores["after"] == 1
    assert main(["recall", seen, "--delta", delta, "--prefix-words", "4", "--out", str(out)]) == 0
    assert len(json.loads(out.read_text())) == 6
    assert main(["study", str(tmp_path / "none.jsonl")]) == 2 and "none.jsonl" in capsys.readouterr().err


def test_reward_command(tmp_path, capsys):
    pytest.importorskip("sklearn")
    lines = ["query_id,query,prompt_id,prompt,correct"]
    for i in range(60):
        for p, prompt in enumerate(("Add.", "Guess.")):
            story = f"{'abcdefghij'[i % 10] * 4} story {i} of {i * 7} things"
            lines.append(f"{i},{story},{p},{prompt},{int((i + p) % 3 > 0)}")
    (tmp_path / "log.csv").write_text("\n".join(lines) + "\n")
    out = tmp_path / "rules.json"
    assert main(["reward", str(tmp_path / "log.csv"), "--model", "mean", "--embedder", "hash", "--out", str(out)]) == 0
    assert "rules" in capsys.readouterr().out and json.loads(out.read_text())


def test_rewrite_command(tmp_path, capsys):
    pytest.importorskip("transformers")
    path, out = tmp_path / "q.jsonl", tmp_path / "c.json"
    asked = [dict(question=f"what is like < w{i} > ?", answer=f"v{i}") for i in range(30)]
    path.write_text("".join(json.dumps(r) + "\n" for r in asked))
    argv = ["rewrite", str(path), "Answer.", "Answer with one word.", "--budget", "40", "--rounds", "1",
            "--max-tokens", "8"]
    assert main([*argv, "--out", str(out)]) == 0
    assert {"Answer.", "Answer with one word."} <= {r["text"] for r in json.loads(out.read_text())}
    path.write_text('{"question": "x"}\n')
    assert main(argv) == 2 and "has no question or no answer" in capsys.readouterr().err


def test_edit_command_hands_everything_on(monkeypatch, capsys):
    import promptmem.edit
    given = {}
    monkeypatch.setattr(promptmem.edit, "run_config", lambda path, **kw: given.update(kw, path=path) or "done")
    assert main(["edit", "c.yaml", "--model", "demo", "--texts", "5", "--out", "x", "--quiet"]) == 0
    assert capsys.readouterr().out == "done\n" and given["path"] == "c.yaml" and given["texts"] == 5
    assert given["model"] == "demo" and given["progress"] is False
    monkeypatch.undo()
    assert main(["edit", "no-such.yaml"]) == 2 and "no-such.yaml" in capsys.readouterr().err


def test_settings_tell_what_runs_and_no_key(tmp_path, monkeypatch):
    import promptmem as pm
    monkeypatch.setenv("MY_API_KEY", "hush-hush-hush-42")
    monkeypatch.setenv("PROMPTMEM_DATA", "/data/hush-hush-hush-42")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789abcdef0123456789")
    from promptmem.lm import CallableLM
    lm = CallableLM(lambda p: "x", name="parrot", cache=tmp_path / "answers.db")
    with pm.Store(tmp_path / "memory.db"):
        said = pm.settings()
        rows = dict(said.rows)
        assert "parrot" in rows["models"] and "memory.db" in rows["stores"] and "answers.db" in rows["caches"]
        for text in (repr(said), said._repr_html_()):
            assert "hush-hush" not in text and "0123456789abcdef" not in text and "OPENAI_API_KEY" in text
    assert "memory.db" not in dict(pm.settings().rows)["stores"] and lm.name == "parrot"
