"""Tasks, counting, scorers: what goes in is checked, what it costs is counted."""
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptmem.core import InvalidData
from promptmem.lm.base import CallableLM
from promptmem.rewrite import (
    BudgetSpent, JudgeScorer, Ledger, PromptTask, ScorerError, estimate_cost, optimize_prompt)
from promptmem.rewrite.task import RewardScorer, published_grade

ROWS = [(f"what is {i} plus 2 ?", str(i+2)) for i in range(20)]


def test_split_is_a_partition_with_a_stable_hash():
    a, b = PromptTask(ROWS, seed=3), PromptTask(ROWS, seed=3)
    ids = [e.id for s in a.split.values() for e in s]
    assert sorted(ids) == sorted(str(i) for i in range(20)) and a.split_hash == b.split_hash
    assert a.split_hash != PromptTask(ROWS, seed=4).split_hash


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 8), min_size=3, max_size=40), st.integers(0, 5))
def test_equal_questions_and_groups_stay_on_one_side(numbers, seed):
    rows = [
        dict(question=f"Number {n}?" if i % 2 else f"number  {n}", expected="x", id=str(i))
        for i, n in enumerate(numbers)
    ]
    task = PromptTask(rows, seed=seed)
    where = {}
    for s, es in task.split.items():
        for e in es:
            number = e.question.split()[1].strip("?")
            assert where.setdefault(number, s) == s


@pytest.mark.parametrize(
    "rows, message",
    [
        ([("a", "b")], "at least three examples"),
        ([dict(text="a")] * 3, "example 0 needs the fields 'question'"),
        ([("a", "b"), ("c", ""), ("d", "e")], "example 1: the expected answer is empty"),
        ([("a", "b"), 7, ("d", "e")], "example 1 is a int"),
        (
            [dict(question="a", answer="b", id="x"), dict(question="c", answer="d", id="x"), ("e", "f")],
            "id 'x' occurs twice",
        ),
        ({"train": [("a", "b")]}, "needs the keys train, dev, held_out"),
        ({"train": [("a?", "b")], "dev": [("c", "d")], "held_out": [("A", "b")]}, "stands in both train and held_out"),
    ],
)
def test_bad_examples_are_named(rows, message):
    with pytest.raises(InvalidData, match=message.replace("?", r"\?")): PromptTask(rows)


def test_bad_split_and_template():
    with pytest.raises(ValueError, match="sum to 1"): PromptTask(ROWS, split=(.5, .1, .1))
    with pytest.raises(ValueError, match="needs both"): PromptTask(ROWS, template="{question}")


def test_template_is_filled_in_one_pass():
    task = PromptTask(ROWS, template="{question} :: {prompt}")
    assert (
        task.render("use {question} and {braces}", "is {prompt} a slot?")
        == "is {prompt} a slot? :: use {question} and {braces}"
    )


def test_ledger_refuses_before_sending():
    sent = []
    lm = CallableLM(lambda p: sent.append(p) or "x")
    task, ledger = PromptTask(ROWS), Ledger(5)
    task.run("p", task.train[:5], lm, ledger)
    with pytest.raises(BudgetSpent): task.run("p", task.train[:1], lm, ledger)
    assert len(sent) == 5 and ledger.requests == 5


def test_judge_calls_count_twice():
    task, ledger = PromptTask(ROWS, grader=JudgeScorer(CallableLM(lambda p: "7"))), Ledger(10)
    assert task.calls_per_answer == 2
    assert [s for s, _ in task.run("p", task.train[:5], CallableLM(lambda p: "x"), ledger)] == [.7]*5
    assert ledger.requests == 10
    with pytest.raises(BudgetSpent): task.run("p", task.train[:1], CallableLM(lambda p: "x"), ledger)


