"""Sentence log-likelihoods: lm-evaluation-harness, minicons and ours, on one model, one thread, float32.

    python benchmarks/peers/recall.py [--n 300] [--json benchmarks/results/peers_recall.json]

SmolLM2-135M-Instruct is written once as an ordinary safetensors checkpoint to a temporary folder, which all three
read. The sentences are the first `n` of the published experiment 1 (half studied ones, half foils;
`PROMPTMEM_DATA`/llm_memory), or those of `--texts`, one a line. Each peer runs in an environment of its own and is
given its best batch size of 1, 8 and 32, as measured on 24 of the sentences. All are asked for the sum of the
log-probabilities of every token after the first:
`loglikelihood_rolling` of lm-evaluation-harness puts an end-of-text token in front and counts the first token, too, so
it is asked for the continuation of the first token instead. Speed is tokens scored per CPU second, loading left out.
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


def row(name, out, base):
    "One line of the table"
    off = max(abs(a-b) for a, b in zip(out["scores"], base["scores"]))
    return dict(system=name, tokens=out["tokens"], seconds=round(out["seconds"], 2), batch_size=out.get("batch_size"),
                tokens_per_cpu_second=round(out["tokens"]/out["seconds"], 1), furthest_from_ours=off,
                per_token=max(abs(a-b)/n for a, b, n in zip(out["scores"], base["scores"], base["lengths"])),
                ours_times_as_fast=round(out["seconds"]/base["seconds"], 2))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--n", type=int, default=300)
    p.add_argument("--texts", type=Path, help="a file with one sentence a line")
    p.add_argument("--json", type=Path, default=Path("benchmarks/results/peers_recall.json"))
    a = p.parse_args()
    pythons = {k: python_with(k, needs) for k, (needs, _, _) in PEERS.items()}
    texts = sentences(a)
    with tempfile.TemporaryDirectory() as folder:
        export(folder)
        base = ours(folder, texts)
        from transformers import AutoTokenizer
        base["lengths"] = [len(i)-1 for i in AutoTokenizer.from_pretrained(folder)(texts)["input_ids"]]
        rows, seen = [row("promptmem", base, base),
                      row("promptmem, bfloat16", ours(folder, texts, "bfloat16"), base)], {}
        for name, (_, script, names) in PEERS.items():
            out = run_there(pythons[name], script, dict(model=folder, texts=texts, batch_sizes=[1, 8, 32]), ONE)
            rows.append(row(name, out, base) | dict(tried=out["tried"]))
            seen[name] = versions(pythons[name], names)
            print(rows[-1], flush=True)
    result = dict(model="SmolLM2-135M-Instruct", dtype="float32", threads=1, sentences=len(texts), rows=rows,
                  versions=seen, machine=machine())
    a.json.write_text(json.dumps(result, indent=1)+"\n")
    print(*rows, sep="\n")


if __name__ == "__main__": main()
