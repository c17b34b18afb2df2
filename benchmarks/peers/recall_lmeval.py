"""Run inside lm-evaluation-harness's environment: log-likelihood of each text after its first token."""
import json
import sys
import time

import torch
from exact import exact_norms
from lm_eval.models.huggingface import HFLM


def main():
    given = json.load(sys.stdin)
    torch.set_num_threads(1)
    dtype = given.get("dtype", "float32")
    lm = HFLM(pretrained=given["model"], device="cpu", dtype=dtype, batch_size=1)
    if dtype == "float64": exact_norms(lm.model)
    ids = [lm.tokenizer(t)["input_ids"] for t in given["texts"]]
    # what `loglikelihood` makes of a context and its continuation: here the first token and all others
    asked = [((t, ""), i[:1], i[1:]) for t, i in zip(given["texts"], ids)]

    def score(rows, size):
        lm.batch_size_per_gpu = size
        t = time.process_time()
        out = lm._loglikelihood_tokens(rows, disable_tqdm=True)
        return [x[0] for x in out], time.process_time()-t

    score(asked[:4], 1)
    tried = {size: score(asked[:24], size)[1] for size in given["batch_sizes"]} if len(given["batch_sizes"]) > 1 else {}
    best = min(given["batch_sizes"], key=lambda size: tried.get(size, 0))
    scores, seconds = score(asked, best)
    print(json.dumps(dict(scores=scores, seconds=seconds, batch_size=best, tokens=sum(len(i)-1 for i in ids),
                          tried={str(k): round(v, 2) for k, v in tried.items()})))


main()
