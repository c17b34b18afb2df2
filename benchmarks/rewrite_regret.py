"""Regret per call on the simulator, where the best prompt is known: how far below it do the searches end?

    python benchmarks/rewrite_regret.py --json benchmarks/results/rewrite_regret.json
"""
import time

import numpy as np
from rewritecommon import best_of_random, finish, offline, parser, published

from promptmem.rewrite import (CrossPhrases, Evolve, History, MutatePhrases, RandomPhrases, Reflect, SimulatedWriter,
                               Simulator, optimize_prompt)
from promptmem.stats import mean_interval

START = "Be kind."


def ours(make):
    def run(sim, calls, seed):
        return optimize_prompt(sim.task(), sim, [START], budget_calls=calls, held_out_calls=0, proposers=make(sim.book),
                               seed=seed, proposer_lm=SimulatedWriter(seed=seed)).best
    return run


METHODS = {
    "ours, learned + mutated": ours(offline),
    "ours, mutate + cross": ours(lambda b: [MutatePhrases(b), CrossPhrases(b)]),
    "ours, random": ours(lambda b: [RandomPhrases(b)]),
    "ours, simulated writer": ours(lambda b: [History(), Reflect(), Evolve()]),
    "best of random, 10 each": lambda sim, calls, seed: best_of_random(sim.task(), sim, sim.book, calls, 10, seed),
    "published, 3 rounds": lambda sim, calls, seed: published(sim.task(), sim, sim.book, START, calls, seed),
}


def main():
    ap = parser(__doc__)
    ap.add_argument("--seeds", type=int, default=20)
    ap.add_argument("--calls", type=int, nargs="+", default=[100, 200, 400, 800])
    a = ap.parse_args()
    rows = []
    for name, run in METHODS.items():
        for calls in a.calls:
            t, got = time.process_time(), []
            for seed in range(a.seeds):
                sim = Simulator(n=600, seed=seed)
                got.append(sim.accuracy(run(sim, calls, seed)))
            m, top = mean_interval(got), sim.accuracy(sim.optimum)
            rows.append(dict(method=name, calls=calls, accuracy=m.estimate, lo=m.lo, hi=m.hi, regret=top-m.estimate,
                             at_95_percent=float(np.mean(np.array(got) >= .95*top)),
                             cpu_s=(time.process_time()-t)/a.seeds))
    finish(a, rows, optimum=top, start=sim.accuracy(START))


if __name__ == "__main__": main()
