"""A real classification task on a real chat model: 200 own help-desk messages, four classes, 200 calls a search.

    python benchmarks/real_rewrite.py --json benchmarks/results/real_rewrite.json
    python benchmarks/real_rewrite.py --record       # data/helpdesk_answers.jsonl, which tutorial 05 replays

SmolLM2-135M-Instruct answers and writes the wordings itself. Each run splits data/helpdesk.jsonl anew (60 train,
80 dev, 60 held out), starts from the wording that a person would write first, and may spend 200 calls on everything.
Afterwards, beside the budget, the first wording, the proved one and the best guess answer all held-out messages.

Two ways to use such a model: it *writes* an answer (12 tokens, right when they settle on the right class), or it is
asked which of the four classes is the *likeliest* answer (`LikeliestLabel`, what the wording favours taken off).
Beside the model's own proposals: phrase books, the wording as system prompt, and what scored best of random wordings
from the phrase book, unproved. The table of classes is that of the first run of each way. A cell is one run; the file
is written after each.
"""

import argparse
import json
import time

import numpy as np
from rewritecommon import best_of_random

import promptmem as pm
from promptmem.core import plain, read_jsonl, versions, write_atomic
from promptmem.data import data_dir, shipped
from promptmem.rewrite import LikeliestLabel, PhraseBook, PromptTask, RecordedLM, optimize_prompt
from promptmem.rewrite.labels import class_table
from promptmem.rewrite.propose import INSTRUCTIONS
from promptmem.rewrite.search import default_proposers
from promptmem.stats import paired_bootstrap

SEED_PROMPT = "Which class does this message belong to: billing, delivery, account or other?"


def task_of(seed, system=False):
    rows = list(read_jsonl(shipped("helpdesk.jsonl")))
    where = (
        dict(system="{prompt}", template="{question}") if system else dict(template="{prompt}\n\nMessage: {question}")
    )
    return PromptTask(rows, seed=seed, max_tokens=12, name="help desk", **where)


def search(task, answers, writer, calls, seed, own, prove):
    proposers = default_proposers([SEED_PROMPT], writer if own else None)
    for p in proposers:
        if hasattr(p, "instruction"):
            p.max_tokens = 60  # a wording, not an essay
    return optimize_prompt(
        task,
        answers,
        [SEED_PROMPT],
        budget_calls=calls,
        held_out_calls=0,
        proposers=proposers,
        proposer_lm=writer if own else None,
        seed=seed,
        prove=prove,
    )


def compared(task, lm, wordings):
    "The held-out `Evaluation` of each wording (equal ones asked once), and gains over the first, paired"
    done = {w: task.evaluate(w, lm) for w in dict.fromkeys(wordings)}
    scores = [[r["score"] for r in done[w].rows] for w in wordings]
    gains = [paired_bootstrap(s, scores[0]) if w != wordings[0] else None for w, s in zip(wordings, scores)]
    return [done[w] for w in wordings], gains


def one(lm, way, method, seed, calls):
    "One run: a row with held-out accuracies before and after"
    task, t = task_of(seed, method == "system prompt"), time.process_time()
    answers = LikeliestLabel(lm, task=task) if way == "likeliest" else lm
    if method == "best of random, 10 each":
        book = PhraseBook({"task": [SEED_PROMPT], **INSTRUCTIONS.slots})
        res, best, guess = None, SEED_PROMPT, best_of_random(task, answers, book, calls, 10, seed)
    else:
        prove = {"no proof": False, "default": "auto"}.get(method.split(", ")[-1], True)
        res = search(task, answers, lm, calls, seed, not method.startswith("phrase books"), prove)
        best, guess = str(res.best), str(res.candidate)
    (before, after, guessed), (_, gain, guess_gain) = compared(task, answers, [SEED_PROMPT, best, guess])
    said = lambda name, e: {name: e.mean, f"{name}_lo": e.interval.lo, f"{name}_hi": e.interval.hi}
    diff = lambda name, g: {name: g.estimate, f"{name}_lo": g.lo, f"{name}_hi": g.hi} if g else {name: 0.0}
    row = dict(way=way, method=method, seed=seed, **said("start", before), **said("proved", after))
    row |= dict(**said("guess", guessed), **diff("gain_proved", gain), **diff("gain_guess", guess_gain))
    row |= dict(
        changed=best != SEED_PROMPT,
        guess_changed=guess != SEED_PROMPT,
        wordings_tried=sum(bool(c.n) for c in res.candidates) if res else calls // 10,
        turned_away=sum(c.status == "rejected" for c in res.candidates) if res else 0,
        calls=res.cost["requests"] if res else calls,
        cpu_s=round(time.process_time() - t, 1),
        best=best,
        guess_text=guess,
        verdict=res.verdict if res else "",
    )
    return row, {k: class_table(e.rows, task.grader) for k, e in (("start", before), ("guess", guessed))}


def record(lm):
    "The search of tutorial 05, with all its requests and answers"
    path = data_dir() / "helpdesk_answers.jsonl"
    path.unlink(missing_ok=True)
    tape, task = RecordedLM(path, lm), task_of(0)
    print(task.evaluate(SEED_PROMPT, tape))
    res = optimize_prompt(task, tape, [SEED_PROMPT], budget_calls=200, prove=True)
    kept = {w: task.evaluate(w, tape) for w in (str(res.best), str(res.candidate))}
    print(res, *kept.values(), tape.save(), sep="\n")


METHODS = ("own proposals", "own proposals, no proof", "phrase books", "best of random, 10 each", "system prompt",
           "own proposals, default", "phrase books, default")
WAYS = ("writes", "likeliest")


def means(rows):
    "Over the seeds of each method; the same message may be held out in several runs, so runs are the units"
    out = []
    for way, method in dict.fromkeys((r["way"], r["method"]) for r in rows):
        mine = [r for r in rows if (r["way"], r["method"]) == (way, method)]
        mean = {k: float(np.mean([r[k] for r in mine])) for k in ("start", "proved", "guess", "calls")}
        gains = [r["guess"] - r["start"] for r in mine]
        out.append(
            dict(
                way=way,
                method=method,
                runs=len(mine),
                **mean,
                gain_guess_lowest=min(gains),
                gain_guess_highest=max(gains),
                proved_changed=sum(r["changed"] for r in mine),
                proved_but_worse=sum(r["proved"] < r["start"] for r in mine),
            )
        )
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--json")
    ap.add_argument("--seeds", type=int, default=3)
    ap.add_argument("--calls", type=int, default=200)
    ap.add_argument("--record", action="store_true")
    ap.add_argument("--methods", nargs="+", default=METHODS[:4])
    ap.add_argument("--ways", nargs="+", default=WAYS)
    a = ap.parse_args()
    lm, rows, classes = pm.load_lm("smollm2"), [], {}
    if a.record:
        return record(lm)
    for seed in range(a.seeds):
        for way in a.ways:
            for method in a.methods:
                row, by_class = one(lm, way, method, seed, a.calls)
                rows.append(row)
                classes.setdefault(way, by_class)
                print(row, flush=True)
                if a.json:
                    note = dict(seed_prompt=SEED_PROMPT, model=repr(lm), classes_of_the_first_run=classes)
                    out = dict(rows=means(rows), runs=rows, **note, versions=versions())
                    write_atomic(a.json, json.dumps(plain(out), indent=1) + "\n")
    for r in means(rows):
        print({k: round(v, 3) if isinstance(v, float) else v for k, v in r.items()})


if __name__ == "__main__":
    main()
