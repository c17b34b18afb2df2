"The band of a learning curve covers the mean over the wordings there might have been, not over repeated questions only"
from types import SimpleNamespace

import numpy as np
import pytest

import promptmem.memory.calibration as calibration


class Heard:
    "A look-up that knows which wordings were taught"
    def __init__(self): self.known = set()
    def add(self, question, clarification): self.known.add(question.split(" ")[0])


class Works(dict):
    "A model that follows some wordings and not others"
    complete = None


@pytest.mark.parametrize("share", (.3, .7))
def test_the_band_counts_wordings(share, monkeypatch):
    def answers(works, tasks, lookup, *rest):
        hit = SimpleNamespace(hit=True)
        return [dict(correct=t.template_id in lookup.known and works[t.template_id], retrieval=hit)
                for t in tasks]
    monkeypatch.setattr(calibration, "answer_with", answers)
    rng, inside = np.random.default_rng(0), []
    for seed in range(60):
        works = Works((f"w{i}", bool(rng.random() < share)) for i in range(20))
        tasks = [SimpleNamespace(template_id=w, type=str(i % 4), question=f"{w} {j}", clarification="",
                                 answer="")
                 for i, w in enumerate(works) for j in range(6)]
        curve = calibration.learning_curve(works, tasks, Heard, sizes=[10, 20], seed=seed)
        inside += [r.lo <= 100*share*r.clarifications/20 <= r.hi for r in curve.itertuples()]
    assert np.mean(inside) >= .92
