"""Sentence log-likelihoods: lm-evaluation-harness, minicons and ours, on one model, one thread, float32.

    python benchmarks/peers/recall.py [--n 300] [--parts 3] [--json benchmarks/results/peers_recall.json]

SmolLM2-135M-Instruct is written once as an ordinary safetensors checkpoint to a temporary folder, which all three
read. The sentences are the first `n` of the published experiment 1 (half studied ones, half foils;
`PROMPTMEM_DATA`/llm_memory), or those of `--texts`, one a line. Each peer runs in an environment of its own and is
given its best batch size of 1, 8 and 32, as measured on 24 of the sentences. All are asked for the sum of the
log-probabilities of every token after the first:
`loglikelihood_rolling` of lm-evaluation-harness puts an end-of-text token in front and counts the first token, too, so
it is asked for the continuation of the first token instead. Speed is tokens scored per CPU second, loading left out.
The sentences are dealt into `parts`; all systems score one part, then all the next, so that a machine that is slower
for a while is slower for everybody. The ratio is that of the sums; that of each part stands beside it.
The row in bfloat16 is what promptmem takes by default on a processor that is fast in it; the peers' default is float32.
"""
import argparse
import json
import tempfile
from pathlib import Path

from environment import machine, python_with, run_there, versions

TORCH = "torch==2.13.0"
PEERS = {"lm-eval": (["lm-eval[hf]==0.4.13", TORCH], "recall_lmeval.py", ["lm-eval", "torch", "transformers"]),
         "minicons": (["minicons==0.3.39", TORCH], "recall_minicons.py", ["minicons", "torch", "transformers"])}
ONE = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


def sentences(a):
    "The texts that are scored, none twice"
    from promptmem.data import local_data
    from promptmem.recall import read_experiment
    published = local_data("llm_memory/expt1/seen_data_0.json")
    if a.texts: texts = a.texts.read_text(encoding="utf-8").splitlines()
    elif published: texts = [t for pair in zip(*read_experiment(published.parent.parent, 1, 0)) for t in pair]
    else: raise SystemExit("the published sentences are not here: set PROMPTMEM_DATA, or give --texts FILE")
    return list(dict.fromkeys(t for t in texts if t.strip()))[:a.n]


def ours(folder, texts, dtype="float32"):
    "Scores and CPU seconds in this process"
    import time

    import torch

    import promptmem as pm
    from promptmem.lm.scoring import sum_logprobs, token_logprobs
    torch.set_num_threads(1)
    lm = pm.load_lm(f"hf:{folder}", dtype=dtype)
    token_logprobs(lm.model, lm.tokenizer, texts[:8])
    t = time.process_time()
    rows = token_logprobs(lm.model, lm.tokenizer, texts)
    t = time.process_time()-t
    return dict(scores=sum_logprobs(rows).tolist(), seconds=t, tokens=sum(map(len, rows)))


def export(folder):
    "The model as ordinary safetensors"
    import promptmem as pm
    lm = pm.load_lm("smollm2", dtype="float32")
    lm.model.save_pretrained(folder)
    lm.tokenizer.save_pretrained(folder)


def row(name, outs, base, lengths):
    "One line of the table, from what came out part by part"
    scores = lambda parts: [x for o in parts for x in o["scores"]]
    seconds, tokens = [o["seconds"] for o in outs], sum(o["tokens"] for o in outs)
    off = [abs(a-b) for a, b in zip(scores(outs), scores(base))]
    ratios = [s/b["seconds"] for s, b in zip(seconds, base)]
    return dict(system=name, tokens=tokens, seconds=round(sum(seconds), 2), batch_size=outs[0].get("batch_size"),
                tokens_per_cpu_second=round(tokens/sum(seconds), 1), furthest_from_ours=max(off),
                per_token=max(o/n for o, n in zip(off, lengths)),
                ours_times_as_fast=round(sum(seconds)/sum(b["seconds"] for b in base), 2),
                in_each_part=[round(r, 2) for r in ratios])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--n", type=int, default=300)
    p.add_argument("--parts", type=int, default=3)
    p.add_argument("--texts", type=Path, help="a file with one sentence a line")
    p.add_argument("--json", type=Path, default=Path("benchmarks/results/peers_recall.json"))
    a = p.parse_args()
    pythons = {k: python_with(k, needs) for k, (needs, _, _) in PEERS.items()}
    texts, outs, tried = sentences(a), {}, {}
    parts = [texts[i::a.parts] for i in range(a.parts)]
    with tempfile.TemporaryDirectory() as folder:
        export(folder)
        from transformers import AutoTokenizer
        ids = AutoTokenizer.from_pretrained(folder)([t for part in parts for t in part])["input_ids"]
        for part in parts:
            outs.setdefault("promptmem", []).append(ours(folder, part))
            outs.setdefault("promptmem, bfloat16", []).append(ours(folder, part, "bfloat16"))
            for name, (_, script, _) in PEERS.items():
                sizes = [outs[name][0]["batch_size"]] if name in outs else [1, 8, 32]
                out = run_there(pythons[name], script, dict(model=folder, texts=part, batch_sizes=sizes), ONE)
                outs.setdefault(name, []).append(out)
                tried.setdefault(name, out["tried"])
            print({k: round(v[-1]["seconds"], 1) for k, v in outs.items()}, flush=True)
    lengths = [len(i)-1 for i in ids]
    rows = [row(k, v, outs["promptmem"], lengths) | (dict(tried=tried[k]) if k in tried else {})
            for k, v in outs.items()]
    seen = {name: versions(pythons[name], names) for name, (_, _, names) in PEERS.items()}
    result = dict(model="SmolLM2-135M-Instruct", dtype="float32", threads=1, sentences=len(texts), parts=a.parts,
                  rows=rows, versions=seen, machine=machine())
    a.json.write_text(json.dumps(result, indent=1)+"\n")
    print(*rows, sep="\n")


if __name__ == "__main__": main()
