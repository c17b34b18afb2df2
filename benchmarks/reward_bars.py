"""Prompt reward on real outcomes: probabilities, choices, seen questions, cost; the published model in the same table.

    python benchmarks/reward_bars.py FOLDER --only scores choices --json out.json

FOLDER holds outcomes.*, queries.* and prompts.* (default: prompt_oirl under PROMPTMEM_DATA). Every data set named in
the queries is run. Nothing here depends on names: training prompts are those with kind `train`, or, without that
column, those that occur in the training half.

Parts: scores (AUC, pair ordering, Brier, ECE on leak-free roles), choices (margin rule over grouped folds), calls
(votes against number of calls), published (seen questions, memory first), settings (all availability settings, CPU
and memory), baseline (one setting of the published model), speed (scoring 1,000 questions x 100 prompts).
"""
import argparse
import json
import os
import resource
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import pandas as pd

from promptmem.core import plain, versions, write_atomic
from promptmem.data import local_data
from promptmem.lm.embed import load_embedder
from promptmem.reward.choose import escalation_curve
from promptmem.reward.evaluate import availability_summary, availability_table, cross_choices, evaluate_reward
from promptmem.reward.features import embed
from promptmem.reward.model import PromptReward
from promptmem.reward.outcomes import Outcomes

PARTS = ("scores", "choices", "calls", "published", "settings", "baseline", "speed")


def say(*words): print(*words, flush=True)


def cpu(f, *a, **kw):
    "Result and CPU seconds of a call"
    start = time.process_time()
    out = f(*a, **kw)
    return out, time.process_time() - start


