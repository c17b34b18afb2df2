"""Logs as people have them: the same question twice, labels that are numbers, everything right, everything wrong."""
import numpy as np
import pandas as pd
import pytest

from promptmem.core import InvalidData
from promptmem.lm.base import CallableLM
from promptmem.reward import PromptReward, collect_outcomes
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
