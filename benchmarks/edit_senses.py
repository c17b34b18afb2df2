"""Sense fine-tuning against LoRA on the demo Backpack, at the same limit, over seeds.

    python benchmarks/edit_senses.py [--limit 1e-4] [--seeds 5] [--facts 6] [--json benchmarks/results/edit_senses.json]

Each seed takes other companies of the invented world and swaps their heads: one sentence per fact to train on, eight other wordings to
generalise to, twenty other companies that must stay. General text: the held-out text that ships with the project, half for the penalties
and half for the limit. Both methods get the same line search. Reported: change of success on the other wordings (share of rows whose
new name gets a probability of 0.2), its t interval over the seeds, and the paired difference.
"""
import argparse
import json
import os
import random
import time
import warnings
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers

from promptmem.core import read_jsonl
from promptmem.data import data_dir
from promptmem.demo import facts
from promptmem.edit import BackpackLM, edit, evaluate_edit, from_table
from promptmem.stats import mean_interval


def examples(seed, n, relation="head", wordings=8):
    known = facts(relation, trained=True, paraphrases="all")
    rng = random.Random(seed)
    mine = rng.sample(known, n)
    stay = rng.sample([f for f in known if f not in mine], 20)
    templates = [p.replace(known[0]["subject"], "{subject}") for p in known[0]["prefixes"]]
    table = [(f["subject"], g["object"]) for f, g in zip(mine, mine[1:] + mine[:1])]
    return from_table(table, templates[0], templates[1:1+wordings], neighbours=[(f["subject"], f["object"]) for f in stay])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--limit", type=float, default=1e-4)
    ap.add_argument("--seeds", type=int, default=5)
    ap.add_argument("--facts", type=int, default=6)
    ap.add_argument("--epochs", type=int, default=15)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--methods", default="senses,lora")
    ap.add_argument("--json", default="")
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    warnings.simplefilter("ignore")
    folder = data_dir()/"models"/"demo_backpack"
    model, tok = BackpackLM.from_pretrained(folder, dtype=torch.float32).eval(), transformers.AutoTokenizer.from_pretrained(folder)
    general = [r["text"] for r in read_jsonl(data_dir()/"text"/"heldout.jsonl")]
    before = {k: v.clone() for k, v in model.state_dict().items()}
    rows = []
    for seed in range(a.seeds):
        ex = examples(seed, a.facts)
        for method in a.methods.split(","):
            t = time.process_time()
            e = edit(model, tok, ex, method, a.limit, general_text=general, seed=seed, epochs=a.epochs)
            r = evaluate_edit(e, ex, general, generate=24)
            e.undo()
            rows.append(dict(seed=seed, method=method, success_initial=r.success.before, success=r.success.after, train=r.train.after, free=r.generated.after, scale=e.scale,
                             general=r.general.change, inside=e.limit["inside"], hard_negatives=r.hard_negatives.change.estimate, cpu_s=round(time.process_time()-t, 1)))
            print(f"seed {seed} {method:7} success {r.success.before:.3f} -> {r.success.after:.3f} (examples {r.train.after:.2f}, free {r.generated.after:.2f}), scale {e.scale:.3f}, general {r.general.change:+.1e}, "
                  f"hard negatives {r.hard_negatives.change.estimate:+.3f} nats, {rows[-1]['cpu_s']} s", flush=True)
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    change = lambda m: [r["success"] - r["success_initial"] for r in rows if r["method"] == m]
    out = dict(limit=a.limit, seeds=a.seeds, facts=a.facts, rows=rows, change={m: mean_interval(change(m)).to_dict() for m in a.methods.split(",")})
    for m, i in out["change"].items(): print(f"{m:7} change of success {100*i['estimate']:+.1f} points [{100*i['lo']:+.1f}, {100*i['hi']:+.1f}] over {a.seeds} seeds")
    if {"senses", "lora"} <= set(out["change"]):
        d = mean_interval([x - y for x, y in zip(change("senses"), change("lora"))])
        out["senses_minus_lora"] = d.to_dict()
        print(f"senses minus LoRA {100*d.estimate:+.1f} points [{100*d.lo:+.1f}, {100*d.hi:+.1f}]")
    if a.json: Path(a.json).write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__": main()
