"""A model of a store in plain dictionaries, driven step by step beside two handles of the real one."""
import json
import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from rapidfuzz.distance import Levenshtein

from promptmem.lm.embed import HashEmbedder
from promptmem.record import Candidate, Interaction, Retrieval
from promptmem.store import Forgotten, Store, normalize, slot_of
from tests.raw_files import raw_bytes

SCOPES = ("alice", "bob", "team")
LAYERS = (("alice",), ("bob",), ("team",), ("alice", "team"), ("bob", "team"), ("team", "bob"))
KEYS = ("like x", "Like X?", "like y", "x > 0", "x < 0", "sort in C++", "sort in C#", "שלום")
EMBEDDER = HashEmbedder(16)
GONE = "[forgotten]"
HANDLE, SCOPE, KEY, PICK = st.integers(0, 1), st.sampled_from(SCOPES), st.sampled_from(KEYS), st.integers(0, 10**6)


def heard(token):
    "How a text looks after it went into a prompt: no longer as it was written"
    return token.swapcase()


def different(found, expected):
    return {
        k: (found.get(k), expected.get(k)) for k in found.keys() | expected.keys() if found.get(k) != expected.get(k)
    }


ENTRIES = "SELECT scope, id, key, text, kind, active, supersedes FROM pm_clarifications"
ASKED = "SELECT scope, id, verdict, body FROM pm_interactions"


def rows_of(store):
    "Both tables as they stand in the database: (scope, id) -> what the model knows of it"
    with store.db.read() as conn:
        entries = conn.exec_driver_sql(ENTRIES).fetchall()
        asked = conn.exec_driver_sql(ASKED).fetchall()
    there = {(scope, id): (key, text, kind, bool(active), before)
             for scope, id, key, text, kind, active, before in entries}
    seen = {}
    for scope, id, verdict, body in asked:
        d = json.loads(body)
        assert (d["scope"], d["id"], d["verdict"]) == (scope, id, verdict)
        seen[scope, id] = verdict, d["answer"] == GONE, d["prompt"] == GONE, d["retrieval"]["why"] == GONE
    assert len(there) == len(entries) and len(seen) == len(asked)
    return there, seen


