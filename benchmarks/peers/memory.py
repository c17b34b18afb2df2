"""Memories side by side: ours, mem0 (infer=False: no model), chromadb, LangGraph's store, and LangMem's tools on it.

    python benchmarks/peers/memory.py --json benchmarks/results/peers_memory.json
    python benchmarks/peers/memory.py --only promptmem mem0

The same texts, the vectors of the same embedder (all-MiniLM-L6-v2, made once and handed to each), one process each,
one machine. Adds go one by one, as a conversation makes them. The held-out pairs of `data/pairs` are asked of a
memory that also holds other questions. A peer returns its nearest memory always; where that should be left alone is
not its business. To compare all the same, each gets the similarity limit at which a precision of .95 was reached on
the pairs that are not held out, where there is one. LangMem's memory extraction needs a model and is not measured;
its search and manage tools need none. Its store lives in memory: nothing to kill or to write to from several
processes. Erasure is looked for as bytes in all files of the memory after deleting one entry; kill -9 falls after 60
acknowledged adds.
"""
import argparse
import json
import os
import random
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from environment import machine, python_with, run_there, versions

from promptmem.lm.embed import load_embedder
from promptmem.memory.gate import apply_limit, load_pairs
from promptmem.stats import share_interval

ROOT = Path(__file__).resolve().parents[2]
NEEDS = dict(mem0=["mem0ai==2.2.1"], chromadb=["chromadb"],
             langgraph=["langgraph", "langgraph-checkpoint-sqlite", "langmem", "numpy"],
             langmem=["langgraph", "langgraph-checkpoint-sqlite", "langmem", "numpy"])
NAMES = dict(mem0=["mem0ai", "qdrant-client"], chromadb=["chromadb"],
             langgraph=["langgraph", "langgraph-checkpoint-sqlite"], langmem=["langmem", "langgraph"],
             promptmem=["numpy"])


def limit(embedder):
    "The similarity from which pairs that are not held out are right in .95 of the cases"
    rows = [r for r in load_pairs() if r["split"] != "heldout" and r["label"] != "unrelated"]
    a, b = (embedder([r[k] for r in rows]) for k in ("stored", "question"))
    return apply_limit((a*b).sum(1), [r["label"] == "same" for r in rows], .95)


def quality(answers, questions, right, least):
    "How often the nearest is the right one, and what the limit makes of it"
    top = [key == right[q] for q, (key, _) in zip(questions, answers) if right[q]]
    applied = [(right[q], key) for q, (key, score) in zip(questions, answers) if score >= least]
    good = sum(want == key for want, key in applied)
    fit = sum(bool(right[q]) for q in questions)
    i = share_interval(good, len(applied)) if applied else None
    least = round(least, 4) if np.isfinite(least) else None # None: no limit reaches that precision
    return dict(nearest_is_right=round(sum(top)/len(top), 4), always_precision=round(sum(top)/len(questions), 4),
                limit=least, applied=len(applied),
                precision=round(good/len(applied), 4) if applied else None,
                precision_interval=[round(i.lo, 4), round(i.hi, 4)] if i else None, recall=round(good/fit, 4))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--only", nargs="+", default=["promptmem", *NEEDS])
    ap.add_argument("--fillers", type=int, default=300, help="other memories beside the held-out ones")
    ap.add_argument("--questions", type=int, default=300)
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--json", help="write the figures here; those of other peers stay")
    a = ap.parse_args()
    embedder, rng = load_embedder("all-MiniLM-L6-v2"), random.Random(a.seed)
    held = [r for r in load_pairs("heldout") if r["label"] != "unrelated"]
    stored = list(dict.fromkeys(r["stored"] for r in held))
    others = list(dict.fromkeys(r["stored"] for r in load_pairs("train") + load_pairs("validation")))
    others += list(dict.fromkeys(r["question"] for r in load_pairs("train")))
    fillers = [t for t in dict.fromkeys(others) if t not in stored][:a.fillers]
    asked = {r["question"]: r["stored"] if r["label"] == "same" else None for r in held}
    questions = rng.sample(sorted(set(asked) - set(stored) - set(fillers)), min(a.questions, len(asked)))
    keys, least = rng.sample(stored + fillers, len(stored) + len(fillers)), limit(embedder)
    out = dict(benchmark="peers_memory", machine=machine(), peers={}, memories=len(keys), questions=len(questions))
    file = Path(a.json) if a.json else None
    if file and file.exists(): out["peers"] = json.loads(file.read_text())["peers"]
    with tempfile.TemporaryDirectory() as d:
        texts = list(dict.fromkeys([*keys, *questions]))
        np.savez(f"{d}/texts.npz", texts=np.array(texts), vectors=embedder(texts))
        for peer in a.only:
            home = "langgraph" if peer == "langmem" else peer # they share one environment
            python = Path(sys.executable) if peer == "promptmem" else python_with(home, NEEDS[peer])
            given = dict(peer=peer, folder=f"{d}/{peer}", file=f"{d}/texts.npz", keys=keys, questions=questions,
                         erase=stored[0])
            env = dict(OMP_NUM_THREADS="1", PYTHONPATH=str(ROOT) if peer == "promptmem" else "")
            try: r = run_there(python, "memory_there.py", given, env=env, timeout=900)
            except SystemExit as e: # e.g. a Python whose sqlite loads no extensions, which LangGraph's store needs
                print(peer, e, flush=True)
                continue
            r["quality"] = quality(r.pop("answers"), questions, asked, least)
            out["peers"][peer] = dict(r, versions=versions(python, NAMES[peer]), load=round(os.getloadavg()[0], 1))
            print(peer, json.dumps(out["peers"][peer]), flush=True)
            if file: file.write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__": main()
