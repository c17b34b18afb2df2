"""Mixed work of several processes and threads on one store, each of which knows what must be there; and the checks at
the end."""

import gc
import multiprocessing
import os
import random
import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path

from promptmem.lm.embed import HashEmbedder
from promptmem.record import Candidate, Interaction, Retrieval
from promptmem.store.store import Store

EMBEDDER = HashEmbedder(16)
TEAM = "team" # the scope that all workers write to
KEYS = 12 # questions of each worker


class Worker:
    "One thread: works in a scope of its own, whose whole content it knows, and in the team's"
    def __init__(self, store, name, seed):
        self.store, self.scope, self.rng = store, f"scope of {name}", random.Random(seed)
        self.history, self.active = {}, {} # key -> texts; key -> the text in use
        self.ids, self.asked, self.told, self.gone = {}, {}, [], [] # told: ids in the team's scope
        self.ops, self.wrong = Counter(), []

    def step(self, i):
        "One operation, drawn at random, and a look at what it did"
        op = self.rng.choices(
            ("add", "team", "many", "deactivate", "restore", "ask", "find", "page", "forget key", "forget one", "leak"),
            (6, 4, 1, 1, 1, 3, 6, 2, 0.5, 0.3, 1),
        )[0]
        self.ops[op] += 1
        getattr(self, op.replace(" ", "_"))(i, f"question {self.rng.randrange(KEYS)} of {self.scope}")

    def expect(self, what, found, wanted):
        if found != wanted: self.wrong.append(f"{self.scope}, {what}: found {found!r:.200}, expected {wanted!r:.200}")

    def _keep(self, c, key):
        self.history.setdefault(key, []).append(c.text)
        self.ids[c.text] = c.id
        self.active[key] = c.text

    def add(self, i, key):
        text = f"text {i} of {self.scope}."
        c = (
            self.store.supersede(self.ids[self.active[key]], text)
            if key in self.active and self.rng.random() < 0.5
            else self.store.add(scope=self.scope, key=key, text=text)
        )
        self.expect("supersedes", c.supersedes, self.ids.get(self.active.get(key)))
        self._keep(c, key)

    def team(self, i, key):
        "Here the others write too: only that nothing is lost can be known"
        self.told.append(self.store.add(scope=TEAM, key=f"question {i % KEYS}", text=f"team {i} of {self.scope}").id)

    def many(self, i, key):
        rows = [dict(scope=self.scope, key=f"{key} {j}", text=f"many {i} {j} of {self.scope}.") for j in range(4)]
        for c, row in zip(self.store.add_many(rows), rows): self._keep(c, row["key"])

    def deactivate(self, i, key):
        if key not in self.active: return
        self.store.deactivate(self.ids[self.active.pop(key)])
        self.expect("deactivated", key in {c.key for c in self.store.clarifications(self.scope)}, False)

    def restore(self, i, key):
        if key not in self.history: return
        text = self.rng.choice(self.history[key])
        self.store.restore(self.ids[text])
        self.active[key] = text

    def ask(self, i, key):
        text = self.active.get(key)
        hit = text and Retrieval(
            hit=True,
            key=key,
            text=text,
            score=0.0,
            id=self.ids[text],
            candidates=(Candidate(key, text, 0.0, self.ids[text]),),
        )
        asked = self.store.log(
            Interaction(key, scope=self.scope, retrieval=hit or None, prompt=key, answer="an answer")
        )
        self.store.set_verdict(asked.id, "right")
        self.asked[asked.id] = key
        if text: self.expect("last use", self.store.uses(self.ids[text])[0]["verdict"], "right")

    def find(self, i, key):
        if not self.active: return
        key = self.rng.choice(sorted(self.active))
        c, = self.store.search(key, scope=self.scope, k=1)
        self.expect("closest", (c.scope, c.text), (self.scope, self.active[key]))
        if self.rng.random() < .4:
            near = self.store.search(key, scope=self.scope, k=3, method="semantic")
            self.expect(
                "semantic",
                near[0].text in [self.active[k] for k in self.active] and {c.scope for c in near} == {self.scope},
                True,
            )

    def page(self, i, key):
        self.expect("count", self.store.count(self.scope), len(self.active))
        self.expect("history", [c.text for c in self.store.history(key, scope=self.scope)], self.history.get(key, []))

    def forget_key(self, i, key):
        receipt = self.store.forget(scope=self.scope, key=key)
        texts = self.history.pop(key, [])
        self.expect("forgotten", receipt.clarifications, len(texts))
        self.active.pop(key, None)
        for text in texts: del self.ids[text]
        self.asked = {id: k for id, k in self.asked.items() if k != key}
        self.gone += texts

    def forget_one(self, i, key):
        if not self.active: return
        key = self.rng.choice(sorted(self.active))
        text = self.active.pop(key)
        self.store.forget(id=self.ids.pop(text))
        self.history[key].remove(text)
        if not self.history[key]: del self.history[key]
        self.gone.append(text)
        self.asked = {a.id: a.question for a in self.store.interactions(self.scope)}

    def leak(self, i, key):
        "Ask in a scope of one's own for what only others said"
        other = self.store.search("question 1 of the team", scope=self.scope, k=50)
        self.expect("scope of what is found", {c.scope for c in other} - {self.scope}, set())
        self.expect("nothing in an empty scope", self.store.search(key, scope=f"nobody {i}"), [])

    def close(self):
        "At the end the store must hold exactly what this worker knows"
        found = {k: [c.text for c in self.store.history(k, scope=self.scope)] for k in self.history}
        self.expect("all histories", found, self.history)
        self.expect("all active", {c.key: c.text for c in self.store.clarifications(self.scope)}, self.active)
        self.expect("all interactions", {a.id for a in self.store.interactions(self.scope)}, set(self.asked))


