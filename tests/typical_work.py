"""Typical work in every room, printed as lines that must not depend on the process: `python -m tests.typical_work DIR`.

Ids and times that are made anew are replaced by their order of appearance."""
import json
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd

import promptmem as pm
from promptmem import core, grade, logs
from promptmem.batch.pages import write_grid_index
from promptmem.batch.parameters import read_grid
from promptmem.batch.results import load_runs, write_json
from promptmem.lm.base import CallableLM
from promptmem.lm.embed import HashEmbedder
from promptmem.panel import moment
from promptmem.panel.reprs import page_of

ASKED = ["What is the opposite of < warm > ?", "how do I boil an egg?", "Wann f\u00e4hrt der Zug nach K\u00f6ln?",
         "what is a word like sonny", "When does the shop open on 03/04?"]
LIKE = ["what is the opposite of warm", "how do you boil eggs", "wann f\u00e4hrt ein Zug nach K\u00f6ln",
        "what is a word like sunny",
        "when does the shop close on 03/04?", "what is the opposite of cold", "who sings this"]


def of_memory(folder):
    store = pm.Store(folder/"m.db", embedder=HashEmbedder(16))
    for i, (q, s) in enumerate((q, s) for q in ASKED for s in ("alice", "team")):
        store.add(scope=s, key=q, text=f"meaning {i}")
    a = pm.Assistant(CallableLM(lambda p: "it is 4"), store=store, scope=("alice", "team"), embedder="hash:64")
    for q in LIKE:
        r = a.ask(q)
        a.reject(r) if "sunny" in q else a.accept(r)
        yield [r.retrieval.hit, r.retrieval.text, r.retrieval.why, [(c.key, c.score) for c in r.retrieval.candidates]]
    gate = pm.memory.AutoLookup(None)
    yield [[gate.judge(k, q)._asdict() if hasattr(gate.judge(k, q), "_asdict") else repr(gate.judge(k, q))
            for q in LIKE] for k in ASKED]
    for method in ("closest", "semantic"):
        yield [[(c.text, score) for c, score in store.search(q, scope=("alice", "team"), method=method, scores=True)]
               for q in LIKE]
    store.export(folder/"out.jsonl")
    yield (folder/"out.jsonl").read_text(encoding="utf-8")
    with pm.Store(folder/"copy.db") as copy: yield repr(copy.import_(folder/"out.jsonl")), copy.scopes()
    yield [page_of(c) for c in store.clarifications(("alice", "team"))[:2]], page_of(store.interactions("alice")[0])
    yield store.outcomes(), store.canonical_examples(), store.study_sentences(), store.use_counts(
        [c.id for c in store.clarifications("alice")])
    yield repr(store.forget(scope="alice", key=ASKED[0]))
    store.close()


def of_readers(folder):
    (folder/"log.csv").write_text("Question;Answer;rating;timestamp;user id\nwhat is x;a;4,5;2024-03-10 02:30;ann\n"
                                  "what is \u00fc;b;1;2024-07-01 12:00 Europe/Berlin;bob\n", encoding="utf-8")
    log = logs.read_log(folder/"log.csv")
    yield repr(log), [i.to_dict() for i in log.interactions], log.frame().to_dict("records")
    yield [core.utc_time(t) for t in ("2024-03-10 02:30", "20240310", 1710000000, "2024-03-10T02:30 CET")]
    yield moment("2024-03-10T02:30:00+00:00")
    yield core.plain({"a": {1, "1", 2., "x", None, True}}), core.redact({"k": {"a", "b", "c"}}, env={})
    yield read_grid(dict(a={"x", "y", "z", "w"}, b={3, 1, 2}))
    yield np.asarray(grade.grade(["4,5", "the answer is 4.5", "4.50"], ["4.5"]*3)).tolist()
    yield [core.identity_key(q) for q in LIKE]
    yield [core.file_name(q) for q in ASKED], core.stable_hash({"a": {"x", "y"}, "b": 1})
    for name in ("b", "a", "c"):
        (folder/"runs"/name).mkdir(parents=True)
        write_json(folder/"runs"/name/"result.json", dict(
            status="ok", run=name, notebook="n.ipynb", parameters=dict(n=ord(name)), seconds=1.,
            time="2024-03-10T23:30:00+00:00",
            metrics=dict(score=dict(estimate=.5, lo=.4, hi=.6))))
    yield load_runs(folder/"runs").astype(str).to_dict("records")
    yield Path(write_grid_index(folder/"runs")).read_text("utf-8")


def of_reward(folder):
    from promptmem import reward
    questions, prompts = [f"what is {q} plus {q*q}?" for q in range(24)], ["Be short.", "Think first.", "Guess."]
    rng = np.random.default_rng(0)
    out = reward.Outcomes.read(pd.DataFrame([dict(query=q, prompt=p, correct=int(rng.random() < .3 + .2*j))
                                             for q in questions for j, p in enumerate(prompts)]))
    model = reward.PromptReward(model="logistic", embedder=HashEmbedder(16)).fit(out)
    yield np.round(model.predict_proba(questions[:5], prompts), 9).tolist()
    yield [repr(model.choose(q)) for q in questions[:4]]
    yield repr(out), out.verdict, out._repr_html_()
    yield repr(reward.find_leaks(questions[:3], questions[3:], embedder=HashEmbedder(16)))
    yield repr(reward.group_folds([f"g{i//2}" for i in range(24)]))


def of_rewrite(folder):
    from promptmem.rewrite import LearnPhrases, MutatePhrases, Simulator, optimize_prompt
    sim = Simulator(seed=0)
    ways = [LearnPhrases(sim.book), MutatePhrases(sim.book)]
    found = optimize_prompt(sim.task(), sim, ["Be kind."], budget_calls=100, proposers=ways, seed=0)
    yield repr(found)
    yield found.frame.drop(columns=[c for c in found.frame if "second" in c]).astype(str).to_dict("records")


MADE = re.compile(r"(?<=written )\d{4}-\d\d-\d\d \d\d:\d\d|\b[0-9a-f]{32}\b|"
                  r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00|"
                  r"(?<=latency_s\": )[\d.e-]+|(?<=latency_s=)[\d.e-]+|"
                  r"(?<='latency_s': )[\d.e-]+")


def main(folder):
    seen = {}
    for room in (of_readers, of_memory, of_reward, of_rewrite):
        for n, part in enumerate(room(folder)):
            text = json.dumps(core.plain(part), ensure_ascii=True) if not isinstance(part, str) else part
            text = MADE.sub(lambda m: f"<{seen.setdefault(m[0], len(seen))}>", text).replace(str(folder), "HERE")
            print(room.__name__, n, text.encode("ascii", "backslashreplace").decode())


if __name__ == "__main__": main(Path(sys.argv[1]))
