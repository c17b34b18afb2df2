"""Bars on the real outcomes; skipped where the data is not at hand (set PROMPTMEM_DATA)."""
import pytest

from promptmem.data import local_data
from promptmem.reward.evaluate import evaluate_reward
from promptmem.reward.model import PromptReward
from promptmem.reward.outcomes import Outcomes, find_leaks

FOLDER = local_data("prompt_oirl")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="no local copy of prompt_oirl: set PROMPTMEM_DATA")


@pytest.fixture(scope="module")
def real(): return Outcomes.read(FOLDER)


def test_roles_have_no_copies(real):
    for name in real.queries.dataset.astype(str).unique():
        q = real.select(dataset=name).queries
        role = q.role.astype(str)
        assert not find_leaks(q.text[role == "test"], q.text[role != "test"])


def test_published_rows_are_refused(real):
    svamp = real.select(dataset="svamp")
    rm = PromptReward(model="mean", embedder="hash:16").fit(svamp.select(split="train"))
    with pytest.raises(ValueError, match="in training"): evaluate_reward(rm, svamp.select(split="test"))


def test_published_grader_reproduces_the_verdicts(real):
    import pandas as pd
    from promptmem.grade import grade
    a = pd.read_parquet(FOLDER/"answers_gsm8k_test.parquet")
    f = a.merge(real.frame[(real.frame.split == "test")], on=["query_id", "prompt_id", "row"])
    gold = real.queries.set_index("query_id").gold.loc[f.query_id].tolist()
    published = pd.Series(grade(f.answer, gold, "last_number_published"))
    assert (published == f.correct.astype(bool)).mean() > .995
    fixed = pd.Series(grade(f.answer, gold, "last_number"))
    assert abs(fixed.mean() - f.correct_commas.astype(float).mean()) < .005


def test_small_model_beats_rates_on_new_questions(real):
    svamp = real.select(dataset="svamp")
    rm = PromptReward(model="hierarchical", embedder="hash:256",
                      landmarks=400).fit(svamp.by_role("train", "calib", split="train"))
    r = evaluate_reward(rm, svamp.by_role("test", split="test"), n_boot=100)
    assert r.metric("auc") > .75 and r.metric("auc") > r.metric("auc", who="prompt rates") + .03
    assert r.metric("pair", "heldout") > .65 and r.metric("ece") < .05
