"""Kinds of faults that logs have shown: small logs, symbols, positions for prompts, gaps, scikit-learn's habits."""
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptmem.core import InvalidData
from promptmem.record import Interaction
from promptmem.reward.choose import escalation_curve, risk_coverage, risk_threshold
from promptmem.reward.fits import slopes
from promptmem.reward.model import PromptReward
from promptmem.reward.outcomes import Outcomes, find_leaks, question_key
from promptmem.stats import expit

from .worlds import PROMPTS, kinds


def small_log(n, m, seed, base=0., own=1., topic=0.):
    "n questions, m prompts; what the truth is on 200 new questions"
    r = np.random.default_rng(seed)
    words = ["brown cow", "tall tower", "grey sea"]
    kind = r.integers(3, size=n+200)
    z = base + r.normal(0, .6, m) + own*r.normal(size=(n+200, 1)) + topic*np.array([-1., 0, 1.])[kind][:, None]
    qs = [f"what of the {words[k]} number {i} ?" for i, k in enumerate(kind)]
    y = r.random((n+200, m)) < expit(z)
    rows = [dict(query=qs[i], prompt=f"Wording {j}:", correct=bool(y[i, j])) for i in range(n) for j in range(m)]
    return Outcomes.read(pd.DataFrame(rows)), qs[n:], [f"Wording {j}:" for j in range(m)], expit(z[n:])


@pytest.mark.parametrize("model", ["hierarchical", "logistic", "lightgbm"])
@pytest.mark.parametrize("n, base, own, topic",
                         [(8, 0., 1., 0.), (20, 1., 2., 0.), (45, 0., .3, 1.), (60, -2., 1., 0.), (150, .5, 1., .5)])
def test_no_log_is_so_small_that_the_model_is_worse_than_the_rates(model, n, base, own, topic):
    worse = []
    for seed in range(4):
        out, new, prompts, truth = small_log(n, 3, seed, base, own, topic)
        rm = PromptReward(model=model, embedder="hash:64", landmarks=100).fit(out)
        p, rates = rm.predict_proba(new, prompts), rm.prompt_probability(prompts)
        worse.append(((p-truth)**2).mean() - ((rates-truth)**2).mean())
    assert np.mean(worse) < .012 and np.max(worse) < .06, worse


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 80), st.integers(1, 5), st.floats(-50, 50), st.floats(1e-4, 5), st.integers(0, 10**6))
def test_slopes_stay_finite_and_do_not_depend_on_where_zero_lies(n, m, at, scale, seed):
    r = np.random.default_rng(seed)
    f, right = at + scale*r.normal(size=n), (r.random((n, m)) < r.random())*1.
    b = slopes(f, right, np.ones((n, m)))
    p = expit(b[0] + np.outer(f, b[1]))
    assert np.isfinite(b).all() and b[1].mean() >= -1e-9
    # never all .03 where .6 were right; four trials' worth of pull to the common rate weigh more among few
    assert np.abs(p.mean(0) - right.mean(0)).max() < max(.35, 4/(n+4) + .1)
    far = slopes(f + 100, right, np.ones((n, m)))
    np.testing.assert_allclose(far[0] + 100*far[1], b[0], atol=.02)


@pytest.mark.parametrize("a, b",
                         [("Use C++.", "Use C#."), ("x < y", "x > y"), ("Answer in $.", "Answer in %."),
                          ("a + b", "a - b")])
def test_prompts_and_questions_with_other_signs_are_others(a, b):
    r = np.random.default_rng(0)
    X = [(f"what is {i} {'+' if i % 2 else '-'} 3 ?", p) for i in range(60) for p in (a, b)]
    y = [int(r.random() < (.9 if p == a else .1)) for _, p in X]
    rm = PromptReward(model="hierarchical", embedder="hash").fit(X, y)
    p = rm.predict_proba(["what is 99 + 3 ?"], [a, b, a.upper()])[0]
    assert p[0] > .7 > .3 > p[1] and abs(p[2] - p[0]) < 1e-9
    assert rm.seen(["what is 4 - 3 ?", "WHAT IS  4-3", "what is 4 + 3 ?"]).tolist() == [True, True, False]
    assert rm.choose("what is 99 + 3 ?").prompt == a
    assert not find_leaks([a], [b]).normalized and question_key(a) != question_key(b)
    assert question_key("what is 4-3") in rm.question_keys_ and question_key("what is 4+3") not in rm.question_keys_


def test_prompts_are_their_texts_not_their_positions():
    def one(prompt_id, text, verdict, question="why?"):
        return Interaction(question, prompt_id=prompt_id, verdict=verdict, meta=dict(prompt_text=text) if text else {})
    out = Outcomes.from_interactions([one("0", "In French:", "right"), one("0", "In one word:", "wrong"),
                                      one("1", "In French:", "right")])
    assert sorted(out.prompts.text) == ["In French:", "In one word:"] and len(out) == 3
    assert out.frame.groupby("prompt_id").correct.sum().tolist() == [2, 0]
    with pytest.warns(UserWarning, match="2 interactions name their prompt by a position"):
        Outcomes.from_interactions([one("0", None, "right"), one("0", None, "wrong"), one("short", None, "right")])
    assert Outcomes.from_interactions([one(None, None, "right")]).prompts.text.tolist() == ["default"]


