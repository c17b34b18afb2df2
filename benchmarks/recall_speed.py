"""Recognition, recall and one exposure of training: promptmem beside the published scripts' method, same run.

    python benchmarks/recall_speed.py --json benchmarks/results/recall_speed.json
    python benchmarks/recall_speed.py --seen seen.json --unseen unseen.json --corpus all.json

The baseline is rebuilt from the description of the published scripts (Orhan 2023): every sentence padded to 128 tokens,
one per forward pass in the two tests (the only setting in which they are right), full logits, `generate` sentence by
sentence, plain AdamW with batches of --batch-sizes. Files hold one JSON object per line with the text under "sent".
Without files, the sets below PROMPTMEM_DATA are used, else the sentences that ship with promptmem.
Reported are medians over --repeats of CPU time and wall time, ours and the baseline's turn about. The whole run takes
about ten minutes on two cores; --tasks does a part of it; --json is written after each row and keeps the other rows of
a file with the same settings.
"""
import argparse
import copy
import json
import statistics
import time
import warnings
from pathlib import Path

import numpy as np
import torch

from promptmem.core import plain, read_jsonl, versions, write_atomic
from promptmem.data import data_dir, local_data
from promptmem.recall.generation import continue_ids, cut_prompts
from promptmem.recall.recognition import recognition_test
from promptmem.recall.studying import study

BLOCK = 128
TASKS = ("recognition", "recall", "training")


def sentences(path):
    rows = read_jsonl(path)
    key = next((k for k in ("sent", "text", "sentence") if k in rows[0]), None)
    if key is None: raise SystemExit(f"{path}: no field 'sent', 'text' or 'sentence'")
    return [r[key] for r in rows]


def load(a):
    "(seen, unseen, corpus for the tokenizer, name)"
    if a.seen: return sentences(a.seen), sentences(a.unseen), sentences(a.corpus) if a.corpus else [], Path(a.seen).name
    real = local_data("llm_memory/expt1/seen_data_0.json")
    if real:
        corpus = sentences(real.parent.parent/"substack_all.json")
        return sentences(real), sentences(real.parent/"unseen_data_0.json"), corpus, "expt1 split 0"
    own = sentences(data_dir()/"study_sentences.jsonl")
    half = min(a.n, len(own)//2)
    return own[:half], own[half:2*half], own, "shipped sentences"


def build(corpus, hidden, layers, vocab, seed=0):
    "A byte-level BPE tokenizer trained on the corpus, and a GPT-NeoX of about 10 M parameters"
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import GPTNeoXConfig, GPTNeoXForCausalLM, PreTrainedTokenizerFast
    t = Tokenizer(models.BPE())
    t.pre_tokenizer, t.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    t.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=vocab, special_tokens=["<eos>"], show_progress=False,
                                                      initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=t, eos_token="<eos>", pad_token="<eos>")
    torch.manual_seed(seed)
    model = GPTNeoXForCausalLM(GPTNeoXConfig(vocab_size=vocab, hidden_size=hidden, num_hidden_layers=layers,
                                             num_attention_heads=4, intermediate_size=4*hidden,
                                             max_position_embeddings=512, bos_token_id=0, eos_token_id=0))
    return model.eval(), tokenizer


# the published method, rebuilt

def padded(tokenizer, texts):
    x = tokenizer(texts, padding="max_length", truncation=True, max_length=BLOCK, return_tensors="pt")
    return x["input_ids"], x["attention_mask"], x["input_ids"].masked_fill(x["attention_mask"] == 0, -100)


def baseline_recognition(model, tokenizer, seen, unseen):
    losses = []
    ids, mask, labels = padded(tokenizer, seen+unseen)
    with torch.no_grad():
        for i in range(len(ids)):
            losses.append(float(model(input_ids=ids[i:i+1], attention_mask=mask[i:i+1], labels=labels[i:i+1]).loss))
    return np.array(losses)


