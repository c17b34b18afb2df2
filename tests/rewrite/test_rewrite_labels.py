"""Tasks whose right answers are a few labels."""
import html
import json

import pytest

from promptmem.lm.base import CallableLM
from promptmem.rewrite import LabelGrader, LeakGuard, OptimizeResult, PromptTask, optimize_prompt

ROWS = [dict(question=f"review {i}", expected=("positive", "negative")[i % 2], id=str(i)) for i in range(60)]


@pytest.mark.parametrize("answer, want", [
    ("positive", "positive"), ("**Positive.**", "positive"), ("The review is negative.", "negative"),
    ("positive or negative", None), ("It could be positive or negative.", None), ("neutral", None), ("", None),
    ("not positive", None), ("It isn't positive", None), ("positive, not negative", "positive"),
    ("Negative rather than positive", "negative"), ("Positive at first. Final answer: negative", "negative"),
    ("Negative\n\nIt has some positive sides.", "negative"), ("positives and negatives weighed:\nnegative", "negative"),
    ("Some positive, some negative.\nOverall: positive", "positive"), ("Answer: positive or negative", None),
])
def test_an_answer_counts_for_the_label_that_it_settles_on(answer, want):
    g = LabelGrader(["positive", "negative"])
    assert g.settled(answer) == want
    assert [g(answer, s) for s in ("positive", "Negative")] == [want == "positive", want == "negative"]


@pytest.mark.parametrize("labels, answer, want", [
    (["positive", "very positive"], "It is very positive.", "very positive"), (["yes", "no"], "No.", "no"),
    (["yes", "no"], "no, yes", None), (["A", "B", "C"], "A fair answer is (B).", "B"), (["A", "B"], "A or B", None),
    (["helpful", "not helpful"], "This is not helpful.", "not helpful"), (["C++", "C"], "C++", "C++"),
])
def test_labels_of_other_kinds(labels, answer, want):
    assert LabelGrader(labels).settled(answer) == want


def test_the_default_grader_sees_what_the_task_is():
    assert isinstance(PromptTask(ROWS).grader, LabelGrader)
    assert PromptTask(ROWS, grader="contains").grader == "contains"
    sums = [(f"{i} plus {i % 2}", str(i % 2)) for i in range(40)]
    names = [(f"capital {i}", f"town {'abcdefghijklmnopqrstuvwxyz'[i % 26]}{'xyz'[i // 26]}") for i in range(40)]
    assert PromptTask(sums).grader == PromptTask(names).grader == "contains"


def test_hedging_earns_nothing_and_one_answer_to_all_is_noted():
    hedge = PromptTask(ROWS).evaluate("p", CallableLM(lambda p: "positive or negative"))
    assert hedge.mean == 0
    with pytest.warns(UserWarning, match="the model answers 'positive'"):
        res = optimize_prompt(PromptTask(ROWS), CallableLM(lambda p: "It is positive."), ["Judge."], proposers=[])
    assert any(n.startswith("the model answers 'positive' to ") for n in res.notes)
    right = {r["question"]: r["expected"] for r in ROWS}
    good = CallableLM(lambda p: right[p.split("\n\n")[-1]])
    res = optimize_prompt(PromptTask(ROWS), good, ["J."], proposers=[])
    assert not any("the model answers" in n for n in res.notes)


def test_a_prompt_may_name_the_classes_but_not_the_answers_of_other_tasks():
    task = PromptTask(ROWS)
    assert LeakGuard()("Say positive or negative.", task, "Judge.") is None
    towns = PromptTask([(f"capital {i}?", f"Town{'abcdefghijklmnopqrstuvwxyz'[i]}") for i in range(26)])
    assert "gold answer" in LeakGuard()("It is Townb.", towns, "Answer.")
    seen = []
    def model(p):
        if "<prompt>" in p: return "<prompt>Answer positive or negative.</prompt>"
        seen.append(p)
        return "positive" if int(p.split()[-1]) % 2 == 0 and "positive or" in p else "negative"
    res = optimize_prompt(task, CallableLM(model, chat=True), ["Judge."], budget_calls=200)
    assert res.improved and "Answer positive or negative." in res.best


def test_one_answer_to_everything_warns_and_stands_in_the_verdict():
    with pytest.warns(UserWarning, match="answers 'positive' to everything"):
        res = optimize_prompt(PromptTask(ROWS), CallableLM(lambda p: "It is positive."), ["Judge."], proposers=[])
    want = "no wording is likely better; the model answers 'positive' to everything"
    assert not res.improved and want in res.verdict
    assert html.escape(res.verdict) in res._repr_html_()
    by_class = res.by_class.set_index("expected")
    assert set(by_class.prompt) == {"seed"} and by_class.right["negative"] == 0
    assert by_class["said positive"].sum() == by_class.n.sum() == res.final["seed"].n


def test_classes_survive_a_file_and_files_of_earlier_versions_are_read(tmp_path):
    with pytest.warns(UserWarning): res = optimize_prompt(PromptTask(ROWS), CallableLM(lambda p: "positive"), ["J."],
                                                          proposers=[])
    res.to_json(tmp_path/"new.json")
    assert OptimizeResult.read(tmp_path/"new.json").classes == res.classes
    d = json.loads((tmp_path/"new.json").read_text())
    del d["classes"]
    (tmp_path/"old.json").write_text(json.dumps(d))
    assert OptimizeResult.read(tmp_path/"old.json").classes == []


def test_the_system_prompt_can_be_what_is_improved():
    asked = []
    def model(messages):
        if isinstance(messages, str): return "<prompt>Use the last letter.</prompt>"
        asked.append(messages)
        said, question = (m["content"] for m in messages)
        return ("positive", "negative")[int(question.split()[-1]) % 2] if "letter" in said else "positive"
    task = PromptTask(ROWS, system="You help.\n{prompt}", template="{question}")
    res = optimize_prompt(task, CallableLM(model, chat=True), ["Judge."], budget_calls=200)
    assert res.improved and "Use the last letter." in res.best          # perhaps with further sentences
    assert all([m["role"] for m in ms] == ["system", "user"] for ms in asked)
    assert all(ms[1]["content"].startswith("review ") and ms[0]["content"].startswith("You help.\n") for ms in asked)


@pytest.mark.parametrize("system, template", [(None, "{question}"), ("Be good.", "{question}"),
                                              ("{prompt}", "{prompt}"), ("{prompt} {question}", "Go.")])
def test_a_template_without_its_slots_is_refused(system, template):
    with pytest.raises(ValueError, match="needs both"): PromptTask(ROWS, system=system, template=template)


def test_braces_in_texts_stay_and_an_empty_system_prompt_sends_none():
    task = PromptTask(ROWS, system="{prompt}", template="{question}")
    assert task.render("use {question}", "a {prompt}") == [dict(role="system", content="use {question}"),
                                                           dict(role="user", content="a {prompt}")]
    assert [m["role"] for m in task.render("", "q")] == ["user"]


def test_an_evaluation_opens_with_how_many_are_right():
    right = {r["question"]: r["expected"] for r in ROWS}
    e = PromptTask(ROWS).evaluate("J.", CallableLM(lambda p: right[p.split("\n\n")[-1]]))
    n = len(e.rows)
    assert e.verdict.startswith(f"{n} of {n} answers are right (100%") and "to everything" not in e.verdict
    assert list(e.classes.precision) == [1., 1.]
    halves = PromptTask(ROWS, grader=lambda a, b: .5).evaluate("J.", CallableLM(lambda p: "so so"))
    assert halves.verdict.startswith("Mean score 0.5") and halves.classes.empty
