"""Calls that a reward model saves: a search without a screen, and with half the calls one with a fitted PromptReward
as a screen and one without, on a replayed log. A screen saves half of the calls where the second is as good as the
first and the third is not.

With PROMPTMEM_DATA: the Prompt-OIRL log (SVAMP, 16 prompts); the reward model is fitted on questions that the search
never sees, once on outcomes of all prompts and once on those of six, while the search chooses among the ten others.
Without it, and beside it: a simulated log.

    python benchmarks/rewrite_screen.py --json benchmarks/results/rewrite_screen.json
"""
import numpy as np
import pandas as pd
from rewritecommon import finish, parser

from promptmem.data import local_data
from promptmem.reward import Outcomes, PromptReward
from promptmem.rewrite import ReplayLM, Simulator, optimize_prompt
from promptmem.stats import mean_interval


def real_log(folder, tried=None):
    "(reward model, outcomes to replay, questions, prompts, accuracy of each prompt on these questions)"
    out = Outcomes.read(folder/"outcomes.parquet", queries=folder/"queries.parquet", prompts=folder/"prompts.parquet")
    others = sorted(set(out.prompts.prompt_id) - set(tried or ()))
    fit = out.select(dataset="svamp").by_role("train", "calib", split="test", prompts=tried)
    new = out.select(dataset="svamp").by_role("test", split="test", prompts=others)
    rm = PromptReward(model="hierarchical", embedder="hash", seed=0).fit(fit)
    q, p = new.queries.set_index("query_id").text, new.prompts.set_index("prompt_id").text.str.strip()
    p = p.loc[others]
    share = new.frame.groupby(["prompt_id", "query_id"]).correct.mean()
    whole = share.groupby(level=1).size()
    share = share[share.index.get_level_values(1).isin(whole[whole == len(p)].index)]
    log = {(p[i], q[j]): v for (i, j), v in share.items()}
    return rm, log, sorted({j for _, j in log}), list(p), share.groupby(level=0).mean().rename(p.to_dict()).to_dict()


def simulated_log(seed=0):
    "The same from the simulator: 60 logged prompts, 24 new ones to choose among"
    sim, rng = Simulator(n=400, seed=seed), np.random.default_rng(seed)
    texts = list(dict.fromkeys(sim.book.draw(rng) for _ in range(200)))
    old, new = texts[:60], sorted(texts[60:84], key=sim.accuracy)
    task = sim.task()
    rows = [dict(query=q.question, prompt=p, correct=bool(s)) for p in old for q,
            (s, _) in zip(task.train[:60], task.run(p, task.train[:60], sim))]
    f = pd.DataFrame(rows)
    queries = pd.DataFrame(dict(query_id=range(60), text=[e.question for e in task.train[:60]]))
    prompts = pd.DataFrame(dict(prompt_id=range(60), text=old))
    f["query_id"], f["prompt_id"] = (
        f["query"].map(dict(zip(queries.text, queries.query_id))),
        f["prompt"].map(dict(zip(prompts.text, prompts.prompt_id))),
    )
    rm = PromptReward(model="lightgbm", embedder="hash", seed=0).fit(
        Outcomes(f[["query_id", "prompt_id", "correct"]], queries, prompts)
    )
    fresh = [e for e in task.dev + task.held_out]
    log = {(p, e.question): s for p in new for e, (s, _) in zip(fresh, task.run(p, fresh, sim))}
    return rm, log, [e.question for e in fresh], new, {p: sim.accuracy(p) for p in new}


def compare(name, parts, seeds, budgets):
    "One row per budget and way of searching, and one line per budget about the difference"
    rm, log, questions, prompts, truth = parts
    start, rows, lines = min(prompts, key=truth.get), [], []
    for calls in budgets:
        ways = {"no screen": (calls, None), "screened, half the calls": (calls//2, rm),
                "no screen, half the calls": (calls//2, None)}
        got = {w: [] for w in ways}
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            lm = ReplayLM(log, seed=seed)
            task = lm.task([questions[i] for i in rng.permutation(len(questions))[:150]], split=(.4, .6, 0.), seed=seed)
            others = [p for p in rng.permutation(prompts).tolist() if p != start]
            for w, (budget, screen) in ways.items():
                r = optimize_prompt(task, lm, [start] + others, rounds=1, budget_calls=budget, held_out_calls=0,
                                    proposers=[], guards=[], screen=screen, seed=seed, prove=True)
                got[w].append((truth[str(r.best)], r.cost["requests"]))
        for w, xs in got.items():
            a, c = (mean_interval([x[i] for x in xs]) for i in range(2))
            rows.append(dict(log=name, budget=ways[w][0], search=w, runs=seeds, accuracy=a.estimate, lo=a.lo, hi=a.hi,
                             start=truth[start], best=max(truth.values()), calls=c.estimate))
        full, screened = rows[-3]["calls"], rows[-2]["calls"]
        d = mean_interval([x[0]-y[0] for x, y in zip(got["screened, half the calls"], got["no screen"])])
        lines.append(
            f"{name}, {calls} calls: {1 - screened / full:.0%} of the calls saved, accuracy screened minus not {d}"
        )
    return rows, lines


def main():
    ap = parser(__doc__)
    ap.add_argument("--seeds", type=int, default=30)
    ap.add_argument("--budgets", type=int, nargs="+", default=[200, 400, 600],
                    help="calls of the search without a screen; the others get half")
    a = ap.parse_args()
    rows, said = compare("simulated", simulated_log(), a.seeds, a.budgets)
    folder = local_data("prompt_oirl")
    if folder:
        for name, tried in (("Prompt-OIRL, SVAMP", None), ("Prompt-OIRL, SVAMP, untried prompts", list(range(6)))):
            more, lines = compare(name, real_log(folder, tried), a.seeds, a.budgets)
            rows, said = rows + more, said + lines
    else: said.append("no local copy of prompt_oirl: set PROMPTMEM_DATA for the real log")
    finish(a, rows, saved="\n".join(said))


if __name__ == "__main__": main()
