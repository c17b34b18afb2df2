"""Speed on a real model: the published way of computing and ours, in one run, in CPU seconds of one thread.

    python benchmarks/real_speed.py --json benchmarks/results/real_speed.json

SmolLM2-135M-Instruct. Four things that the rooms do all day: recognition of 48 sentences against 48 foils; greedy
answers to 16 prompts of 24 tokens; a stream of questions behind one few-shot prompt (the published one, where it is
here); one exposure of study. Published recognition is one text at a time, padded to 128 tokens, full logits, float32.
Each figure is the best of `--runs`; other work on the machine makes it worse. A long run writes after each part, and
parts that are not run this time (`--only`) stay in the file as they are. Of a long stream every fourth prompt or so is
computed whole, and the seconds of all are reckoned from these.
"""
import argparse
import json
import platform
import time
import warnings
from pathlib import Path

import numpy as np
import torch

import promptmem as pm
from promptmem.data import local_data
from promptmem.demo.world import make_study_sentences
from promptmem.lm.local import _generate_whole
from promptmem.lm.scoring import mean_losses, token_logprobs
from promptmem.lm.weights import put_back, trainable
from promptmem.memory.prompt import SEP, read_few_shot
from promptmem.recall import read_experiment, recognition_test
from promptmem.recall.studying import Learner, exposure_batches, tokenize

warnings.simplefilter("ignore")
THINGS = ("rivers bread war music snow chairs love mathematics "
          "trains coffee cats stars paper glass winter stones").split()


def timed(work, runs):
    "Best CPU seconds, and what came out"
    best = None
    for _ in range(runs):
        t = time.process_time()
        out = work()
        t = time.process_time()-t
        best = t if best is None else min(best, t)
    return best, out


def published_losses(model, tokenizer, texts, width=128):
    "Mean loss of each text: one at a time, padded to a fixed width, all logits"
    out, pad = [], tokenizer.pad_token_id
    with torch.no_grad():
        for t in texts:
            ids = tokenizer(t)["input_ids"][:width]
            x = torch.tensor([ids + [pad]*(width-len(ids))])
            mask = torch.tensor([[1]*len(ids) + [0]*(width-len(ids))])
            lp = model(input_ids=x, attention_mask=mask, use_cache=False).logits.float().log_softmax(-1)
            out.append(-float(lp[0, range(len(ids)-1), ids[1:]].mean()))
    return np.array(out)


def recognition(lms, n, runs):
    "Which of two sentences is the more familiar one"
    pools = make_study_sentences(seed=5, n=n)
    texts, rows = [r["text"] for kind in ("seen", "unseen") for r in pools if r["pool"] == kind], []
    choose = lambda losses: losses[:n] < losses[n:]
    seconds, losses = timed(lambda: published_losses(lms["float32"].model, lms["float32"].tokenizer, texts), 1)
    first = choose(losses)
    rows.append(dict(what="recognition", how="published: one at a time, width 128, float32", seconds=seconds, same=1.))
    for dtype, lm in lms.items():
        seconds, ours = timed(lambda: mean_losses(token_logprobs(lm.model, lm.tokenizer, texts)), runs)
        other = choose(ours) != first
        # how clear were the pairs that are decided otherwise? ties, if this is small
        margin = abs(losses[:n]-losses[n:])[other].max(initial=0.)
        rows.append(dict(what="recognition", how=f"ours, {dtype}", seconds=seconds, same=float(1-other.mean()),
                         furthest=float(abs(ours-losses).max()), widest_margin_decided_otherwise=float(margin)))
    return rows


def generation(lms, runs):
    "16 prompts, 24 tokens each"
    prompts, rows = [f"Write one sentence about {t}." for t in THINGS], []
    for dtype, lm in lms.items():
        ids = sorted((lm.prompt_ids(p) for p in prompts), key=len)
        request = dict(max_tokens=24, stop=[], temperature=0., seed=0, draw=0, prompt="")
        def whole():
            with torch.inference_mode(): return _generate_whole(lm, ids, [request]*len(ids))
        def ours():
            lm._kept = None
            return sorted(lm.complete(prompts, max_tokens=24), key=lambda c: c.usage.prompt_tokens)
        for how, work in ((f"generate of transformers, {dtype}", whole), (f"ours, {dtype}", ours)):
            seconds, out = timed(work, runs)
            if work is whole: texts = sorted(c.text for c in out)
            tokens = sum(c.usage.completion_tokens for c in out)
            rows.append(dict(what="generation", how=how, seconds=seconds, per_second=tokens/seconds,
                             same=float(np.mean([a == b for a, b in zip(texts, sorted(c.text for c in out))]))))
    return rows