def baseline_recall(model, tokenizer, seen):
    out = []
    with torch.no_grad():
        for s in seen:
            ids = tokenizer(s, truncation=True, max_length=BLOCK, return_tensors="pt")["input_ids"]
            n = ids.shape[1]
            prompt = ids[:, :n//2]
            made = model.generate(input_ids=prompt, attention_mask=torch.ones_like(prompt), max_length=n, min_length=n,
                                  do_sample=False, pad_token_id=0)
            out.append(tokenizer.decode(made[0, n//2:]))
    return out


def baseline_train(model, tokenizer, texts, batch_size, lr, seed=0):
    ids, mask, labels = padded(tokenizer, texts)
    decay = [p for n, p in model.named_parameters() if "bias" not in n and "layer_norm.weight" not in n]
    rest = [p for n, p in model.named_parameters() if "bias" in n or "layer_norm.weight" in n]
    optimizer = torch.optim.AdamW([dict(params=decay, weight_decay=0.), dict(params=rest, weight_decay=0.)], lr=lr)
    model.train()
    for b in torch.randperm(len(ids), generator=torch.Generator().manual_seed(seed)).split(batch_size):
        model(input_ids=ids[b], attention_mask=mask[b], labels=labels[b]).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.eval()


# ours

def ours_recognition(model, tokenizer, seen, unseen):
    f = recognition_test(model, tokenizer, seen, unseen).frame
    return np.r_[f.seen_loss, f.unseen_loss]


def ours_recall(model, tokenizer, seen):
    ids, cuts = cut_prompts(tokenizer, seen, model)
    said = continue_ids(model, tokenizer, [i[:c] for i, c in zip(ids, cuts)], [len(i)-c for i, c in zip(ids, cuts)])
    return [tokenizer.decode(s) for s in said]


def timed(f, *args):
    cpu, wall = time.process_time(), time.perf_counter()
    out = f(*args)
    return out, time.process_time()-cpu, time.perf_counter()-wall


def compare(name, base, ours, repeats, check):
    "Both sides `repeats` times, turn about; medians"
    t = {"baseline": [], "ours": []}
    for _ in range(repeats):
        a, *ta = timed(base)
        b, *tb = timed(ours)
        t["baseline"].append(ta)
        t["ours"].append(tb)
    m = {k: [statistics.median(x[j] for x in v) for j in (0, 1)] for k, v in t.items()}
    row = dict(task=name, repeats=repeats, baseline_cpu_s=m["baseline"][0], ours_cpu_s=m["ours"][0],
               cpu_ratio=m["baseline"][0]/m["ours"][0], baseline_wall_s=m["baseline"][1], ours_wall_s=m["ours"][1],
               wall_ratio=m["baseline"][1]/m["ours"][1], **check(a, b))
    print("  ".join(f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()), flush=True)
    return row


def run_recognition(a, model, tokenizer, seen, unseen):
    right = lambda x: x[:len(seen)] < x[len(seen):]
    yield compare("recognition", lambda: baseline_recognition(model, tokenizer, seen, unseen),
                  lambda: ours_recognition(model, tokenizer, seen, unseen), a.repeats, lambda x,
                  y: dict(max_loss_difference=float(abs(x-y).max()), equal_decisions=int((right(x) == right(y)).sum())))


def run_recall(a, model, tokenizer, seen, unseen):
    yield compare("recall", lambda: baseline_recall(model, tokenizer, seen),
                  lambda: ours_recall(model, tokenizer, seen), a.repeats, lambda x,
                  y: dict(equal_texts=sum(p == q for p, q in zip(x, y)), n=len(x)))


def run_training(a, model, tokenizer, seen, unseen):
    loss = lambda m: float(ours_recognition(m, tokenizer, seen, unseen)[:len(seen)].mean())
    for b in a.batch_sizes:
        ends = {}
        def base(): ends["base"] = copy.deepcopy(model); baseline_train(ends["base"], tokenizer, seen, b, 1e-4)
        def ours(): ends["ours"] = copy.deepcopy(model); study(ends["ours"], tokenizer, seen, 1, lr=1e-4, batch_size=b)
        yield compare(f"training, one exposure, batch {b}", base, ours, a.repeats,
                      lambda *_: dict(baseline_loss_after=loss(ends["base"]), ours_loss_after=loss(ends["ours"])))


def merge(path, settings, rows):
    "Write the rows; keep those of other tasks in a file of the same settings"
    path, settings = Path(path), plain(settings)
    old = json.loads(path.read_text()) if path.exists() else {}
    new = {r["task"]: r for r in (old.get("rows", []) if all(old.get(k) == v for k, v in settings.items()) else [])}
    new |= {r["task"]: r for r in rows}
    order = sorted(new, key=lambda t: (next(i for i, k in enumerate(TASKS) if t.startswith(k)), t))
    write_atomic(path, json.dumps(plain(settings | dict(rows=[new[t] for t in order], versions=versions())),
                                  indent=1)+"\n")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--seen")
    ap.add_argument("--unseen")
    ap.add_argument("--corpus", help="sentences that the tokenizer is trained on; default: those of the test")
    ap.add_argument("--n", type=int, default=600)
    ap.add_argument("--hidden", type=int, default=256)
    ap.add_argument("--layers", type=int, default=8)
    ap.add_argument("--vocab", type=int, default=8192)
    ap.add_argument("--warm", type=int, default=1, help="exposures to --warm-n corpus sentences before the test")
    ap.add_argument("--warm-n", type=int, default=600)
    ap.add_argument("--batch-sizes", type=int, nargs="+", default=[4, 8],
                    help="of training: the published README's and the script's default")
    ap.add_argument("--repeats", type=int, default=3)
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    ap.add_argument("--json")
    a = ap.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(a.threads)
    seen, unseen, corpus, name = load(a)
    seen, unseen = seen[:a.n], unseen[:a.n]
    model, tokenizer = build(corpus or seen+unseen, a.hidden, a.layers, a.vocab)
    size = sum(p.numel() for p in model.parameters())
    if a.warm: study(model, tokenizer, (corpus or seen)[:a.warm_n], a.warm, lr=1e-3, batch_size=8, reversible=False)
    tokens = np.array([len(i) for i in tokenizer(seen+unseen)["input_ids"]])
    print(f"{name}: {len(seen)} + {len(unseen)} sentences, {tokens.mean():.1f} tokens on average; "
          f"{size/1e6:.1f} M parameters; {a.threads} threads")
    settings = dict(data=name, n=len(seen), tokens=float(tokens.mean()), parameters=size, threads=a.threads)
    for task in a.tasks:
        for row in globals()[f"run_{task}"](a, model, tokenizer, seen, unseen):
            if a.json: merge(a.json, settings, [row])


if __name__ == "__main__": main()
