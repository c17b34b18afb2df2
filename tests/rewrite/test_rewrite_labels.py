"""Tasks whose right answers are a few labels."""
import pytest

from promptmem.lm.base import CallableLM
from promptmem.rewrite import PromptTask, optimize_prompt
from promptmem.rewrite.task import LabelGrader

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
    res = optimize_prompt(PromptTask(ROWS), CallableLM(lambda p: "It is positive."), ["Judge."], proposers=[])
    assert any(n.startswith("the model answers 'positive' to ") for n in res.notes)
    right = {r["question"]: r["expected"] for r in ROWS}
    good = CallableLM(lambda p: right[p.split("\n\n")[-1]])
    res = optimize_prompt(PromptTask(ROWS), good, ["J."], proposers=[])
    assert not any("the model answers" in n for n in res.notes)
