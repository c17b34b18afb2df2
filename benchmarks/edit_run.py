"""The published example run end to end: full fine-tuning on country examples, ten epochs, eleven evaluations; and ours.

    python benchmarks/edit_run.py [--limit 1e-4] [--warmup 100] [--general 4007] [--passes 11] \
        [--json benchmarks/results/edit_run.json]
    python benchmarks/edit_run.py --model smollm2 --part .25 --general 400 --passes 1 --limit 1e-3 \
        --published-lr 5e-6,2e-5 --epochs 10 --lr 3e-5 --kl 3 --batch-size 10 --general-rows 1 \
        --json benchmarks/results/edit_run_smollm2.json

Baseline, rebuilt from its description: batches of ten, Adam (betas 0.9 and 0.995, learning rate 2e-7, cosine per
epoch), and before training and after each epoch a full evaluation one text at a time with the autograd graph; the last
epoch inside the limit is kept. Ours:
`edit(method="full")` with its line search, then `evaluate_edit`, which repeats the bound that the line search found;
afterwards, outside the clock, all general text is read to check it. Model and tokenizer as in edit_scoring.py, warmed
up on the general text. Every epoch of the baseline is trained; with `--passes` below 11 only that many of its
evaluations are run and timed as published and the rest counted at their median (the output says so); which epoch is
kept is decided outside the clock, by our scorer on 500 texts. Ours: five passes in batches of sixteen with the KL
penalty (or what the options say), one look at the full scale before any other. Success of both is a probability of 0.2
of the capital in texts that were not trained on, and beside it the mean loss of the capital. CPU seconds, one thread.

The small model of the first command knows no capital, before or after: its success is 0 on both sides, and only the
seconds and the losses of that run say something. `--model smollm2` is the same run on SmolLM2-135M-Instruct in
float32, without warming up, on a quarter of the examples, evaluation rows, hard negatives and targeted texts
(`--part`, seed 0) and fewer general texts; the penalty of ours has 200 others. Passes, learning rate, penalty and
batch of ours were chosen on `--task company`. The published learning rate was found for another model: the baseline
is given several, and the one that ends best on the reported rows themselves stands for it, at the seconds of one.
"""
import argparse
import json
import math
import os
import random
import statistics
import time
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch
from edit_scoring import build, published, warm_up

import promptmem as pm
from promptmem.data import local_data
from promptmem.edit import CanonicalExamples, edit, evaluate_edit
from promptmem.edit.examples import read_texts
from promptmem.edit.losses import edit_loss, encode_rows, ending_losses
from promptmem.edit.scores import GeneralText, item_losses, limit_test
from promptmem.lm.arguments import parts_of_lm
from promptmem.lm.weights import borrowed_weights


def best_baseline(model, tok, ex, general, limit, passes, rates):
    """What `baseline` returns at the rate that ends with the highest success, then with the lowest loss, and the rate;
    its evaluations are timed once"""
    runs = []
    for lr in rates:
        with borrowed_weights(model):
            runs.append((*baseline(model, tok, ex, general, limit, 0 if runs else passes, lr), lr))
        print(f"published at {lr:g}: success {runs[-1][1][0]:.3f}, loss {runs[-1][1][1]:.2f}, epoch {runs[-1][3]}",
              flush=True)
    best, seconds = min(runs, key=lambda r: (-r[1][0], r[1][1])), runs[0][4]
    return best[0] + sum(seconds) + statistics.median(seconds)*(11 - len(seconds)), *best[1:4], seconds, best[5]


def baseline(model, tok, ex, general, limit, passes, lr):
    """(CPU seconds of the training, (success, mean loss) of the last epoch inside the limit, the same before, that
    epoch, seconds of each evaluation)"""
    sets = [encode_rows(tok, ex.evaluation), encode_rows(tok, ex.hard_negatives),
            [[(list(tok(t)["input_ids"]), 1)] for t in ex.targeted]]
    texts, train = [[(i, 1)] for i in general.ids], encode_rows(tok, ex.rows)
    seconds, states, spent = [], [], 0.
    def evaluate():
        states.append({n: p.detach().clone() for n, p in model.named_parameters()})
        if len(seconds) == passes: return
        t = time.process_time()
        for part in [*sets, texts]: published(model, part)
        seconds.append(time.process_time() - t)
    opt, rng = torch.optim.Adam(model.parameters(), lr=lr, betas=(.9, .995)), random.Random(0)
    evaluate()
    for epoch in range(10):
        t = time.process_time()
        for g in opt.param_groups: g["lr"] = lr/2*(1 + math.cos(math.pi*epoch/10))
        order = rng.sample(range(len(train)), len(train))
        for i in range(0, len(order), 10):
            opt.zero_grad()
            c, n = ending_losses(model, [train[j] for j in order[i:i+10]])
            edit_loss("good", c, n, kind="published").backward()
            opt.step()
        spent += time.process_time() - t
        evaluate()
    kept, epoch, before = last_inside(model, states, texts[:500], sets[0], ex.threshold, limit)
    return spent, kept, before, epoch, seconds


