"""Search for better prompts beside DSPy's COPRO, MIPROv2 and GEPA and the package gepa: the same task model, the same
proposer, the same questions, the same counted budget, all through one server.

    python benchmarks/peers/rewrite.py --json benchmarks/results/peers_rewrite.json
    python benchmarks/peers/rewrite.py --desk --seeds 3 --calls 100 --json benchmarks/results/peers_rewrite_desk.json

On the simulator the accuracy of a wording is known, and so is the best one; all searches start from "Be kind.". With
`--null` seeds every wording is equally good, so whatever replaces the start is a false improvement. With `--desk`
SmolLM2 answers and proposes, on the help-desk messages of real_rewrite.py; accuracy is that on 60 held-out messages.

What a row returns is said in its column `rule`. The peers and best-of-random return the wording with the best mean on
their own questions, whatever that is worth. Ours comes in four ways, from runs of its own: the *best guess*
(`prove=False`, `result.candidate`); what is *likely* better (`prove="likely"`, `result.best`: the best guess, where it
is likelier better than not by the model of abilities, else the start); what was *proved* (`prove=True`,
`result.best`: the start unless another wording was proved better on fresh questions); and the *default* ("auto":
likely below 300 answers, proved from there on).

Each peer's settings are the largest that stay within the budget (rewrite_dspy.py); calls are counted by the server, and
the table shows how many there were (MIPROv2 asks up to a tenth more). DSPy searches instructions alone,
as we do (no examples in the prompt).
"""

import argparse
import itertools
import json
import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from environment import machine, python_with, run_there, versions
from rewrite_server import serve, write

import promptmem as pm
from promptmem.core import plain, write_atomic
from promptmem.lm.base import CallableLM
from promptmem.rewrite import (
    Evolve,
    History,
    LearnPhrases,
    LearnSentences,
    RandomPhrases,
    Reflect,
    Simulator,
    optimize_prompt,
)
from promptmem.stats import mean_interval, wilson

NEEDS = ["dspy==3.4.1", "gepa==0.1.4", "optuna"]
PEERS = ("DSPy COPRO", "DSPy MIPROv2", "DSPy GEPA", "gepa")
OURS = (
    "ours, the proposer alone, default",
    "ours, the proposer alone, best guess",
    "ours, the proposer alone, likely",
    "ours, the proposer alone, proved",
    "ours, with the phrase book, default",
    "ours, with the phrase book, best guess",
    "ours, with the phrase book, likely",
    "ours, with the phrase book, proved",
)
RANDOM = "best of random, 10 each"


def rule(method):
    "What is returned"
    known = dict(
        proved="proved better, or the start",
        likely="likely better, or the start",
        default="likely better below 300 answers, else proved; or the start",
    )
    return known.get(method.split(", ")[-1], "the best guess, unproved")


def setting(kind, seed):
    "(task, wording at the start, labels)"
    if kind != "desk":
        return Simulator(n=600, seed=seed, null=kind == "null").task(), "Be kind.", None
    from real_rewrite import SEED_PROMPT, task_of

    task = task_of(seed)
    task.template = "{prompt}\n\n{question}"
    return task, SEED_PROMPT, task.grader.labels


def job(method, kind, seed, calls, url):
    task, start, labels = setting(kind, seed)
    pool = task.train + task.dev
    order = np.random.default_rng(seed).permutation(len(pool))
    return dict(
        method=method,
        kind=kind,
        seed=seed,
        calls=calls,
        url=url,
        start=start,
        labels=labels,
        run=f"{method} {calls}/{kind}/{seed}",
        max_tokens=12 if labels else 64,
        rows=[(pool[i].question, pool[i].expected) for i in order],
    )


def ours(j):
    "Our search through the same server"
    task, start, labels = setting(j["kind"], j["seed"])
    ask = lambda role: pm.load_lm(f"openai:{j['run']}/{role}", base_url=j["url"], api_key="none")
    if j.get("direct"):
        ask = lambda role: in_process(j, role)
    proposers = [History(), Reflect(), Evolve(), LearnSentences()]
    if "book" in j["method"] and not labels:
        book = Simulator(seed=0).book
        proposers = [RandomPhrases(book), LearnPhrases(book)]
    for p in proposers:
        if hasattr(p, "instruction"):
            p.max_tokens = 80
    if "book" in j["method"] and labels:
        proposers = None
    res = optimize_prompt(
        task,
        ask("task"),
        [start],
        budget_calls=j["calls"],
        held_out_calls=0,
        proposers=proposers,
        proposer_lm=ask("writer") if labels or "book" not in j["method"] else None,
        seed=j["seed"],
        prove=dict(proved=True, likely="likely", default="auto").get(j["method"].split(", ")[-1], False),
    )
    kept = str(res.candidate if "guess" in j["method"] else res.best)
    return dict(kept=kept, calls=res.cost["requests"], proposals=res.cost["by_purpose"].get("propose", 0))


def in_process(j, role):
    "The same two models without the server between; calls are then counted by the search"
    sim = Simulator(n=600, seed=j["seed"], null=j["kind"] == "null")
    if role == "task":
        return sim
    asked = itertools.count(1)
    return CallableLM(lambda p: write(sim.book, p, [str(j["seed"]), next(asked)]), name="writer", chat=True)


def plain_random(j):
    "Wordings from the phrase book, ten questions each, the best mean wins"
    from rewritecommon import best_of_random

    task, start, labels = setting(j["kind"], j["seed"])
    lm = pm.load_lm(f"openai:{j['run']}/task", base_url=j["url"], api_key="none")
    if j.get("direct"):
        lm = in_process(j, "task")
    if labels:
        from promptmem.rewrite import PhraseBook
        from promptmem.rewrite.propose import INSTRUCTIONS

        book = PhraseBook({"task": [start], **INSTRUCTIONS.slots})
    else:
        book = Simulator(seed=0).book
    return dict(
        kept=best_of_random(task, lm, book, j["calls"], 10, j["seed"]), calls=j["calls"] // 10 * 10, proposals=0
    )


