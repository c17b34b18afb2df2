"""A real pre-trained model and a clarification: does it follow, and can it be taught to?

    python benchmarks/real_memory.py --json benchmarks/results/real_memory.json     # all parts
    python benchmarks/real_memory.py --parts placements bare --json ...             # some; the others are kept

Questions: data/real/questions.jsonl, 22 for choosing (dev) and 70 for reporting (test), five wordings each, two
readings each. An answer is `as meant` when it has at least one of the words of the meant reading and more of them than
of the other reading's. Intervals are over questions.

`placements`: where the clarification stands, on dev. `bare`: the model as it comes, on test. `perhaps`: a memory that
may be meant, sent under the condition that the question is about the same (`unsure="send"`), when it fits and when it
does not, beside `bare`. `public`: the published
linguistic tasks with the published few-shot prompt (with PROMPTMEM_DATA). `taught`: the adapter of all examples under
every condition, and what it costs on general text. `curve`: adapters of fewer lessons (`--lessons`), each point kept as
soon as it is there.
"""
import argparse
import json
import os
import random
import re
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np

import promptmem as pm
from promptmem.core import read_jsonl, write_atomic, write_jsonl
from promptmem.data import local_data, shipped
from promptmem.lm.scoring import mean_losses, token_logprobs
from promptmem.memory import assemble, enrich, keyword_check, load_tasks, read_few_shot
from promptmem.memory.prompt import beside
from promptmem.memory.teach import Teaching, about, load_taught, shipped_lessons, teach_following
from promptmem.stats import grouped_interval, paired_interval

PARTS = ("placements", "bare", "perhaps", "public", "taught", "curve")
TOKENS = 40 # longest answer


def load(): return pm.load_lm("smollm2", batch_size=48)


def chat(user, system=None):
    return [*([dict(role="system", content=system)] if system else []), dict(role="user", content=user)]


HELPER = "You are a helpful AI assistant named SmolLM, trained by Hugging Face" # of the model's own template
PLACEMENTS = {
    "published: question | clarification": lambda q, c: f"{q} | clarification: {c}",
    "behind, in brackets": lambda q, c: f'{q}\n\n(What I mean when I ask this: "{c}")',
    "behind, quoted": lambda q, c: f'{q}\n\nClarification: "{c}"',
    "before, quoted": lambda q, c: f'Earlier I said: "{c}"\n\n{q}',
    "before, about my question": lambda q, c: f'About my question: "{c}"\n\n{q}',
    "before, about my question; question named": about,
    "question named; behind, about my question": lambda q, c: f'My question: {q}\n\nAbout my question: "{c}"',
    "system, quoted": lambda q, c: chat(q, f'{HELPER}. What the user meant by such a question before: "{c}"'),
    "system, about the next": lambda q, c: chat(q, f'{HELPER}.\n\nAbout the next question the user said: "{c}"'),
    "system, short": lambda q, c: chat(q, f'You are a helpful assistant. The user told you earlier: "{c}" '
                                          'Answer what the user means.'),
}


def questions(split):
    return [r for r in read_jsonl(shipped("real/questions.jsonl")) if r["split"] == split]


def hits(words, text, case):
    "How many of the patterns stand in the text as whole words"
    return sum(bool(re.search(rf"(?<!\w)(?:{w})(?!\w)", text, 0 if case else re.IGNORECASE)) for w in words)


def reading(row, text):
    "meant, other, or None where neither reading has more words"
    a, b = (hits(row[side], text, row["id"] == "caps") for side in ("meant", "other"))
    return "meant" if a > b else "other" if b > a else None


def asked(rows, place, condition):
    "(row, what is sent) for each wording"
    rng, out = random.Random(5), []
    for r in rows:
        stranger = rng.choice([x for x in rows if x["kind"] != r["kind"]])["clarification"]
        crowd = rng.sample([x for x in rows if x is not r], 7)
        for k, q in enumerate(r["wordings"]):
            instead = dict(none=None, outright=None, irrelevant=stranger, other=r["other_clarification"])
            said = instead.get(condition, r["clarification"])
            if condition == "growing":
                known = [(x["wordings"][0], x["clarification"]) for x in crowd]
                known.append((r["wordings"][k-1], r["clarification"]))
                rng.shuffle(known)
                lines = "\n".join(f'- about "{a}": "{b}"' for a, b in known)
                out.append((r, f"What I said before:\n{lines}\n\nMy question: {q}"))
            else: out.append((r, place(q, said) if said else r["outright"] if condition == "outright" else q))
    return out


