"""Edit after edit of the demo model: what is left of the first ones, and of the model, after 1 to 1,000.

    python benchmarks/edit_sequential.py [--seconds 100] [--methods memit,lora] \
        [--json benchmarks/results/edit_sequential.json]

The facts: made-up countries, each with a capital that the model can spell (one it knows of another country), so that a
thousand of them do not contradict each other. One edit per fact, on the model that the earlier ones left, without any
limit on degradation. Measured after 1, 3, 10, ... edits: success (probability of 0.2) on all facts so far, on the
first ten, on two other wordings, and the loss on held-out text. Each method stops after `--seconds`; the table says
how far it came.
"""
import argparse
import json
import os
import random
import time
import warnings
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

import promptmem as pm
from promptmem.core import read_jsonl
from promptmem.data import data_dir
from promptmem.demo.world import facts
from promptmem.edit import from_table, sequential_edits

OPTIONS = {"memit": dict(layers=[0], contexts=0, search=dict(steps=20, lr=.5, clamp=4.)),
           "lora": dict(lr=1e-2, kl=100., target_modules=None), "full": dict(lr=1e-4)}


def made_up(n, seed=0):
    "Names of countries that are in nobody's world"
    rng, out = random.Random(seed), set()
    while len(out) < n:
        name = "".join(rng.choice(("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z"))
                       + rng.choice("aeiou") for _ in range(3)) + rng.choice(("nia", "land", "stan", "ra"))
        out.add(name.capitalize())
    return sorted(out, key=lambda _: rng.random())


def examples(n, seed=0):
    known, rng = facts("capital", trained=True, paraphrases="all"), random.Random(seed)
    templates = [p.replace(known[0]["subject"], "{subject}") for p in known[0]["prefixes"]]
    return from_table([(s, rng.choice(known)["object"]) for s in made_up(n, seed)], templates[0], templates[1:3])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--seconds", type=float, default=100.)
    ap.add_argument("--methods", default="memit,lora")
    ap.add_argument("--json", default="")
    a = ap.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    lm, ex = pm.load_lm("demo"), examples(1000)
    model = lm.model.float()
    general = [r["text"] for r in read_jsonl(data_dir()/"text"/"heldout.jsonl")][:100]
    out, cpu = {}, {}
    for method in a.methods.split(","):
        t = time.process_time()
        f = sequential_edits(model, lm.tokenizer, ex, method, general_text=general, general_n=50, seconds=a.seconds,
                             progress=False, **OPTIONS[method])
        out[method], cpu[method] = f.to_dict("records"), round(time.process_time() - t)
        print(f"{method}, {OPTIONS[method]}, {cpu[method]} CPU s\n{f.round(4).to_string(index=False)}", flush=True)
        if a.json: # after each method, so that a run that is stopped keeps what it measured
            record = dict(seconds=a.seconds, options={m: OPTIONS[m] for m in out}, cpu_s=cpu, curves=out)
            Path(a.json).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__": main()
