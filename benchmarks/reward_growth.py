"""How the costs of the reward model grow with the log: questions, prompts, and questions asked.

    python benchmarks/reward_growth.py                   # half a minute; writes benchmarks/results/reward_growth.json

Random words make the questions, a hash of words and characters embeds them, so nothing is downloaded. Each cost is in
CPU seconds of one thread; the exponent is the slope of log seconds on log size over the three largest sizes (1: twice
the size costs twice). The kernel of the question space keeps 1,000 questions at most, so that a fit grows with the log
and not with its square.
"""
import argparse
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent/"peers"))

import numpy as np
import pandas as pd
from environment import machine

from promptmem.core import plain, versions, write_atomic
from promptmem.reward import Outcomes, PromptReward

RESULT = Path(__file__).resolve().parent/"results"/"reward_growth.json"


def log_of(n, m, seed=0):
    "n questions of ten random words under m prompts"
    r = np.random.default_rng(seed)
    words = np.array([f"w{i}" for i in range(2000)])
    qs = [" ".join(r.choice(words, 10)) for _ in range(n)]
    frame = pd.DataFrame(dict(query_id=np.repeat(np.arange(n), m), prompt_id=np.tile(np.arange(m), n),
                              correct=r.random(n*m) < .5))
    return Outcomes(frame, pd.DataFrame(dict(query_id=range(n), text=qs)),
                    pd.DataFrame(dict(prompt_id=range(m), text=[f"Way {j}:" for j in range(m)])))


def seconds(f):
    "CPU seconds of a call"
    start = time.process_time()
    f()
    return time.process_time() - start


def exponent(sizes, costs):
    "Slope of log cost on log size, over the three largest"
    return float(np.polyfit(np.log(sizes[-3:]), np.log(np.maximum(costs[-3:], 1e-9)), 1)[0])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--model", default="hierarchical")
    ap.add_argument("--json", default=str(RESULT))
    a = ap.parse_args()
    def new(): return PromptReward(model=a.model, embedder="hash:64")
    rows = []
    def grow(what, sizes, run):
        costs = [run(n) for n in sizes]
        rows.append(dict(cost=what, sizes=sizes, cpu_s=costs, exponent=exponent(sizes, costs)))
        print(what, sizes, np.round(costs, 3).tolist(), "exponent", round(rows[-1]["exponent"], 2), flush=True)
    new().fit(log_of(50, 3))                                           # what is imported once is not counted
    grow("fit, by questions in the log (6 prompts)", [250, 500, 1000, 2000, 4000],
         lambda n: seconds(lambda: new().fit(log_of(n, 6))))
    grow("fit, by prompts in the log (500 questions)", [2, 4, 8, 16],
         lambda m: seconds(lambda: new().fit(log_of(500, m))))
    fitted = new().fit(log_of(500, 6))
    grow("predict, by new questions (6 prompts)", [250, 1000, 4000],
         lambda n: seconds(lambda: fitted.predict_proba(log_of(n, 1, seed=n).texts(), fitted.prompts_)))
    result = dict(versions=versions(), machine=machine(), model=a.model, rows=rows)
    write_atomic(a.json, json.dumps(plain(result), indent=1) + "\n")


if __name__ == "__main__": main()