def ask(lm, rows, place, condition):
    "The answers under one condition and their readings"
    start, pairs = time.process_time(), asked(rows, place, condition)
    texts = [c.text for c in lm.complete([p for _, p in pairs], max_tokens=TOKENS)]
    answers = [dict(condition=condition, id=r["id"], kind=r["kind"], reading=reading(r, t), said=t)
               for (r, _), t in zip(pairs, texts)]
    return dict(condition=condition, answers=answers, cpu_s=time.process_time()-start)


def shown(answers, which):
    "1 where an answer shows this reading (or either), else 0; and the questions"
    got = [float(a["reading"] == which if which in ("meant", "other") else a["reading"] is not None) for a in answers]
    return got, [a["id"] for a in answers]


def share(answers, which):
    "Share of one reading, or of either, with its interval over questions"
    got, groups = shown(answers, which)
    return grouped_interval(got, groups, bounds=(0, 1))


def row(run, **more):
    "A line of the table"
    m = share(run["answers"], "meant")
    return dict(more, condition=run["condition"], items=len(run["answers"]), as_meant=m.estimate, lo=m.lo, hi=m.hi,
                other_reading=share(run["answers"], "other").estimate, either=share(run["answers"], "either").estimate,
                cpu_s=run["cpu_s"])


def gain(a, b, which):
    "a - b over the same items"
    (x, groups), (y, _) = shown(a, which), shown(b, which)
    i = paired_interval(x, y, groups, bounds=(0, 1))
    return dict(difference=i.estimate, lo=i.lo, hi=i.hi)


def show(r):
    print(f"{r.get('placement') or r['condition']:<44} as meant {r['as_meant']:.3f} [{r['lo']:.3f}, {r['hi']:.3f}]"
          f"  other reading {r['other_reading']:.3f}  either {r['either']:.3f}  {r['cpu_s']:5.0f} CPU s", flush=True)
    return r


def placements(a):
    lm, rows = load(), questions("dev")
    out = [show(row(ask(lm, rows, place, "right"), placement=name)) for name, place in PLACEMENTS.items()]
    bare = show(row(ask(lm, rows, about, "none"), placement="no clarification"))
    return dict(model=repr(lm), rows=[bare, *out], best=max(out, key=lambda r: r["as_meant"])["placement"])


def by_kind(answers):
    names = sorted({a["kind"] for a in answers})
    kinds = {k: [a["reading"] == "meant" for a in answers if a["kind"] == k] for k in names}
    return {k: sum(v)/len(v) for k, v in kinds.items()}


CONDITIONS = ("none", "right", "system", "growing", "irrelevant", "other", "outright")


def under_all(a, part, lm, rows, conditions=CONDITIONS):
    "Every condition: answers by condition (kept in a file of their own) and the table"
    runs = {c: ask(lm, rows, PLACEMENTS["system, short"] if c == "system" else about, c) for c in conditions}
    table = [show(row(r)) for r in runs.values()]
    keep_answers(a, part, [x for r in runs.values() for x in r["answers"]])
    return {c: r["answers"] for c, r in runs.items()}, table


def kept_answers(a): return read_jsonl(a.answers) if a.answers.exists() else []


def keep_answers(a, part, answers):
    write_jsonl(a.answers, [x for x in kept_answers(a) if x["part"] != part] + [dict(part=part, **x) for x in answers])


def bare(a):
    lm = load()
    runs, table = under_all(a, "bare", lm, questions("test"))
    gains = [dict(condition=c, **gain(runs[c], runs["none"], "meant")) for c in CONDITIONS if c != "none"]
    return dict(model=repr(lm), rows=table, as_meant_by_kind=by_kind(runs["right"]), over_none=gains,
                general_loss=general_loss(lm))


