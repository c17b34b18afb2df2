"""The model's part of `limits.py`: scoring, study and generation with SmolLM2-135M as shares of the matmul rate and
memory.

Work is counted as two operations a weight and token (six when the token is learnt), the output layer only where logits
are asked for; attention, norms and activations are left out, so a share of 100 % cannot be reached. One token at a
time is bound by reading the weights: its limit is memory bandwidth over the bytes of the weights, times the rows of
the batch. The limit of products is the rate of this model's own shapes through the fastest product there is (oneDNN in
both formats), measured in the same run, and no less than the square product of `machine`.
"""
import time

from limits import row


def cpu(action, runs):
    "Fewest CPU seconds of `action()`, and what it gave"
    action()
    best, out = float("inf"), None
    for _ in range(runs):
        t = time.process_time()
        out = action()
        best = min(best, time.process_time()-t)
    return best, out


def rate(dtype, rows=384):
    "GFLOP/s of a product with the shapes of SmolLM2's widest layers"
    import torch
    x, w = torch.randn(rows, 576).to(dtype), torch.randn(1536, 576).to(dtype)
    product = torch.ops.mkldnn._linear_pointwise if torch.backends.mkldnn.is_available() else None
    one = (lambda: product(x, w, None, "none", [], "")) if product else (lambda: x @ w.T)
    seconds, _ = cpu(lambda: [one() for _ in range(40)], 4)
    return 40*2*rows*576*1536/seconds/1e9


def reading():
    "GB/s that one thread reads from memory, by its own CPU time"
    import numpy as np
    x = np.ones(2**27, np.float32)
    return x.nbytes/cpu(lambda: np.dot(x, x), 6)[0]/1e9


def sizes(model):
    "(weights that every token passes, weights of the output layer)"
    head = model.get_output_embeddings().weight.numel()
    rest = sum(p.numel() for n, p in model.named_parameters() if "embed" not in n and "lm_head" not in n)
    return rest, head


def scoring(lm, name, limit, texts, runs, target):
    "Log-probabilities of every token"
    from promptmem.lm.scoring import token_logprobs
    rest, head = sizes(lm.model)
    seconds, out = cpu(lambda: token_logprobs(lm.model, lm.tokenizer, texts), runs)
    scored = sum(map(len, out))
    work = 2*(rest*(scored+len(texts)) + head*scored)/1e9
    return row(f"recognition: scoring {len(texts)} texts, {name}", work/seconds, limit, "GFLOP/s", target,
               f"{scored/seconds:.0f} tokens a CPU second")


def study(lm, limit, texts, runs):
    "One exposure in batches of four: forwards, backwards, and the optimiser"
    from promptmem.recall.studying import Learner, tokenize
    rest, head = sizes(lm.model)
    ids = tokenize(lm.tokenizer, texts)
    learner = Learner(lm.model, lm.tokenizer, 1e-6)
    def one():
        for i in range(0, len(ids), 4): learner.step(ids[i:i+4])
    seconds, _ = cpu(one, runs)
    tokens = sum(map(len, ids))
    work = 6*(rest*tokens + head*(tokens-len(ids)))/1e9
    return row(f"study: {len(ids)} sentences, {tokens} tokens, float32", work/seconds, limit, "GFLOP/s", None,
               f"{seconds:.1f} CPU s an exposure, the optimiser in it")


def generation(lm, name, bandwidth, rows, runs):
    "Greedy answers; the weights are read once a step for all rows of the batch"
    prompts = [f"Write one sentence about the number {i}." for i in range(rows)]
    def one():
        lm._kept = None
        return lm.complete(prompts, max_tokens=24)
    seconds, out = cpu(one, runs)
    tokens = sum(c.usage.completion_tokens for c in out)
    read = sum(p.nbytes for p in lm.model.parameters())/1e9
    return row(f"generation: {rows} x 24 tokens, {name}", tokens/seconds, rows*bandwidth/read, "tokens/s", None,
               "limit: weights read once a step")


def measure(machine, quick=False):
    "Rows of the model's hot paths, CPU seconds of one thread"
    import torch

    import promptmem as pm
    from promptmem.demo.world import make_study_sentences
    torch.set_num_threads(1)
    n, runs = (8, 1) if quick else (48, 2)
    pools = make_study_sentences(seed=5, n=n)
    texts = [r["text"] for r in pools if r["pool"] in ("seen", "unseen")]
    bandwidth, rows = max(reading(), machine["memory GB/s, 1 thread"]), []
    for name, target in (("float32", .6), ("bfloat16", .4)):
        lm = pm.load_lm("smollm2", dtype=name)
        limit = max(rate(getattr(torch, name)), machine[f"{name} GFLOP/s, 1 thread(s)"] or 0)
        rows.append(scoring(lm, name, limit, texts, runs, target))
        for k in (1, 16): rows.append(generation(lm, name, bandwidth, k, runs))
        if name == "float32": rows.append(study(lm, limit, texts[:n//2], runs))
    return rows