def judged(jobs, done, backend, lm):
    "A row for each run: what was kept, its accuracy, the calls"
    rows, known = [], {}
    for j, d in zip(jobs, done):
        task, start, labels = setting(j["kind"], j["seed"])

        def accuracy(text):
            if not labels:
                return Simulator(n=600, seed=j["seed"], null=j["kind"] == "null").accuracy(text)
            if (j["seed"], text) not in known:
                known[j["seed"], text] = task.evaluate(text, lm).mean
            return known[j["seed"], text]

        run = j["run"].rsplit("/", 2)[0]
        counted = {
            role: backend.calls.get((run + f"|{j['kind']}|{j['seed']}", role), 0) for role in ("task", "writer")
        }
        rows.append(
            dict(
                method=j["method"],
                kind=j["kind"],
                seed=j["seed"],
                budget=j["calls"],
                start=accuracy(start),
                accuracy=accuracy(d["kept"]),
                changed=d["kept"] != start,
                calls=d.get("calls", sum(counted.values())),
                proposals=d.get("proposals", counted["writer"]),
                kept=d["kept"],
                error=d.get("error", ""),
            )
        )
    return rows


def table(rows):
    "Means with intervals over seeds, by method, kind and budget"
    out = []
    for key in dict.fromkeys((r["kind"], r["budget"], r["method"]) for r in rows):
        mine = [r for r in rows if (r["kind"], r["budget"], r["method"]) == key]
        m, k = mean_interval([r["accuracy"] for r in mine]), sum(r["changed"] for r in mine)
        lo, hi = wilson(k, len(mine))
        worse = sum(r["accuracy"] < r["start"] - 1e-9 for r in mine)
        out.append(
            dict(
                kind=key[0],
                budget=key[1],
                method=key[2],
                rule=rule(key[2]),
                runs=len(mine),
                start=float(np.mean([r["start"] for r in mine])),
                accuracy=m.estimate,
                lo=m.lo,
                hi=m.hi,
                worse_than_start=worse,
                changed=k,
                changed_lo=lo,
                changed_hi=hi,
                calls=float(np.mean([r["calls"] for r in mine])),
                most_calls=max(r["calls"] for r in mine),
                errors=sum(bool(r["error"]) for r in mine),
            )
        )
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--json")
    ap.add_argument("--desk", action="store_true")
    ap.add_argument("--seeds", type=int, default=10)
    ap.add_argument("--first", type=int, default=0, help="the first seed; those before it stay in the file with --keep")
    ap.add_argument("--first-null", type=int, default=0, help="the same where nothing can be gained")
    ap.add_argument("--null", type=int, default=20, help="seeds on which nothing can be gained, at 200 calls")
    ap.add_argument("--calls", type=int, nargs="+", default=[100, 200, 600])
    ap.add_argument("--methods", nargs="+", default=[*OURS, RANDOM, *PEERS])
    ap.add_argument("--direct", action="store_true", help="our own runs on the simulator without the server between")
    ap.add_argument("--keep", action="store_true", help="keep the other runs that the file holds")
    a = ap.parse_args()
    lm = pm.load_lm("smollm2") if a.desk else None
    url, backend, stop = serve(lm)
    plan = [("desk" if a.desk else "sim", s, c) for c in a.calls for s in range(a.first, a.seeds)]
    if not a.desk:
        plan += [("null", s, 200) for s in range(a.first_null, a.null)]
    python = python_with("dspy", NEEDS) if set(a.methods) & set(PEERS) else None
    rows, seconds = [], {}
    for method in a.methods:
        jobs, t = [job(method, kind, s, c, url) for kind, s, c in plan], time.perf_counter()
        if method in PEERS:
            done = run_there(python, "rewrite_dspy.py", dict(jobs=jobs))["jobs"]
        else:
            done = [(plain_random if method == RANDOM else ours)({**j, "direct": a.direct}) for j in jobs]
        seconds[method] = round(time.perf_counter() - t, 1)
        rows += judged(jobs, done, backend, lm)
        print(method, seconds[method], flush=True)
        if a.json:
            save(a, rows, seconds, python)
    stop()
    for r in table(rows):
        print({k: round(v, 3) if isinstance(v, float) else v for k, v in r.items()})


def save(a, rows, seconds, python):
    "The file as it stands after a method; with --keep the earlier runs stay in it, except those that were done again"
    old = json.loads(Path(a.json).read_text()) if a.keep and Path(a.json).exists() else dict(runs=[], seconds={})
    known, key = {*OURS, RANDOM, *PEERS}, lambda r: (r["method"], r["kind"], r["seed"], r["budget"])
    new = {key(r) for r in rows}
    rows = [r for r in old["runs"] if r["method"] in known and key(r) not in new] + rows
    rows.sort(key=lambda r: [*OURS, RANDOM, *PEERS].index(r["method"]))
    note = dict(
        versions=versions(python, ["dspy", "gepa", "litellm", "optuna"]) if python else old.get("versions"),
        machine=old.get("machine") or machine(),
        seconds={**seconds, **old["seconds"]} if a.first else {**old["seconds"], **seconds}, # of the first seeds
    )
    write_atomic(a.json, json.dumps(plain(dict(rows=table(rows), runs=rows, **note)), indent=1) + "\n")


if __name__ == "__main__":
    main()
