"""Edits of a real model: SmolLM2-135M-Instruct on four published validation sets, beside the published rows of
Pythia-160M.

    python benchmarks/real_edit.py [--tasks country,company,gender,verb] [--methods lora,memit,full] \
        [--json benchmarks/results/real_edit.json]

The validation sets are cut to what two cores can do in half an hour: ten canonical examples a task (seed 0), at most 32
evaluation rows of the same subjects, 16 hard negatives, forty general texts of the published set cut to 200 characters
for the limit and twenty others for penalties and statistics. One training per task and method; the same difference is
then scaled (at most 1) to each published limit, on the texts in hand as the published code does it (`confidence=None`),
and judged on the evaluation rows; `bound` says whether the rise on *unread* texts is shown to be inside as well.
Settings are the library's defaults, found on other facts. For capitals and chief executives the chat model is asked the
question too, and its free answer read. Published: test success of Pythia-160M (full, LoRA) and the change under MEMIT
with the subject given, from `published_results.csv`; other model, all examples, learning rates tuned per task. Results
are kept as each cell is done.
"""
import argparse
import json
import math
import os
import random
import time
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

import promptmem as pm
from promptmem.data import local_data
from promptmem.edit import CanonicalExamples, edit, evaluate_edit
from promptmem.edit.editor import fit_scale
from promptmem.edit.examples import read_texts
from promptmem.edit.scores import GeneralText, bound_test

LIMITS = (1e-3, 1e-4, 1e-5)
OPTIONS = dict(lora=dict(epochs=12, general_rows=2, target_modules=None, lr=3e-3, kl=100.),
               full=dict(epochs=12, general_rows=2, lr=3e-5), memit={})
ASK = dict(country="What is the capital of {}?", company="Who is the chief executive officer of {}?")


def subset(task, folder, examples, evaluation, seed=0):
    "Ten examples, evaluation rows about the same subjects where there are subjects, sixteen hard negatives"
    x, rng = CanonicalExamples.published(task, folder, quiet=True), random.Random(seed)
    rows = rng.sample(x.rows, min(examples, len(x.rows)))
    subjects = {r.get("subject") for r in rows} - {None}
    near = [r for r in x.evaluation if r.get("subject") in subjects] if subjects else x.evaluation
    return CanonicalExamples(rows, x.criterion, rng.sample(near or x.evaluation,
                                                           min(evaluation, len(near or x.evaluation))),
                             rng.sample(x.hard_negatives, min(16, len(x.hard_negatives))), name=x.name)


def asked(lm, task, rows):
    "Share of free chat answers that hold the attribute"
    known = [r for r in rows if r.get("subject") and r.get("attribute")] if task in ASK else []
    if not known: return None
    said = lm.complete([ASK[task].format(r["subject"]) for r in known], max_tokens=16)
    return sum(r["attribute"].lower() in c.text.lower() for r, c in zip(known, said))/len(known)


def cell(lm, task, method, x, general, train_text):
    "One training, three limits; what is measured for one limit is known for the next"
    t, before = time.process_time(), asked(lm, task, x.rows)
    e = edit(lm.model, lm.tokenizer, x, method, degradation=None, general_text=general, train_text=train_text,
             progress=False, **OPTIONS[method])
    out = dict(task=task, method=method, examples=len(x), evaluation=len(x.evaluation), general=len(general),
               train_s=round(time.process_time()-t, 1), chat_before=before, chat_unlimited=asked(lm, task, x.rows),
               unlimited=short(evaluate_edit(e, x, generate=0)), limits=[])
    looks = []
    for limit in LIMITS:
        looks = fit_scale(e, general, limit, 1., looks=4, confidence=None, seen=looks)
        r, bound = evaluate_edit(e, x, generate=0), bound_test(e, general, limit)
        out["limits"].append(dict(limit=limit, scale=e.scale, rise=dict(looks)[e.scale].change if e.scale else 0.,
                                  upper=finite(bound.upper), bound=bound.inside, chat=asked(lm, task, x.rows) if e.scale
                                  else before, **short(r)))
        print(f"{task} {method} {limit:g}: {r.verdict}, scale {e.scale:.2f}", flush=True)
    e.undo()
    out["cpu_s"] = round(time.process_time()-t, 1)
    return out


def finite(x): return x if math.isfinite(x) else None


def short(r):
    "The figures of a report"
    f = dict(verdict=r.verdict, train=r.train.after, train_before=r.train.before, success=r.success.after,
             success_before=r.success.before)
    f |= dict(change=r.success.change.to_dict(), hard_negatives=r.hard_negatives and r.hard_negatives.change.to_dict())
    return json.loads(json.dumps(f).replace("NaN", "null"))


def published(folder, task, method, limit):
    "(initial success, change) of Pythia-160M on the test set"
    import pandas as pd
    d = pd.read_csv(folder/"published_results.csv")
    d = d[
        d.model.str.contains("160m", na=False)
        & (d.dataset == task)
        & (d.split == "test")
        & (abs(d.degradation_limit - limit) < limit / 10)
    ]
    if method == "memit":
        d = d[(d.method == "memit_oracle") & d.generation.str.contains("used in plots")]
        change = d[d.metric == "success_rate_change"].value
        return None, finite(float(change.iloc[0])) if len(change) else None
    d = d[(d.method == method) & (d.generation == "final")].set_index("metric").value
    if "success_rate" not in d: return None, None
    return float(d["success_rate_initial"]), float(d["success_rate"] - d["success_rate_initial"])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--tasks", default="country,company,gender,verb")
    ap.add_argument("--methods", default="lora,memit,full")
    ap.add_argument("--examples", type=int, default=10)
    ap.add_argument("--evaluation", type=int, default=32)
    ap.add_argument("--json", default="")
    a = ap.parse_args()
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    warnings.simplefilter("ignore")
    folder = local_data("canonical_examples")
    if folder is None: raise SystemExit("set PROMPTMEM_DATA to the folder with the published sets")
    lm = pm.load_lm("smollm2", dtype="float32")
    long = [t for t in read_texts(folder/"general_text-val.jsonl") if len(t) > 200]
    chosen = random.Random(0).sample(range(len(long)), 60)
    texts = [long[i][:200] for i in chosen]
    # the second moments of MEMIT want more text: a layer of this model has 1,536 inputs
    more = [long[i][:300] for i in random.Random(1).sample(sorted(set(range(len(long))) - set(chosen)), 120)]
    general, path = GeneralText(lm.tokenizer, texts[:40]), Path(a.json) if a.json else None
    done = json.loads(path.read_text()) if path and path.exists() else []
    for method in a.methods.split(","):
        for task in a.tasks.split(","):
            if any((r["task"], r["method"]) == (task, method) for r in done): continue
            r = cell(lm, task, method, subset(task, folder, a.examples, a.evaluation), general,
                     more if method == "memit" else texts[40:])
            for x in r["limits"]:
                x["published_initial"], x["published_change"] = published(folder, task, method, x["limit"])
            done.append(r)
            if path: path.write_text(json.dumps(done, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__": main()
