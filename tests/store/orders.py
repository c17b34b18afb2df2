"""Calls that the disk refuses, and erasures forced into the middle of other work; both count what went wrong."""
import random
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from promptmem.core import InvalidData
from promptmem.lm.base import CallableLM
from promptmem.lm.embed import HashEmbedder
from promptmem.memory import Assistant
from promptmem.record import Candidate, Interaction, Retrieval
from promptmem.store import Store, StoreError, StoreFull, StoreReadOnly
from tests.raw_files import raw_bytes

EMBEDDER = HashEmbedder(16)


def refusals(folder, calls, seed=0):
    "Calls on a full disk or on a file that cannot be written: each must say so, and everything acknowledged must stay"
    rng, path, refused, wrong, texts, asked = random.Random(seed), Path(folder)/"refused.db", 0, [], {}, {}
    with Store(path) as s:
        limit = dict(pragma=None)
        sa.event.listen(s.db.engine, "connect", lambda dbapi, _: limit["pragma"] and dbapi.execute(limit["pragma"]))

        def under(pragma):
            limit["pragma"] = pragma
            s.db.engine.dispose()
        i = 0
        while refused < calls:
            i += 1
            full = rng.random() < .5
            with s.db.read() as conn: pages = conn.exec_driver_sql("PRAGMA page_count").scalar()
            under(f"PRAGMA max_page_count={pages}" if full else "PRAGMA query_only=ON")
            kind, big = rng.choice(["add", "many", "log", "judge", "supersede", "forget"]), "x" * 9000
            try:
                if kind == "add": c = s.add(scope="s", key=f"k{i}", text=f"{i} {big}"); texts[c.id] = c.text
                if kind == "many":
                    for c in s.add_many([dict(scope="s", key=f"m{i} {j}", text=f"{i} {j} {big}") for j in range(3)]):
                        texts[c.id] = c.text
                if kind == "log": asked[s.log(Interaction(f"q{i}", scope="s", prompt=big)).id] = None
                if kind == "judge" and asked:
                    id = rng.choice(sorted(asked))
                    s.judge(id, "right", big)
                    asked[id] = "right"
                if kind == "supersede" and texts:
                    c = s.supersede(rng.choice(sorted(texts)), f"{i} {big}")
                    texts[c.id] = c.text
                if kind == "forget" and texts:
                    id = rng.choice(sorted(texts))
                    if not s.forget(id=id).complete: refused += 1
                    del texts[id]
            except (StoreFull, StoreReadOnly) as e:
                refused += 1
                if isinstance(e, StoreFull) != full:
                    wrong.append(f"{kind}: {type(e).__name__} where the disk was {'full' if full else 'read-only'}")
            except StoreError as e:
                wrong.append(f"{kind}: {type(e).__name__}: {e}")
            under(None)
            if {c.id: c.text for c in s.clarifications("s", active=None)} != texts:
                wrong.append(f"{kind}: entries differ")
            if {x.id: x.verdict for x in s.interactions("s")} != asked: wrong.append(f"{kind}: interactions differ")
            if len(texts) > 40: # room again
                s.forget(scope="s")
                texts, asked = {}, {}
        with s.db.read() as conn: sound = conn.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    return dict(calls=i, refused=refused, wrong=wrong + ([] if sound else ["not sound"]))


WORK = ("build", "verdict", "undo", "log again", "log late", "supersede", "export", "import", "clarify", "accept",
        "keep vectors", "restore", "correct", "undo of the assistant", "ask")


def forced_orders(folder, orders, seed=0):
    """An erasure just before one of the transactions of other work begins: nothing may be left, and nothing else may
    fail"""
    wrong = []
    for n in range(orders):
        rng, place = random.Random(seed * 10_000 + n), Path(folder)/f"order{n}"
        try: left = _one(place, WORK[n % len(WORK)], n // len(WORK) % 4, rng)
        except Exception as e: left = f"{type(e).__name__}: {e}"
        if left: wrong.append(f"{WORK[n % len(WORK)]}, transaction {n // len(WORK) % 4}: {left}")
    return dict(orders=orders, wrong=wrong)


def _one(place, work, moment, rng):
    "What is left of the forgotten text, or what failed"
    place.mkdir(parents=True)
    s, o = Store(place/"m.db", embedder=EMBEDDER, exact_limit=20), Store(place/"m.db")
    rows = s.add_many([dict(scope="a", key=f"key {i} {rng.random()}", text=f"harmless {i}") for i in range(40)])
    c = s.add(scope="a", key="my ZEBRA key", text="ZEBRA")
    vector = EMBEDDER([c.key])[0].tobytes()
    i = s.log(
        Interaction(
            "my ZEBRA key",
            scope="a",
            prompt="ZEBRA",
            retrieval=Retrieval(True, c.key, "ZEBRA", 0.0, (Candidate(c.key, "ZEBRA", 0.0, c.id),), "", 6, c.id),
        )
    )
    s.export(place.parent/f"{place.name}.jsonl")
    lm = CallableLM(lambda p: f"I take it as {p}", cache=place/"answers.db")
    a = Assistant(lm, store=s, scope="a", lookup="closest")
    asked = a.ask("my ZEBRA key") if work in ("clarify", "accept", "correct", "undo of the assistant") else None
    if work == "undo of the assistant": a.clarify(asked, "ZEBRA once more")
    reading = np.arange(16, dtype=np.float32) * 1.2345
    done, count, forget = [], [0], lambda: o.forget(scope="a", key="my ZEBRA key", caches=[lm])
    plain = s.db._transaction

    def transaction(write): # the erasure comes just before transaction number `moment`
        if count[0] == moment and not done: done.append(forget())
        count[0] += 1
        return plain(write)
    s.db._transaction = transaction
    try:
        if work == "clarify": a.clarify(asked, "in other words")
        if work == "accept": a.accept(asked)
        if work == "correct": a.correct(asked, "ZEBRA, of course")
        if work == "undo of the assistant": a.undo()
        if work == "ask": a.ask("my ZEBRO key") # the answer is on its way meanwhile
        if work == "keep vectors": s.keep_vectors({c.id: reading}, "a reader", scope="a")
        if work == "restore": s.restore(c.id)
        if work == "build": s.search(rows[3].key, scope="a", method="semantic")
        if work == "verdict": s.set_verdict(i.id, "right")
        if work == "undo": s.withdraw(c.id)
        if work == "log again": s.log(i)
        if work == "log late": s.log(Interaction("another", scope="a", prompt="ZEBRA", retrieval=i.retrieval))
        if work == "supersede": s.supersede(c.id, "ZEBRA again")
        if work == "export": s.export(place/"out.jsonl", scope="a")
        if work == "import": s.import_(place.parent/f"{place.name}.jsonl", skip_invalid=True)
    except (KeyError, InvalidData): pass # it was forgotten before
    s.db._transaction = plain
    final = forget() if not done or work == "supersede" else done[0]
    exported = (place/"out.jsonl").read_bytes() if (place/"out.jsonl").exists() else b""
    told = not exported or b"ZEBRA" not in exported or any("out.jsonl" in x for x in o.forget(scope="a", key="x").left)
    (place/"out.jsonl").unlink(missing_ok=True)
    s.close()
    o.close()
    lm.cache._file.close()
    raw = raw_bytes(place)
    if not final.complete: return f"incomplete: {final.note}"
    if b"ZEBRA" in raw or vector in raw or reading.tobytes() in raw: return "it is still in the files"
    return "" if told else "the exported copy is not named"
