"""A warning names the line of whoever called, not one of ours."""
import sqlite3
import warnings

import numpy as np
import pytest

from promptmem.core import SharedFile, warn
from promptmem.lm.base import CallableLM
from promptmem.lm.embed import HashEmbedder
from promptmem.memory.auto import wording_vectors
from promptmem.store import Store


def line_of(call):
    "The file of each warning that the call gives, and the source line"
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        call()
    assert seen
    return {(w.filename, str(w.message)) for w in seen}


def full(*a): raise sqlite3.OperationalError("database or disk is full")


def answers(folder):
    lm = CallableLM(str.upper, cache=folder/"c.db")
    lm.cache.put = full
    return lambda: lm.complete(["a"])


def streams(folder):
    lm = CallableLM(str.upper, cache=folder/"c.db")
    lm.cache.put = full
    return lambda: list(lm.stream("a"))


def embeddings(folder):
    embedder = HashEmbedder(8, cache=folder/"e.db")
    embedder.cache.put_many = full
    return lambda: embedder(["a"])


def opened(folder, monkeypatch):
    import promptmem.core as core
    def no_room(*a):
        raise sqlite3.OperationalError("database or disk is full")
    monkeypatch.setattr(core, "_open", no_room)
    return lambda: SharedFile(folder/"f.db", "create table if not exists t(x)")


def no_numbers(folder):
    class Some(HashEmbedder):
        def __call__(self, texts):
            return np.full((len(texts), 8), np.nan) if "odd" in texts[0] else super().__call__(texts)
    s = Store(folder/"m.db", embedder=Some(8))
    s.add(scope="a", key="odd", text="t")
    return lambda: s.search("even", scope="a", method="semantic")


def no_embedder(folder):
    return lambda: wording_vectors("it is not here")


@pytest.mark.parametrize("make", [answers, streams, embeddings, opened, no_numbers, no_embedder])
def test_the_line_is_the_callers(tmp_path, monkeypatch, make):
    call = make(tmp_path, monkeypatch) if make is opened else make(tmp_path)
    assert {name for name, _ in line_of(call)} == {__file__}


def test_a_warning_holds_no_key_and_no_control_characters(monkeypatch):
    monkeypatch.setenv("OTHER_API_KEY", "gw-SUPERSECRETKEY-0123456789")
    (name, said), = line_of(lambda: warn("sent with gw-SUPERSECRETKEY-0123456789\x1b[2J"))
    assert name == __file__ and "SUPERSECRET" not in said and "\x1b" not in said
