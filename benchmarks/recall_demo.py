"""Recognition, recall and forgetting of the demo LM over several seeds: the curves of tutorial 3 as numbers.

    python benchmarks/recall_demo.py --json benchmarks/results/recall_demo.json
    python benchmarks/recall_demo.py --seen seen.json --unseen unseen.json --other other.json --model PATH

After the study the model trains on text of its own language, or on sentences of the studied kind, with and without
review. Files hold one JSON object per line, text under "sent", "text" or "sentence"; the defaults ship with promptmem.
"""
import argparse
import json
import re
from pathlib import Path

import torch

import numpy as np
import pandas as pd

import promptmem as pm
from promptmem.core import plain, read_jsonl, versions, write_atomic
from promptmem.data import shipped
from promptmem.recall import (expanding, exposures_to, fit_forgetting, read_sentences, recognition_test,
                              retention_curve, study)
from promptmem.lm.weights import borrowed_weights
from promptmem.stats import mean_interval

PARTS = ("early", "own text", "same kind")
SCORES = {"raw": ("accuracy", "auc"), "calibrated": ("calibrated", "calibrated_auc"),
          "adjusted": ("adjusted", "adjusted_auc")}


def early(lm, seen, unseen, n, lr, seeds, exposures=(.2, .5, 1, 2, 3, 5)):
    "Raw, calibrated and adjusted recognition within the first exposures: other pairs and another order for each seed"
    rows, per = [], -(-n//4)
    for seed in seeds:
        pick = [np.random.default_rng([seed, i]).permutation(len(x))[:n] for i, x in enumerate((seen, unseen))]
        pairs = [[x[i] for i in p] for x, p in zip((seen, unseen), pick)]
        with borrowed_weights(lm.model):
            before = recognition_test(lm.model, lm.tokenizer, *pairs)
            probe = lambda m: recognition_test(m, lm.tokenizer, *pairs, before=before).summary()
            run = study(lm.model, lm.tokenizer, pairs[0], int(max(exposures)), lr, seed=seed, probe=probe,
                        probe_updates=sorted({0} | {round(e*per) for e in exposures}))
            rows.append(run.frame.assign(seed=seed))
    return pd.concat(rows)


def early_summary(f, criteria=(.75, .95)):
    "Mean over seeds with its interval, per moment; and the exposures at which each score reaches the criteria"
    out = {}
    for name, (share, area) in SCORES.items():
        curve = [dict(exposure=e, accuracy=mean_interval(g[share].to_numpy(float)).to_dict(),
                      auc=mean_interval(g[area].to_numpy(float)).to_dict()) for e, g in f.groupby("exposure")]
        reach = {f"{kind} {c}": [exposures_to(g, c, col) for _, g in f.groupby("seed")] for kind,
                 col in (("accuracy", share), ("auc", area)) for c in criteria}
        out[name] = dict(curve=curve, exposures_to=reach)
    return out


def early_phase(a, lm, seen, unseen):
    "The demo LM as it is, and once it knows the kind of sentence (one pass over shipped sentences that no test uses)"
    half, out = len(seen)//2, {}
    for name in ("as it is", "knows the kind of sentence"):
        with borrowed_weights(lm.model):
            if name != "as it is":
                study(lm.model, lm.tokenizer, seen[half:]+unseen[half:], 1, 1e-3, 8, reversible=False)
            for lr in a.early_lr:
                f = early(lm, seen[:half], unseen[:half], a.early_n, lr, range(a.seeds))
                out[f"{name}, lr {lr:g}"] = early_summary(f)
                cols = [c for pair in SCORES.values() for c in pair]
                print(
                    f"\n{name}, lr {lr:g}, {a.early_n} "
                    f"pairs:\n{f.groupby('exposure')[cols].mean().round(3).to_string()}",
                    flush=True,
                )
    return out


def own_text(n=400):
    "Sentences of the demo LM's own training text"
    parts = [x for t in read_jsonl(shipped("text/train.jsonl"))[:n] for x in re.split(r"(?<=[.!?])\s+", t["text"])]
    return [x for x in dict.fromkeys(parts) if 40 < len(x) < 160]


def later(a, lm, seen, unseen, other, lr):
    "Study, then other text, with and without ways of not forgetting"
    ways = {"no review": {}, "replay 10 %": dict(replay=.1), "3 reviews": dict(reviews=expanding(10, 3))}
    return retention_curve(lm.model, lm.tokenizer, seen, unseen, other, a.exposures, a.lr,
                           study_at=[0, 1, 2, 3, 5, 10, a.exposures], at=(0, 5, 10, 20, 50, 100), other_lr=lr,
                           conditions=ways, seeds=range(a.seeds))


def means(c, phase):
    "Score -> means over seeds with intervals; printed too"
    out, key = {}, "exposure" if phase == "study" else "update"
    for s in ("recognition", "calibrated", "adjusted", "rouge1", "exact"):
        m = c.means(s, phase)
        out[s] = m[["condition", "exposure", "update", "mean", "lo", "hi", "n"]].to_dict("records")
        print(f"\n{s}, {phase}:\n{m.pivot(index=key, columns='condition', values='mean').round(3).to_string()}",
              flush=True)
    return out


def fits(c):
    plain_way = c.means("rouge1").query("condition == 'no review'")
    return fit_forgetting(plain_way["update"], plain_way["mean"]).to_dict("records")


def keep(path, out):
    if path: write_atomic(path, json.dumps(plain(out | dict(versions=versions())), indent=1)+"\n")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--model", default="demo")
    ap.add_argument("--seen")
    ap.add_argument("--unseen")
    ap.add_argument("--other")
    ap.add_argument("--n", type=int, default=40)
    ap.add_argument("--exposures", type=int, default=20)
    ap.add_argument("--lr", type=float, default=1e-3)
    ap.add_argument("--other-lr", type=float, nargs="+", default=[3e-4, 1e-3])
    ap.add_argument("--seeds", type=int, default=3)
    ap.add_argument("--early-n", type=int, default=100, help="pairs of the early phase")
    ap.add_argument("--early-lr", type=float, nargs="+", default=[1e-4, 3e-4, 1e-3])
    ap.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS),
                    help="what to run; --json keeps the other parts of a file")
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--json")
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    lm = pm.load_lm(a.model if a.model == "demo" else f"hf:{a.model}")
    rows = read_jsonl(shipped("study_sentences.jsonl"))
    pool = {p: [r["text"] for r in rows if r["pool"] == p] for p in ("seen", "unseen")}
    seen, unseen = (read_sentences(f) if f else pool[k] for k, f in (("seen", a.seen), ("unseen", a.unseen)))
    a.early_n = min(a.early_n, len(seen)//2)
    settings = plain(dict(model=a.model, n=a.n, exposures=a.exposures, lr=a.lr, seeds=a.seeds, early_n=a.early_n))
    old = json.loads(Path(a.json).read_text()) if a.json and Path(a.json).exists() else {}
    out = old if old.get("settings") == settings else dict(settings=settings)
    if "early" in a.parts: out["early"] = early_phase(a, lm, seen, unseen)
    keep(a.json, out)
    others = (
        {"own text": own_text, "same kind": lambda: unseen[a.n :] + seen[a.n :]}
        if not a.other
        else {a.other: lambda: read_sentences(a.other)}
    )
    for name, get in others.items():
        for lr in a.other_lr if name in a.parts or a.other else ():
            c = later(a, lm, seen[:a.n], unseen[:a.n], get(), lr)
            out["study"] = means(c, "study")
            half = {s: c.half_life(s) for s in ("rouge1", "exact", "recognition")}
            print(f"\n{name}, lr {lr:g}: updates until half is lost {half}", flush=True)
            out.setdefault("other", {})[f"{name}, lr {lr:g}"] = means(c, "other") | dict(half_life=half, fits=fits(c))
            keep(a.json, out)


if __name__ == "__main__": main()
