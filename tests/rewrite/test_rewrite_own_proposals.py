"""Without a proposer model a chat model writes its own wordings."""
import re

import pytest

from promptmem.lm.base import CallableLM
from promptmem.rewrite import History, PromptTask, estimate_cost, optimize_prompt

ROWS = [dict(question=f"what is {i}+{i}?", expected=str(2*i), id=str(i)) for i in range(40)]


def model(chat):
    asked = []
    def fn(p):
        if "Write " in p and "<prompt>" in p:
            asked.append(p)
            return f"<prompt>Think in {len(asked)} step.</prompt>"
        return str(2*int(re.findall(r"(\d+)\+", p)[-1])) if " step." in p else "no idea"
    return CallableLM(fn, chat=chat), asked


def test_a_chat_model_writes_for_itself_having_read_the_examples():
    lm, asked = model(chat=True)
    task = PromptTask(ROWS)
    res = optimize_prompt(task, lm, ["Answer."], budget_calls=200)
    assert res.improved and "step." in res.best and res.config["proposer_lm"] == lm.name
    assert 0 < len(asked) == res.cost["by_purpose"]["propose"] and res.cost["requests"] <= 200
    held = [e.question for s in ("dev", "held_out") for e in task.split[s]]
    assert any("A: " in p and "Right answer" not in p for p in asked)       # examples of train, with their answers
    assert not any(re.search(rf"\b{re.escape(q)}", p) for q in held for p in asked)


def test_a_model_that_completes_text_keeps_the_phrase_books():
    lm, asked = model(chat=False)
    res = optimize_prompt(PromptTask(ROWS), lm, ["Answer."], budget_calls=100)
    assert not asked and res.config["proposer_lm"] is None and "propose" not in res.cost["by_purpose"]
    assert all("Answer." in c.text for c in res.candidates)


def test_another_proposer_model_goes_first():
    (lm, own), (other, asked) = model(chat=True), model(chat=True)
    optimize_prompt(PromptTask(ROWS), lm, ["Answer."], budget_calls=100, proposer_lm=other)
    assert asked and not own


def test_own_proposals_that_all_fail_leave_the_phrases():
    def fn(p):
        if "<prompt>" in p: raise RuntimeError("too long")
        return "no idea"
    res = optimize_prompt(PromptTask(ROWS), CallableLM(fn, chat=True), ["Answer."], budget_calls=200)
    assert any("requests for proposals failed" in n for n in res.notes) and len(res.candidates) > 1


def test_asking_proposers_and_the_estimate_know_it_too():
    lm, asked = model(chat=True)
    optimize_prompt(PromptTask(ROWS), lm, ["Answer."], budget_calls=100, proposers=[History()])
    assert asked
    task = PromptTask(ROWS)
    own, plain = (estimate_cost(task, m, ["Answer."]) for m in (lm, model(False)[0]))
    told = estimate_cost(task, lm, ["Answer."], asks=False)
    assert own["completion_tokens"] > plain["completion_tokens"] == told["completion_tokens"]


def test_the_demo_model_is_no_chat_model():
    pytest.importorskip("torch")
    from promptmem.lm import load_lm
    assert not load_lm("demo").chat
