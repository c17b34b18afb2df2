"""Logs as people have them: the same question twice, labels that are numbers, everything right, everything wrong."""
import numpy as np
import pandas as pd
import pytest

from promptmem.core import InvalidData
from promptmem.lm.base import CallableLM
from promptmem.reward import (Outcomes, PromptReward, collect_outcomes, cross_choices, evaluate_reward, find_leaks,
                              near_groups, replay)
from promptmem.reward.fits import prompt_rates
from promptmem.rewrite import PromptTask
from promptmem.stats import calibration_error

ROWS = [dict(question=f"{i} + 1 =", answer=i + 1) for i in range(12)]


def collect(f, queries):
    return collect_outcomes(CallableLM(f), ["Go:", "Think:"], queries, "contains", progress=False)


def test_a_question_that_stands_twice_is_asked_once_and_two_ids_may_share_a_text():
    q = [dict(text=r["question"], gold=r["answer"]) for r in ROWS[:4]]
    asked = []
    out = collect(lambda p: asked.append(p) or "1", q*3)
    assert len(out.frame) == 8 and len(asked) == 8 and out.queries.gold.tolist() == ["1", "2", "3", "4"]
    named = [dict(d, query_id=i) for i, d in enumerate(q[:2]*2)]
    assert collect(lambda p: "1", named).frame.query_id.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    with pytest.raises(InvalidData, match="stands with two golds"): collect(str, [*q, dict(q[0], gold=7)])
    with pytest.raises(InvalidData, match="row 1: no gold"): collect(str, [q[0], dict(q[1], gold=float("nan"))])


@pytest.mark.parametrize("said, ends", [("7", (.0, .05)), ("1", (.95, 1.))])
def test_all_alike_is_no_certainty(said, ends):
    out = collect(lambda p: said, [dict(text=f"q{i}", gold="1") for i in range(60)])
    rm = PromptReward(embedder="hash:16").fit(out)
    p, lo, hi = rm.predict_interval(["new"], ["Go:"])
    assert ends[0] < p[0, 0] < ends[1] and hi - lo > .01
    assert "outcomes of 60 questions and 2 prompts" in rm.verdict


def test_rates_keep_off_the_ends():
    right = np.array([[1., 1.]]*60)
    assert (prompt_rates(right, np.ones((60, 2))) <= 60.5/61).all()
    assert (prompt_rates(0*right, np.ones((60, 2))) >= .5/61).all()


def test_a_task_reads_its_files_and_says_what_is_odd(tmp_path):
    pd.DataFrame(ROWS).to_csv(tmp_path/"t.csv", index=False)
    assert PromptTask(tmp_path/"t.csv").split_hash == PromptTask(ROWS).split_hash
    with pytest.raises(FileNotFoundError, match="there is no file"): PromptTask(str(tmp_path/"u.csv"))
    with pytest.raises(InvalidData, match="example 12: the expected answer is empty"):
        PromptTask([*ROWS, dict(question="x", answer=float("nan"))])
    with pytest.warns(UserWarning, match="all 12 examples expect 'yes'"):
        PromptTask([dict(r, answer="yes") for r in ROWS])


def test_a_calibration_error_knows_what_chance_shows():
    rng = np.random.default_rng(0)
    q = rng.random((60, 100))
    found = [calibration_error(p, rng.random(100) < p, draws=100) for p in q]
    assert abs(np.mean([c.ece for c in found]) - np.mean([c.chance for c in found])) < .01
    assert np.mean([not c.by_chance for c in found]) < .2
    one = rng.random(100) < q[0]
    p, y, questions = np.repeat(q[0], 8), np.repeat(one, 8), np.repeat(range(100), 8)
    alone, together = calibration_error(p, y), calibration_error(p, y, questions)
    assert together.chance > 2*alone.chance and together.groups == 100
    assert np.isnan(calibration_error([], []).ece)


@pytest.mark.parametrize("embedder", [7, True, [1.], {}, b"hash", object()])
def test_odd_embedders_are_told(embedder):
    out = Outcomes.read([dict(query=f"what is {i}?", prompt="Go:", correct=i % 2) for i in range(8)])
    for call in (lambda: find_leaks(["a"], ["b"], embedder), lambda: near_groups(["a", "b"], embedder),
                 lambda: out.split(embedder=embedder), lambda: PromptReward(embedder=embedder).fit(out)):
        with pytest.raises(ValueError, match="embedder"): call()


def test_an_embedder_may_be_named_where_near_copies_are_looked_for():
    assert find_leaks(["what is two plus two?"], ["what is two plus two?"], "hash:64").near == 1
    assert near_groups(["one and two", "two and one"], "hash:64", threshold=.5).tolist() == [0, 0]


