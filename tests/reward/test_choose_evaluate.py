import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from promptmem.core import InvalidData
from promptmem.reward import choose as C
from promptmem.reward.evaluate import (availability_metrics, availability_summary, availability_table, classification,
                                       cross_choices, evaluate_reward, pair_ordering)
from promptmem.reward.model import PromptReward
from promptmem.reward.outcomes import LeakedRows

from .worlds import PROMPTS, kinds

probabilities = arrays(float, st.tuples(st.integers(1, 12), st.integers(1, 6)),
                       elements=st.sampled_from([.1, .3, .5, .5, .9]))


@settings(max_examples=80, deadline=None)
@given(probabilities, st.sampled_from(["average", "lowest", "random"]))
def test_weights_are_choices(p, ties):
    w = C.pick(p, ties)
    np.testing.assert_allclose(w.sum(1), 1)
    np.testing.assert_allclose((w*p).sum(1), p.max(1))


@settings(max_examples=80, deadline=None)
@given(probabilities, st.floats(0, 1))
def test_margin_rule_never_pays_less_than_it_promises(p, margin):
    w = C.margin_rule(p, 0, margin)
    gain = (w*p).sum(1) - p[:, 0]
    assert ((gain > margin) | (w[:, 0] == 1)).all()
    assert (C.margin_rule(p, 0, math.inf)[:, 0] == 1).all()


def test_random_ties_average_to_shares():
    p = np.tile([.5, .5, .1], (4000, 1))
    assert abs(C.pick(p, "random", seed=1).mean(0) - [.5, .5, 0]).max() < .03


def test_margin_stays_without_evidence():
    r = np.random.default_rng(0)
    left = 0
    for s in range(40):
        y = (r.random((300, 3)) < .4).astype(float)
        left += C.choose_margin(.4 + r.normal(0, .1, y.shape), y, 0) < math.inf
    assert left <= 5


def test_gate_and_pool():
    p = np.array([[.6, .1, .9], [.4, .1, .2]])
    assert C.best_of_n(p, "gated", [0, 1], [2]).argmax(1).tolist() == [0, 2]
    assert C.best_of_n(p, "pool", [0, 1], pool=[1, 2], gate=.7).argmax(1).tolist() == [2, 2]
    with pytest.raises(ValueError, match="no rule"): C.best_of_n(p, "median")


def test_threshold_keeps_the_risk():
    r = np.random.default_rng(0)
    broken = 0
    for s in range(60):
        c = r.random(600)
        y = r.random(600) < c
        t = C.risk_threshold(c, y, .25, level=.9)
        new = r.random(4000)
        broken += t < math.inf and (1 - (r.random(4000) < new)[new >= t].mean()) > .27
    assert broken <= 9


def test_vote_and_escalation():
    assert C.vote([None, 3., 3., 4.]) == (3., 1)
    asked = []
    v = C.escalate([.2, .9, .5], lambda j: asked.append(j) or 7, lead=3)
    assert asked[0] == 1 and v.answer == 7 and v.calls == len(asked)
    assert C.escalate([.2, .9], lambda j: None, at_most=2).answer is None


def test_replay_learns():
    r = np.random.default_rng(0)
    y = r.random((1500, 3)) < [.2, .7, .4]
    p = np.tile([.6, .4, .4], (1500, 1))
    frozen, thompson, ucb = (C.replay(k, p, y).mean() for k in (None, C.Thompson(3, seed=1), C.LinUCB(3)))
    assert min(thompson, ucb) > frozen + .2


def test_pair_ordering_and_undefined():
    y, p = np.array([[1, 0], [0, 1], [1, 1]]), np.array([[.9, .1], [.9, .1], [.5, .5]])
    assert pair_ordering(y, p) == .5 and math.isnan(pair_ordering([[1, 1]], [[.1, .2]]))
    assert classification([0, 1], [.1, .2])["f1"] is None and classification([0, 0], [.9, .1])["recall"] is None


@pytest.fixture(scope="module")
def model(): return PromptReward(model="hierarchical", embedder="hash:128", landmarks=100).fit(kinds(300))


def test_report_has_baselines_and_intervals(model):
    r = evaluate_reward(model, kinds(150, seed=5), n_boot=200)
    by = r.rules.set_index("rule")
    assert {"random", "best single", "oracle", "best of N", "margin"} <= set(by.index)
    assert by.gain["best single"] == by.lo["best single"] == 0
    assert by.success["oracle"] >= by.success.drop("oracle").max() - 1e-9
    assert by.lo["best of N"] > 0 and (by.lo <= by.gain).all() and (by.gain <= by.hi).all()
    assert {"model", "prompt rates", "always wrong"} == set(r.scores.who)
    assert r.scores[r.scores.who == "always wrong"].undefined_f1.item() == 3
    assert "no test question" in r.label.lower() and "<table" in r._repr_html_() and r.to_dict()["meta"]["seen"] == 0
    assert r.plot().layout.title.text


