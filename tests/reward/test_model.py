import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks

from promptmem.core import InvalidData
from promptmem.reward.model import PromptReward
from promptmem.stats import auc, ece, expit, logit

from .worlds import PROMPTS, kinds


def small(**kw): return PromptReward(**{"embedder": "hash:128", "landmarks": 100, "model": "hierarchical", **kw})


@pytest.fixture(scope="module")
def fitted(): return small().fit(kinds(300))


@pytest.mark.parametrize("model, least",
                         [("stack", .7), ("lightgbm", .7), ("hierarchical", .7), ("logistic", .7), ("mlp", .65),
                          ("mean", .45)])
def test_models_learn_and_are_reproducible(model, least):
    train, test = kinds(300), kinds(150, seed=9)
    p = small(model=model).fit(train).predict_outcomes(test)
    assert p.shape == (len(test),) and (p > 0).all() and (p < 1).all()
    assert auc(p, test.frame.correct) > least
    np.testing.assert_allclose(p, small(model=model).fit(train).predict_outcomes(test), atol=1e-6)


def test_published_model_reads_prompts_by_their_vectors():
    pytest.importorskip("xgboost")
    rm = small(model="xgboost", params=dict(rounds=30, params=dict(eta=.2, max_depth=3))).fit(kinds(200))
    p = rm.predict_proba(["add the number 5 and or of"], [*PROMPTS, "as a mystery:"])
    assert p.shape == (1, 4) and np.isfinite(p).all()


CHECKS = ["check_no_attributes_set_in_init", "check_parameters_default_constructible", "check_get_params_invariance",
          "check_set_params",
          "check_estimator_cloneable", "check_estimator_repr", "check_do_not_raise_errors_in_init_or_set_param",
          "check_estimator_tags_renamed",
          "check_valid_tag_types", "check_mixin_order"]


@pytest.mark.parametrize("name", CHECKS)
def test_sklearn_checks_that_apply(name):
    check = getattr(estimator_checks, name, None)
    if check is None: pytest.skip(f"this scikit-learn has no {name}")
    check("PromptReward", PromptReward())


def test_sklearn_habits():
    out = kinds(150)
    X = np.array([(out.queries.text[q], out.prompts.text[p]) for q,
                  p in zip(out.frame.query_id, out.frame.prompt_id)], object)
    y = out.frame.correct.to_numpy()
    p = cross_val_predict(small(), X, y, cv=3, method="predict_proba")
    assert p.shape == (len(X), 2) and np.allclose(p.sum(1), 1) and auc(p[:, 1], y) > .6
    pipe = make_pipeline(FunctionTransformer(lambda X: X), clone(small(seed=3))).fit(X, y)
    assert set(pipe.predict(X[:9])) <= {0, 1} and pipe.score(X, y) > .6
    with pytest.raises(NotFittedError): small().predict_proba(["a"], ["b"])
    with pytest.raises(InvalidData, match="pairs of texts"): small().fit(np.zeros((4, 2)), np.zeros(4))
    with pytest.raises(InvalidData, match="2 pairs but 3 outcomes"): small().fit(X[:2], [0, 1, 1])


def test_each_text_is_embedded_once():
    texts = []

    class Counting:
        def __call__(self, ts):
            texts.extend(ts)
            return np.random.default_rng(len(ts)).normal(size=(len(ts), 8)).astype(np.float32)
    rm = small(embedder=Counting()).fit(kinds(60))
    rm.predict_outcomes(kinds(60))
    assert len(texts) == len(set(texts)) == 60 + 3


def test_one_class_only_is_answered_with_rates():
    out = kinds(40)
    for value in (0, 1):
        one = out.where(out.frame.correct.to_numpy() == value)
        p = small().fit(one).predict_proba(out.texts()[:3], out.prompt_texts() + ["never seen"])
        assert np.isfinite(p).all() and ((p > .8).all() if value
                                         else (p < .2).all()) and (p > 0).all() and (p < 1).all()


@pytest.mark.parametrize("n", [1, 2, 5, 9])
def test_tiny_logs_still_answer(n):
    out = kinds(n)
    rm = small(model="lightgbm").fit(out)
    assert np.isfinite(rm.predict_proba(["anything at all"], out.prompt_texts())).all()
    assert rm.choose("anything at all").prompt in PROMPTS


def test_empty_and_nan():
    with pytest.raises(InvalidData, match="no outcomes to learn from"): small().fit(kinds(9).select(query_id=[]))
    bad = lambda ts: np.full((len(ts), 4), np.nan)
    with pytest.raises(ValueError, match="holds NaN or infinity"): small(embedder=bad).fit(kinds(9))
    with pytest.raises(ValueError, match="no model 'gbm'"): small(model="gbm").fit(kinds(9))
    with pytest.raises(ValueError, match="no calibration"): small(calibration="beta").fit(kinds(9))