def test_ids_of_mixed_types():
    out = kinds(30)
    ids = {0: 7, 1: "b", 2: "a"}
    mixed = Outcomes(out.frame.assign(prompt_id=out.frame.prompt_id.map(ids).astype(object)), out.queries,
                     out.prompts.assign(prompt_id=out.prompts.prompt_id.map(ids).astype(object)))
    assert mixed.counts()[1].tolist() == [7, "a", "b"] and list(mixed.wide().columns) == [7, "a", "b"]
    rm = PromptReward(model="mean", embedder="hash:16").fit(mixed)
    assert rm.predict_outcomes(mixed).shape == (len(out),)


def test_labels_and_columns_as_scikit_learn_has_them():
    out = kinds(60)
    X = pd.DataFrame(dict(prompt=[out.prompts.text[p] for p in out.frame.prompt_id], note=1,
                          question=[out.queries.text[q] for q in out.frame.query_id]))
    words = np.where(out.frame.correct == 1, "right", "wrong")
    rm = PromptReward(model="hierarchical", embedder="hash:64", landmarks=60).fit(X, words)
    same = PromptReward(model="hierarchical", embedder="hash:64", landmarks=60).fit(X[["question", "prompt"]],
                                                                                    out.frame.correct)
    assert rm.feature_names_in_.tolist() == ["question", "prompt"] and rm.n_features_in_ == 2
    assert rm.classes_.tolist() == ["right", "wrong"] and set(rm.predict(X)) <= {"right", "wrong"}
    np.testing.assert_allclose(rm.predict_proba(X)[:, 0], same.predict_proba(X)[:, 1],
                               atol=1e-9)      # columns follow classes_
    np.testing.assert_allclose(rm.predict_proba(X[["question", "prompt"]]), rm.predict_proba(X))
    assert rm.score(X, words) == same.score(X, out.frame.correct.to_numpy()) > .6
    with pytest.raises(InvalidData, match="fitted on the columns"):
        rm.predict(X.rename(columns=dict(prompt="template")))
    with pytest.raises(InvalidData, match="'correct' is"): rm.fit(X, np.where(out.frame.correct == 1, "red", "blue"))
    truth = PromptReward(model="mean", embedder="hash:16").fit(X, out.frame.correct.astype(bool))
    assert set(truth.predict(X)) <= {True, False}


def test_a_replay_asks_only_what_the_log_holds():
    answers = np.array([[1., 2., 2.], [np.nan, 5., 5.]])
    correct = np.array([[np.nan, 1., 1.], [0., np.nan, 1.]])
    c = escalation_curve([[.9, .8, .7], [.9, .8, .7]], answers, correct, at_most=[3]).set_index("rule")
    assert c.calls["plain"] == 2 and c.accuracy["plain"] == 1    # no answer: a call; a gap: none
    with pytest.raises(InvalidData, match="no outcome for any"): escalation_curve([[.5]], [[1.]], [[np.nan]])


def test_ties_have_no_order():
    r = np.random.default_rng(0)
    c, y = np.round(r.random(200), 1), r.random(200) < .7
    turn = r.permutation(200)
    pd.testing.assert_frame_equal(risk_coverage(c, y), risk_coverage(c[turn], y[turn]))
    assert risk_threshold(c, y, .4) == risk_threshold(c[turn], y[turn], .4)


def test_results_say_what_came_out():
    from promptmem.reward.evaluate import evaluate_reward
    rm = PromptReward(model="hierarchical", embedder="hash:128", landmarks=100).fit(kinds(240))
    assert repr(evaluate_reward(rm, kinds(150, seed=5))).startswith("Choosing by question helps: ")
    assert repr(rm.choose("add the number 5 and or of",
                          margin=0)).startswith(f"Use {PROMPTS[0]!r}: predicted to be right ")
    assert "Better not answer" in repr(rm.choose("add the number 5", min_p=.999))
    r = np.random.default_rng(1)
    flat = kinds(240)
    flat.frame["correct"] = (r.random(len(flat)) < .5).astype(int)
    none = PromptReward(model="mean", embedder="hash:16").fit(flat)
    other = kinds(150, seed=5)
    other.frame["correct"] = (r.random(len(other)) < .5).astype(int)
    assert repr(evaluate_reward(none, other)).startswith("No gain from choosing by question was proved")


@pytest.mark.parametrize("model", ["lightgbm", "hierarchical", "logistic", "mlp", "stack", "mean"])
def test_a_model_survives_a_pickle(model):
    import pickle
    if model in ("mlp", "stack"): pytest.importorskip("torch")
    out = kinds(60)
    rm = PromptReward(model=model, embedder="hash:64", landmarks=60).fit(out)
    again, new = pickle.loads(pickle.dumps(rm)), ["add the number 7 or of", out.queries.text[3]]
    for a, b in zip(
        rm.predict_interval(new, PROMPTS + ["as a riddle:"]), again.predict_interval(new, PROMPTS + ["as a riddle:"])
    ):
        np.testing.assert_allclose(a, b, atol=1e-12)
    assert repr(again.choose(new[0])) == repr(rm.choose(new[0])) and again.verdict == rm.verdict