def perhaps(a):
    "The condition that the question is about the same: what it costs where memory fits, and spares where it does not"
    lm, rows = load(), questions("test")
    said = {r[name]: r["wordings"][0] for r in rows for name in ("clarification", "other_clarification")}
    place = lambda q, c: beside(q, perhaps=[(said[c], c)])
    runs = {c: ask(lm, rows, place, c) for c in ("right", "irrelevant")}
    keep_answers(a, "perhaps", [x for r in runs.values() for x in r["answers"]])
    was = {c: [x for x in kept_answers(a) if x["part"] == "bare" and x["condition"] == c] for c in CONDITIONS}
    beside_it = ("right", "none"), ("right", "right"), ("irrelevant", "none"), ("irrelevant", "irrelevant")
    over = [dict(condition=c, compared=o, **gain(runs[c]["answers"], was[o], "meant")) for c, o in beside_it]
    for g in over: print(g["condition"], "over", g["compared"], *(f"{g[k]:+.3f}" for k in ("difference", "lo", "hi")))
    return dict(model=repr(lm), rows=[show(row(r)) for r in runs.values()], over_bare=over)


def general_loss(lm):
    "Mean loss per token on general text: the public set where it is, and the shipped stories"
    folder, out = local_data("canonical_examples/general_text-val.jsonl"), {}
    files = dict(shipped=shipped("text/heldout.jsonl"), **({"public": folder} if folder else {}))
    for name, file in files.items():
        texts = [r["text"].replace("<|endoftext|>", "")[:500] for r in read_jsonl(file)[:150]]
        out[name] = float(np.mean(mean_losses(token_logprobs(lm.model, lm.tokenizer, texts))))
    return out


def public(a):
    folder = local_data("memprompt")
    if folder is None: return dict(skipped="the public tasks are not here (PROMPTMEM_DATA)")
    lm, tasks = load(), load_tasks(folder/"tasks"/"linguistic"/"tasks_100.jsonl", family="linguistic")
    shots, out = read_few_shot(folder/"prompts"/"prompt_lexical_qa.txt"), []
    for name in ("none", "right"):
        texts = [assemble(shots, enrich(t.question, t.clarification if name == "right" else None)) for t in tasks]
        start = time.process_time()
        said = [c.text for c in lm.complete(texts, max_tokens=30, stop="END", raw=True)]
        good = [float(bool(keyword_check(t, s))) for t, s in zip(tasks, said)]
        i = grouped_interval(good, [t.template_id for t in tasks], bounds=(0, 1))
        keep_answers(a, f"public, {name}", [dict(condition=name, id=t.template_id, reading=bool(g), said=s)
                                            for t, s, g in zip(tasks, said, good)])
        out.append(dict(condition=name, items=len(good), understood=i.estimate, lo=i.lo, hi=i.hi,
                        cpu_s=time.process_time()-start))
        print(f"public, {name:<10} understood {i.estimate:.3f} [{i.lo:.3f}, {i.hi:.3f}]", flush=True)
    return dict(rows=out)


def trained(a, lessons, steps_at_least=40):
    "A model with an adapter of these lessons; small sets are passed more often, so that each gets at least 40 steps"
    lm, plain = load(), Teaching()
    per_pass = sum(len(r["senses"]) for r in lessons)*(1+plain.wrong)/plain.batch_size
    start = time.process_time()
    teaching = Teaching(passes=max(plain.passes, steps_at_least/per_pass))
    t = teach_following(lm, lessons, minutes=a.minutes, seed=a.seed, teaching=teaching)
    return lm, t, time.process_time()-start


def full_adapter(a):
    "The model with the adapter of all lessons: trained and saved, or, with --reuse, as it was saved earlier"
    folder = Path(a.adapter)
    if a.reuse and (folder/"report.json").exists():
        lm = load()
        load_taught(lm, folder)
        return lm, json.loads((folder/"report.json").read_text(encoding="utf-8")), folder
    lm, t, cpu = trained(a, shipped_lessons(seed=a.seed))
    report = {k: v for k, v in t.report.items() if k != "losses"} | dict(train_cpu_s=cpu)
    write_atomic(t.save(folder)/"report.json", json.dumps(report))
    return lm, report, folder


