"""Recognition and retention of a real model: SmolLM2-135M-Instruct on the published sentences, beside the published
GPT-2.

    python benchmarks/real_recall.py [--n 64] [--small 32] [--only "experiment 5"] \
        [--json benchmarks/results/real_recall.json]

Sentences are studied and told apart from their foils before the study and after 1, 2 and 3 exposures. Experiment 1
runs at each of the three published learning rates; none is chosen afterwards, so all three rows are reported.
Experiments 5 and 6 (random words and gibberish against natural sentences) need a prior over language; they run at
1e-4, the published script's default, fixed beforehand. The last part studies experiment 1 three times at 1e-4 and then
trains on other sentences of the same source for 100 updates of four at 1e-5, with recognition and recall on the way.
Four sentences per update, seed 0, split 0, float32, one thread.

A part costs about .3 CPU seconds a sentence and exposure, so the first `n` (`small`) of the 600 pairs are used: fewer
updates per exposure than the published runs have (16 against 150 at batch 4), which makes the rows neighbours of the
published ones, not repetitions. Published: GPT-2, 600 pairs, the best of nine settings on the same pairs, mean of four
splits (Orhan 2023, arXiv 2303.17557). Each part is written when it is done, and is not run again while its settings
are the same. Sentences are read from `PROMPTMEM_DATA`/llm_memory.
"""
import argparse
import json
import os
import time
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

import promptmem as pm
from promptmem.core import plain, versions, write_atomic
from promptmem.recall import read_experiment, read_sentences, retention_curve, run_experiment

PUBLISHED = {"experiment 1": [.936, .996, .996], "experiment 5": [.935, .998, 1.], "experiment 6": [.997, .998, 1.]}
COLUMNS = ["exposures", "update", "recognition", "lo", "hi", "calibrated", "adjusted", "auc", "dprime", "seen_loss",
           "unseen_loss", "rouge1", "exact", "teacher_forced"]
AT = (0, 1, 3, 10, 30, 100)


def rounded(frame):
    "The columns of the table, four digits"
    return [{k: round(float(r[k]), 4) for k in COLUMNS if k in r and r[k] == r[k]} for r in frame.to_dict("records")]


def experiment(lm, folder, k, n, lr):
    "One experiment at 0, 1, 2 and 3 exposures; the weights are put back"
    seen, unseen = read_experiment(folder, k, 0)
    return rounded(run_experiment(lm.model, lm.tokenizer, (seen[:n], unseen[:n]), exposures=(0, 1, 2, 3), lr=lr,
                                  recall=False, name=f"experiment {k}"))


def retention(lm, folder, n, lr, other_lr):
    "Three exposures, then other sentences that nothing else here uses"
    seen, unseen = (x[:n] for x in read_experiment(folder, 1, 0))
    used = {t for s in range(2) for x in read_experiment(folder, 1, s) for t in x}
    other = [t for t in read_sentences(folder/"substack_all.json") if t not in used]
    r = retention_curve(lm.model, lm.tokenizer, seen, unseen, other[:400], exposures=3, lr=lr, study_at=(0, 3), at=AT,
                        other_lr=other_lr, other_batch_size=4)
    return [dict(phase=p, **row) for p, row in zip(r.frame.phase, rounded(r.frame))]


def parts(a):
    "Name of each part -> (settings, how it is run)"
    out = {}
    for lr in (1e-5, 3e-5, 1e-4):
        out[f"experiment 1, rate {lr:g}"] = dict(experiment=1, pairs=a.n, lr=lr)
    for k in (5, 6): out[f"experiment {k}, rate 0.0001"] = dict(experiment=k, pairs=a.small, lr=1e-4)
    out["retention, rate 0.0001 then 1e-05"] = dict(retention=1, pairs=a.small, lr=1e-4, other_lr=1e-5)
    return {k: v for k, v in out.items() if a.only in k}


def run(lm, folder, s):
    "The rows of one part"
    if "retention" in s: return retention(lm, folder, s["pairs"], s["lr"], s["other_lr"])
    return experiment(lm, folder, s["experiment"], s["pairs"], s["lr"])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--n", type=int, default=64, help="pairs of experiment 1, from the first on")
    p.add_argument("--small", type=int, default=32, help="pairs of experiments 5 and 6 and of retention")
    p.add_argument("--only", default="", help="only parts whose name contains this")
    p.add_argument("--json", type=Path, default=Path("benchmarks/results/real_recall.json"))
    a = p.parse_args()
    folder = Path(os.environ.get("PROMPTMEM_DATA", "../shared/data"))/"llm_memory"
    if not folder.is_dir(): raise SystemExit("the published sentences are not here: set PROMPTMEM_DATA to their folder")
    warnings.simplefilter("ignore")
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    out = json.loads(a.json.read_text()) if a.json.exists() else {}
    if "parts" not in out: out = dict(model="SmolLM2-135M-Instruct", parts={})
    lm = None
    for name, s in parts(a).items():
        if out["parts"].get(name, {}).get("settings") == s: continue
        lm = lm or pm.load_lm("smollm2", dtype="float32")
        start = time.process_time()
        rows = run(lm, folder, s)
        out["parts"][name] = dict(settings=s, rows=rows, cpu_seconds=round(time.process_time()-start, 1))
        out |= dict(batch_size=4, seed=0, split=0, dtype="float32", published=dict(
            model="GPT-2", pairs=600, after_exposures=[1, 2, 3], recognition=PUBLISHED), versions=versions())
        write_atomic(a.json, json.dumps(plain(out), indent=1)+"\n")
        print(name, f"{out['parts'][name]['cpu_seconds']} CPU s", *rows, sep="\n  ", flush=True)


if __name__ == "__main__": main()