def test_prompt_never_seen_is_uncertain(fitted):
    p, lo, hi = fitted.predict_interval(["add the number 5 and or of"], [*PROMPTS, "in three words:"])
    width = np.log(hi/(1-hi)) - np.log(lo/(1-lo))  # on the logit scale
    assert width[0, 3] > np.median(width[0, :3]) and 0 < p[0, 3] < 1


def test_seen_questions_use_their_outcomes():
    out = kinds(90, draws=4, good=.6, bad=.5)
    r = np.random.default_rng(0)
    luck = r.random((90, 3))  # each question and prompt has its own rate: only memory can know
    out.frame["correct"] = (r.random(len(out)) < luck[out.frame.query_id, out.frame.prompt_id]).astype(int)
    past, last = out.select(draw=[0, 1, 2]), out.select(draw=3)
    with_memory, without = (auc(small(memory=m).fit(past).predict_outcomes(last), last.frame.correct)
                            for m in (True, False))
    assert with_memory > .7 and with_memory > without + .1


@pytest.mark.parametrize("draws", [1, 3])
@pytest.mark.parametrize("own", [0., 1.])
def test_intervals_cover(own, draws):
    "Where kinds of questions decide, and where every question is its own"
    r = np.random.default_rng(1)
    def rates(n):
        z = logit(np.where(np.arange(n)[:, None] % 3 == np.arange(3), .8, .3))
        return expit(z + own*(r.normal(size=(n, 1)) + .5*r.normal(size=(n, 3))))
    out, truth = kinds(300, seed=4, draws=draws), rates(300)
    out.frame["correct"] = (r.random(len(out)) < truth[out.frame.query_id, out.frame.prompt_id]).astype(int)
    p, lo, hi = small(memory=False).fit(out).predict_interval(kinds(90, seed=8).texts(), PROMPTS, level=.9)
    t = rates(90)
    assert ((lo <= t) & (t <= hi)).mean() >= (.8 if own else .9)


@pytest.mark.parametrize("calibration", ["platt", "isotonic", "none"])
def test_calibration(calibration):
    rm = small(calibration=calibration).fit(kinds(400, draws=2))
    test = kinds(300, seed=6)
    assert ece(rm.predict_outcomes(test), test.frame.correct) < .08
    rm.calibrate(kinds(200, seed=7), "isotonic")
    assert ece(rm.predict_outcomes(test), test.frame.correct) < .1
    with pytest.raises(InvalidData, match="are training questions"): rm.calibrate(kinds(400))


def test_cost_aware_choice_and_abstention(fitted):
    q = "add the number 5 and or of"
    free = fitted.choose(q, margin=0)
    assert free.prompt == PROMPTS[0] and free.interval[0] < free.p < free.interval[1] and not free.abstained
    assert fitted.choose(q, margin=0, costs={PROMPTS[0]: 9, PROMPTS[1]: 1, PROMPTS[2]: 1},
                         tradeoff=.1).prompt != PROMPTS[0]
    assert fitted.choose(q, min_p=.999).abstained
    with pytest.raises(ValueError, match="no prompts to choose from"): fitted.choose(q, [])
    with pytest.raises(ValueError, match="costs"): fitted.choose(q, costs=[1])
    with pytest.raises(TypeError, match="list of texts"): fitted.predict_proba("one text", PROMPTS)


def test_prediction_does_not_change_state(fitted):
    a = fitted.predict_proba(["add 1", "spell 2"], PROMPTS)
    fitted.predict_proba([], PROMPTS), fitted.predict_interval(["x"], PROMPTS)
    np.testing.assert_array_equal(a, fitted.predict_proba(["add 1", "spell 2"], PROMPTS))
    np.testing.assert_allclose(a[::-1], fitted.predict_proba(["spell 2", "add 1"], PROMPTS), atol=1e-6)


def test_side_features():
    side = lambda ts: np.array([[len(t) % 7] for t in ts], float)
    rm = small(question_side=side, prompt_side=lambda ps: np.array([[len(p)/10] for p in ps])).fit(kinds(90))
    assert rm.predict_proba(["add 1"], ["brand new prompt"]).shape == (1, 1)
    with pytest.raises(InvalidData, match="question_side"):
        small(question_side=lambda ts: np.full((len(ts), 1), np.nan)).fit(kinds(90))


def test_pairs_and_outcomes_agree():
    out = kinds(90)
    X = pd.DataFrame(dict(query=[out.queries.text[q] for q in out.frame.query_id],
                          prompt=[out.prompts.text[p] for p in out.frame.prompt_id]))
    a, b = small().fit(out), small().fit(X, out.frame.correct)
    np.testing.assert_allclose(a.predict_proba(["add 3"], PROMPTS), b.predict_proba(["add 3"], PROMPTS), atol=.05)
