"""Small logs: are the probabilities as well calibrated as each prompt's own rate, and never worse by more than noise?

    python benchmarks/reward_small.py                    # a few minutes; writes benchmarks/results/reward_small.json

Logs of 20 to 640 questions, one answer per question and prompt, are drawn from real ones (Prompt-OIRL's GSM8K and
SVAMP where PROMPTMEM_DATA holds them, and data/reward_smollm2, which is shipped); the test questions stay the same
and share no group with the log. Per size: Brier score and expected calibration error of the default model, of the same
without its calibration map, and of each prompt's rate in the same small log. An expected calibration error is never 0:
`chance` is what true probabilities would show on the same outcomes (answers to one question kept together),
`debiased` the root mean squared gap without that noise, and `beyond` the share of draws whose error chance does not
explain. `log_noise` is the mean error that the share of right answers of so small a log has by itself, whatever the
model: no model without other data goes below it. Of the difference in Brier the table has
the mean over the draws with its interval, and the worst draw; `noise` is the standard error of one draw's difference.
"""

import argparse
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent / "peers"))

import numpy as np
import pandas as pd
from environment import machine

from promptmem.core import plain, versions, write_atomic
from promptmem.data import data_dir, local_data
from promptmem.lm.embed import load_embedder
from promptmem.reward import Outcomes, PromptReward
from promptmem.reward.outcomes import group_folds
from promptmem.stats import brier, calibration_error, mean_interval

RESULT = Path(__file__).resolve().parent / "results" / "reward_small.json"


def once(out):
    "One answer per question and prompt"
    return out.where(~out.frame.duplicated(["query_id", "prompt_id"]).to_numpy())


def logs():
    "name -> (outcomes to draw from, test outcomes)"
    found, folder = {}, local_data("prompt_oirl")
    if folder:
        whole = Outcomes.read(folder)
        for name in ("gsm8k", "svamp"):
            out = whole.select(dataset=name)
            prompts = sorted(out.prompts.prompt_id[out.prompts.kind == "train"])
            train = out.by_role("train", "calib", split="train", prompts=prompts)
            found[name] = once(train), once(out.by_role("test", split="test", prompts=prompts))
    out = Outcomes.read(data_dir() / "reward_smollm2")
    fold = pd.Series(group_folds(out.groups(), 3, 0), index=out.queries.query_id.to_numpy())
    test = (out.frame.query_id.map(fold) == 0).to_numpy()
    found["reward_smollm2"] = once(out.where(~test)), once(out.where(test))
    return {name: (log, at_most(test, 400)) for name, (log, test) in found.items()}


def at_most(test, n):
    "The outcomes of n questions"
    ids = np.random.default_rng(0).permutation(test.queries.query_id.to_numpy())[:n]
    return test.where(test.frame.query_id.isin(ids).to_numpy())


def one(log, test, n, seed, embedder):
    "Scores of one small log: who -> (Brier, calibration error), noise of the difference in Brier, noise of the log"
    ids = np.random.default_rng(seed).permutation(log.queries.query_id.to_numpy())[:n]
    small = log.where(log.frame.query_id.isin(ids).to_numpy())
    qids, pids, right, tried = test.counts()
    texts, known = test.texts(qids), tried > 0
    fits = {who: PromptReward(embedder=embedder, seed=seed, **kw).fit(small)
            for who, kw in (("model", {}), ("uncalibrated", dict(calibration="none")))}
    p = {who: np.asarray(rm.predict_proba(texts, test.prompt_texts(pids))) for who, rm in fits.items()}
    p["rates"] = np.tile(fits["model"].prompt_probability(test.prompt_texts(pids)), (len(texts), 1))
    y = right / np.maximum(tried, 1)
    gap = np.where(known, (p["model"] - y) ** 2 - (p["rates"] - y) ** 2, np.nan)
    noise = np.nanmean(gap, 1).std() / len(gap) ** 0.5  # questions are the units
    groups = np.tile(pd.factorize(test.groups(qids))[0][:, None], y.shape[1])[known]
    scores = {who: (brier(v[known], y[known]), calibration_error(v[known], y[known], groups)) for who, v in p.items()}
    k, n = small.counts()[2:]
    off = np.bincount(pd.factorize(small.groups(small.counts()[0]))[0], (k - n*k.sum()/n.sum()).sum(1))
    return scores, float(noise), float((2/np.pi*(off**2).sum())**.5/n.sum())


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--sizes", type=int, nargs="+", default=[20, 40, 80, 160, 320, 640])
    ap.add_argument("--seeds", type=int, default=6)
    ap.add_argument("--embedder", default="all-MiniLM-L6-v2")
    ap.add_argument("--cache", default=None, help="SQLite file that keeps embeddings between runs")
    ap.add_argument("--json", default=str(RESULT))
    a = ap.parse_args()
    embedder, rows = load_embedder(a.embedder, cache=a.cache), []
    for name, (log, test) in logs().items():
        for n in [n for n in a.sizes if n <= len(log.queries)]:
            got = [one(log, test, n, seed, embedder) for seed in range(a.seeds)]
            worse = [s["model"][0] - s["rates"][0] for s, *_ in got]
            gap = mean_interval(worse)
            row = dict(log=name, questions=n, prompts=len(log.prompts), draws=a.seeds)
            for who in ("model", "uncalibrated", "rates"):
                errors = [s[who][1] for s, *_ in got]
                row |= {f"brier_{who}": float(np.mean([s[who][0] for s, *_ in got])),
                        **{f"{k}_{who}": float(np.mean([getattr(c, k) for c in errors]))
                           for k in ("ece", "chance", "debiased")},
                        f"beyond_{who}": float(np.mean([not c.by_chance for c in errors]))}
            row |= dict(brier_minus_rates=gap.estimate, lo=gap.lo, hi=gap.hi, worst_draw=max(worse),
                        noise=float(np.mean([e for _, e, _ in got])), log_noise=float(np.mean([e for *_, e in got])))
            rows.append(row)
            print({k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}, flush=True)
            result = dict(rows=rows, versions=versions(), machine=machine(), embedder=a.embedder)
            write_atomic(a.json, json.dumps(plain(result), indent=1) + "\n")


if __name__ == "__main__":
    main()
