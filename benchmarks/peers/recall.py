"""Sentence log-likelihoods: lm-evaluation-harness, minicons and ours, on one model, one thread, float32.

    python benchmarks/peers/recall.py [--n 1200] [--parts 3] [--json benchmarks/results/peers_recall.json]

SmolLM2-135M-Instruct is written once as an ordinary safetensors checkpoint to a temporary folder, which all three
read. The sentences are the first `n` of the published experiments 1 and 2 (half studied ones, half
foils; `PROMPTMEM_DATA`/llm_memory), or those of `--texts`, one a line. Each peer runs in an environment of its own and
is given its best batch size of 1, 8 and 32, as measured on 24 of the sentences. All are asked for the sum of the
log-probabilities of every token after the first:
`loglikelihood_rolling` of lm-evaluation-harness puts an end-of-text token in front and counts the first token, too, so
it is asked for the continuation of the first token instead. Speed is tokens scored per CPU second, loading left out.
The sentences are dealt into `parts`; all systems score one part, then all the next, so that a machine that is slower
for a while is slower for everybody. The ratio is that of the sums; that of each part stands beside it.
The row in bfloat16 is what promptmem takes by default on a processor that is fast in it; the peers' default is float32.

    python benchmarks/peers/recall.py --equality 1200 [--jobs 2]

asks instead whether all compute the same, and leaves the speeds as they are. float32 rounds sums of that many layers by
some 1e-4, so every system scores so many of the sentences in float64, too, with the norms in float64 (`exact.py`):
`furthest` is how far apart two of them are there. `furthest_from_float64` is what a system's own float32 rounds away of
a sentence at most, `bias_a_token` the mean over all tokens, which adds up over a sentence.
"""
import argparse
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path

from environment import machine, python_with, run_there, versions
from exact import exact_norms

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
    elif published: texts = [t for n in (1, 2) for pair in zip(*read_experiment(published.parent.parent, n, 0))
                             for t in pair]
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
    if dtype == "float64": exact_norms(lm.model)
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


def furthest(a, b): return max(abs(x-y) for x, y in zip(a, b))


def row(name, outs, base):
    "One line of the table, from what came out part by part"
    seconds, tokens = [o["seconds"] for o in outs], sum(o["tokens"] for o in outs)
    ratios = [s/b["seconds"] for s, b in zip(seconds, base)]
    return dict(system=name, tokens=tokens, seconds=round(sum(seconds), 2), batch_size=outs[0].get("batch_size"),
                tokens_per_cpu_second=round(tokens/sum(seconds), 1),
                ours_times_as_fast=round(sum(seconds)/sum(b["seconds"] for b in base), 2),
                in_each_part=[round(r, 2) for r in ratios])


def speeds(folder, texts, pythons, n):
    "The rows of the table"
    outs, tried, parts = {}, {}, [texts[i::n] for i in range(n)]
    for part in parts:
        outs.setdefault("promptmem", []).append(ours(folder, part))
        outs.setdefault("promptmem, bfloat16", []).append(ours(folder, part, "bfloat16"))
        for name, (_, script, _) in PEERS.items():
            sizes = [outs[name][0]["batch_size"]] if name in outs else [1, 8, 32]
            out = run_there(pythons[name], script, dict(model=folder, texts=part, batch_sizes=sizes), ONE)
            outs.setdefault(name, []).append(out)
            tried.setdefault(name, out["tried"])
        print({k: round(v[-1]["seconds"], 1) for k, v in outs.items()}, flush=True)
    return [row(k, v, outs["promptmem"]) | (dict(tried=tried[k]) if k in tried else {}) for k, v in outs.items()]


def rounded(name, scores, true, tokens):
    "How far one system's float32 is from its float64"
    off = [a-b for a, b in zip(scores, true)]
    return dict(system=name, furthest_from_float64=max(map(abs, off)), bias_a_token=sum(off)/tokens)


def equality(folder, texts, pythons, jobs):
    "How far all systems are from each other in float64, and each in float32 from itself"
    def there(name, dtype):
        given = dict(model=folder, texts=texts, batch_sizes=[8], dtype=dtype)
        return run_there(pythons[name], PEERS[name][1], given, ONE)
    with ThreadPoolExecutor(max(1, jobs-1)) as pool: # processes beside this one: no time is taken here
        asked = {(k, dtype): pool.submit(there, k, dtype) for dtype in ("float64", "float32") for k in PEERS}
        found = {("promptmem", dtype): ours(folder, texts, dtype) for dtype in ("float64", "float32")}
        found |= {k: f.result() for k, f in asked.items()}
    scores, tokens = {k: v["scores"] for k, v in found.items()}, found["promptmem", "float64"]["tokens"]
    systems = ["promptmem", *PEERS]
    apart = {dtype: {f"{a}, {b}": furthest(scores[a, dtype], scores[b, dtype]) for a, b in combinations(systems, 2)}
             for dtype in ("float64", "float32")}
    rows = [rounded(k, scores[k, "float32"], scores[k, "float64"], tokens) for k in systems]
    return dict(sentences=len(texts), tokens=tokens, furthest=apart, rows=rows)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--n", type=int, default=1200)
    p.add_argument("--parts", type=int, default=3)
    p.add_argument("--equality", type=int, default=0, help="sentences to score in float64; no speed is measured then")
    p.add_argument("--jobs", type=int, default=2, help="systems at a time for --equality, where no time is taken")
    p.add_argument("--texts", type=Path, help="a file with one sentence a line")
    p.add_argument("--json", type=Path, default=Path("benchmarks/results/peers_recall.json"))
    a = p.parse_args()
    pythons = {k: python_with(k, needs) for k, (needs, _, _) in PEERS.items()}
    texts = sentences(a)
    seen = {name: versions(pythons[name], names) for name, (_, _, names) in PEERS.items()}
    old = json.loads(a.json.read_text()) if a.json.exists() else {}
    result = old if a.equality and old else dict(
        model="SmolLM2-135M-Instruct", dtype="float32", threads=1, equality=old.get("equality"), versions=seen,
        machine=machine())
    with tempfile.TemporaryDirectory() as folder:
        export(folder)
        if a.equality: result["equality"] = equality(folder, texts[::max(1, len(texts)//a.equality)], pythons, a.jobs)
        else: result |= dict(sentences=len(texts), parts=a.parts, rows=speeds(folder, texts, pythons, a.parts))
    a.json.write_text(json.dumps(result, indent=1)+"\n")
    print(*result.get("rows", []), result.get("equality"), sep="\n")


if __name__ == "__main__": main()