def few_shot():
    "(a few-shot prompt, what stands behind each question, questions)"
    folder = local_data("memprompt")
    if folder:
        shots = read_few_shot(folder/"prompts"/"prompt_gpt3_synthetic_tasks.txt")
        lines = (folder/"questions"/"linguistic.jsonl").read_text(encoding="utf-8").splitlines()
        return "published", shots + "\n", SEP, [json.loads(x)["ques"] for x in lines]
    shot = "Question: what do {t} need?\nAnswer: {t} need care, patience and a quiet place."
    shots = "\n\n".join(shot.format(t=t) for t in THINGS*2)
    questions = [f"Question: what do {t} need on day {i}?" for i, t in enumerate(THINGS*8)]
    return "of our own", shots + "\n\n", "\nAnswer:", questions


def stream(lms, n, runs):
    "One question after the other behind one few-shot prompt, as a growing memory asks them"
    which, shots, behind, questions = few_shot()
    questions, rows = [shots + q + behind for q in questions[:n]], []
    alone = questions[::max(1, n//25)] # a prompt that is computed whole costs the same wherever it stands
    for dtype, lm in lms.items():
        def ask(keep):
            out = []
            for q in questions if keep else alone:
                if not keep: lm._kept = None
                out += [c.text for c in lm.complete([q], max_tokens=16, stop=["END", "\n"], raw=True)]
            lm._kept = None
            return out
        whole, texts = timed(lambda: ask(False), 1)
        whole *= len(questions)/len(alone)
        shared, again = timed(lambda: ask(True), runs)
        same = float(np.mean([a == again[questions.index(q)] for a, q in zip(texts, alone)]))
        tokens = len(lm.prompt_ids(questions[0], raw=True))
        note = dict(what="stream", tokens=tokens, tasks=len(questions), computed_whole=len(alone))
        rows += [note | dict(how=f"each prompt computed whole, {dtype}", seconds=whole, same=1.),
                 note | dict(how=f"ours: shared beginning, {dtype}", seconds=shared, same=same, times=whole/shared,
                             few_shot=which)]
    return rows


def studying(lm, n, runs):
    "One exposure of `n` sentences in batches of four, and what is recognised afterwards"
    folder, rows = local_data("llm_memory"), []
    pools = make_study_sentences(seed=5, n=n)
    own = ([r["text"] for r in pools if r["pool"] == kind] for kind in ("seen", "unseen"))
    seen, unseen = (list(x)[:n] for x in (read_experiment(folder, 1, 0) if folder else own))
    for dtype in ("fp32", "bf16"):
        best = None
        for _ in range(runs):
            learner = Learner(lm.model, lm.tokenizer, 1e-5, dtype=dtype)
            base = trainable(lm.model)
            ids = tokenize(lm.tokenizer, seen)
            t = time.process_time()
            for b in exposure_batches([len(i) for i in ids], 4): learner.step([ids[i] for i in b])
            t = time.process_time()-t
            best = t if best is None else min(best, t)
            r = recognition_test(lm.model, lm.tokenizer, seen, unseen)
            put_back(lm.model, base)
        rows.append(dict(what="study", how=f"one exposure of {n} sentences, products in {dtype}", seconds=best,
                         tokens=sum(map(len, ids)), recognised=r.accuracy, recognised_lo=r.interval.lo,
                         recognised_hi=r.interval.hi))
    return rows


def processor():
    "The processor's name, where the system tells it"
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), platform.processor())


def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("--sentences", type=int, default=48)
    a.add_argument("--tasks", type=int, default=12, help="questions of the stream")
    a.add_argument("--study", type=int, default=60, help="sentences that are studied")
    a.add_argument("--runs", type=int, default=2)
    a.add_argument("--only", nargs="+", choices=("generation", "stream", "recognition", "study"))
    a.add_argument("--json", type=Path)
    a = a.parse_args()
    torch.set_num_threads(1)
    lms, rows = {d: pm.load_lm("smollm2", dtype=d) for d in ("float32", "bfloat16")}, []
    for lm in lms.values(): lm.complete(["Hello"], max_tokens=2)
    parts = dict(generation=lambda: generation(lms, a.runs), stream=lambda: stream(lms, a.tasks, a.runs),
                 recognition=lambda: recognition(lms, a.sentences, a.runs),
                 study=lambda: studying(lms["float32"], a.study, max(1, a.runs-1)))
    if a.only and a.json and a.json.exists():
        rows = [r for r in json.loads(a.json.read_text(encoding="utf-8"))["rows"] if r["what"] not in a.only]
    for part in a.only or parts:
        rows += parts[part]()
        out = dict(model="smollm2", threads=1, unit="CPU seconds", cpu=processor(), torch=torch.__version__,
                   sentences=a.sentences, studied=a.study,
                   auto=str(pm.lm.local.auto_dtype(134_500_000)), rows=rows)
        if a.json: a.json.write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")
    shown = ("same", "per_second", "furthest", "widest_margin_decided_otherwise", "tokens", "times", "recognised")
    for r in rows: print(f"{r['what']:12} {r['how']:50} {r['seconds']:7.2f} s", *(
        f"{k} {r[k]:.3g}" for k in shown if k in r))


if __name__ == "__main__":
    main()
