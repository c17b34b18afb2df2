import json

import numpy as np
import pytest

from promptmem.core import InvalidData
from promptmem.lm.base import CallableLM, LMError
from promptmem.reward.collect import collect_outcomes, self_critic, verbal_confidence
from promptmem.reward.compare import RewardComparison
from promptmem.reward.model import PromptReward

from .worlds import PROMPTS, kinds

ASKED = [dict(text=f"{i} plus 1", gold=str(i+1)) for i in range(6)]


def counting(fail_at=None, error=KeyboardInterrupt()):
    calls = []

    def answer(text):
        if fail_at is not None and len(calls) == fail_at: raise error
        calls.append(text)
        return f"The answer is {int(text.split()[0]) + ('Well' not in text)}."
    return CallableLM(answer), calls


def test_interrupted_collection_resumes(tmp_path):
    log = tmp_path/"log.jsonl"
    lm, calls = counting(fail_at=8)
    with pytest.raises(KeyboardInterrupt):
        collect_outcomes(lm, ["Add.", "Well?"], ASKED, "last_number", path=log, batch=4)
    assert len(log.read_text().splitlines()) == 8
    lm, calls = counting()
    out = collect_outcomes(lm, ["Add.", "Well?"], ASKED, "last_number", path=log, batch=4)
    assert len(calls) == 4 and out.frame.correct.tolist() == [1, 0]*6
    lm, calls = counting()
    collect_outcomes(lm, ["Add.", "Well?"], ASKED, "exact", path=log, batch=4)  # another grader: nothing is reused
    assert len(calls) == 12


def test_a_failed_request_costs_one_outcome_and_is_tried_again(tmp_path):
    log = tmp_path/"log.jsonl"
    lm, _ = counting(fail_at=8, error=RuntimeError("the wire broke"))
    with pytest.warns(UserWarning, match="4 of 12 requests failed.*the wire broke"):
        out = collect_outcomes(lm, ["Add.", "Well?"], ASKED, "last_number", path=log, batch=4)
    assert len(out) == 8 and len(out.failed) == 4 and len(log.read_text().splitlines()) == 8
    lm, calls = counting()
    out = collect_outcomes(lm, ["Add.", "Well?"], ASKED, "last_number", path=log, batch=4)
    assert len(calls) == 4 and len(out) == 12 and not len(out.failed)
    with pytest.raises(LMError, match="none of the 12 requests was answered"):
        collect_outcomes(counting(fail_at=0, error=RuntimeError("down"))[0], ["Add.", "Well?"], ASKED, "last_number")


def test_chats_and_scores_with_their_labels():
    seen = []
    lm = CallableLM(lambda p: seen.append(p) or "It is 5.", chat=True)
    out = collect_outcomes(lm, ["Answer with a number."], [dict(text="2+3", gold="5")], "last_number", join="system")
    assert out.frame.correct.tolist() == [1] and "2+3" in str(seen[0]) and "Answer with a number." in str(seen[0])
    for reply, said, score in (("**Verdict:** False. It is true that ...", False, None),
                               ("True or False: True", True, None),
                               ("The answer is incorrect.", False, None), ("**Rating (0-10): 7**", None, .7),
                               ("I'd say 8 out of 10", None, .8), ("Confidence: 85%", None, .85),
                               ("On a scale of 0 to 1: .4", None, .4)):
        judge = CallableLM(lambda p: reply, chat=True)
        assert (self_critic(judge, out), verbal_confidence(judge, out)) == ([said], [score]), reply


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
    with pytest.raises(InvalidData, match="x.jsonl:1: not a row"):
        collect_outcomes(lm, ["a"], ASKED, path=tmp_path/"x.jsonl")


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
    rc = RewardComparison(rm, ["add the number 5 and of or", train.queries.text[1]], PROMPTS + ["as a riddle:"],
                          outcomes=train, costs=[1, 2, 3, 4])
    for i in range(2):
        for j in range(4):
            assert abs(rc.why(i, j).p.iloc[-1] - rc.p[i, j]) < 1e-5
    t = rc.table(0)
    assert t.p.is_monotonic_decreasing and t.chosen.sum() == t.default.sum() == 1
    assert not t.set_index("prompt").tried["as a riddle:"]
    assert np.isfinite(rc.matrix(values="known").iloc[1, :3]).all() and rc.matrix(values="known").iloc[0].isna().all()
    assert rc.neighbours(1).question[0] == train.queries.text[1]
    assert rc.matrix(different_only=True, by=.99).empty
