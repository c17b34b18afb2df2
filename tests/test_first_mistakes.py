"""What people get wrong in their first hour is told in one sentence that says what to do."""
import importlib

import pandas as pd
import pytest

import promptmem as pm
from promptmem.batch.parameters import read_grid
from promptmem.cli import main
from promptmem.core import InvalidData, read_jsonl
from promptmem.lm.base import CallableLM, LMError
from promptmem.rewrite import PromptTask, load_alpaca, load_humaneval, load_mmlu

ROWS = [dict(question=f"q{i}", answer=f"a{i}") for i in range(6)]


@pytest.mark.parametrize("lm, said", [(None, 'load_lm("smollm2")'), ("smollm2", "load_lm('smollm2')"),
                                      (CallableLM, "a language model"), (7, "a function from text to text")])
def test_an_assistant_without_a_model_says_how_to_get_one(lm, said):
    with pytest.raises(InvalidData) as e: pm.Assistant(lm)
    assert said in str(e.value)


@pytest.mark.parametrize("name", ["hf:./nowhere", "hf:/nowhere/at/all", "hf:~/nowhere", "hf:../nowhere/model.gguf"])
def test_a_model_folder_that_is_not_there_is_no_hub_name(name):
    pytest.importorskip("torch")
    with pytest.raises(LMError, match="there is no folder or file"): pm.load_lm(name)


def test_a_table_is_as_good_as_its_rows():
    tables = [PromptTask(ROWS), PromptTask(pd.DataFrame(ROWS))]
    assert tables[0].split == tables[1].split
    grid = [dict(seed=0), dict(seed=1)]
    assert [dict(s) for s in read_grid(pd.DataFrame(grid))] == grid


def test_examples_to_edit_as_a_table():
    pytest.importorskip("torch")
    edit = importlib.import_module("promptmem.edit")
    rows = [dict(prefix="the tower is in", suffix=" Mel")]
    table, plain = (edit.CanonicalExamples.read(r, quiet=True) for r in (pd.DataFrame(rows), rows))
    assert table.rows == plain.rows and table.rows[0]["prefix"] == "the tower is in"
    with pytest.raises(TypeError, match="CanonicalExamples.read"):
        importlib.import_module("promptmem.edit.losses").encoded(None, None, rows)


@pytest.mark.parametrize("where", [pd.DataFrame(), None, 3, ["memory.db"], b"memory.db"])
def test_a_store_is_a_file_name_or_a_url(where, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidData, match="a file name or a database URL"): pm.Store(where)
    assert not list(tmp_path.iterdir())


def test_a_store_in_place_of_a_folder(tmp_path):
    for where in (tmp_path, str(tmp_path), f"{tmp_path}/"):
        with pytest.raises(InvalidData, match="is a folder: name a file in it"): pm.Store(where)
    pm.Store(tmp_path/"memory.db")


@pytest.mark.parametrize("read", [load_mmlu, load_alpaca, load_humaneval])
@pytest.mark.parametrize("name", ["e.csv", "e.jsonl"])
def test_an_empty_file_is_no_data(read, name, tmp_path):
    (tmp_path/name).write_text("")
    with pytest.raises(InvalidData, match=name): read(tmp_path/name)


def test_the_wrong_kind_of_file_or_columns(tmp_path):
    (tmp_path/"t.csv").write_text("foo,bar\n1,2\n3,4\n5,6\n")
    with pytest.raises(InvalidData, match=r"t.csv:1: expected one JSON object a line"): read_jsonl(tmp_path/"t.csv")
    with pytest.raises(InvalidData, match="needs the fields 'question'.*it has foo, bar"):
        PromptTask(str(tmp_path/"t.csv"))
    with pytest.raises(InvalidData, match="needs the fields 'question'.*it has foo, bar"):
        PromptTask(pd.DataFrame(dict(foo=range(4), bar=range(4))))


@pytest.mark.parametrize("typed, said", [("strem", "did you mean stream?"), ("recognize", "did you mean recognise?"),
                                         ("xyzzy", "there are grid, report")])
def test_a_command_that_is_misspelt(typed, said, capsys):
    assert main([typed, "own", "3"]) == 2
    told = capsys.readouterr().err
    assert said in told and len(told.strip().splitlines()) == 1


def test_a_report_where_no_notebooks_are(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["report"]) == 2 and "copy of the repository" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name, line, said", [
    ("ask", "how warm?", "no assistant yet"), ("ask", " ", "write the question"),
    ("clarify", "in Celsius", "nothing was asked yet"), ("memories", "", "no assistant yet"),
    ("forget", "x", "no assistant yet")])
def test_a_magic_without_an_assistant_says_one_sentence(name, line, said):
    error = pytest.importorskip("IPython.core.error").UsageError
    from promptmem.memory.magics import register
    known = {}
    class Shell:
        "What `register` needs of a shell"
        def register_magic_function(self, function, kind, name): known[name] = function
    register(Shell(), lambda: None)
    with pytest.raises(error, match=said) as e: known[name](line)
    assert e.value.__cause__ is None and e.value.__suppress_context__ and "\n" not in str(e.value)


