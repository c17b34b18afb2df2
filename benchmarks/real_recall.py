"""Recognition of a real model: SmolLM2-135M-Instruct on the published sentences of experiment 1, beside the published
GPT-2.

    python benchmarks/real_recall.py [--n 48] [--json benchmarks/results/real_recall.json]

Sentences are studied and told apart from unstudied sentences of the same source before the study and after 1, 2 and 3
exposures, at the published learning rate of 1e-5. Subset: the first `n` of the 600 pairs of split 0 (a model run of
two cores' size), one seed, four sentences per update. Published: GPT-2, 600 pairs, 93.6, 99.6 and 99.6 % (Orhan 2023,
arXiv 2303.17557). Model, number of sentences and updates differ, so the two rows are neighbours and no comparison of
like with like: with fewer sentences an exposure is fewer updates. The sentences are read from
`PROMPTMEM_DATA`/llm_memory.
"""
import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

import promptmem as pm
from promptmem.recall import read_experiment, run_experiment

PUBLISHED = {"1": .936, "2": .996, "3": .996}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--n", type=int, default=48, help="pairs, from the first on")
    p.add_argument("--split", type=int, default=0)
    p.add_argument("--lr", type=float, default=1e-5, help="learning rate; 1e-5 is the published one")
    p.add_argument("--json", default="benchmarks/results/real_recall.json")
    a = p.parse_args()
    folder = Path(os.environ.get("PROMPTMEM_DATA", "../shared/data"))/"llm_memory"
    if not folder.is_dir(): raise SystemExit("the published sentences are not here: set PROMPTMEM_DATA to their folder")
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    seen, unseen = read_experiment(folder, 1, a.split)
    lm = pm.load_lm("smollm2", dtype="float32")
    f = run_experiment(lm.model, lm.tokenizer, (seen[:a.n], unseen[:a.n]), exposures=(0, 1, 2, 3), lr=a.lr,
                       recall=False, name="experiment 1")
    columns = ["exposures", "update", "recognition", "lo", "hi", "calibrated", "auc", "dprime", "seen_loss",
               "unseen_loss"]
    rows = [{k: round(float(r[k]), 4) for k in columns} for r in f.to_dict("records")]
    for r in rows: print(r, flush=True)
    out = dict(
        model="SmolLM2-135M-Instruct",
        experiment=1,
        split=a.split,
        pairs=a.n,
        pairs_published=len(seen),
        lr=a.lr,
        batch_size=4,
        seed=0,
        rows=rows,
        published=dict(model="GPT-2", pairs=600, recognition=PUBLISHED),
    )
    Path(a.json).write_text(json.dumps(out, indent=1)+"\n")


if __name__ == "__main__": main()
