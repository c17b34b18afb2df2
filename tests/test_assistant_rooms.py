"""The assistant with the other rooms plugged in: a fitted reward model, a trained rewriter, and company on its
store."""

import threading

import pytest

from promptmem.core import stable_hash
from promptmem.lm.base import CallableLM
from promptmem.memory import Assistant, ClarifyWidget
from promptmem.memory.prompt import SEP
from promptmem.store.store import Store

PROMPTS = ["Work it out on paper.", "Look it up in a table."]


def counting(prompt):
    "Right on sums with the first prompt, on products with the second"
    good = ("plus" in prompt) == (PROMPTS[0] in prompt)
    return f" the answer is {'good' if good else 'bad'} END"


@pytest.fixture(scope="module")
def reward():
    from promptmem.reward import Outcomes, PromptReward

    log = [
        dict(
            question=f"what is {a} {op} {b} ?",
            prompt_id=p,
            verdict="right" if (op == "plus") == (p == PROMPTS[0]) else "wrong",
        )
        for a in range(2, 12)
        for b in range(2, 7)
        for op in ("plus", "times")
        for p in PROMPTS
    ]
    return PromptReward(embedder="hash:64").fit(Outcomes.from_interactions(log))


def test_a_fitted_reward_model_chooses_for_each_question(reward):
    a = Assistant(
        CallableLM(counting, format="published"), store=Store(":memory:"), scope="alice", reward=reward, prompts=PROMPTS
    )
    one, two = a.ask("what is 30 plus 4 ?"), a.ask("what is 30 times 4 ?")
    assert (one.prompt_id, two.prompt_id) == tuple(
        stable_hash(p, 12) for p in PROMPTS
    ) and one.answer == two.answer == "good"
    assert one.meta["prompt_text"] == PROMPTS[0] and one.meta["choice"]["p"] > .5 and one.prompt.count(SEP) == 1
    a.accept(one)
    a.clarify(two, "when I say times I mean the product")
    assert a.ask("what is 30 times 4 ?").retrieval.hit                         # memory and choice together
    learned = [(o.prompt, o.correct, o.interaction) for o in a.store.outcomes("alice")]
    assert learned == [(PROMPTS[0], True, one.id), (PROMPTS[1], False, two.id)]


def test_what_was_judged_is_learned_from():
    from promptmem.reward import Outcomes, PromptReward
    store = Store(":memory:")
    for j, p in enumerate(PROMPTS):
        a = Assistant(CallableLM(counting, format="published"), store=store, scope="trials", prompts=[p])
        for k in range(30):
            for op in ("plus", "times"):
                i = a.ask(f"what is {k} {op} 7 ?")
                a.accept(i) if i.answer == "good" else a.reject(i)
    found = [
        dict(question=o.query, prompt_id=o.prompt, verdict="right" if o.correct else "wrong", id=o.interaction)
        for o in store.outcomes()
    ]
    rm = PromptReward(embedder="hash:64").fit(Outcomes.from_interactions(found))
    assert rm.choose("what is 50 plus 7 ?", PROMPTS).prompt == PROMPTS[0]
    assert rm.choose("what is 50 times 7 ?", PROMPTS).prompt == PROMPTS[1]


def test_a_trained_rewriter_words_the_question():
    pytest.importorskip("peft")
    import torch
    from promptmem.rewrite import PromptRewriter
    from promptmem.rewrite.student import tiny_causal_lm
    torch.set_num_threads(1)
    pairs = [(f"{a} {b}", f"What is {a} {b}?") for a in "red blue green old".split() for b in "tea car hat dog".split()]
    base = tiny_causal_lm([f"Bad prompt: {a}\nBetter prompt: {b}" for a, b in pairs], width=32)
    rw = PromptRewriter.train(pairs, base=base, epochs=12, lr=1e-2, rank=8)
    wanted = rw("red tea")
    a = Assistant(
        CallableLM(lambda p: " it is fine END", format="published"), store=Store(":memory:"), scope="alice", rewriter=rw
    )
    r = a.ask("red tea")
    assert r.question == "red tea" and r.prompt == wanted + SEP
    assert wanted == "red tea" or r.meta["reworded"] == wanted and r.meta["asked"] == "red tea"
    assert a.would_retrieve(r.question).hit == a.would_retrieve("red tea").hit


def test_several_assistants_on_one_file_at_the_same_time(tmp_path):
    "Two write at once in two threads, each on a store of its own; nothing is lost, and each sees what the other said"
    failed = []
    def work(name):
        try:
            a = Assistant(
                CallableLM(lambda p: " the answer is x END", format="published"),
                store=Store(tmp_path / "m.db"),
                scope="team",
            )
            for k in range(15):
                a.clarify(a.ask(f"{name} asks about thing number {k} of many ?"), f"{name} means {k}")
        except Exception as e: failed.append(e)
    threads = [threading.Thread(target=work, args=(n,)) for n in ("ann", "bob")]
    for t in threads: t.start()
    for t in threads: t.join()
    assert not failed
    late = Assistant(CallableLM(lambda p: "x"), store=Store(tmp_path / "m.db"), scope="team")
    assert len(late.memories()) == 30 and len(late.history()) == 30
    assert {late.would_retrieve(f"{n} asks about thing number 3 of many ?").text for n in ("ann", "bob")} == {
        "ann means 3",
        "bob means 3",
    }


def test_two_panels_on_one_store_see_each_other(tmp_path):
    make = lambda: ClarifyWidget(
        Assistant(
            CallableLM(lambda p: " the answer is x END", format="published"),
            store=Store(tmp_path / "m.db"),
            scope="team",
        )
    )
    one, two = make(), make()
    one.ask("which way do the ducks go ?")
    one.clarify("I mean in winter")
    assert two.ask("which way do the ducks go ?").retrieval.text == "I mean in winter"
    assert "I mean in winter" in [value for _, value in two.suggest.options]
    two.reject()
    assert two.interaction.verdict == "wrong"
    two.undo()
    assert two.interaction.verdict is None and one.assistant.would_retrieve("which way do the ducks go ?").hit
    one.undo()  # the clarification, said in the other panel
    assert not two.assistant.would_retrieve("which way do the ducks go ?").hit