def _thread(store, name, seed, seconds, out):
    w, end, i = Worker(store, name, seed), time.monotonic() + seconds, 0
    try:
        while time.monotonic() < end and not w.wrong:
            w.step(i)
            i += 1
        w.close()
    except Exception as e: w.wrong.append(f"{w.scope}, operation {i}: {type(e).__name__}: {e}")
    out.append(dict(scope=w.scope, ops=dict(w.ops), told=w.told, gone=w.gone, wrong=w.wrong))


def _process(path, number, threads, seconds, seed, results):
    "Several threads on one `Store`; reports them with the memory and the open files of the process"
    out, usage = [], []
    with Store(path, embedder=EMBEDDER, exact_limit=50) as store:
        pool = [
            threading.Thread(
                target=_thread, args=(store, f"{number}.{t}", seed * 10_000 + number * 100 + t, seconds, out)
            )
            for t in range(threads)
        ]
        for t in pool: t.start()
        time.sleep(seconds/3)
        usage.append(_resources())
        for t in pool: t.join()
        usage.append(_resources())
    gc.collect()
    results.put((out, usage))


def _resources():
    "(resident bytes, open files) of this process; zeros where the system does not say"
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"), len(
            os.listdir("/proc/self/fd")
        )
    except OSError:
        return 0, 0


def soak(path, processes=2, threads=2, seconds=20., seed=0):
    "Work on the store at `path` (a file or a URL); returns the counts and a list of all that was wrong"
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    pool = [context.Process(target=_process, args=(path, n, threads, seconds, seed, results)) for n in range(processes)]
    for p in pool: p.start()
    found = [results.get(timeout=seconds + 300) for _ in pool]
    for p in pool: p.join()
    workers = [w for out, _ in found for w in out]
    wrong = [x for w in workers for x in w["wrong"]] + at_rest(path, workers)
    ops = sum((Counter(w["ops"]) for w in workers), Counter())
    return dict(
        processes=processes,
        threads=threads,
        seconds=seconds,
        operations=sum(ops.values()),
        by_kind=dict(ops),
        team_writes=sum(len(w["told"]) for w in workers),
        forgotten_texts=sum(len(w["gone"]) for w in workers),
        files_grown=max(b[1] - a[1] for _, (a, b) in found),
        memory_grown_mb=max(b[0] - a[0] for _, (a, b) in found) / 2**20,
        wrong=wrong,
    )


def at_rest(path, workers):
    "What must hold when nobody works any more; returns what does not"
    wrong, told = [], [id for w in workers for id in w["told"]]
    with Store(path, embedder=EMBEDDER, exact_limit=50) as s:
        team = s.clarifications(TEAM, active=None)
        if sorted(c.id for c in team) != sorted(told):
            wrong.append(f"the team's scope: {len(told)} writes acknowledged, {len(team)} there")
        chains = Counter(c.supersedes for c in team if c.supersedes)
        if chains and max(chains.values()) > 1: wrong.append("two entries supersede the same one")
        for scope in s.scopes():
            keys = [c.normalized_key for c in s.clarifications(scope)]
            if len(keys) != len(set(keys)): wrong.append(f"{scope}: two active entries for one question")
            there = {c.id for c in s.clarifications(scope)}
            found = {c.id for c in s.search("question", scope=scope, k=len(keys) + 1, method="semantic", exact=True)}
            if there != found: wrong.append(f"{scope}: {len(there ^ found)} entries differ between record and index")
    if Path(path).is_file(): wrong += _raw(path, [text for w in workers for text in w["gone"]])
    return wrong


def _raw(path, gone):
    "The file itself is sound and holds nothing forgotten"
    with sqlite3.connect(path) as db:
        sound = (
            db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            and not db.execute("PRAGMA foreign_key_check").fetchall()
        )
    db.close()
    files = b"".join(p.read_bytes() for p in [Path(path), Path(f"{path}-wal")] if p.exists())
    return ([] if sound else ["the database is not sound"]) + [
        f"forgotten, but in the file: {text}" for text in gone if text.encode() in files
    ]
