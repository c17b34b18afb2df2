"""How often does the search claim a gain when all prompts are equal? 200 simulated runs with a proof and with the
chance that the model of abilities gives, beside a search that keeps what scored best.

    python benchmarks/rewrite_null.py --json benchmarks/results/rewrite_null.json
"""
import json
from pathlib import Path

import numpy as np
from rewritecommon import best_of_random, finish, offline, parser

from promptmem.rewrite import RandomPhrases, Simulator, optimize_prompt
from promptmem.stats import wilson


def main():
    ap = parser(__doc__)
    ap.add_argument("--runs", type=int, default=200)
    ap.add_argument("--calls", type=int, default=200)
    ap.add_argument("--only", default="", help="of the methods, those whose name holds this; the file keeps the others")
    a = ap.parse_args()
    start, rows = "Be kind.", []
    def ours(make, prove=True):
        def run(i, base):
            sim = Simulator(n=200, seed=i, null=True, base=base)
            return optimize_prompt(sim.task(), sim, [start], budget_calls=a.calls, held_out_calls=0,
                                   proposers=make(sim.book), seed=i, prove=prove).improved
        return run
    def plain(i, base):
        sim = Simulator(n=200, seed=i, null=True, base=base)
        task = sim.task()
        text = best_of_random(task, sim, sim.book, a.calls - 10, 10, i)
        es = [task.dev[j] for j in np.random.default_rng(i).permutation(len(task.dev))[:10]]
        new, old = (np.mean([s for s, _ in task.run(t, es, sim)]) for t in (text, start))
        return new > old
    for name, run in (
        ("search, random proposals", ours(lambda b: [RandomPhrases(b)])),
        ("search, learned proposals", ours(offline)),
        ("search, learned proposals, likely better", ours(offline, "likely")),
        ("best of random, then 10 questions", plain),
    ):
        if a.only not in name:
            rows += [r for r in json.loads(Path(a.json).read_text())["rows"] if r["method"] == name]
            continue
        for base in (-1., 0.):
            k = sum(run(i, base) for i in range(a.runs))
            lo, hi = wilson(k, a.runs)
            rows.append(dict(method=name, accuracy_of_all=round(Simulator(null=True, base=base).accuracy(""), 2),
                             runs=a.runs, false=k, rate=k/a.runs, lo=lo, hi=hi))
    finish(a, rows)


if __name__ == "__main__": main()