def test_a_family_that_is_not_known_names_the_argument(tmp_path):
    from promptmem.memory import load_tasks
    (tmp_path / "mine.jsonl").write_text('{"type": "syn", "template_id": "t", "meta": {"word1": "a"}}\n')
    with pytest.raises(InvalidData, match="say with family= which of 'own'"): load_tasks(tmp_path / "mine.jsonl")


def test_an_empty_cell_holds_nothing_so_that_a_folded_table_leaves_it_out():
    from promptmem.panel.parts import as_html, table
    page = as_html([table([dict(a="x", b=.5, c=None, note=""), dict(a="y", b="", c=1, note="chosen")])])
    assert page.count("'></td>") == 3 and "<bdi></bdi>" not in page


def test_a_store_is_named_by_its_path_wherever_one_is_taken(tmp_path):
    "A path or URL opens the store; nothing is lost because somebody wrote a name where an object was expected"
    from types import SimpleNamespace as Part
    from promptmem.edit import from_clarifications
    from promptmem.memory import MemoryInspector
    from promptmem.reward import Outcomes
    from promptmem.store import Store, as_store
    path = str(tmp_path/"memory.db")

    def create(model, messages):
        return Part(model=model, usage=None, choices=[Part(message=Part(content=f"{len(messages)} messages"))])
    client = pm.wrap(Part(chat=Part(completions=Part(create=create))), store=path, scope="alice", embedder=None)
    response = client.chat.completions.create(model="any", messages=[dict(role="user", content="how far is it")])
    client.clarify(response, "in kilometres")
    lm = pm.CallableLM(lambda prompt: "12 miles")
    a = pm.Assistant(lm, store=tmp_path/"memory.db", scope="alice", lookup="closest")
    r = a.ask("how far is it")
    a.accept(r)
    assert r.retrieval.text == "in kilometres"
    with Store(path) as s: assert s.count("alice") == 1 and len(s.interactions("alice")) == 2
    assert len(Outcomes.from_store(path, "alice").frame) >= 1
    assert len(from_clarifications(path, "alice")) == 1
    pytest.importorskip("ipywidgets")
    assert "how far is it" in repr(MemoryInspector(path, "alice"))
    for taken in (lambda: Outcomes.from_store(str(tmp_path/"typo.db"), "alice"),
                  lambda: from_clarifications(tmp_path/"typo.db", "alice")):
        with pytest.raises(InvalidData, match="there is no store"): taken()
    assert not (tmp_path/"typo.db").exists()
    for bad in (3, Store, {}, [path], b"memory.db"):
        with pytest.raises(InvalidData, match="expected a Store, or its path or URL"): as_store(bad)
        with pytest.raises(InvalidData, match="expected a Store, or its path or URL"):
            pm.Assistant(pm.CallableLM(str), store=bad)


def test_panels_say_what_they_were_given_wrongly():
    "Every panel's constructor names the argument, what came and what was expected"
    pytest.importorskip("ipywidgets")
    pytest.importorskip("torch")
    from promptmem.edit import EditCompare, edit
    from promptmem.memory import ClarifyWidget, MemoryInspector
    from promptmem.recall import RecallTester
    from promptmem.reward import Outcomes, PromptReward, RewardComparer
    rows = [dict(query=f"what is {i}", prompt=p, correct=(i + len(p)) % 2 == 0) for i in range(12) for p in ("a", "bb")]
    rm, lm = PromptReward(embedder="hash:64").fit(Outcomes.read(rows)), pm.load_lm("demo")
    e = edit(lm, [("the gate is", " green", "gate")], degradation=None, progress=False, epochs=1)
    e.undo()
    none = RewardComparer(rm, []) # a question may be typed later
    none.compare("what is 3")
    assert "Best here" in repr(none)
    for call, said in (
        (lambda: RewardComparer(rm, "one"), "queries is 'one': expected"),
        (lambda: RewardComparer(3, ["a"]), "rm is 3"),
        (lambda: RecallTester(lm, ["a b"], ["c d"], edit=3), "edit is 3: expected None or an `Edit`"),
        (lambda: RecallTester(3, 4), "model is 3"), (lambda: RecallTester(lm, "one"), "seen is one string"),
        (lambda: EditCompare(3), "expected an `Edit`"), (lambda: EditCompare(e, template=3), "template is 3"),
        (lambda: EditCompare(e, general_text=3), "general_text is 3"),
        (lambda: EditCompare(e, "x"), "examples is 'x'"),
        (lambda: ClarifyWidget("smollm2"), "assistant is 'smollm2'"), (lambda: MemoryInspector(3), "expected a Store")):
        with pytest.raises(InvalidData, match=said): call()
