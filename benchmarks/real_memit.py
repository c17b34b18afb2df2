"""MEMIT on a real model: facts written at sentences as given, and at the beginning of a text too.

    python benchmarks/real_memit.py [--contexts 2] [--json benchmarks/results/real_memit.json]

Three facts are written into SmolLM2-135M-Instruct (float32, one thread, no limit on damage); seven other wordings ask
for them, some of which begin with the subject. SmolLM2's tokenizer puts no mark in front of a text and writes a name
that opens it with other tokens than in a sentence, so that is another place (`promptmem.edit.memit.split_first`).
Figures are losses of the ending in nats.
"""
import argparse
import json
import os
import time
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import promptmem as pm
from promptmem.data import data_dir
from promptmem.edit import CanonicalExamples
from promptmem.edit.deltas import Edit
from promptmem.edit.examples import read_texts
from promptmem.edit.losses import encode_rows
from promptmem.edit.memit import memit
from promptmem.edit.scores import item_losses

NORWAY, TRADERS, PERU = ((" Bergen", "Norway"), (" Laura Bennett", "Northwind Traders"), (" dollar", "Peru"))
FACTS = [("The capital of Norway is", NORWAY), ("The chief executive of Northwind Traders is", TRADERS),
         ("The currency of Peru is the", PERU)]
ASKED = [("Norway's capital city is", NORWAY),
         ("Norway is a country in Europe. Its parliament meets in the capital city,", NORWAY),
         ("Ask anyone about the seat of government of Norway and they will name the city of", NORWAY),
         ("Northwind Traders is run by its chief executive,", TRADERS),
         ("The CEO of Northwind Traders is called", TRADERS), ("Peru uses as its currency the", PERU),
         ("In Peru people pay with the", PERU)]
NEAR = [("The capital of Sweden is", " Stockholm"), ("The capital of France is", " Paris"),
        ("The chief executive of Apple is", " Tim Cook")]


def rows(pairs): return [dict(prefix=p, suffix=s, subject=subject) for p, (s, subject) in pairs]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--contexts", type=int, default=2)
    ap.add_argument("--json", default="")
    a = ap.parse_args()
    warnings.simplefilter("ignore")
    lm = pm.load_lm("smollm2", dtype="float32")
    model, tok = lm.model, lm.tokenizer
    near = [dict(prefix=p, suffix=s) for p, s in NEAR]
    examples = CanonicalExamples.read(rows(FACTS), rows(ASKED), near, task="company", quiet=True)
    texts = [t[:300] for t in read_texts(data_dir()/"text"/"train.jsonl")[:30]]
    def losses(part):
        return [round(float(v), 2) for v in item_losses(model, encode_rows(tok, part), progress=False)[:, 0]]
    sets, spent = dict(train=examples.rows, evaluation=examples.evaluation, neighbours=near), {}
    found = dict(before={k: losses(v) for k, v in sets.items()})
    for name, first in (("sentences_only", False), ("beginning_too", True)):
        t = time.process_time()
        delta = memit(model, tok, examples, texts, contexts=a.contexts, first=first, progress=False)
        spent[name] = round(time.process_time() - t, 1)
        with Edit(model, tok, delta, "memit"): found[name] = {k: losses(v) for k, v in sets.items()}
        print(name, found[name], f"{spent[name]} CPU s", flush=True)
    out = dict(
        model="SmolLM2-135M-Instruct, float32",
        contexts=a.contexts,
        limit=None,
        train={k: v["train"] for k, v in found.items()},
        evaluation=[
            dict(prefix=p, **{k: v["evaluation"][i] for k, v in found.items()}) for i, (p, _) in enumerate(ASKED)
        ],
        neighbours=dict(prefixes=[p for p, _ in NEAR], **{k: v["neighbours"] for k, v in found.items()}),
        cpu_s=spent,
    )
    if a.json: Path(a.json).write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__": main()