def test_heldout_prompts_are_scored_apart(model):
    test = kinds(90, seed=6, prompts=["as a sum:", "as a word:", "as a date:", "as a riddle:", "as a poem:"])
    r = evaluate_reward(model, test, n_boot=50)
    assert set(r.scores.prompts) == {"train", "heldout"} and "best of N, gated" in set(r.rules.rule)
    with pytest.raises(InvalidData, match="no best single prompt"): evaluate_reward(model, test.select(prompts=[3, 4]))


def test_seen_questions_are_refused_or_reported_apart(model):
    with pytest.raises(LeakedRows, match="that was in training"): evaluate_reward(model, kinds(300))
    half = kinds(300)
    half.queries = half.queries.assign(text=[t if i < 150 else f"{t} {i}!" for i, t in enumerate(half.queries.text)])
    r = evaluate_reward(model, half, allow_seen=True, n_boot=50)
    assert {"all", "seen", "new"} == set(r.rules.part) and "look-up" in set(r.rules.rule)
    published = evaluate_reward(model, kinds(300), published=True, n_boot=50)
    assert published.label.startswith("PUBLISHED PROTOCOL") and "100%" in published.label
    with pytest.raises(InvalidData, match="empty split"): evaluate_reward(model, kinds(9).select(query_id=[]))


def test_judgments_as_baseline(model):
    test = kinds(60, seed=5)
    test.frame["row"] = test.frame.query_id
    r = np.random.default_rng(0)
    j = test.frame[["row", "prompt_id", "query_id"]].assign(confidence=r.random(len(test)), critic=True)
    report = evaluate_reward(model, test, judgments=j, n_boot=50)
    assert "LLM confidence" in set(report.rules.rule) and "self-critic" in set(report.prompts.who)
    assert report.prompts[report.prompts.who == "self-critic"].recall.eq(1).all()


def test_availability_and_folds():
    rm = PromptReward(model="hierarchical", embedder="hash:64", landmarks=60)
    table = availability_table(rm, kinds(90), kinds(60, seed=3), n_boot=10)
    assert table.setting.nunique() == 7 and availability_summary(table).settings.max() == 3
    folds = cross_choices(rm, kinds(180), folds=3, n_boot=100)
    assert folds.rule.tolist() == ["best single", "best of N", "margin", "oracle"]
    lines = folds.attrs["lines"]
    assert len(lines) == 180 and lines.groupby("group").fold.nunique().max() == 1
    assert pd.api.types.is_numeric_dtype(lines.margin)


def test_pool_of_further_prompts_and_classification_by_number_of_prompts():
    names = PROMPTS + ["as a riddle:", "as a poem:"]
    train, test = kinds(120), kinds(90, seed=3, prompts=names)
    test.prompts = test.prompts.assign(kind=["train"]*3 + ["heldout", "pool"])
    rm = PromptReward(model="hierarchical", embedder="hash:64", landmarks=60)
    fitted = rm.fit(train)
    report = evaluate_reward(fitted, test, n_boot=50)
    assert "best of N, gated to the pool" in set(report.rules.rule) and set(report.scores.prompts) == {
        "train",
        "heldout",
        "pool",
    }
    p, known = fitted.predict_proba(test.queries.text, names), [0, 1, 2]
    expected = C.best_of_n(p, "pool", known, pool=[4], ties="average")
    y = test.wide().to_numpy(float)
    got = report.rules.set_index("rule").success["best of N, gated to the pool"]
    assert got == pytest.approx(C.success(expected, y).mean())
    chosen = fitted.best_of_n(test.queries.text[:20], PROMPTS, "pool", pool=["as a poem:"], gate=.99)
    assert set(chosen) == {"as a poem:"} and set(fitted.best_of_n(test.queries.text[:20], rule="pool", pool=["x"],
                                                                  gate=0.)) <= set(PROMPTS)

    metrics = availability_metrics(availability_table(rm, train, test, sizes=[1, 3], n_boot=10))
    assert set(metrics.metric) == {"accuracy", "precision", "recall", "f1"} and set(metrics.prompts) == {
        "train",
        "heldout",
    }
    all_three = metrics[(metrics.k == 3) & (metrics.metric == "accuracy") & (metrics.prompts == "train")].iloc[0]
    assert all_three["mean"] == pytest.approx(report.metric("accuracy")) and all_three.settings == 1
    assert metrics.undefined.ge(0).all() and metrics.settings.max() == 3
