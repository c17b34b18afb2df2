"""Which prompt for which question, on a real chat model: outcomes of SmolLM2-135M-Instruct, collected by the library,
and their leak-free evaluation beside the constant order.

    python benchmarks/real_reward.py collect             # eight prompts x 320 own questions, resumes; about 15 minutes
    python benchmarks/real_reward.py evaluate            # on the collected outcomes; two minutes, no model

The questions are made here, from lists written for this file: sums, word problems, sentiment of sentences, kinds of
things, comparisons and spelling. Each has one right answer that a program can check. Questions of one kind that were
made from the same words stand in one group, so that no test question is a training question with another number.

`collect` writes data/reward_smollm2 (three parquet tables), `evaluate` benchmarks/results/real_reward.json.
"""
import argparse
import json
import os
import random
import re
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import pandas as pd

from promptmem.core import plain, versions, write_atomic
from promptmem.data import data_dir
from promptmem.grade import conclusion
from promptmem.reward import Outcomes, PromptReward, cross_choices, evaluate_reward

ROOT = Path(__file__).resolve().parent.parent
FOLDER, RESULT = "reward_smollm2", ROOT/"benchmarks/results/real_reward.json"

PROMPTS = dict(
    bare="Answer with one word or one number.",
    teacher="You are a patient teacher. Give the answer first.",
    steps="Think step by step.",
    short="Be as short as you can: only the answer, no sentence.",
    expert="You are an expert who never makes a mistake. What is the answer?",
    check="Answer, and check your answer once before you write it.",
    quick="Quick! What is your first guess?",
    format="Write your reply in the form: Answer: ...")

GOOD = ["The soup warmed me from head to toe", "We laughed all the way home", "The repair was done before lunch",
        "My new bike rides like a dream", "The guide knew every bird by name", "I would stay at this inn again",
        "The bread was still warm and smelled wonderful", "Our neighbours helped us with the piano",
        "The concert ended with everyone singing", "This pen writes smoothly and never leaks",
        "The garden is full of butterflies this year", "She thanked me with a big smile",
        "The train left on time and was spotless", "I finally understand fractions thanks to this book",
        "The puppy fell asleep on my lap", "What a friendly little shop", "The tent kept us dry all night",
        "Dinner was simple and delicious", "The view from the tower is worth every step",
        "He forgave me and we shook hands", "The jacket fits perfectly", "Our team won its first match",
        "The nurse was gentle and quick", "I slept like a stone in this bed", "The colours of the quilt are lovely"]
BAD = ["The soup was cold and full of salt", "We waited two hours in the rain", "The repair broke the other wheel",
       "My new bike lost a pedal on the first day", "The guide was rude and kept yawning",
       "I would never stay at this inn again",
       "The bread was stale and hard as wood", "Our neighbours shouted at the children",
       "The concert was cancelled without a word",
       "This pen leaks on everything", "The garden is nothing but weeds and mud", "She slammed the door in my face",
       "The train was late and dirty", "This book made fractions even more confusing", "The puppy tore up my only coat",
       "What a dreadful little shop", "The tent let in water all night", "Dinner was burnt and tasteless",
       "The tower was closed and nobody told us", "He lied to me once more", "The jacket tore at the first wash",
       "Our team lost again, nine to nothing", "The nurse hurt my arm", "I did not sleep a minute in this bed",
       "The colours of the quilt have all faded"]
KINDS = dict(fruit="apple banana cherry grape lemon mango peach pear plum strawberry",
             animal="badger camel donkey falcon goat hamster otter pigeon salmon zebra",
             tool="chisel drill hammer pliers ruler saw scissors screwdriver shovel wrench",
             instrument="cello clarinet drum flute guitar harp piano trumpet trombone violin")
WORDS = "bread chair cloud dance earth field glass horse island jungle knife lemon mountain night orange paper queen " \
        "river stone table uncle village water yellow zebra".split()
NAMES = "Ada Ben Cleo Dan Edith Finn Gus Hana Ivo Jane".split()
THINGS = "apples books coins eggs pencils shells stamps tickets".split()


def row(kind, group, text, gold, options=None): return dict(kind=kind, group_id=f"{kind} {group}", text=text,
                                                            gold=str(gold), options=options)


def arithmetic(r):
    "90 sums, by operation and size"
    seen = set()
    for op, sign in (("plus", "+"), ("minus", "-"), ("times", "*")):
        for size in (9, 20, 99):
            for k in range(10):
                while True:
                    a, b = r.randint(2, size), r.randint(2, min(size, 12) if op == "times" else size)
                    if op == "minus" and b > a: a, b = b, a
                    if (op, a, b) not in seen: break
                seen.add((op, a, b))
                text = [f"What is {a} {op} {b}?", f"{a} {sign} {b} = ?"][k % 2]
                yield row("sum", f"{op} {a} {b}", text, dict(plus=a+b, minus=a-b, times=a*b)[op])


def stories(r):
    "70 word problems of one or two steps"
    for k in range(70):
        n, m, t = r.choice(NAMES), r.choice(NAMES), r.choice(THINGS)
        a, b, c = r.randint(5, 30), r.randint(2, 9), r.randint(2, 6)
        if n == m: m = "a friend"
        text, gold = [(f"{n} has {a} {t} and buys {b} more. How many {t} does {n} have now?", a+b),
                      (f"{n} has {a+b} {t} and gives {b} of them to {m}. How many {t} are left?", a),
                      (f"{n} packs {b} {t} into each of {c} boxes. How many {t} is that in all?", b*c),
                      (f"{n} shares {b*c} {t} equally among {c} children. How many {t} does each child get?", b),
                      (f"{n} had {a} {t}, lost {b} and then found {c}. How many {t} does {n} have?", a-b+c)][k % 5]
        yield row("story", f"{k % 5} {a} {b} {c}", text, gold)


