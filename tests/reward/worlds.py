"""Small worlds with known answers for the reward tests."""
import numpy as np
import pandas as pd

from promptmem.reward.outcomes import Outcomes

PROMPTS = ["as a sum:", "as a word:", "as a date:"]


def kinds(n=240, seed=0, draws=1, prompts=PROMPTS, good=.8, bad=.3):
    "Three kinds of question, each answered well by one prompt"
    r = np.random.default_rng(seed)
    stems = [("add", "number"), ("spell", "letter"), ("year", "century")]
    rows, queries = [], []
    for i in range(n):
        k = i % 3
        number, rest = r.integers(1e6), " ".join(r.choice(["and", "or", "then", "of"], 3))
        queries.append(f"{stems[k][0]} the {stems[k][1]} {number} {rest}")
        rows += [(i, j, r.random() < (good if j == k else bad), d) for j in range(len(prompts)) for d in range(draws)]
    frame = pd.DataFrame(rows, columns=["query_id", "prompt_id", "correct", "draw"])
    return Outcomes(frame, pd.DataFrame(dict(query_id=range(n), text=queries)),
                    pd.DataFrame(dict(prompt_id=range(len(prompts)), text=list(prompts))))
