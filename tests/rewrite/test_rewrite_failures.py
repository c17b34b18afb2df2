"""Requests that fail: noted and counted, and the search goes on."""
import re

import pytest

from promptmem.lm.base import CallableLM, LMError, PromptTooLong
from promptmem.rewrite import Breeder, Evolve, History, JudgeScorer, LearnPhrases, PromptTask, optimize_prompt
from promptmem.rewrite.simulate import Simulator, SimulatedWriter

ROWS = [dict(question=f"what is {i}+{i}?", expected=str(2*i), id=str(i)) for i in range(40)]
SEEDS = ["Answer.", "Think step by step."]


def solver(fails=lambda k, prompt: None):
    "Right when asked to think; `fails` says which request raises what"
    sent = []
    def fn(p):
        sent.append(p)
        e = fails(len(sent), p)
        if e: raise e
        return str(2*int(re.search(r"(\d+)\+", p)[1])) if "step" in p else "no idea"
    return CallableLM(fn), sent


@pytest.mark.parametrize("fails", [
    lambda k, p: LMError("flagged") if "13+13" in p else None, lambda k, p: PromptTooLong("long") if k == 1 else None,
    lambda k, p: LMError("busy") if k % 5 == 0 else None,
    lambda k, p: TimeoutError("slow") if k in (2, 3, 30, 31) else None,
])
def test_failed_answers_do_not_end_a_search(fails):
    lm, sent = solver(fails)
    res = optimize_prompt(PromptTask(ROWS), lm, SEEDS, budget_calls=150, proposers=[])
    failed = sum(bool(fails(k+1, p)) for k, p in enumerate(sent))
    assert res.best == SEEDS[1] and res.improved and res.cost["failed"] == failed > 0
    assert any(f"{failed} of {len(sent)} requests for answers failed" in n for n in res.notes)
    assert res.cost["requests"] == len(sent) <= 150


def test_a_candidate_whose_first_request_failed_gets_another_question():
    seen = set()
    def fails(k, p):
        new = "step" in p and not seen
        if new: seen.add(p)
        return LMError("flagged") if p in seen else None
    res = optimize_prompt(PromptTask(ROWS), solver(fails)[0], SEEDS, budget_calls=150, proposers=[])
    assert seen and res.best == SEEDS[1]


def test_a_challenger_that_is_refused_is_not_proved():
    fails = lambda k, p: LMError("flagged") if "step" in p and int(re.search(r"(\d+)\+", p)[1]) % 2 else None
    task = PromptTask(ROWS)
    both = PromptTask({s: [e for e in task.split[s] if s != "dev" or int(e.id) % 2] for s in task.split})
    res = optimize_prompt(both, solver(fails)[0], SEEDS, budget_calls=150, proposers=[], prove=True)
    assert not res.improved # the dev questions are those that it is refused on: no wins
    res = optimize_prompt(both, solver(fails)[0], SEEDS, budget_calls=150, proposers=[], prove="likely")
    answering = optimize_prompt(both, solver()[0], SEEDS, budget_calls=150, proposers=[], prove="likely")
    assert res.chance < .7 < .95 < answering.chance # it wins on train alone; the refusals count as wrong


def test_a_judge_that_fails_now_and_then():
    def judge(p):
        n.append(p)
        if len(n) == 5: raise LMError("busy")
        return "I cannot grade this." if len(n) == 7 else "10" if "grade: no" not in p else "0"
    n = []
    task = PromptTask(ROWS, grader=JudgeScorer(CallableLM(judge)))
    res = optimize_prompt(task, solver()[0], SEEDS, budget_calls=300, proposers=[])
    assert res.best == SEEDS[1] and res.cost["failed"] == 2 and any("2 of" in x for x in res.notes)


@pytest.mark.parametrize("make", [History, Evolve, Breeder])
def test_a_proposer_model_that_fails_now_and_then(make):
    writer, k = SimulatedWriter(seed=1), []
    def write(p):
        k.append(p)
        if len(k) % 3 == 0: raise LMError("busy")
        return writer.complete([p])[0].text
    sim = Simulator(seed=0)
    res = optimize_prompt(sim.task(), sim, ["Be kind."], proposers=[make()], proposer_lm=CallableLM(write))
    assert res.cost["failed"] >= 1 and len(res.candidates) > 3
    assert any("requests for proposals failed" in n for n in res.notes)


def test_only_when_all_fail_there_is_an_error():
    with pytest.raises(LMError, match="all . requests for answers failed; the last: LMError: no such model"):
        optimize_prompt(PromptTask(ROWS), solver(lambda k, p: LMError("no such model"))[0], SEEDS, proposers=[])
    lm, sent = solver()
    broken = CallableLM(lambda p: 1/0)
    with pytest.raises(LMError, match="requests for proposals failed; the last: ZeroDivisionError"):
        optimize_prompt(PromptTask(ROWS), lm, SEEDS, proposers=[History()], proposer_lm=broken)
    with pytest.raises(LMError, match="requests for answers failed"):
        optimize_prompt(PromptTask(ROWS, grader=JudgeScorer(broken)), lm, SEEDS, budget_calls=300, proposers=[])


def test_a_model_that_stops_answering_ends_the_search_with_what_was_found():
    lm, sent = solver(lambda k, p: LMError("no credit") if k > 30 else None)
    res = optimize_prompt(PromptTask(ROWS), lm, SEEDS, budget_calls=1000, proposers=[LearnPhrases()])
    assert sum(c.n for c in res.candidates) > 10 and len(sent) < 200 and res.final["best"] is None
    assert any("the search ended there; the last: LMError: no credit" in n for n in res.notes)
