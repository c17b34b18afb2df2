"""A real classification task on a real chat model: 200 own help-desk messages, four classes, 200 calls a search.

    python benchmarks/real_rewrite.py --json benchmarks/results/real_rewrite.json
    python benchmarks/real_rewrite.py --record       # data/helpdesk_answers.jsonl, which tutorial 05 replays

SmolLM2-135M-Instruct answers and writes the wordings itself. Each run splits data/helpdesk.jsonl anew (60 train,
80 dev, 60 held out), starts from the wording that a person would write first, and may spend 200 calls on everything.
Afterwards, beside the budget, the first and the best wording answer all held-out messages. The same with the wording
as system prompt, and with phrase books instead of the model's own proposals. Beside them, on the same data and calls:
what scored best of random wordings from the phrase book, unproved.
"""

import argparse
import time

import numpy as np
from rewritecommon import best_of_random, finish

import promptmem as pm
from promptmem.core import read_jsonl
from promptmem.data import data_dir, shipped
from promptmem.rewrite import PhraseBook, PromptTask, RecordedLM, optimize_prompt
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


def search(task, lm, calls, seed, own):
    proposers = default_proposers([SEED_PROMPT], lm if own else None)
    for p in proposers:
        if hasattr(p, "instruction"):
            p.max_tokens = 60  # a wording, not an essay
    return optimize_prompt(
        task,
        lm,
        [SEED_PROMPT],
        budget_calls=calls,
        held_out_calls=0,
        proposers=proposers,
        proposer_lm=lm if own else None,
        seed=seed,
    )


def one(lm, method, seed, calls):
    "Held-out accuracy before and after one search"
    task, t = task_of(seed, method == "system prompt, own proposals"), time.process_time()
    book = PhraseBook({"task": [SEED_PROMPT], **INSTRUCTIONS.slots})
    res = None
    if method == "best of random, 10 each":
        best = best_of_random(task, lm, book, calls, 10, seed)
    else:
        res = search(task, lm, calls, seed, "own" in method)
        best = str(res.best)
    before, after = task.evaluate(SEED_PROMPT, lm), task.evaluate(best, lm)
    old, new = ([r["score"] for r in e.rows] for e in (before, after))
    gain = paired_bootstrap(new, old)
    tried = [c for c in res.candidates if c.n] if res else []
    return (
        dict(
            method=method,
            seed=seed,
            before=before.mean,
            before_lo=before.interval.lo,
            before_hi=before.interval.hi,
            after=after.mean,
            after_lo=after.interval.lo,
            after_hi=after.interval.hi,
            gain=gain.estimate,
            gain_lo=gain.lo,
            gain_hi=gain.hi,
            proved=bool(res and res.improved),
            proposals=sum(c.how in ("history", "reflect", "evolve") for c in tried),
            turned_away=sum(c.status == "rejected" for c in res.candidates) if res else 0,
            calls=res.cost["requests"] if res else calls,
            cpu_s=round(time.process_time() - t, 1),
            best=best,
            verdict=res.verdict if res else "",
        ),
        (old, new),
        (before, after),
    )


def record(lm):
    "The search of tutorial 05, with all its requests and answers"
    path = data_dir() / "helpdesk_answers.jsonl"
    path.unlink(missing_ok=True)
    tape, task = RecordedLM(path, lm), task_of(0)
    print(task.evaluate(SEED_PROMPT, tape))
    res = optimize_prompt(task, tape, [SEED_PROMPT], budget_calls=200)
    print(res, task.evaluate(str(res.best), tape), tape.save(), sep="\n")


METHODS = ("own proposals", "system prompt, own proposals", "phrase books", "best of random, 10 each")


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--json")
    ap.add_argument("--seeds", type=int, default=3)
    ap.add_argument("--calls", type=int, default=200)
    ap.add_argument("--record", action="store_true")
    ap.add_argument("--methods", nargs="+", default=METHODS)
    a = ap.parse_args()
    lm, rows, classes = pm.load_lm("smollm2"), [], None
    if a.record:
        return record(lm)
    for method in a.methods:
        pairs = []
        for seed in range(a.seeds):
            row, scores, (before, after) = one(lm, method, seed, a.calls)
            rows.append(row)
            pairs.append(scores)
            print(row, flush=True)
            if classes is None:
                classes = dict(before=before.classes.to_dict("records"), after=after.classes.to_dict("records"))
        old, new = (np.concatenate([p[i] for p in pairs]) for i in (0, 1))
        # the same message may be held out in several runs: runs are the units
        gains = [float(np.mean(n) - np.mean(o)) for o, n in pairs]
        rows.append(
            dict(
                rows[-1],
                seed="all",
                before=float(old.mean()),
                after=float(new.mean()),
                gain=float(np.mean(gains)),
                gain_lo=min(gains),
                gain_hi=max(gains),
                best="",
                verdict="",
            )
        )
    finish(a, rows, seed_prompt=SEED_PROMPT, model=repr(lm), classes_of_the_first_run=classes)


if __name__ == "__main__":
    main()
