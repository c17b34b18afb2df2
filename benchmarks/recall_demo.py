"""Recognition, recall and forgetting of the demo LM over several seeds: the curves of tutorial 3 as numbers.

    python benchmarks/recall_demo.py --json benchmarks/results/recall_demo.json
    python benchmarks/recall_demo.py --seen seen.json --unseen unseen.json --other other.json --model PATH

Files hold one JSON object per line, text under "sent", "text" or "sentence"; the defaults ship with promptmem.
"""
import argparse
import json
import time

import torch

import promptmem as pm
from promptmem.core import plain, read_jsonl, versions, write_atomic
from promptmem.data import shipped
from promptmem.recall import expanding, fit_forgetting, read_sentences, retention_curve


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--model", default="demo")
    ap.add_argument("--seen")
    ap.add_argument("--unseen")
    ap.add_argument("--other")
    ap.add_argument("--n", type=int, default=40)
    ap.add_argument("--exposures", type=int, default=20)
    ap.add_argument("--lr", type=float, default=1e-3)
    ap.add_argument("--other-lr", type=float, default=3e-4)
    ap.add_argument("--seeds", type=int, default=3)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--json")
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    lm = pm.load_lm(a.model if a.model == "demo" else f"hf:{a.model}")
    rows = read_jsonl(shipped("study_sentences.jsonl"))
    pool = {p: [r["text"] for r in rows if r["pool"] == p] for p in ("seen", "unseen")}
    seen, unseen = (read_sentences(f) if f else pool[k] for k, f in (("seen", a.seen), ("unseen", a.unseen)))
    other = read_sentences(a.other) if a.other else unseen[a.n:]+seen[a.n:]
    ways = {"no review": {}, "replay 10 %": dict(replay=.1), "3 reviews": dict(reviews=expanding(10, 3))}
    start = time.process_time()
    c = retention_curve(lm.model, lm.tokenizer, seen[:a.n], unseen[:a.n], other, a.exposures, a.lr, study_at=[0, 1, 2, 3, 5, 10, a.exposures],
                        at=(0, 5, 10, 20, 50, 100), other_lr=a.other_lr, conditions=ways, seeds=range(a.seeds))
    out = dict(settings=c.settings | dict(model=a.model, n=a.n, other=len(other)), cpu_s=time.process_time()-start, study={}, other={})
    for s in ("recognition", "calibrated", "rouge1", "exact"):
        for phase in ("study", "other"):
            m = c.means(s, phase)
            out[phase][s] = m[["condition", "exposure", "update", "mean", "lo", "hi", "n"]].to_dict("records")
            key = "exposure" if phase == "study" else "update"
            print(f"\n{s}, {phase}:\n{m.pivot(index=key, columns='condition', values='mean').round(3).to_string()}", flush=True)
    plainly = c.means("rouge1").query("condition == 'no review'")
    out["fits"] = fit_forgetting(plainly["update"], plainly["mean"]).to_dict("records")
    out["half_life"] = c.half_life()
    print("half lives", out["half_life"], "fits", out["fits"])
    if a.json: write_atomic(a.json, json.dumps(plain(out | dict(versions=versions())), indent=1)+"\n")


if __name__ == "__main__": main()
