"""A result opens with its verdict, and says where a screen has seen the questions of the proof."""
import numpy as np
import pytest

from promptmem.rewrite import OptimizeResult, RandomPhrases, Simulator, optimize_prompt
from promptmem.rewrite.result import Candidate
from promptmem.stats import Interval


@pytest.mark.parametrize("best, reason, gain, want", [
    ("c0", "", None, "Keep the prompt you have"), ("c1", "", None, "not measured on held-out"),
    ("c1", "", (.2, .1, .3), "proved (alpha 0.1); on held-out questions it gains +20 points"),
    ("c1", "", (.2, -.1, .3), "-10 to +30, 20 questions), which may be nothing"),
    ("c1", "kept unproved", (.2, .1, .3), "kept without proof"),
])
def test_the_first_line_is_a_verdict(best, reason, gain, want):
    cs = [Candidate("c0", "a"), Candidate("c1", "b", reason=reason)]
    final = dict(gain=Interval(*gain, n=20) if gain else None)
    res = OptimizeResult("a", cs, best, [], final, dict(requests=5, budget=9), {}, [], dict(alpha=.1))
    first, second = repr(res).splitlines()
    assert want in first == res.verdict and first.endswith(".") and "5 of 9 calls" in second
    assert first.split(";")[0] in res._repr_html_()


class Screen:
    "A reward model trained on some questions"
    def __init__(self, known): self.known = set(known)
    def seen(self, queries): return np.array([q in self.known for q in queries], bool)
    def predict_proba(self, queries, prompts): return np.full((len(queries), len(prompts)), .5)


@pytest.mark.parametrize("part, k", [("train", 0), ("dev", 3), ("held_out", 2)])
def test_a_screen_that_has_seen_the_questions_of_the_proof_is_named(part, k):
    sim = Simulator(seed=0)
    task = sim.task()
    screen = Screen(e.question for e in task.split[part][:k or 5])
    res = optimize_prompt(task, sim, ["Be kind."], budget_calls=60, proposers=[RandomPhrases(sim.book)], screen=screen)
    told = [n for n in res.notes if n.startswith("the log of the screen")]
    size, name = len(task.split[part]), part.replace("_", "-")
    assert len(told) == bool(k) and all(f"holds {k} of the {size} {name} questions" in n for n in told)