class StoreMachine(RuleBasedStateMachine):
    "Random operations on one store through two handles; after each, the model and the store agree"
    place, raw = None, None # a URL (else a fresh file), and what its files hold; set by the test
    steps = 0

    @initialize()
    def open(self):
        self.folder = tempfile.TemporaryDirectory()
        self.inside = Path(self.folder.name)/"store"
        where = self.place() if self.place else self.inside/"memory.db"
        self.stores = [Store(where, embedder=EMBEDDER, exact_limit=3), Store(where, embedder=EMBEDDER)]
        self.entries, self.asked, self.old, self.gone, self.exports, self.n = {}, {}, [], set(), [], 0

    def token(self, letter):
        self.n += 1
        return f"{letter}o{self.n:05}Z"

    def pick(self, table, n):
        return sorted(table)[n % len(table)] if table else None

    # ---- writing

    def put(self, c):
        "The model's `add`"
        slot = (c.scope, slot_of(normalize(c.key), c.kind))
        before = [k for k, e in self.entries.items() if e["slot"] == slot and e["active"]]
        assert c.supersedes == (before[0][1] if before else None)
        for k in before: self.entries[k]["active"] = False
        self.entries[c.scope, c.id] = dict(
            slot=slot, key=c.key, text=c.text, kind=c.kind, active=True, supersedes=c.supersedes
        )

    @rule(h=HANDLE, scope=SCOPE, key=KEY, kind=st.sampled_from(["question", "question", "always"]), many=st.booleans())
    def add(self, h, scope, key, kind, many):
        row = dict(scope=scope, key=key, text=self.token("t"), kind=kind)
        self.put(self.stores[h].add_many([row])[0] if many else self.stores[h].add(**row))

    @rule(h=HANDLE, n=PICK, named=st.booleans())
    def supersede(self, h, n, named):
        k = self.pick(self.entries, n)
        if k is None or not named and self.first(k[1]) != k: return
        named = dict(scope=k[0]) if named else {}
        self.put(self.stores[h].supersede(k[1], self.token("t"), **named))

    def first(self, id):
        "The entry that an id means where no scope is given"
        return next(k for k in self.entries if k[1] == id)

    @rule(h=HANDLE, n=PICK, on=st.booleans())
    def switch(self, h, n, on):
        k = self.pick(self.entries, n)
        if k is None: return
        (self.stores[h].restore if on else self.stores[h].deactivate)(k[1], scope=k[0])
        for e in self.entries.values() if on else ():
            if e["slot"] == self.entries[k]["slot"]: e["active"] = False
        self.entries[k]["active"] = on

    @rule(h=HANDLE, n=PICK)
    def withdraw(self, h, n):
        k = self.pick(self.entries, n)
        if k is None: return
        e = self.entries[k]
        back = (k[0], e["supersedes"]) if e["active"] and e["supersedes"] else None
        found = self.stores[h].withdraw(k[1], scope=k[0])
        e["active"] = False
        assert (found and (found.scope, found.id)) == back
        if back: self.entries[back]["active"] = True

    # ---- asking

    def visible(self, layers, kind="question"):
        "The entries in use that `layers` see, by slot"
        out = {}
        for layer in layers:
            for k, e in self.entries.items():
                if k[0] == layer and e["active"] and e["kind"] == kind: out.setdefault(e["slot"][1], k)
        return out

    @rule(h=HANDLE, layers=st.sampled_from(LAYERS), key=KEY, turns=st.integers(0, 2))
    def ask(self, h, layers, key, turns):
        store = self.stores[h]
        near = store.search(key, scope=layers, k=3, scores=True)
        always = store.preferences(layers)
        assert {(c.scope, c.id) for c in always} == set(self.visible(layers, "always").values())
        found = tuple(Candidate(c.normalized_key, c.text, s, c.id) for c, s in near)
        hit = near[0][0] if near else None
        talk = [k[1] for k, i in self.asked.items() if k[0] == layers[0] and not i["blank"]][-turns:] if turns else []
        said, own = [c.text for c in ([hit] if hit else []) + always], self.token("p")
        told = [self.asked[layers[0], id]["own"] for id in talk]
        words = " ".join([heard(t) for t in said] + told + [own])
        meta = dict(always=[c.id for c in always], turns=talk, reply=words, scopes=list(layers))
        got = Retrieval(
            bool(hit),
            hit and hit.normalized_key,
            hit and hit.text,
            hit and 0.0,
            found,
            " ".join(said),
            6,
            hit and hit.id,
        )
        i = Interaction(key, scope=layers[0], prompt=words, answer=words, meta=meta, retrieval=got)
        store.log(i)
        sent = {(c.scope, c.id) for c in ([hit] if hit else []) + always}
        self.asked[i.scope, i.id] = dict(
            slot=normalize(key),
            own=own,
            sent=sent,
            near={(c.scope, c.id) for c, _ in near},
            turns=set(talk),
            verdict=None,
            blank=False,
            said=said,
            told=told,
        )
        self.old.append(store.interaction(i.id, scope=i.scope))

    @rule(h=HANDLE, n=PICK, verdict=st.sampled_from(["right", "wrong", None]))
    def judge(self, h, n, verdict):
        k = self.pick(self.asked, n)
        if k is None: return
        before, now = self.stores[h].judge(k[1], verdict, scope=k[0])
        assert (before.verdict, now.verdict) == (self.asked[k]["verdict"], verdict)
        self.asked[k]["verdict"] = verdict

    @rule(h=HANDLE, n=PICK)
    def write_again_what_was_read_before(self, h, n):
        if not self.old: return
        i = self.old[n % len(self.old)]
        try: self.stores[h].log(i)
        except Forgotten:
            assert (i.scope, i.id) not in self.asked
            return
        self.asked[i.scope, i.id]["verdict"] = i.verdict

    # ---- forgetting

    def erase(self, entries, asked):
        "The model's `forget`: what goes, and what follows from it"
        self.gone |= {f(self.entries[k]["text"]) for k in entries for f in (str, heard)} | {
            self.asked[k]["own"] for k in asked
        }
        lost = {id for _, id in asked}
        for k in asked: del self.asked[k]
        while True: # whoever was sent what goes, and whoever was told what they answered
            more = [i for i in self.asked.values() if not i["blank"] and (i["sent"] & entries or i["turns"] & lost)]
            if not more: break
            for i in more:
                i["blank"] = True
                self.gone.add(i["own"])
            lost |= {id for (_, id), i in self.asked.items() if i["blank"]}
        for i in self.asked.values():
            if i["near"] & entries: i["blurred"] = True
            i["near"] = i["near"] - entries
        for k in entries:
            for other, e in self.entries.items():
                if other[0] == k[0] and e["supersedes"] == k[1]: e["supersedes"] = None
        for k in entries: del self.entries[k]

    def check_bytes(self, receipt):
        assert receipt.complete, receipt.note
        raw = self.raw() if self.raw else raw_bytes(self.inside)
        left = [t for t in self.gone if t.encode() in raw]
        assert not left, f"forgotten, and still in the files: {left}"

    @rule(h=HANDLE, n=PICK)
    def forget_one(self, h, n):
        k = self.pick(self.entries, n)
        if k is None: return
        self.erase({k}, set())
        self.check_bytes(self.stores[h].forget(scope=k[0], id=k[1]))

    @rule(h=HANDLE, scope=SCOPE, key=KEY)
    def forget_question(self, h, scope, key):
        slots = {(scope, slot_of(normalize(key), kind)) for kind in ("question", "always")}
        asked = {k for k, i in self.asked.items() if k[0] == scope and i["slot"] == normalize(key)}
        self.erase({k for k, e in self.entries.items() if e["slot"] in slots}, asked)
        self.check_bytes(self.stores[h].forget(scope=scope, key=key))

    @rule(h=HANDLE, scope=SCOPE)
    def forget_scope(self, h, scope):
        self.erase({k for k in self.entries if k[0] == scope}, {k for k in self.asked if k[0] == scope})
        self.check_bytes(self.stores[h].forget(scope=scope))

    # ---- moving

    @rule(h=HANDLE, scope=st.sampled_from([None, *SCOPES, ("alice", "team")]))
    def export(self, h, scope):
        path = Path(self.folder.name)/f"{len(self.exports)}.jsonl"
        n = self.stores[h].export(path, **({} if scope is None else dict(scope=scope)))
        named = SCOPES if scope is None else (scope,) if isinstance(scope, str) else scope
        assert n == sum(k[0] in named for table in (self.entries, self.asked) for k in table)
        self.exports.append(path)

    @rule(h=HANDLE, n=PICK)
    def import_what_was_exported_before(self, h, n):
        "What is there stays as it is; what was forgotten stays away"
        if not self.exports: return
        report = self.stores[h].import_(self.exports[n % len(self.exports)], skip_invalid=True)
        assert report.clarifications == report.interactions == 0

    @rule(h=HANDLE, scope=SCOPE, key=KEY, n=PICK)
    def import_under_an_id_of_another_scope(self, h, scope, key, n):
        k = self.pick(self.entries, n)
        if k is None or scope == k[0] or (scope, k[1]) in self.entries: return
        path = Path(self.folder.name)/"foreign.jsonl"
        path.write_text(
            f'{{"scope": "{scope}", "key": "{key}", "text": "{self.token("t")}", "id": "{k[1]}"}}\n', encoding="utf-8"
        )
        report = self.stores[h].import_(path)
        if not report.clarifications: # it had been forgotten in this scope before
            assert report.erased == 1
            return
        self.put(self.stores[h].get(k[1], scope=scope))

    # ---- looking

    @rule(h=HANDLE, layers=st.sampled_from(LAYERS), key=KEY, k=st.integers(1, 4))
    def search(self, h, layers, key, k):
        mine = self.visible(layers)
        found = self.stores[h].search(key, scope=layers, k=k, scores=True)
        best = sorted(Levenshtein.distance(normalize(key), normalize(self.entries[e]["key"])) for e in mine.values())[
            :k
        ]
        assert [d for _, d in found] == best and {(c.scope, c.id) for c, _ in found} <= set(mine.values())
        found = self.stores[h].search(key, scope=layers, k=k, method="semantic", exact=True)
        assert len(found) == min(k, len(mine)) and {(c.scope, c.id) for c in found} <= set(mine.values())

    @invariant()
    def the_model_and_the_store_agree(self):
        """The rows of both tables, whole, after every step; the calls that read them take turns (after every third step
        those of one scope and one view of layers), and all are made at the end"""
        if not hasattr(self, "stores"): return
        self.agreed = False
        cls = type(self)
        cls.steps += 1
        store = self.stores[self.n % 2]
        there, seen = rows_of(store)
        expected = {k: (e["key"], e["text"], e["kind"], e["active"], e["supersedes"]) for k, e in self.entries.items()}
        assert there == expected, different(there, expected)
        expected = {k: self.expected(i) for k, i in self.asked.items()}
        assert seen == expected, different(seen, expected)
        turn, due = divmod(cls.steps, 3)
        if due == 0: self.calls_agree(store, SCOPES[turn % 3], LAYERS[3 + turn % 3])
        self.agreed = True

    def expected(self, i):
        return i["verdict"], i["blank"], i["blank"], i["blank"] or i.get("blurred", False)

    def calls_agree(self, store, scope, layers):
        "What the store's calls show of a scope and of layers is what the model holds"
        there = {(c.scope, c.id): (c.key, c.text, c.kind, c.active, c.supersedes)
                 for c in store.clarifications(scope, active=None)}
        expected = {k: (e["key"], e["text"], e["kind"], e["active"], e["supersedes"])
                    for k, e in self.entries.items() if k[0] == scope}
        assert there == expected, different(there, expected)
        seen = {(i.scope, i.id): (i.verdict, i.answer == GONE, i.prompt == GONE, i.retrieval.why == GONE)
                for i in store.interactions(scope)}
        expected = {k: self.expected(i) for k, i in self.asked.items() if k[0] == scope}
        assert seen == expected, different(seen, expected)
        assert {(c.scope, c.id) for c in store.clarifications(layers, kind="question")} == set(
            self.visible(layers).values()
        )

    def teardown(self):
        if not hasattr(self, "stores"): return
        try:
            if getattr(self, "agreed", False): # else an earlier disagreement is on its way
                for s in self.stores:
                    for i in range(3): self.calls_agree(s, SCOPES[i], LAYERS[3 + i])
        finally:
            for s in self.stores: s.close()
            self.folder.cleanup()