def test_searches_groups_and_calibration_of_scikit_learn():
    import sklearn
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.model_selection import GridSearchCV, GroupKFold, cross_validate
    out = kinds(60)
    X = pd.DataFrame(dict(prompt=[out.prompts.text[p] for p in out.frame.prompt_id],
                          question=[out.queries.text[q] for q in out.frame.query_id]))
    y, groups = np.where(out.frame.correct == 1, "right", "wrong"), out.frame.query_id.to_numpy()
    rm = PromptReward(model="hierarchical", embedder="hash:64", landmarks=60)
    search = GridSearchCV(rm, dict(model=["mean", "hierarchical"]), cv=3).fit(X, y)
    assert search.best_params_ == dict(model="hierarchical") and set(search.predict(X)) <= {"right", "wrong"}
    assert CalibratedClassifierCV(rm, cv=2).fit(X, y).predict_proba(X).shape == (len(X), 2)
    with sklearn.config_context(enable_metadata_routing=True):  # groups reach `fit`, so that its folds keep them whole
        asks = PromptReward(model="mean", embedder="hash:16").set_fit_request(groups=True)
        scores = cross_validate(asks, X, y, cv=GroupKFold(3), params=dict(groups=groups))["test_score"]
    assert len(scores) == 3 and np.isfinite(scores).all()


def test_two_assistants_prompts_stay_two(tmp_path):
    from promptmem.lm.base import CallableLM
    from promptmem.memory import Assistant
    from promptmem.store import Store
    store = Store(tmp_path/"m.db")
    for prompt in ("Answer in French.", "Answer in one word."):        # each the only prompt, so each is number 0
        a = Assistant(CallableLM(lambda p: "oui"), store=store, scope="ann", prompts=[prompt])
        for i in range(3): a.accept(a.ask(f"is {i} even?"))
    out = Outcomes.from_store(store, "ann")
    assert sorted(out.prompts.text) == ["Answer in French.", "Answer in one word."] and len(out) == 6


def test_few_questions_keep_the_constant_order_and_its_calibration():
    "Small logs: probabilities are hardly worse calibrated than the rates, and nothing is chosen that was not proved"
    worse, left = [], 0
    for n, base, own in ((12, 0., 1.), (30, 1., .5), (60, -1., 1.), (120, .5, 1.)):
        for seed in range(3):
            out, new, prompts, truth = small_log(n, 4, seed, base, own)
            rm = PromptReward(model="hierarchical", embedder="hash:64", landmarks=100).fit(out)
            p, rates = rm.predict_proba(new, prompts), rm.prompt_probability(prompts)
            worse.append(abs(p.mean() - truth.mean()) - abs(rates.mean() - truth.mean()))
            left += rm.margin_ < np.inf
    assert np.mean(worse) < .01 and np.max(worse) < .06 and left <= 2, (worse, left)


def test_shown_results_open_with_their_verdict():
    from promptmem.reward import RewardComparison, cross_choices, evaluate_reward
    train, test = kinds(240), kinds(90, seed=5)
    rm = PromptReward(model="hierarchical", embedder="hash:128", landmarks=100)
    assert "Nothing learned yet" in rm._repr_html_()
    rm.fit(train)
    results = [train, rm, rm.choose(test.queries.text[0]), evaluate_reward(rm, test, n_boot=50),
               RewardComparison(rm, test.queries.text[:3]), cross_choices(rm, train, folds=3, n_boot=50),
               find_leaks(test.queries.text, train.queries.text)]
    for r in results:
        page = r._repr_html_()
        body = page[page.index("pm-static"):]
        assert r.verdict.split("'")[0].rstrip() in body and "nan" not in body.lower().replace("and", "")
        assert body.index("pm-text") < (body.index("<table") if "<table" in body else len(body))
    hostile = kinds(30, prompts=["<script>alert(1)</script>", "b", "c"])
    assert (
        "<script>alert"
        not in PromptReward(model="mean", embedder="hash:16").fit(hostile)._repr_html_() + hostile._repr_html_()
    )


def test_the_published_baseline_learns_from_every_prompt():
    "A log written prompt by prompt: the first 80 % of its rows would leave the last prompt out"
    from promptmem.reward.model import _question_by_question
    out = kinds(40)
    turned = Outcomes(out.frame.sort_values(["prompt_id", "query_id"]), out.queries, out.prompts)
    rows = _question_by_question(turned)
    assert rows.prompt_id.iloc[:96].value_counts().tolist() == [32, 32, 32]
    pd.testing.assert_frame_equal(rows.reset_index(drop=True),
                                  _question_by_question(out).reset_index(drop=True)[rows.columns])
