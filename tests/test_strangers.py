"""What somebody writes who has read only the README: other names for columns and arguments, and the names of one object
tried on another."""
import warnings
from types import SimpleNamespace as Part

import pytest

import promptmem as pm
from promptmem.arguments import WrongArgument
from promptmem.core import InvalidData


@pytest.fixture
def client():
    def create(model, messages):
        return Part(model=model, usage=None, choices=[Part(message=Part(content=messages[0]["content"]))])
    bare = Part(chat=Part(completions=Part(create=create)))
    return pm.wrap(bare, scope="alice", embedder=None)


def ask(client, text):
    return client.chat.completions.create(model="m", messages=[dict(role="user", content=text)])


def test_the_wrapped_client_has_the_names_of_the_assistant(client):
    first = ask(client, "how many people live in Georgia")
    c = client.clarify(first, "the country")
    assert client.would_retrieve("how many people live in Georgia?").text == "the country"
    always = client.prefer("numbers in full")
    assert {m.id for m in client.memories()} == {c.id, always.id}
    again = ask(client, "how many people live in Georgia?")
    client.accept(again)
    client.reject(again)
    assert [i.verdict for i in client.store.interactions("alice")] == ["wrong", "wrong"]
    assert "Remembers 2 things" in client._repr_html_()
    assert client.forget(c).complete and client.forget(always.id).complete
    assert client.memories() == [] and "nothing for" in client._repr_html_()


@pytest.mark.parametrize("wrong, said", [
    (lambda c: c.clarify("I meant the country"), "missing a required argument: 'text'"),
    (lambda c: c.clarify("the answer", "I meant the country"), "what create() returned"),
    (lambda c: pm.wrap(c, user="alice"), "It takes client, store, scope"),
    (lambda c: pm.wrap(c, scopes="alice"), "did you mean scope?"),
])
def test_a_wrong_call_says_what_is_meant(client, wrong, said):
    with pytest.raises((WrongArgument, InvalidData)) as e: wrong(client)
    assert said in str(e.value)


def test_an_assistant_prefers_and_forgets():
    a = pm.Assistant(pm.CallableLM(str), scope="ana", lookup="closest")
    c = a.prefer("in one sentence")
    assert "in one sentence" in a.ask("why is the sky blue?").prompt
    assert a.forget(c).complete and a.memories() == []
    r = a.ask("why is the sky blue?")
    assert str(r).startswith("why is the sky blue?\n") and "Interaction(" not in str(r)


LOG = "user_message;system_prompt;thumbs\n" + "".join(
    f"How do I reset thing {i}?;{p};{'up' if (i + k) % 3 else 'down'}\n"
    for i in range(12) for k, p in enumerate(("Be brief.", "Use a list.")))


@pytest.mark.parametrize("given", ["file", "frame", "log"])
def test_a_log_under_other_names_is_outcomes(tmp_path, given):
    pd, reward = pytest.importorskip("pandas"), pytest.importorskip("promptmem.reward")
    (tmp_path / "log.csv").write_text(LOG)
    source = dict(file=tmp_path / "log.csv", frame=pd.read_csv(tmp_path / "log.csv", sep=";"),
                  log=pm.read_log(tmp_path / "log.csv"))[given]
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        out = reward.Outcomes.read(source)
    assert (len(out.frame), sorted(out.prompts.text)) == (24, ["Be brief.", "Use a list."])
    told = [str(w.message) for w in said if "was read as a log" in str(w.message)]
    assert bool(told) == (given != "log") and all("question from 'user_message'" in t for t in told)


def test_what_is_no_log_says_how_to_read_it(tmp_path):
    reward = pytest.importorskip("promptmem.reward")
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InvalidData, match=r"no column 'query'.*pm\.read_log\(file, columns=") as e:
        reward.Outcomes.read(tmp_path / "bad.csv")
    assert "bad.csv" in str(e.value)


def test_a_reward_model_learns_from_a_log(tmp_path):
    reward = pytest.importorskip("promptmem.reward")
    (tmp_path / "log.csv").write_text(LOG)
    rm = reward.PromptReward(model="logistic", embedder="hash:64").fit(pm.read_log(tmp_path / "log.csv"))
    said = rm.choose("How do I reset thing 40?").verdict
    assert "times in 100" in said and "0." not in said


@pytest.mark.parametrize("asked, answer", [("question", "expected"), ("text", "label"), ("input", "output"),
                                           ("sentence", "label"), ("query", "gold")])
def test_tasks_under_other_names(asked, answer):
    rewrite = pytest.importorskip("promptmem.rewrite")
    rows = [{asked: f"I like it {i}", answer: "positive"} for i in range(6)]
    task = rewrite.PromptTask(rows)
    assert len(task.train) + len(task.dev) + len(task.held_out) == 6
    with pytest.raises(InvalidData, match="example 0 needs the fields 'question'"):
        rewrite.PromptTask([dict(comment="x", label="y")]*6)


def test_a_folder_is_a_model(monkeypatch, tmp_path):
    pytest.importorskip("torch")
    from promptmem.data import data_dir
    folder = data_dir() / "models" / "demo_lm"
    monkeypatch.chdir(folder.parent)
    assert pm.load_lm("demo_lm").name == pm.load_lm(folder).name.split("/")[-1] == "demo_lm"
    with pytest.raises(ValueError, match="unknown model 'gpt-4o'"): pm.load_lm("gpt-4o")