def peak_mb(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024


def train_prompts(out):
    "Ids of the prompts with training outcomes"
    if "kind" in out.prompts: return sorted(out.prompts.prompt_id[out.prompts.kind == "train"])
    return sorted(out.select(split="train").frame.prompt_id.unique())


def roles(out):
    "Training outcomes and test outcomes, leak-free"
    T = train_prompts(out)
    return out.by_role("train", "calib", split="train", prompts=T), out.by_role("test", split="test")


def scores(out, embedder, models, quick_published, n_boot=500):
    "AUC, pair ordering, Brier and ECE per model, on training prompts and on held-out ones"
    train, test = roles(out)
    rows = []
    for model in models:
        params = dict(rounds=200, params=dict(eta=.01)) if model == "xgboost" and quick_published else None
        rm, seconds = cpu(PromptReward(model=model, embedder=embedder, params=params).fit, train)
        report = evaluate_reward(rm, test, n_boot=n_boot)
        name = "xgboost (published, eta .01 x 200)" if params else model
        for prompts in ("train", "heldout"):
            s = report.scores[(report.scores.prompts == prompts) & (report.scores.who == "model")]
            if len(s):
                rows.append(dict(model=name, prompts=prompts,
                                 **{k: s[k].iloc[0]
                                    for k in ("auc", "pair", "pair_lo", "pair_hi", "brier", "ece", "accuracy")},
                                        rate=s.rate.iloc[0], fit_cpu_s=seconds))
        say(pd.DataFrame(rows[-2:]).round(4).to_string(index=False, header=len(rows) < 3))
    base = report.scores[report.scores.who == "prompt rates"]
    rows += [dict(model="prompt rates only", prompts=r.prompts, auc=r.auc, pair=r.pair, pair_lo=r.pair_lo,
                  pair_hi=r.pair_hi, brier=r.brier, ece=r.ece, accuracy=r.accuracy, rate=r.rate,
                  fit_cpu_s=0.) for r in base.itertuples()]
    return rows


def choices(out, embedder, model):
    "Rules over five grouped folds of all complete lines of the training prompts"
    table = cross_choices(PromptReward(model=model, embedder=embedder, memory=False),
                          out.select(prompts=train_prompts(out)),
                          folds="fold" if "fold" in out.queries else 5)
    lines = table.attrs["lines"]
    say(table.round(4).to_string(index=False), "\nmargins", lines.groupby("fold").used_margin.first().tolist(),
        "departs", round(lines.left.mean(), 3))
    return dict(table=table.to_dict("records"), margins=lines.groupby("fold").used_margin.first().tolist(),
                departs=float(lines.left.mean()))


def calls(out, embedder, model):
    "Accuracy against mean calls on test lines that have every prompt's answer"
    if "answer_number" not in out.frame: return None
    train, test = roles(out)
    rm = PromptReward(model=model, embedder=embedder).fit(train)
    answers, y = test.wide("answer_number", complete=False), test.wide(complete=False)
    if answers.empty or answers.notna().to_numpy().mean() < .5: return None
    answers = answers.reindex(index=y.index, columns=y.columns).to_numpy(float)
    q = y.index.get_level_values(0)
    p = rm.predict_proba(test.texts(q), test.prompt_texts(y.columns))
    known = len(rm.prompts_)
    curves = {}
    for name, cols in (("training prompts", list(range(known))), ("all prompts", list(range(p.shape[1])))):
        c = escalation_curve(p[:, cols], answers[:, cols], y.to_numpy(float)[:, cols])
        curves[name] = c.to_dict("records")
        say(name + "\n" + c.round(3).to_string(index=False))
    return curves


def published(out, embedder, model):
    "The published rows: test questions that are also training questions, so labelled"
    T = train_prompts(out)
    train, test = out.select(split="train", prompts=T), out.select(split="test")
    rm, seconds = cpu(PromptReward(model=model, embedder=embedder).fit, train)
    report = evaluate_reward(rm, test, published=True, n_boot=500)
    say(report.label, "\n", report.rules.round(4).to_string(index=False))
    return dict(label=report.label, rules=report.rules.to_dict("records"), scores=report.scores.to_dict("records"),
                fit_cpu_s=seconds)


def settings(out, embedder, model):
    "All availability settings on leak-free roles: CPU, wall, peak memory"
    train, test = roles(out)
    wall = time.perf_counter()
    table, seconds = cpu(availability_table, PromptReward(model=model, embedder=embedder), train, test, n_boot=20)
    wall = time.perf_counter() - wall
    n = table.setting.nunique()
    s = availability_summary(table)
    say(s.pivot(index="k", columns="rule", values="mean").round(4).to_string())
    say(f"{n} settings: {seconds:.0f} s CPU with evaluation, {wall:.0f} s wall, peak {peak_mb():.0f} MB")
    return dict(settings=n, cpu_s=seconds, wall_s=wall, peak_mb=peak_mb(), summary=s.to_dict("records"))


def baseline(out, rounds, prompts=(1, 6)):
    "CPU of the published training at its real width (1536 + 1536 columns), from `rounds` of its 2000 rounds"
    import xgboost as xgb
    train, _ = roles(out)
    rng, T, found = np.random.default_rng(0), train_prompts(out), {}
    for k in prompts:
        part = train.select(prompts=T[:k])
        q = pd.factorize(part.frame.query_id)[0]
        vectors = rng.normal(size=(q.max()+1, 1536)).astype(np.float32)
        p = pd.factorize(part.frame.prompt_id)[0]
        x = np.hstack([vectors[q], rng.normal(size=(k, 1536)).astype(np.float32)[p]])
        cut = int(.8*len(x))
        pars = dict(max_depth=10, eta=.001, objective="binary:logistic", nthread=1)
        data, load = cpu(xgb.DMatrix, x[:cut], label=part.frame.correct.to_numpy()[:cut])
        del x
        _, first = cpu(xgb.train, pars, data,
                       num_boost_round=1) # builds the histogram index, which the next ones find there
        _, few = cpu(xgb.train, pars, data, num_boost_round=1)
        _, many = cpu(xgb.train, pars, data, num_boost_round=1+rounds)
        per = (many-few)/rounds
        if per <= 0: sys.exit(f"{rounds} rounds are too few to time: give more --rounds")
        found[k] = dict(rows=cut, load_s=load + first - few, s_per_round=per, estimate_s=load + first + 1999*per)
        say(f"published, {k} prompts, {cut} rows x 3072: {per:.2f} s CPU a round, "
            f"about {found[k]['estimate_s']:.0f} s for 2000 rounds; peak {peak_mb():.0f} MB")
        del data
    ks = sorted(found)
    a, b = found[ks[0]]["estimate_s"], found[ks[-1]]["estimate_s"]
    from math import comb
    m = len(T)
    total = sum(comb(m, k)*(a + (b-a)*(k-ks[0])/max(1, ks[-1]-ks[0])) for k in range(1, m+1))
    say(f"all {2**m-1} settings, linear in the number of prompts between the measured ones: about {total:.0f} s CPU")
    return dict(per_setting=found, all_settings_s=total, rounds_measured=rounds,
                note="vectors drawn at random: the published ones are not public")


def speed(out, embedder, model):
    "1,000 questions x 100 prompts after embedding"
    train, _ = roles(out)
    rm = PromptReward(model=model, embedder=embedder).fit(train)
    qs = [f"{t} (again)" for t in out.queries.text.head(1000)]
    ps = [f"{t} Variant {i}." for i in range(100//len(out.prompts) + 1) for t in out.prompts.text][:100]
    embed(rm.embedder_, qs), embed(rm.embedder_, ps)
    runs = []
    for _ in range(5):
        start, c = time.perf_counter(), time.process_time()
        rm.predict_proba(qs, ps)
        runs.append((time.process_time()-c, time.perf_counter()-start))
    c, w = np.median(runs, axis=0)
    say(f"1,000 x 100: {c:.2f} s CPU, {w:.2f} s wall (median of 5)")
    return dict(cpu_s=float(c), wall_s=float(w))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("folder", nargs="?", default=None)
    ap.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    ap.add_argument("--datasets", nargs="+", default=None, help="default: all in the queries")
    ap.add_argument("--model", default="lightgbm")
    ap.add_argument("--models", nargs="+",
                    default=["lightgbm", "stack", "hierarchical", "logistic", "mlp", "xgboost"], help="for scores")
    ap.add_argument("--full-published", action="store_true", help="2000 rounds of the published model in scores")
    ap.add_argument("--embedder", default="all-MiniLM-L6-v2")
    ap.add_argument("--cache", default=None, help="SQLite file that keeps embeddings between runs")
    ap.add_argument("--rounds", type=int, default=3, help="rounds of the published 2000 to time for the baseline")
    ap.add_argument("--json", default=None)
    a = ap.parse_args()
    folder = a.folder or local_data("prompt_oirl")
    if folder is None: sys.exit("no data: give a folder, or set PROMPTMEM_DATA")
    out = Outcomes.read(folder)
    names = a.datasets or (sorted(out.queries.dataset.astype(str).unique()) if "dataset" in out.queries else [None])
    embedder = load_embedder(a.embedder, cache=a.cache)
    result = dict(versions=versions(), model=a.model, embedder=a.embedder, data={})
    for name in names:
        part = out if name is None else out.select(dataset=name)
        say(f"\n=== {name or 'all'}: {part}")
        _, seconds = cpu(embed, embedder, part.texts() + part.prompt_texts())
        got = result["data"][str(name)] = dict(embed_cpu_s=seconds)
        steps = dict(scores=lambda: scores(part, embedder, a.models, not a.full_published),
                     choices=lambda: choices(part, embedder, a.model),
                     calls=lambda: calls(part, embedder, a.model), published=lambda: published(part, embedder, a.model),
                     settings=lambda: settings(part, embedder, a.model), baseline=lambda: baseline(part, a.rounds),
                     speed=lambda: speed(part, embedder, a.model))
        for step in a.only:
            say(f"\n--- {step}")
            got[step] = steps[step]()
            got[step + "_peak_mb"] = peak_mb()
            if a.json: write_atomic(a.json, json.dumps(plain(result), indent=1) + "\n")


if __name__ == "__main__":
    main()
