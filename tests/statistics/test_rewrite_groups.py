"""Whole searches among equal prompts: how often do they claim a gain, where examples come in groups that stand or fall
together?"""

import numpy as np
import pytest

from promptmem.lm import CallableLM
from promptmem.rewrite import PromptTask, optimize_prompt
from promptmem.rewrite.evidence import PairedTest
from promptmem.rewrite.propose import Proposal
from promptmem.rewrite.prover import bets_of

pytestmark = pytest.mark.slow


class Numbered:
    "Proposes wordings that are all alike"
    def __init__(self): self.n = 0
    def propose(self, state, n, rng):
        self.n += n
        return [Proposal(f"Wording number {self.n - i}.", "numbered") for i in range(n)]


def grouped_task(groups, size):
    def rows(part):
        return [dict(question=f"{part}{g} {i}", answer="yes", meta=dict(group=f"{part}{g}"))
                for g in range(groups) for i in range(size)]
    return PromptTask(dict(train=rows("t"), dev=rows("d"), held_out=rows("h")), grader="exact")


def group_model(rate, seed):
    "Answers a whole group right or wrong by one coin of the prompt's rate"
    def answer(text):
        prompt, _, question = text.rpartition("\n\n")
        coin = np.random.default_rng([seed, *map(ord, prompt + question.split()[0])]).random()
        return "yes" if coin < rate(prompt) else "no"
    return CallableLM(answer)


def null_search(seed, groups, size):
    return optimize_prompt(
        grouped_task(groups, size),
        group_model(lambda p: 0.5, seed),
        ["The first."],
        proposers=[Numbered()],
        budget_calls=700,
        held_out_calls=0,
        seed=seed,
    )


@pytest.mark.parametrize("groups, size", [(20, 10), (8, 10), (4, 20), (40, 2)])
def test_bets_on_groups_keep_their_level(groups, size):
    "The test as the prover runs it: one bet for each group of dev examples, in random order"
    task, rng, runs, false = grouped_task(groups, size), np.random.default_rng(0), 400, 0
    for s in range(runs):
        coins = {f"d{g}": rng.random(2) < .5 for g in range(groups)}
        better = {g: float(a) - float(b) for g, (a, b) in coins.items()}   # all examples of a group agree
        bets = [np.mean([better[e.meta["group"]] for e in bet]) for bet in bets_of(task.dev, s)]
        assert len(bets) == groups
        false += PairedTest(.05).update(bets).accepted
    assert false <= 36, f"{false} of {runs}: more than a true rate of 5 % gives in one of a thousand such tests"


def test_whole_searches_claim_hardly_any_gain_where_there_is_none():
    assert sum(null_search(s, 20, 10).improved for s in range(8)) <= 2


def test_few_groups_are_said_to_prove_nothing():
    result = null_search(0, 4, 20)
    assert not result.improved and any("groups of examples" in n for n in result.notes)


def test_a_true_gain_is_still_found_in_groups():
    model = group_model(lambda p: .95 if "number" in p else .3, 0)
    result = optimize_prompt(
        grouped_task(40, 3), model, ["The first."], proposers=[Numbered()], budget_calls=900, seed=0
    )
    assert result.improved and result.final["gain"].lo > 0


def test_a_wording_is_measured_by_group():
    "Ten answers that stand or fall together are one piece of evidence, and one group is none"
    task = grouped_task(6, 10)
    e = task.evaluate("The first.", group_model(lambda p: .5, 1), "held_out")
    assert e.interval.n == 6 and e.interval.hi - e.interval.lo > .4
    alone = task.evaluate("The first.", group_model(lambda p: .5, 1), examples=[x for x in task.held_out
                                                                               if x.meta["group"] == "h0"])
    assert np.isnan(alone.interval.lo) and "one group: no interval" in alone.verdict
