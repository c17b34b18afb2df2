import json

import numpy as np
import pytest

from promptmem.core import InvalidData
from promptmem.lm.base import CallableLM
from promptmem.reward.collect import collect_outcomes, self_critic, verbal_confidence
from promptmem.reward.compare import RewardComparison
from promptmem.reward.model import PromptReward

from .worlds import PROMPTS, kinds

ASKED = [dict(text=f"{i} plus 1", gold=str(i+1)) for i in range(6)]


def counting(fail_at=None):
    calls = []

    def answer(text):
        if fail_at is not None and len(calls) == fail_at: raise RuntimeError("the wire broke")
        calls.append(text)
        return f"The answer is {int(text.split()[0]) + ('Well' not in text)}."
    return CallableLM(answer), calls


def test_interrupted_collection_resumes(tmp_path):
    log = tmp_path/"log.jsonl"
    lm, calls = counting(fail_at=8)
    with pytest.raises(Exception): collect_outcomes(lm, ["Add.", "Well?"], ASKED, "last_number", path=log, batch=4)
    assert len(log.read_text().splitlines()) == 8
    lm, calls = counting()
    out = collect_outcomes(lm, ["Add.", "Well?"], ASKED, "last_number", path=log, batch=4)
    assert len(calls) == 4 and out.frame.correct.tolist() == [1, 0]*6
    lm, calls = counting()
    collect_outcomes(lm, ["Add.", "Well?"], ASKED, "exact", path=log, batch=4)  # another grader: nothing is reused
    assert len(calls) == 12


def test_draws_and_own_grader():
    lm, _ = counting()
    out = collect_outcomes(lm, ["Add."], ASKED[:2], lambda answer, gold: gold in answer, draws=3, temperature=.7)
    assert out.frame.draw.tolist() == [0, 1, 2]*2 and out.frame.correct.all()


def test_bad_collections(tmp_path):
    lm, _ = counting()
    with pytest.raises(ValueError, match="no grader"): collect_outcomes(lm, ["a"], ASKED, "sum")
    with pytest.raises(ValueError, match="no join"): collect_outcomes(lm, ["a"], ASKED, join="inside")
    with pytest.raises(InvalidData, match="no queries"): collect_outcomes(lm, ["a"], [])
    (tmp_path/"x.jsonl").write_text(json.dumps({"hello": 1}) + "\n")
    with pytest.raises(InvalidData, match="x.jsonl:1: not a row"): collect_outcomes(lm, ["a"], ASKED, path=tmp_path/"x.jsonl")


def test_opinions():
    lm, _ = counting()
    out = collect_outcomes(lm, ["Add."], ASKED[:2], "last_number")
    assert self_critic(CallableLM(lambda p: "False."), out) == [False, False]
    assert verbal_confidence(CallableLM(lambda p: "about 70 %"), out) == [.7, .7]
    assert verbal_confidence(CallableLM(lambda p: "-3"), out) == [None, None]
    with pytest.raises(InvalidData, match="no column 'answer'"): self_critic(lm, kinds(3))


def test_steps_add_up():
    train = kinds(240)
    rm = PromptReward(model="hierarchical", embedder="hash:128", landmarks=80).fit(train)
    rc = RewardComparison(rm, ["add the number 5 and of or", train.queries.text[1]], PROMPTS + ["as a riddle:"], outcomes=train, costs=[1, 2, 3, 4])
    for i in range(2):
        for j in range(4):
            assert abs(rc.why(i, j).p.iloc[-1] - rc.p[i, j]) < 1e-5
    t = rc.table(0)
    assert t.p.is_monotonic_decreasing and t.chosen.sum() == t.default.sum() == 1 and not t.set_index("prompt").tried["as a riddle:"]
    assert np.isfinite(rc.matrix(values="known").iloc[1, :3]).all() and rc.matrix(values="known").iloc[0].isna().all()
    assert rc.neighbours(1).question[0] == train.queries.text[1]
    assert rc.matrix(different_only=True, by=.99).empty
