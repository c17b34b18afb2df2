"""Run inside minicons's environment: summed log-likelihood of each text after its first token."""
import json
import sys
import time

import torch
from exact import exact_norms
from minicons import scorer


def main():
    given = json.load(sys.stdin)
    torch.set_num_threads(1)
    lm, texts = scorer.IncrementalLMScorer(given["model"], "cpu"), given["texts"]
    lm.model.to(getattr(torch, given.get("dtype", "float32")))
    if given.get("dtype") == "float64": exact_norms(lm.model)

    def score(some, size):
        out, t = [], time.process_time()
        for i in range(0, len(some), size):
            out += lm.sequence_score(some[i:i+size], reduction=lambda x: x.sum(0).item())
        return out, time.process_time()-t

    score(texts[:4], 1)
    tried = {size: score(texts[:24], size)[1] for size in given["batch_sizes"]} if len(given["batch_sizes"]) > 1 else {}
    best = min(given["batch_sizes"], key=lambda size: tried.get(size, 0))
    scores, seconds = score(texts, best)
    tokens = sum(len(lm.tokenizer(t)["input_ids"])-1 for t in texts)
    print(json.dumps(dict(scores=scores, seconds=seconds, batch_size=best, tokens=tokens,
                          tried={str(k): round(v, 2) for k, v in tried.items()})))


main()