def questions(seed=0):
    "320 questions with their answers"
    r = random.Random(seed)
    rows = [*arithmetic(r), *stories(r)]
    rows += [row("sentiment", i, f'Is this sentence positive or negative? "{s}."', kind, "positive negative")
             for kind, list_ in (("positive", GOOD), ("negative", BAD)) for i, s in enumerate(list_)]
    names = " ".join(KINDS)
    rows += [row("kind", w, f"Is {'an' if w[0] in 'aeiou' else 'a'} {w} a fruit, an animal, a tool or an instrument?",
                 kind, names)
             for kind, ws in KINDS.items() for w in ws.split()]
    for k in range(45):
        a, b = r.sample(range(10, 990), 2)
        big = k % 2 == 0
        rows.append(row("compare", f"{a} {b}", f"Which number is {'larger' if big else 'smaller'}: {a} or {b}?",
                        max(a, b) if big else min(a, b), f"{a} {b}"))
    rows += [row("letter", w, f"What is the first letter of the word {w}?", w[0], "letter") for w in WORDS]
    return pd.DataFrame(rows).assign(query_id=range(len(rows)), dataset="smollm2")


def is_right(answer, gold):
    "A number must be the one that is concluded with; a word the first of those to choose from that is named"
    gold, options = gold.split("|") if "|" in gold else (gold, "")
    if options == "letter":
        m = re.search(r"['\"*(]([A-Za-z])['\"*)]|\b(?:is|letter|answer:?)\s+([A-Za-z])\b|^\s*([A-Za-z])\s*[.!]?\s*$",
                      answer, re.I)
        return bool(m) and next(g for g in m.groups() if g).lower() == gold
    if options:
        found = re.findall(r"\b(" + "|".join(options.split()) + r")\b", answer.lower())
        return bool(found) and found[0] == gold
    value = conclusion(answer)
    return value is not None and value == float(gold)


def collect(a):
    "Ask, grade and write the tables"
    import promptmem as pm
    q = questions()
    q["gold"] = [f"{g}|{o}" if isinstance(o, str) else g for g, o in zip(q.gold, q.options)]
    prompts = pd.DataFrame([dict(prompt_id=k, name=k, text=t) for k, t in PROMPTS.items()])
    lm = pm.load_lm("smollm2")
    start = time.process_time()
    out = pm.reward.collect_outcomes(lm, prompts, q.drop(columns="options"), is_right, join="before", path=a.log,
                                     batch=64, max_tokens=a.max_tokens)
    print(out, f"in {time.process_time()-start:.0f} CPU seconds", flush=True)
    keep = out.frame[["query_id", "prompt_id", "draw", "correct", "answer", "cost", "ended"]].astype(dict(correct=bool))
    for name, t in dict(outcomes=keep, queries=out.queries, prompts=out.prompts).items():
        folder = ROOT/"data"/FOLDER
        folder.mkdir(exist_ok=True)
        t.to_parquet(folder/f"{name}.parquet", index=False, compression="zstd")


def finite(x):
    "Numbers that JSON has no word for become null"
    if isinstance(x, dict): return {k: finite(v) for k, v in x.items()}
    if isinstance(x, list): return [finite(v) for v in x]
    return None if isinstance(x, float) and not np.isfinite(x) else x


def shares(out):
    "Share right by prompt, and by kind of question and prompt"
    kinds = out.column("kind")
    by_kind = {k: g.groupby("prompt_id").correct.mean().to_dict() for k, g in out.frame.groupby(kinds)}
    return out.frame.groupby("prompt_id").correct.mean().to_dict(), by_kind


def evaluate(a):
    "Leak-free: 60 % of the groups to learn from, 40 % to test on; and five grouped folds for the choice"
    out = Outcomes.read(data_dir()/FOLDER)
    by_prompt, by_kind = shares(out)
    result = dict(versions=versions(), outcomes=len(out), questions=len(out.queries),
                  right=float(out.frame.correct.mean()),
                  by_prompt=by_prompt, by_kind=by_kind, rows=[])
    parts = out.split(test=.4, seed=1)
    train, test = parts.by_role("train"), parts.by_role("test")
    for model in ("mean", "hierarchical", "lightgbm"):
        rm = PromptReward(model=model, embedder=a.embedder).fit(train)
        report = evaluate_reward(rm, test)
        row = {k: report.metric(k) for k in ("auc", "pair", "pair_lo", "pair_hi", "brier", "ece")}
        result["rows"].append(dict(model="constant order (rates)" if model == "mean" else model, **row))
        if model == "lightgbm":
            result.update(verdict=report.verdict, rules=report.rules.to_dict("records"), margin=rm.margin_)
    print(report, flush=True)
    table = cross_choices(PromptReward(embedder=a.embedder, memory=False), out)
    result["choices"] = table.to_dict("records")
    print(table.round(3).to_string(index=False), flush=True)
    print(pd.DataFrame(result["rows"]).round(3).to_string(index=False))
    print(pd.DataFrame(by_kind).round(2).to_string(), "\n", {k: round(v, 3) for k, v in by_prompt.items()})
    write_atomic(RESULT, json.dumps(finite(plain(result)), indent=1) + "\n")


if __name__ == "__main__":
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("step", choices=["collect", "evaluate"])
    ap.add_argument("--log", default="real_reward.jsonl", help="where answers are kept while they come in")
    ap.add_argument("--max-tokens", type=int, default=24)
    ap.add_argument("--embedder", default="all-MiniLM-L6-v2")
    a = ap.parse_args()
    dict(collect=collect, evaluate=evaluate)[a.step](a)
