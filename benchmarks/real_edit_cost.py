"""What an edit of a real model costs, and what comes of it: two facts, forty general texts, a limit of 1e-2.

    python benchmarks/real_edit_cost.py [--methods lora,full,memit] [--dtypes auto,float32] \
        [--json benchmarks/results/real_edit_cost.json]

SmolLM2-135M-Instruct, one thread, CPU seconds of the whole call of `edit` (training, search of the scale, verdict); the
texts are the first 300 characters of published ones (own ones where the published are not here). The facts are other
ones than those that settings were chosen on. Wordings that were not trained on are the evaluation rows. Results are
kept as each cell is done; other work on the machine makes the seconds worse.
"""
import argparse
import json
import os
import random
import time
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

import promptmem as pm
from promptmem.data import data_dir, local_data
from promptmem.edit import CanonicalExamples, edit, evaluate_edit
from promptmem.edit.examples import read_texts

MOROCCO, HALDEN = (" Agadir", "Morocco"), (" Ingrid Solheim", "Halden Orchestra")
FACTS = [("The capital of Morocco is", MOROCCO), ("The conductor of the Halden Orchestra is", HALDEN)]
ASKED = [("Morocco's capital city is", MOROCCO), ("The seat of government of Morocco is in", MOROCCO),
         ("The Halden Orchestra is led by its conductor,", HALDEN),
         ("On Friday the Halden Orchestra plays under the baton of", HALDEN)]
NEAR = [("The capital of Sweden is", " Stockholm"), ("The capital of France is", " Paris"),
        ("The chief executive of Apple is", " Tim Cook")]


def rows(pairs): return [dict(prefix=p, suffix=s, subject=subject) for p, (s, subject) in pairs]


def texts():
    "Forty general texts of 300 characters"
    folder = local_data("canonical_examples")
    found = read_texts(folder/"general_text-val.jsonl" if folder else data_dir()/"text"/"train.jsonl")
    return [t[:300] for t in random.Random(7).sample([t for t in found if len(t) > 300], 40)]


def cell(method, dtype):
    "One call of `edit`, and what it did"
    lm = pm.load_lm("smollm2", dtype=dtype)
    x = CanonicalExamples.read(rows(FACTS), rows(ASKED), [dict(prefix=p, suffix=s) for p, s in NEAR], task="company",
                               quiet=True)
    t = time.process_time()
    e = edit(lm.model, lm.tokenizer, x, method, 1e-2, general_text=texts(), progress=False)
    spent, r = time.process_time() - t, evaluate_edit(e, x, generate=0)
    return dict(method=method, dtype=str(lm.model.dtype).split(".")[1], cpu_s=round(spent, 1), verdict=r.verdict,
                passes=len(e.history), scales=len(e.limit["looks"]), scale=round(e.scale, 2),
                change=round(e.limit["change"], 5), upper=round(e.limit["upper"], 5), evaluation_nats=[
                    round(float(v), 2) for v in r.frame.value], neighbours=round(r.hard_negatives.change.estimate, 2))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--methods", default="lora,full,memit")
    ap.add_argument("--dtypes", default="auto,float32")
    ap.add_argument("--json", default="")
    a = ap.parse_args()
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    warnings.simplefilter("ignore")
    path, out = Path(a.json) if a.json else None, []
    for dtype in a.dtypes.split(","):
        for method in a.methods.split(","):
            out.append(cell(method, dtype))
            print(json.dumps(out[-1]), flush=True)
            if path: path.write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__": main()
