"""Scoring an edit: ours beside the published evaluator, rebuilt from its description, on the same model in the same
run.

    python benchmarks/edit_scoring.py [--data FOLDER] [--general 4007] [--repeats 3] \
        [--json benchmarks/results/edit_scoring.json]

Baseline: one text at a time, logits of the whole vocabulary at every position, the autograd graph built and thrown
away, the prefix of a pair run twice, all general text at every pass. Model: GPT-NeoX style, 4 layers x 256, vocabulary
8,192 (byte BPE trained here on the general text), about 7 M parameters, sixty training steps on that text, float32,
one thread. CPU seconds of this process, medians over the repeats; largest difference of a score; memory: by how much
the resident size of a new process rises at most while it scores sixty rows, the thirty longest among them (before, it
scores one short text and gives freed memory back to the system: the weights are in place, and nothing left over can be
used again unseen). The edit of the whole pass is twenty Adam steps on country examples, at the scale that the line
search chooses for a limit of 1e-4 (on another order of the texts), and at a tenth and ten times that scale. The first
pass also scores the unedited model on the general texts it reads; later ones remember it.
"""
import argparse
import ctypes
import gc
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch

from promptmem.data import local_data
from promptmem.edit.deltas import Edit
from promptmem.edit.editor import fit_scale
from promptmem.edit.examples import PUBLISHED, CanonicalExamples, read_texts
from promptmem.edit.finetune import Recipe, train_weights
from promptmem.edit.losses import encode_rows
from promptmem.edit.scores import GeneralText, item_losses, limit_test
from promptmem.lm.matmul import fast_linear
from promptmem.lm.scoring import pad_right


def peak_mb(what, model, items, **kw):
    "How much the resident size of a new process rises while it scores `items`, in MB (kernel's high-water mark)"
    with tempfile.TemporaryDirectory() as d:
        torch.save((model, items, kw), Path(d)/"job.pt")
        out = subprocess.run([sys.executable, __file__, "--child", what, str(Path(d)/"job.pt")], capture_output=True,
                             text=True, check=True)
    return float(out.stdout.split()[-1])


def child(what, job):
    "The measurement of `peak_mb`, in a process that has scored one short text before"
    torch.set_num_threads(1)
    model, items, kw = torch.load(job, weights_only=False)
    run = dict(published=published, ours=lambda m, x: item_losses(m, x, **kw))[what]
    status = lambda name: int(next(l for l in open("/proc/self/status") if l.startswith(name)).split()[1])
    run(model, [[(list(range(1, 9)), 7)]])
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark starts from here
    before = status("VmRSS")
    run(model, items)
    print(max(status("VmHWM") - before, 0)/1024)


def build(texts, seed=0):
    "The model and its tokenizer"
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import GPTNeoXConfig, GPTNeoXForCausalLM, PreTrainedTokenizerFast
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer, tok.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    tok.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=8192, special_tokens=["<|endoftext|>"],
                                                       initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                                       show_progress=False))
    torch.manual_seed(seed)
    config = GPTNeoXConfig(vocab_size=8192, hidden_size=256, num_hidden_layers=4, num_attention_heads=4,
                           intermediate_size=1024, max_position_embeddings=1024, bos_token_id=0, eos_token_id=0)
    return GPTNeoXForCausalLM(config).eval(), PreTrainedTokenizerFast(
        tokenizer_object=tok, eos_token="<|endoftext|>", pad_token="<|endoftext|>"
    )


def warm_up(model, tok, texts, steps, seed=0):
    "A few steps on the general text"
    opt, rng = torch.optim.AdamW(model.parameters(), lr=1e-3), random.Random(seed)
    for _ in range(steps):
        ids, mask = pad_right([list(tok(t)["input_ids"])[:96] for t in rng.sample(texts, 12)], 0)
        with fast_linear():
            model(input_ids=ids, attention_mask=mask, labels=ids.masked_fill(mask == 0, -100)).loss.backward()
        opt.step()
        opt.zero_grad()
    return model.eval()


def published_loss(model, ids, start):
    "Summed loss of one ending as the published evaluator computes it: batch of one, all logits, graph kept"
    x = torch.tensor([ids])
    logits = model(input_ids=x).logits
    losses = torch.nn.functional.cross_entropy(logits[0, :-1], x[0, 1:], reduction="none")
    mask = torch.zeros(len(ids)-1)
    mask[start-1:] = 1
    return (losses*mask).sum().item()


def published(model, items):
    return np.array([[published_loss(model, ids, start) for ids, start in row] for row in items])


def timed(run, repeats):
    "(median CPU seconds, result of the last run)"
    seconds = []
    for _ in range(repeats):
        t = time.process_time()
        out = run()
        seconds.append(time.process_time() - t)
    return statistics.median(seconds), out


def memory(model, items, **kw):
    "(published, ours): rise of memory on the thirty longest rows and thirty others"
    part = sorted(items, key=lambda row: -max(len(ids) for ids, _ in row))[:30] + items[:30]
    return peak_mb("published", model, part), peak_mb("ours", model, part, **kw)


def compare(model, name, items, repeats, mb, **kw):
    ours, got = timed(lambda: item_losses(model, items, **kw), repeats)
    base, want = timed(lambda: published(model, items), repeats)
    return dict(set=name, rows=len(items), published_s=round(base, 2), ours_s=round(ours, 2), times=round(base/ours, 2),
                largest_difference=float(np.abs(got - want).max()), published_mb=round(mb[0], 1),
                ours_mb=round(mb[1], 1))


