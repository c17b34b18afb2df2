"""Bad values for every option of every command: a result, or status 2 with one line that a terminal can show."""
import argparse
import io
import json
import re
import sys

import nbformat
import pytest

from promptmem.batch.results import write_json
from promptmem.cli import COMMANDS, main, parser
from promptmem.memory import mcp
from promptmem.store import Store

TEXTS = ["", " ", "\0", "a\0b", "\ud83d", "\x1b[2Jx\x07", "\u202eabc", "a\nb", ".", "folder", "binary.bin", "nan",
         "a"*5000, "-", "--", "-1", "/dev/null/file", "[", "{}", "'", "sqlite:///", "http://[", "postgresql:",
         "no/such/file.jsonl", "empty.jsonl", "=cmd", "a"*300 + ".jsonl"]
NUMBERS = ["", " ", "x", "0", "-1", "1e3", "nan", "inf", "9"*30, "\u0663", "0x10", "1.5", "\0", "\ud83d", "1e400"]
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")

# what a command is given beside the bad value; the other commands need a model, a kernel or a server
LIGHT = dict(tasks=["3"], logs=["logs"], clarify=["the letter", "--question", "what is x"], memories=[],
             forget=["--question", "zzz"], export=["out.jsonl"], fetch=["words", "--mirror", "http://127.0.0.1:9"])
LIGHT["import"] = ["empty.jsonl"]
ALL = LIGHT | dict(stream=["own", "1", "--model", "none:x"], study=["s.jsonl", "--model", "none:x"],
                   recognise=["s.jsonl", "s.jsonl", "--model", "none:x"], recall=["s.jsonl", "--model", "none:x"],
                   reward=["none.csv"], rewrite=["q.jsonl", "Answer.", "--model", "none:x"], edit=["none.yaml"],
                   ask=["what is x", "--model", "none:x"],
                   grid=["nb/n.ipynb", "--set", "n=1", "--out", "runs", "--executor", "serial", "--quiet"],
                   report=["--out", "rep", "--notebooks", "nb", "--executor", "serial", "--quiet"],
                   mcp=["--embedder", "none"], settings=[])
SLOW_ON_PURPOSE = {("grid", "executor"), ("report", "executor")} # a cluster waits for its machines


def run_at_once(notebook, folder, parameters, **how):
    "What a run leaves behind, without a kernel"
    result = dict(status="ok", run=folder.name, notebook=notebook.name, parameters=parameters, seconds=1., metrics={})
    write_json(folder/"result.json", result)
    return result


def serve_nobody(make):
    "A server that is made as ever and whose client closes it at once"
    def call(*args, **kw):
        server = make(*args, **kw)
        server.run = lambda how: None
        return server
    return call


@pytest.fixture
def here(tmp_path, monkeypatch):
    "A folder for scratch, two below the one that a path may lead out to"
    folder = tmp_path/"a"/"here"
    for name in ("folder", "logs"): (folder/name).mkdir(parents=True)
    (folder/"binary.bin").write_bytes(bytes(range(256)))
    (folder/"empty.jsonl").write_text("")
    (folder/"s.jsonl").write_text(json.dumps(dict(sent="the man saw a dog")) + "\n")
    (folder/"q.jsonl").write_text(json.dumps(dict(question="q", answer="a")) + "\n")
    cell = nbformat.v4.new_code_cell("n: int = 1\ntext: str = ''", metadata=dict(tags=["parameters"]))
    (folder/"nb").mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder/"nb"/"n.ipynb")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("promptmem.batch.grid.run_notebook", run_at_once)
    monkeypatch.setattr("promptmem.memory.mcp.make_server", serve_nobody(mcp.make_server))
    monkeypatch.setenv("HOME", str(tmp_path/"home"))
    with Store("memory.db") as s: s.add(scope="default", key="what is x", text="the letter")
    return folder


def options(name):
    there = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction)).choices[name]._actions
    return [a for a in there if not isinstance(a, argparse._HelpAction)]


def lines_with(name, option, value):
    "The command line in which the option has the value"
    line = [name, *ALL[name]]
    if option.option_strings:
        long = option.option_strings[-1]
        if option.nargs == 0: return [*line, f"{long}={value}"]
        if long in line: del line[line.index(long):line.index(long)+2]
        return [*line, f"{long}={value}"]
    at = 1 + [a.dest for a in options(name) if not a.option_strings].index(option.dest)
    return line[:at] + [value] + line[at+1:] if at < len(line) and line[at][:2] != "--" else [*line[:at], value,
                                                                                              *line[at:]]


def status(line, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    try: code = main(line)
    except SystemExit as e: code = e.code
    return code, capsys.readouterr()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ALL)
def test_a_bad_value_is_one_line(here, name, capsys, monkeypatch):
    tried = 0
    for i, option in enumerate(options(name)):
        if (name, option.dest) in SLOW_ON_PURPOSE: continue
        for value in (NUMBERS if option.type in (int, float) else TEXTS)[i % 3::3]: # a third of them for each
            line = lines_with(name, option, value)
            code, said = status(line, capsys, monkeypatch)
            tried += 1
            assert code in ((0, 1, 2) if name in ("grid", "report") else (0, 2)), line
            if code == 2:
                assert len(said.err.strip().split("\n")) == 1, (line, said.err)
                assert said.err.startswith("promptmem") and len(said.err) < 1000, (line, said.err)
            assert not CONTROL.search(said.out + said.err), (line, said)
    assert tried >= 15*(name != "settings") and not {*COMMANDS} - {*ALL}


@pytest.mark.parametrize("line", [["tasks"], ["tasks", "x"], ["ask"], ["forget", "--nothing"],
                                  ["tasks", "3", "--split", "x"], ["--nothing"],
                                  ["recall", "s.jsonl", "--beams", "many"]])
def test_a_line_that_the_grammar_refuses_is_one_line_too(line, capsys, monkeypatch):
    code, said = status(line, capsys, monkeypatch)
    assert code == 2 and len(said.err.strip().split("\n")) == 1 and "--help)" in said.err and not said.out
