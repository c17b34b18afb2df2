"""Nearest question by edit distance: the index beside the published loop, on the same keys in the same run.

    python benchmarks/store_levenshtein.py                     # 1,000, 10,000 and 100,000 keys
    python benchmarks/store_levenshtein.py --keys 1000000 --json out.json

Keys are free-text questions that keep their word (mean length about 28). Queries: one third stored keys with 1 to 4
typos, one third unseen words in a known wording, one third unrelated five-word texts. A hit is a distance below 6. CPU
time of this thread, best of `--passes` per query, then the median over the queries. Every answer is compared with the
loop's.
"""
import argparse
import json
import logging
import os
import random
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from promptmem.index.levenshtein import LevenshteinIndex

WORDINGS = ["what is like {}", "what is similar to {}", "what is akin to {}", "what has a {} like ring to it",
            "what sounds like {}", "what is the opposite of {}", "what is unlike {}", "what is the reverse of {}",
            "could you define {}", "what is the meaning of {}", "can you tell me what {} means",
            "how do i use {} in a sentence", "give me a sentence with {}", "use {} for me please",
            "another word for {} please", "which word rhymes with {}", "which word is spelled almost like {}",
            "unscramble {} for me", "turn the letters of {} around", "explain {} as to a child",
            "what do people call {} nowadays", "is there a shorter word for {}", "name something that is not {}",
            "where would i hear {}", "what comes to mind with {}", "put {} into other words", "find me a homonym of {}",
            "find me a synonym of {}", "find me an antonym of {}", "what would you say instead of {}",]


def words(n, rng):
    "Pronounceable made-up words"
    starts, vowels, ends = (
        "b c d f g h j k l m n p r s t v w st tr pl gr".split(),
        "a e i o u ea ai ou".split(),
        "n r s t l m nd st ck".split(),
    )
    out = {}
    while len(out) < n:
        w = "".join(rng.choice(starts) + rng.choice(vowels) for _ in range(rng.choice((1, 2, 2, 3)))) + rng.choice(ends)
        out[w] = None
    return list(out)


def make_keys(n, rng):
    "`n` distinct free-text keys, shuffled, and words that none of them uses"
    vocabulary = words(max(200, n // len(WORDINGS) * 2) + 200, rng)
    unseen, vocabulary = vocabulary[:200], vocabulary[200:]
    keys = {}
    while len(keys) < n: keys[rng.choice(WORDINGS).format(rng.choice(vocabulary))] = None
    return list(keys), unseen


def make_queries(n, keys, unseen, rng):
    "Typos, unseen words in known wordings, unrelated texts: a third each"
    out = []
    for i in range(n):
        if i % 3 == 0: out.append(typos(rng.choice(keys), rng.randint(1, 4), rng))
        elif i % 3 == 1: out.append(rng.choice(WORDINGS).format(rng.choice(unseen)))
        else: out.append(" ".join(rng.sample(unseen, 5)))
    return out


def typos(text, n, rng):
    "`text` with `n` random edits"
    for _ in range(n):
        at, letter = rng.randrange(len(text)), rng.choice("abcdefghijklmnopqrstuvwxyz")
        kind = rng.randrange(3)
        text = text[:at] + (letter if kind < 2 else "") + text[at + (kind > 0):]
    return text


class PublishedLoop:
    "The published look-up, rebuilt from its description: scan all keys, format one debug message per key"
    def __init__(self, keys, debug):
        self.memory, self.log, self.debug = (
            dict.fromkeys(keys, "clarification: x."),
            logging.getLogger("published"),
            debug,
        )

    def query(self, text):
        best, found = 6, None
        for key, _ in self.memory.items():
            d = distance(text, key)
            if self.debug: self.log.debug(f"{text} | {key} | {d}")
            if d < best: best, found = d, key
        return (found, best) if found is not None else None


try: from Levenshtein import distance
except ImportError: distance = Levenshtein.distance


def extract_one(keys):
    def query(text):
        found = process.extractOne(text, keys, scorer=Levenshtein.distance, score_cutoff=5)
        return found and (found[0], found[1])
    return query


def cpu_ms(query, texts, passes):
    "Median over texts of the best CPU time, and the answers"
    times, answers = [], []
    for text in texts:
        best = float("inf")
        for _ in range(passes):
            start = time.thread_time()
            answer = query(text)
            best = min(best, time.thread_time() - start)
        times.append(best * 1000), answers.append(answer)
    return np.array(times), answers


def measure(n, queries, passes, seed):
    rng = random.Random(seed)
    keys, unseen = make_keys(n, rng)
    texts = make_queries(queries, keys, unseen, rng)
    start = time.thread_time()
    index = LevenshteinIndex(keys)
    index.query("warm up", 5)
    build = time.thread_time() - start
    rivals = {
        "published loop": (PublishedLoop(keys, True).query, 1 if n >= 100_000 else 2),
        "loop without debug text": (PublishedLoop(keys, False).query, 1 if n >= 100_000 else 2),
        "rapidfuzz extractOne, cut-off": (extract_one(keys), passes),
        "LevenshteinIndex": (lambda text: index.query(text, 5), passes),
    }
    rows, reference = [], None
    for name, (query, times) in rivals.items():
        ms, answers = cpu_ms(query, texts, times)
        reference = reference or answers
        rows.append(dict(keys=n, method=name, cpu_ms=float(np.median(ms)), p95_cpu_ms=float(np.percentile(ms, 95)),
                         equal_answers=sum(a == b for a, b in zip(answers, reference)), queries=len(texts)))
    for row in rows: row["times_faster"] = rows[0]["cpu_ms"] / row["cpu_ms"]
    rows[-1].update(
        build_cpu_s=build,
        mean_length=float(np.mean([len(k) for k in keys])),
        median_ratio_per_query=float(np.median(cpu_ms(rivals["published loop"][0], texts[:30], 1)[0] / ms[:30])),
    )
    return rows


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--keys", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    ap.add_argument("--queries", type=int, default=60)
    ap.add_argument("--passes", type=int, default=5)
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--json", help="write the figures here")
    a = ap.parse_args()
    rows = []
    for n in a.keys:
        for row in measure(n, a.queries, a.passes, a.seed):
            rows.append(row)
            print(
                f"{row['keys']:>9,} keys  {row['method']:<30} {row['cpu_ms']:>9.3f} ms CPU  p95 "
                f"{row['p95_cpu_ms']:>9.3f}"
                f"  x{row['times_faster']:>6.1f}  equal {row['equal_answers']}/{row['queries']}",
                flush=True,
            )
    if a.json:
        Path(a.json).write_text(json.dumps(dict(benchmark="store_levenshtein", python=sys.version.split()[0],
                                                rows=rows), indent=1) + "\n")


if __name__ == "__main__": main()
