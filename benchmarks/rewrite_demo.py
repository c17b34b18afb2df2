"""Does the search find an instruction that the demo model understands better, on held-out words? Five seeds, 200 calls,
beside best-of-random and the published three rounds at the same budget. Ours draws its proposals from the same phrase
book in the same way as best-of-random, so the difference is what the search does with the calls.

    python benchmarks/rewrite_demo.py --json benchmarks/results/rewrite_demo.json
"""
import time

import numpy as np
from rewritecommon import best_of_random, finish, parser, published

import promptmem as pm
from promptmem.rewrite import RandomPhrases, optimize_prompt
from promptmem.rewrite.words import word_book, word_task
from promptmem.stats import bootstrap, mean_interval, paired_bootstrap

START = "You are a helpful assistant. Write an answer."


def main():
    ap = parser(__doc__)
    ap.add_argument("--seeds", type=int, default=5)
    ap.add_argument("--calls", type=int, default=200)
    ap.add_argument("--kinds", nargs="+", default=["syn", "defn"], help="what the unclear questions mean")
    ap.add_argument("--per", type=int, nargs="+", default=[10], help="questions per prompt of best-of-random")
    a = ap.parse_args()
    lm, book, rows, scores = pm.load_lm("demo"), word_book(), [], {}
    for kind in a.kinds:
        for seed in range(a.seeds):
            task, known = word_task(kind, seed=seed), {}
            def measure(text):
                if text not in known: known[text] = [r["score"] for r in task.evaluate(text, lm).rows]
                return known[text]
            t = time.process_time()
            res = optimize_prompt(task, lm, [START], rounds=3, budget_calls=a.calls, held_out_calls=0,
                                  proposers=[RandomPhrases(book)], seed=seed, prove=True)
            cpu = time.process_time()-t
            found = {"seed prompt": START, "ours": str(res.best),
                     "published, 3 rounds": published(task, lm, book, START, a.calls, seed)}
            for per in a.per: found[f"best of random, {per} each"] = best_of_random(task, lm, book, a.calls, per, seed)
            for m, text in found.items():
                scores.setdefault((kind, m), []).append((measure(text), measure(START)))
            print(
                f"{kind} {seed}: {np.mean(measure(START)):.2f} -> {np.mean(measure(res.best)):.2f} in "
                f"{res.cost['requests']} calls, "
                f"{cpu:.0f} s CPU: {res.best}",
                flush=True,
            )
    for (kind, m), got in scores.items():
        mean = mean_interval([np.mean(x) for x, _ in got])
        gain = paired_bootstrap(np.concatenate([x for x, _ in got]), np.concatenate([s for _, s in got]),
                                groups=np.concatenate([np.full(len(x), i) for i, (x, _) in enumerate(got)]))
        worst = min(bootstrap(np.array(x)-np.array(s)).lo for x, s in got)
        rows.append(dict(kind=kind, method=m, seeds=len(got), held_out=mean.estimate, gain=gain.estimate,
                         gain_lo=gain.lo, gain_hi=gain.hi, worst_seed=float(min(np.mean(x) for x, _ in got)),
                         worst_seed_gain_lo=float(worst)))
    for m in {m for _, m in scores}:
        all_ = [(x, s) for (k, n), got in scores.items() if n == m for x, s in got]
        g = mean_interval([np.mean(x)-np.mean(s) for x, s in all_])
        rows.append(dict(kind="all", method=m, seeds=len(all_), held_out=float(np.mean([np.mean(x) for x, _ in all_])),
                         gain=g.estimate, gain_lo=g.lo, gain_hi=g.hi,
                         worst_seed=float(min(np.mean(x) for x, _ in all_)), worst_seed_gain_lo=float("nan")))
    ours = {k: [np.mean(x) for x, _ in got] for (k, n), got in scores.items() if n == "ours"}
    best = max((m for _, m in scores if m.startswith("best of")),
               key=lambda m: np.mean([np.mean(x) for (k, n), got in scores.items() if n == m for x, _ in got]))
    other = {k: [np.mean(x) for x, _ in got] for (k, n), got in scores.items() if n == best}
    diff = mean_interval([a-b for k in ours for a, b in zip(ours[k], other[k])])
    finish(a, rows, ours_minus_best_random=str(diff), best_random=best)


if __name__ == "__main__": main()
