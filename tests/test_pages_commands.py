"""Every command that a page of the documentation shows is run here, on small files of our own."""
import json
import re
import shlex
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from promptmem import data
from promptmem.cli import main
from promptmem.record import Interaction
from promptmem.store import Store

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "nbs/index.ipynb", *sorted((ROOT / "nbs/coming_from").glob("*.ipynb")),
         *sorted((ROOT / "nbs/guides").glob("*.ipynb")), *sorted((ROOT / "tutorials").glob("*.ipynb"))]
SPAN = re.compile(r"`promptmem +([a-z][^`\n]*)`|^(?:\$ +|! *)?promptmem +([a-z][^#\n]*)", re.MULTILINE)


def shown(page):
    "The commands in the prose and the shell blocks of a page"
    for cell in nbformat.read(page, as_version=4).cells:
        if cell.cell_type == "markdown":
            for a, b in SPAN.findall(cell.source):
                if (command := (a or b).strip()): yield command


COMMANDS = sorted({(page.stem, c) for page in PAGES if page.exists() for c in shown(page)})


def jsonl(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))


def config(folder):
    "A published editing configuration of one short epoch"
    import yaml
    row = dict(prefix="the tower of Orun is in", suffix=" Mel", subject="Orun")
    for part in ("train", "eval"): jsonl(folder / f"toy_{part}-val.jsonl", [row])
    jsonl(folder / "toy_hard_neg-val.jsonl", [dict(prefix="the cow is in", suffix=" Bar")])
    for name in ("toy_unconditional-val.jsonl", "val100-val.jsonl"):
        jsonl(folder / name, [dict(text=f"the {w} of the river town is old") for w in "abcdef"])
    at = "toy_{}-val.jsonl".format
    (folder / "config.yaml").write_text(yaml.safe_dump(dict(
        device="cpu", model="EleutherAI/pythia-70m", threshold=1.6094, seed=1, logfile="l", resultsfile="r",
        training=dict(dataset_path=at("train"), batch_size=1, grad_acc_steps=1, num_epochs=1, learning_rate=1e-4,
                      finetune_type="full", loss_type="good", suffix_pair=False, regularization_type="KL",
                      regularization_weight=1e-5, regularization_data_path="val100-val.jsonl"),
        validation=dict(eval_normalization="example", degredation_targeted_path=at("unconditional"),
                        degredation_general_path="val100-val.jsonl", intervention_eval_path=at("eval"),
                        hard_negative=dict(hard_negative_path=at("hard_neg"), eval_type="suffix")))))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    "Small files under the names that the pages use, and one file to fetch per data set"
    (tmp_path / "tutorials").symlink_to(ROOT / "tutorials")
    sentences = [dict(sent=f"The keeper of tower {w} counts the boats.") for w in "abcd"]
    for name, rows in (("F", sentences), ("A", sentences), ("B", [dict(sent=r["sent"][::-1]) for r in sentences])):
        jsonl(tmp_path / f"{name}.jsonl", rows)
    raw = [dict(type=t, meta=dict(word1=f"v{t}", word2=f"w{t}", word=t, definition="d", sentence="s"))
           for t in ("syn", "ant", "hom", "defn", "sent")]
    for name in "ab": jsonl(tmp_path / f"{name}.jsonl", raw)
    (tmp_path / "prompt.txt").write_text("what is like < glad > ?[SEP]the synonym for glad is happy END[SEP]")
    log = [dict(question="what is like < x > ?", expected_answer="y", generated_answer="y", is_correct=True, idx=0,
                correct_so_far=100.0, elapsed_time=1, memory_metadata=dict(memory_used=False, memory_size=0,
                                                                           content=""))]
    jsonl(tmp_path / "D" / "closest_memory_task_type=own_num_tasks=1_clarification_prob=0.5_ts=2022.jsonl", log)
    config(tmp_path)
    (tmp_path / "my.ipynb").write_text(json.dumps(dict(nbformat=4, nbformat_minor=5, metadata={}, cells=[dict(
        cell_type="code", id="p", source="seed: int = 0\nout: str = ''", metadata=dict(tags=["parameters"]),
        outputs=[], execution_count=None)])))
    known = {name: dict(repository=s["repository"], commit=s["commit"], licence="as published",
                        files={"a.txt": dict(at="a.txt", sha256=None)}) for name, s in data.sources().items()}
    monkeypatch.setattr(data, "sources", lambda: known)
    monkeypatch.setattr(data, "_download", lambda url, target, *_: (target.parent.mkdir(parents=True, exist_ok=True),
                                                                    target.write_text("a\n"))[1])
    (tmp_path / "export.csv").write_text("question,answer,comment\nwhat is a jaguar,a car,I mean the animal\n")
    with Store(tmp_path / "memory.db") as store: # somebody has asked here already
        store.log(Interaction("What is a cookie?", scope="alice", answer="a biscuit"))
    monkeypatch.setenv("PROMPTMEM_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


# what the pages leave open: a placeholder -> what stands there here
FILL = {"tasks": {"F": "own", "a": "a.jsonl", "b": "b.jsonl", "100": "12"}, "logs": {"G": "*prob=0.5*"},
        "study": {"F": "F.jsonl", "--exposures": "--exposures"}, "recognise": {"A": "A.jsonl", "B": "B.jsonl"},
        "recall": {"A": "A.jsonl"}, "stream": {"F": "tasks/own/tasks_4.jsonl", "p": "0.5", "P": "prompt.txt"}}
MORE = {"stream": ["--quiet"], "study": ["--quiet"], "edit": ["--model", "demo", "--quiet"]}


@pytest.mark.parametrize("page, command", COMMANDS)
def test_a_command_on_a_page_runs(folder, monkeypatch, capsys, page, command):
    import promptmem.batch.grid
    import promptmem.batch.report
    from promptmem.batch.parameters import check_settings
    argv = [FILL.get(command.split()[0], {}).get(a, a) for a in shlex.split(command)]
    name = argv[0]
    if len(argv) == 1 and name not in ("settings", "fetch"):          # a page that only names it
        with pytest.raises(SystemExit) as e: main([name, "--help"])
        assert e.value.code == 0
        return
    if name in ("stream", "study", "recognise", "recall", "edit"): pytest.importorskip("transformers")
    if name == "mcp": pytest.importorskip("mcp")
    ran = []
    if name == "grid":                     # the settings are checked against the notebook; a sweep takes hours
        def run_grid(notebook, grid, **_):
            check_settings(notebook, [{k: v[0] for k, v in grid.items()}] if isinstance(grid, dict) else grid)
            ran.append(grid)
            return pd.DataFrame(dict(status=["ok"]))
        monkeypatch.setattr(promptmem.batch.grid, "run_grid", run_grid)
    if name == "report":                   # test_cli runs one
        def write_report(out, notebooks, plan, only, **_):
            for n in only: assert (Path(notebooks) / f"{n}.ipynb").exists()
            ran.append(out)
            return "index.html", 0
        monkeypatch.setattr(promptmem.batch.report, "write_report", write_report)
    if name == "mcp":
        import promptmem.memory.mcp as served
        monkeypatch.setattr(served, "serve", lambda *a, **k: ran.append(a), raising=True)
    if name == "stream":
        assert main(["tasks", "4", "--family", "own", "--dump"]) == 0
        if argv[1].startswith("--"): argv[1:1] = ["own", "4"]
    assert main(argv + MORE.get(name, [])) == 0, capsys.readouterr().err
    assert ran or name not in ("grid", "report", "mcp")


def test_the_pages_show_commands():
    assert len(COMMANDS) >= 15 and {c.split()[0] for _, c in COMMANDS} >= {"stream", "tasks", "logs", "edit", "study"}