def curve(a):
    out, rows = [], questions("test")
    for n in a.lessons:
        lm, t, cpu = trained(a, shipped_lessons(n, seed=a.seed))
        run = ask(lm, rows, about, "right")
        more = dict(examples=t.report["examples"], steps=t.report["steps"], train_cpu_s=cpu)
        out.append(show(row(run, **more)))
        keep_answers(a, f"curve, {n} lessons", run["answers"])
        keep(a, "curve", dict(rows=out))
        t.undo()
    return dict(rows=out)


def taught(a):
    lm, report, folder = full_adapter(a)
    runs, table = under_all(a, "taught", lm, questions("test"), ("none", "right", "irrelevant", "other"))
    was = {c: [x for x in kept_answers(a) if x["part"] == "bare" and x["condition"] == c] for c in CONDITIONS}
    loss, base = general_loss(lm), a.known["bare"]["general_loss"]
    changes = {k: v/base[k]-1 for k, v in loss.items()}
    gains = [dict(compared=name, **gain(x, y, which)) for name, x, y, which in (
        ("as meant, over the bare model with the clarification", runs["right"], was["right"], "meant"),
        ("as meant, over the bare model without memory", runs["right"], was["none"], "meant"),
        ("the other reading, when that is asked for", runs["other"], was["other"], "other"),
        ("either reading, behind an irrelevant clarification", runs["irrelevant"], was["irrelevant"], "either"),
        ("either reading, without a clarification", runs["none"], was["none"], "either"))]
    for g in gains: print(f"{g['compared']:<56} {g['difference']:+.3f} [{g['lo']:+.3f}, {g['hi']:+.3f}]", flush=True)
    m, with_it, without = (share(x, "meant").estimate for x in (runs["right"], was["right"], was["none"]))
    goal = dict(as_meant=m, at_least_70_percent=m >= .7, times_bare_with_clarification=m/with_it,
                times_bare_without_memory=m/without, interval_excludes_no_gain=gains[0]["lo"] > 0,
                wrong_clarifications_no_worse=gains[3]["difference"] >= 0,
                general_text_within_1_percent=max(changes.values()) <= .01)
    print(json.dumps(goal | {"general text": changes}, indent=1), flush=True)
    size = sum(p.stat().st_size for p in folder.iterdir())/1e6
    return dict(report=report, megabytes=size, rows=table, as_meant_by_kind=by_kind(runs["right"]),
                general_loss=loss, general_change=changes, gains=gains, goal=goal)


def known(file):
    "What earlier runs left in the result file"
    return json.loads(file.read_text(encoding="utf-8")) if file and file.exists() else {}


def keep(a, part, found):
    "Put one part into the result file"
    a.known = known(a.file) | {part: found} # another process may have measured another part meanwhile
    if a.file: write_atomic(a.file, json.dumps(a.known, indent=1, ensure_ascii=False) + "\n")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    p.add_argument("--json", default=None)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--lessons", type=int, nargs="+", default=[30, 62, 125, 250], help="of the curve")
    p.add_argument("--minutes", type=float, default=60,
                   help="of training at most; more than 20 only on a shared machine")
    p.add_argument("--reuse", action="store_true", help="take the adapter that an earlier run saved")
    p.add_argument("--adapter", default="runs/smollm2_following")
    a = p.parse_args()
    a.file = file = Path(a.json) if a.json else None
    a.answers = file.with_name("real_memory_answers.jsonl") if file else Path("runs/real_memory_answers.jsonl")
    a.answers.parent.mkdir(parents=True, exist_ok=True)
    a.known = known(file)
    if "taught" in a.parts and "bare" not in {*a.parts, *a.known}:
        p.error("the part `taught` is compared with `bare`: run that too")
    for part in PARTS:
        if part not in a.parts: continue
        print(f"--- {part}", flush=True)
        keep(a, part, globals()[part](a))


if __name__ == "__main__":
    main()