def last_inside(model, states, texts, items, threshold, limit):
    """((success, mean loss) of the last epoch inside the limit, that epoch, the same without training), outside the
    clock"""

    def load(k):
        with torch.no_grad():
            for n, p in model.named_parameters(): p.copy_(states[k][n])
        return float(item_losses(model, texts, share=False).sum())
    def score():
        c = item_losses(model, items)[:, 0]
        return float((c <= threshold).mean()), float(c.mean())
    start, before, k = load(0), score(), len(states) - 1
    while load(k) >= start*(1 + limit) and k: k -= 1
    return score(), k, before


def part_of(ex, share):
    "A share of each of the parts, drawn with seed 0"
    if share == 1.: return ex
    rng, cut = random.Random(0), lambda x: rng.sample(x, math.ceil(share*len(x)))
    return CanonicalExamples(cut(ex.rows), ex.criterion, cut(ex.evaluation), cut(ex.hard_negatives), cut(ex.targeted))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", default="")
    ap.add_argument("--limit", type=float, default=1e-4)
    ap.add_argument("--warmup", type=int, default=100)
    ap.add_argument("--general", type=int, default=4007)
    ap.add_argument("--passes", type=int, default=11)
    ap.add_argument("--model", default="small", choices=["small", "smollm2"])
    ap.add_argument("--task", default="country")
    ap.add_argument("--part", type=float, default=1., help="share of the published set that is taken")
    ap.add_argument("--published-lr", default="2e-7", help="several: the best one counts")
    ap.add_argument("--epochs", type=int, default=5, help="of ours")
    ap.add_argument("--lr", type=float, default=5e-5, help="of ours")
    ap.add_argument("--kl", type=float, default=100., help="weight of the penalty of ours")
    ap.add_argument("--batch-size", type=int, default=16, help="of ours")
    ap.add_argument("--general-rows", type=int, default=2, help="general texts a step of ours")
    ap.add_argument("--json", default="")
    a = ap.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    folder = Path(a.data) if a.data else local_data("canonical_examples")
    if folder is None: raise SystemExit("set PROMPTMEM_DATA or give --data")
    read = read_texts(folder/"general_text-val.jsonl")
    texts, others = read[:a.general], read[a.general:a.general+200] or read[:200] # all are measured on: none is left
    model, tok = build(texts) if a.model == "small" else parts_of_lm(pm.load_lm("smollm2", dtype="float32"))
    ex = part_of(CanonicalExamples.published(a.task, folder, quiet=True), a.part)
    if a.model == "small": warm_up(model, tok, texts, a.warmup)
    model.eval()
    general = GeneralText(tok, texts)
    t = time.process_time()
    e = edit(model, tok, ex, "full", a.limit, general_text=general, train_text=others, epochs=a.epochs, lr=a.lr,
             kl=a.kl, batch_size=a.batch_size, general_rows=a.general_rows, max_scale=1., ask=0)
    r = evaluate_edit(e, ex, generate=0)
    ours = time.process_time() - t
    loss = float(item_losses(model, encode_rows(tok, ex.evaluation))[:, 0].mean())
    full = limit_test(e, general, a.limit, exact=True)
    e.undo()
    rates = [float(x) for x in a.published_lr.split(",")]
    base, kept, before, epoch, seconds, lr = best_baseline(model, tok, ex, general, a.limit, a.passes, rates)
    out = dict(model=a.model, task=a.task, part=a.part, published_lr=lr, limit=a.limit, general=len(general),
               published_s=round(base, 1), ours_s=round(ours, 1),
               times=round(base/ours, 1), passes_timed=len(seconds), pass_s=round(statistics.median(seconds), 1),
               success_before=before[0], published_success=kept[0], published_epoch=epoch, our_success=r.success.after,
               loss_before=before[1], published_loss=kept[1], our_loss=loss, train_before=r.train.before,
               our_train=r.train.after, epochs=a.epochs, lr=a.lr, kl=a.kl, batch_size=a.batch_size, scale=e.scale,
               texts_read=r.general.n, our_bound=r.general.upper, our_change_all=full.change, inside_all=full.inside)
    print(
        f"published {base:.0f} CPU s ({len(seconds)} of 11 evaluations timed, {statistics.median(seconds):.0f} s "
        f"each), ours {ours:.1f} CPU s: {base / ours:.1f} times"
    )
    print(
        f"success {before[0]:.3f} -> published {kept[0]:.3f} (epoch {epoch}), ours {r.success.after:.3f}; mean loss "
        f"of the capital {before[1]:.2f} -> published {kept[1]:.2f}, ours {loss:.2f}; on the examples "
        f"{r.train.before:.3f} -> ours {r.train.after:.3f}"
    )
    print(f"our rise of the general loss: bound {r.general.upper:.1e} from {r.general.n} texts, all texts {full}")
    if a.json: Path(a.json).write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__": main()