def one_pass(e, rest, general, limit):
    "Our evaluation pass: everything short in full, general text until the verdict is clear: (CPU seconds, LimitTest)"
    t = time.process_time()
    test = limit_test(e, general, limit)
    with e:
        for items in rest: item_losses(e.model, items)
    return time.process_time() - t, test


def whole_pass(model, tok, ex, texts, n_general, limit=1e-4):
    """One evaluation pass after an edit; the general text by paired differences with a stop, verdict held against the
    full pass"""
    recipe = Recipe(epochs=20, lr=1e-4, kl=0., early_stop=False, batch_size=len(ex))
    delta, _ = train_weights(model, tok, CanonicalExamples(ex.rows[:20], ex.criterion), recipe)
    rest = [encode_rows(tok, r) for r in (ex.evaluation, ex.hard_negatives)] + [
        [[(list(tok(t)["input_ids"]), 1)] for t in ex.targeted]
    ]
    general, out = GeneralText(tok, texts[:n_general]), []
    full_items = [[(ids, 1)] for ids in general.ids]
    t = time.process_time()
    old = published(model, full_items)[:, 0]
    for items in rest: published(model, items)
    base = time.process_time() - t
    searched = Edit(model, tok, delta, "full").apply()
    fit_scale(searched, GeneralText(tok, texts[:n_general], seed=1), limit)
    at = searched.undo().scale
    for what, s in (("far inside", at/10), ("far outside", 10*at), ("where the line search puts it", at)):
        e = Edit(model, tok, delta, "full", scale=s)
        with e: new = item_losses(model, full_items, share=False)[:, 0]  # only for the verdict of the full pass
        fresh = GeneralText(tok, texts[:n_general])
        first, test = one_pass(e, rest, fresh, limit)
        later, again = one_pass(Edit(model, tok, delta, "full", scale=s*1.0001), rest, fresh, limit)
        inside = bool(new.sum() < (1+limit)*old.sum())
        out.append(dict(edit=what, scale=s, change=float(new.sum()/old.sum() - 1), full_inside=inside,
                        inside=test.inside, read=test.n, of=len(general), published_s=round(base, 1),
                        first_s=round(first, 2), later_s=round(later, 2), times_first=round(base/first, 1),
                        times_later=round(base/later, 1), same_verdict=test.inside == inside == again.inside))
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", default="", help="folder with the six published data sets; default: PROMPTMEM_DATA")
    ap.add_argument("--rows", type=int, default=0, help="at most this many rows of each set (0: all)")
    ap.add_argument("--general", type=int, default=4007, help="general texts of the whole pass (0: leave it out)")
    ap.add_argument("--repeats", type=int, default=3)
    ap.add_argument("--warmup", type=int, default=60, help="training steps of the model on the general text")
    ap.add_argument("--json", default="")
    ap.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    a = ap.parse_args()
    if a.child: return child(*a.child)
    torch.set_num_threads(1)
    folder = Path(a.data) if a.data else local_data("canonical_examples")
    if folder is None: raise SystemExit("set PROMPTMEM_DATA or give --data")
    texts = read_texts(folder/"general_text-val.jsonl")
    model, tok = build(texts)
    warm_up(model, tok, texts, a.warmup)
    sets = {t: CanonicalExamples.published(t, folder, quiet=True) for t in PUBLISHED
            if t in ("country", "gender", "verb")}
    cut = lambda rows: rows[:a.rows] if a.rows else rows
    jobs = [("country-val", encode_rows(tok, cut(sets["country"].evaluation)), {}),
            ("country hard negatives", encode_rows(tok, cut(sets["country"].hard_negatives)), {}),
            ("country targeted", [[(list(tok(t)["input_ids"]), 1)] for t in cut(sets["country"].targeted)], {}),
            ("gender pairs", encode_rows(tok, cut(sets["gender"].evaluation)), {}),
            ("verb pairs", encode_rows(tok, cut(sets["verb"].evaluation)), {})]
    jobs.append(("verb pairs, prefixes not shared", jobs[-1][1], dict(share=False)))
    for f in (item_losses, published): f(model, jobs[3][1][:4])
    mb = [memory(model, items, **kw) for _, items, kw in jobs]
    pass_mb = memory(model, [x for _, items, kw in jobs if not kw for x in items]
                     + [[(list(tok(t)["input_ids"])[:512], 1)] for t in texts[:300]])
    rows = [compare(model, name, items, a.repeats, m, **kw) for (name, items, kw), m in zip(jobs, mb)]
    out = dict(parameters=sum(p.numel() for p in model.parameters()), sets=rows, pass_mb=pass_mb,
               passes=whole_pass(model, tok, sets["country"], texts, a.general) if a.general else [],
               torch=torch.__version__, threads=1, repeats=a.repeats)
    for r in rows:
        print(
            f"{r['set']:31} {r['rows']:5} rows  published {r['published_s']:7.2f} s  ours {r['ours_s']:6.2f} s  "
            f"{r['times']:5.1f}x  diff {r['largest_difference']:.1e}  memory {r['published_mb']} / {r['ours_mb']} MB"
        )
    print(f"memory of a whole pass: published {out['pass_mb'][0]:.1f}, ours {out['pass_mb'][1]:.1f} MB")
    for r in out["passes"]:
        print(
            f"whole pass, {r['edit']}, change {r['change']:+.1e}: published {r['published_s']} s, ours {r['first_s']} "
            f"s first ({r['times_first']}x), {r['later_s']} s later ({r['times_later']}x), {r['read']} of {r['of']} "
            f"texts, verdict {'same' if r['same_verdict'] else 'DIFFERENT'}"
        )
    if a.json: Path(a.json).write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__": main()