def test_a_log_may_be_a_list_of_dicts():
    rows = [dict(question="1 + 1?", prompt=p, correct=c) for p, c in (("Go:", "yes"), ("Think:", "no"))]
    assert Outcomes.read(rows).frame.correct.tolist() == [1, 0]
    with pytest.raises(InvalidData, match="no column 'correct'"): Outcomes.read([dict(query="a", prompt="b")])


def test_questions_without_a_group_are_groups_of_their_own():
    out = Outcomes.read([dict(query=f"what is {i}?", prompt="Go:", correct=i % 2, group_id=g)
                         for i, g in enumerate(["a", "a", None, None, float("nan"), "b", "b", "c"])])
    assert len({*out.groups()}) == 6 and len({*out.groups([2, 3, 4])}) == 3
    rm = PromptReward(model="mean", embedder="hash:16").fit(out)
    assert rm.groups_.min() == 0 and len({*rm.groups_}) == 6


@pytest.mark.parametrize("call, what", [
    (lambda out, rm: collect_outcomes(CallableLM(lambda p: "1"), ["Go:"], [7]), r"queries\[0\] is 7"),
    (lambda out, rm: collect_outcomes(CallableLM(lambda p: "1"), "Go:", ["a"]), "prompts is 'Go:'"),
    (lambda out, rm: Outcomes([1], out.queries, out.prompts), "expected a DataFrame"),
    (lambda out, rm: out.where([True]), "for each of the 24 outcomes"),
    (lambda out, rm: out.texts([99]), "no query_id 99 among the 12"),
    (lambda out, rm: out.by_role(split={"a": object()}), "no column 'split'"),
    (lambda out, rm: out.split(groups=[1, 2]), "2 groups for 12 questions"),
    (lambda out, rm: rm.choose("q", default="No."), "default is 'No.'"),
    (lambda out, rm: rm.choose("q", costs={"Go:": 1.}), "costs: none for 'Think:'"),
    (lambda out, rm: PromptReward(folds="five").fit(out), "folds is 'five'"),
])
def test_wrong_arguments_are_named(call, what):
    out = Outcomes.read([dict(query=r["question"], prompt=p, correct=i % 2) for i, r in enumerate(ROWS)
                         for p in ("Go:", "Think:")])
    with pytest.raises(InvalidData, match=what): call(out, PromptReward(model="mean", embedder="hash:16").fit(out))


def log_of(n, prompts, every=0):
    "n questions, each under one prompt; every so many-th under all of them"
    r = np.random.default_rng(0)
    return Outcomes.read([dict(query=f"question about {w} number {i}", prompt=p, correct=bool(r.random() < .6))
                          for i in range(n) for w in [str(r.choice(["cats", "dogs"]))]
                          for p in (prompts if every and i % every == 0 else [str(r.choice(prompts))])])


@pytest.mark.parametrize("every", [0, 7])
def test_a_log_whose_questions_were_asked_under_one_prompt_each_is_learned_from_and_judged_with_care(every):
    out = log_of(80, ["A:", "B:"], every).split(test=.4, seed=0)
    rm = PromptReward(embedder="hash:64", landmarks=50).fit(out.by_role("train"))
    assert rm.margin_ == float("inf") and 0 < rm.choose("question about cats").p < 1
    report = evaluate_reward(rm, out.by_role("test"), n_boot=50)
    assert report.verdict.startswith("Whether choosing by question helps cannot be said: ")
    assert "an outcome of every prompt" in report._repr_html_() and "100.0%" not in report.verdict
    def folds(): return cross_choices(PromptReward(embedder="hash:64"), out, folds=2, n_boot=50)
    if every: assert folds().verdict.startswith("Whether")
    else:
        with pytest.raises(InvalidData, match="no line has an outcome of every prompt"): folds()


def test_a_verdict_says_on_how_many_lines_it_rests():
    out = log_of(200, ["A:", "B:"], 3).split(test=.5, seed=0)
    report = evaluate_reward(PromptReward(model="mean", embedder="hash:64").fit(out.by_role("train")),
                             out.by_role("test"), n_boot=50)
    n = int(report.rules.lines.iloc[0])
    assert 20 <= n < report.meta["lines"] and f"judged on the {n} of {report.meta['lines']} lines" in report.verdict


def test_answers_without_a_prompt_are_said_and_a_replay_names_its_gaps():
    judged = [dict(question=f"q {i}", verdict="right" if i % 2 else "wrong", meta=dict(prompt_text="Go:") if i else {})
              for i in range(6)]
    with pytest.warns(UserWarning, match="1 of 6 judged answers name no prompt"): Outcomes.from_interactions(judged)
    with pytest.raises(InvalidData, match="1 of 2 questions lack an outcome"):
        replay(None, [[.5, .4], [.3, .2]], [[1, 0], [1, None]])
