"""No sequence of operations shows one scope's memory to another: checked against a plain dictionary."""
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, multiple
from rapidfuzz.distance import Levenshtein

from promptmem.lm.embed import HashEmbedder
from promptmem.record import Interaction
from promptmem.store.store import Store
from promptmem.store.tables import normalize

SCOPES = st.sampled_from(["alice", "Alice", "alice ", "a%", "bob"])
KEYS = st.sampled_from(["like x", "LIKE x?", "like y", "unlike x", "שלום", "🙂", "%", "define < x >"])
EMBEDDER = HashEmbedder(16)


class ScopeMachine(RuleBasedStateMachine):
    "Random operations on a store that two handles share; every text names its scope"
    made = Bundle("made")

    @initialize()
    def open(self):
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name)/"memory.db"
        self.stores = [Store(path, embedder=EMBEDDER, exact_limit=3), Store(path, embedder=EMBEDDER)]
        self.rows, self.n = {}, 0 # id -> [scope, normalized key, text, active]

    @rule(target=made, handle=st.integers(0, 1), scope=SCOPES, key=KEYS)
    def add(self, handle, scope, key):
        self.n += 1
        c = self.stores[handle].add(scope=scope, key=key, text=f"[{scope}] {self.n}")
        self._activate(c.id, [scope, normalize(key), c.text, True])
        return c.id

    def _activate(self, id, row):
        for other in self.rows.values():
            if other[:2] == row[:2]: other[3] = False
        self.rows[id] = row
        row[3] = True

    @rule(target=made, handle=st.integers(0, 1), id=made)
    def supersede(self, handle, id):
        if id not in self.rows: return multiple()
        self.n += 1
        scope, key = self.rows[id][:2]
        c = self.stores[handle].supersede(id, f"[{scope}] {self.n}")
        self._activate(c.id, [scope, key, c.text, True])
        return c.id

    @rule(handle=st.integers(0, 1), id=made, on=st.booleans())
    def switch(self, handle, id, on):
        if id not in self.rows: return
        if on:
            self.stores[handle].restore(id)
            self._activate(id, self.rows[id])
        else:
            self.stores[handle].deactivate(id)
            self.rows[id][3] = False

    @rule(handle=st.integers(0, 1), id=made)
    def forget_one(self, handle, id):
        if id in self.rows:
            assert self.stores[handle].forget(id=id).complete
            del self.rows[id]

    @rule(handle=st.integers(0, 1), scope=SCOPES)
    def forget_scope(self, handle, scope):
        self.stores[handle].forget(scope=scope)
        self.rows = {id: r for id, r in self.rows.items() if r[0] != scope}

    @rule(handle=st.integers(0, 1), scope=SCOPES)
    def log(self, handle, scope):
        self.stores[handle].log(Interaction(f"[{scope}]", scope=scope, verdict="right", answer=f"[{scope}]"))

    @rule(handle=st.integers(0, 1), scope=SCOPES, key=KEYS, k=st.integers(1, 4))
    def search(self, handle, scope, key, k):
        store = self.stores[handle]
        mine = {id: r for id, r in self.rows.items() if r[0] == scope and r[3]}
        found = store.search(key, scope=scope, k=k, scores=True)
        best = sorted(Levenshtein.distance(normalize(key), r[1]) for r in mine.values())[:k]
        assert [d for _, d in found] == best and all(mine[c.id][2] == c.text for c, _ in found)
        found = store.search(key, scope=scope, k=k, method="semantic", exact=True, scores=True)
        assert len(found) == min(k, len(mine)) and all(mine[c.id][2] == c.text for c, _ in found)
        if mine:
            assert np.isclose(
                found[0][1], max(EMBEDDER([c.key for c in store.clarifications(scope)]) @ EMBEDDER([key])[0]), atol=1e-5
            )

    @invariant()
    def tables_agree(self):
        if not hasattr(self, "stores"): return
        for scope in {r[0] for r in self.rows.values()}:
            shown = self.stores[0].clarifications(scope, active=None)
            assert {c.id: [c.scope, c.normalized_key, c.text, c.active] for c in shown} == {
                id: r for id, r in self.rows.items() if r[0] == scope
            }
            assert all(f"[{scope}]" in i.question for i in self.stores[1].interactions(scope))

    def teardown(self):
        if hasattr(self, "stores"):
            for s in self.stores: s.close()
            self.folder.cleanup()


ScopeMachine.TestCase.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestScopes = ScopeMachine.TestCase