@pytest.mark.parametrize(
    "scorer, message",
    [
        (lambda a, e: float("nan"), "NaN on example"),
        (lambda a, e: None, "returned None on example"),
        (lambda a, e: "good", "returned 'good' on example"),
        (lambda a, e: 3, "scores lie in"),
        (lambda a, e: {}["x"], "raised KeyError on example"),
    ],
)
def test_bad_scorers_name_the_example(scorer, message):
    task = PromptTask(ROWS, grader=scorer)
    with pytest.raises(ScorerError, match=message): task.run("p", task.dev[:1], CallableLM(lambda p: "x"))


def test_reward_scorer_takes_any_sequence_classifier(tiny_checkpoint):
    transformers = pytest.importorskip("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_checkpoint)
    config = transformers.AutoConfig.from_pretrained(tiny_checkpoint, num_labels=1, pad_token_id=tokenizer.pad_token_id)
    model = transformers.GPTNeoXForSequenceClassification(config)
    task = PromptTask(ROWS, grader=RewardScorer(model, tokenizer))
    scores = [s for s, _ in task.run("p", task.train, CallableLM(lambda p: p))]
    assert all(0 <= s <= 1 for s in scores) and len(set(scores)) > 1
    assert RewardScorer(model, tokenizer, mapping="published").score("a", task.train[0]) in [k/10 for k in range(11)]
    # of two classes the second is the score; of three somebody has to say which
    config.num_labels = 2
    two = transformers.GPTNeoXForSequenceClassification(config)
    share = [RewardScorer(two, tokenizer, label=k).score("a", task.train[0]) for k in (0, 1)]
    assert sum(share) == pytest.approx(1) and RewardScorer(two, tokenizer).score("a", task.train[0]) == share[1]
    config.num_labels = 3
    with pytest.raises(ValueError, match="label= says which output is the score"):
        RewardScorer(transformers.GPTNeoXForSequenceClassification(config), tokenizer)


def test_published_grade_mapping():
    assert (
        published_grade(-2.9) == 0
        and published_grade(9.0) == 0.9
        and published_grade(20) == 1
        and published_grade(-9) == 0
    )


def test_evaluation_and_hard_questions():
    lm = CallableLM(lambda p: str(int(p.split("what is ")[1].split()[0]) + 2) if "add" in p else "no idea")
    task = PromptTask(ROWS)
    assert task.evaluate("add", lm).mean == 1 and task.evaluate("guess", lm).mean == 0
    assert len(task.hard_questions("guess", lm)) == len(task.train) and not task.hard_questions("add", lm)
    assert set(task.evaluate("add", lm).frame) == {"id", "question", "expected", "answer", "score"}


def test_one_question_with_two_answers_is_told():
    rows = [("2 and 2 ?", "4"), ("2 and 3 ?", "5"), ("2 and 4 ?", "6"), ("2 and 2 ?", "5")]
    with pytest.warns(UserWarning, match="the question '2 and 2 \\?' is given with two answers, '4' and '5'") as told:
        PromptTask(rows)
    assert told[0].filename == __file__                            # the warning points at the call
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        PromptTask(rows[:3] + rows[:1])                            # said twice, with the same answer


def test_a_search_takes_what_a_task_takes(tmp_path):
    rows = [(f"{i} and 1 ?", str(i + 1)) for i in range(40)]
    (tmp_path/"t.csv").write_text("question,answer\n" + "".join(f"{q},{a}\n" for q, a in rows))
    lm = CallableLM(lambda p: "7" if "Add" in p else "3")
    kw = dict(seeds=["Sum.", "Add."], budget_calls=120, proposers=[])
    splits = {optimize_prompt(task, lm, **kw).config["split"] for task in (PromptTask(rows), rows, tmp_path/"t.csv")}
    assert len(splits) == 1
    assert estimate_cost(rows, lm, ["Add."])["requests"] > 0
    for bad in (None, 3, PromptTask, b"x", "nothing.csv"):
        with pytest.raises((InvalidData, FileNotFoundError)): optimize_prompt(bad, lm, **kw)
