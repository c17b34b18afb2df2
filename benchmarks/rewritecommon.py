"""What the rewrite benchmarks share: the two baselines, rebuilt from their descriptions, and the table."""
import argparse
import json

import numpy as np

from promptmem.core import plain, versions, write_atomic
from promptmem.rewrite.propose import LearnPhrases, RandomPhrases


def offline(book):
    "Our offline proposers"
    return [RandomPhrases(book), LearnPhrases(book)]


def best_of_random(task, lm, book, calls, per, seed):
    "Plain search: `calls/per` random prompts, `per` questions each, the best mean wins"
    rng = np.random.default_rng(seed)
    pool = task.train + task.dev
    best, score = None, -1.
    for _ in range(calls//per):
        text = book.draw(rng)
        es = [pool[i] for i in rng.permutation(len(pool))[:per]]
        mean = np.mean([s for s, _ in task.run(text, es, lm)])
        if mean > score: best, score = text, mean
    return best


def published(task, lm, book, start, calls, seed, versions=2, rounds=3):
    """The published loop for one prompt: `versions` rewrites, then `rounds` more, each a rewrite of the last attempt
    only; every attempt scored; the last one stays, whatever it scored; the better of the two last ones is used."""
    rng = np.random.default_rng(seed)
    pool, per, ends = task.train + task.dev, calls//(versions*(rounds+1)), []
    for _ in range(versions):
        text = start
        for _ in range(rounds+1):
            text = book.mutate(text, rng)
            es = [pool[i] for i in rng.permutation(len(pool))[:per]]
            score = np.mean([s for s, _ in task.run(text, es, lm)])
        ends.append((score, text))
    return max(ends)[1]


def parser(doc):
    ap = argparse.ArgumentParser(description=doc)
    ap.add_argument("--json", help="write the figures to this file")
    return ap


def finish(args, rows, **more):
    "Print a table of dicts, and write the JSON file"
    keys = list(rows[0])
    cells = [[f"{r[k]:.3f}" if isinstance(r[k], float) else str(r[k]) for k in keys] for r in rows]
    width = [max(len(k), *(len(c[i]) for c in cells)) for i, k in enumerate(keys)]
    for line in (keys, *cells): print("  ".join(c.ljust(w) for c, w in zip(line, width)))
    for k, v in more.items(): print(f"{k}: {v}")
    if args.json:
        write_atomic(args.json, json.dumps(plain(dict(rows=rows, **more, versions=versions())), indent=1) + "\n")
