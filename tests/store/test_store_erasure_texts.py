"""Erasure of many kinds of text, on both databases: the raw files hold none of it afterwards, in any spelling."""
import json
import unicodedata
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from conftest import wipe

from promptmem.core import InvalidData
from promptmem.lm.base import CallableLM
from promptmem.record import Candidate, Interaction, Retrieval
from promptmem.store import Store, StoreError
from tests.raw_files import raw_bytes

# each holds a mark of its own, so that what is left can be told apart
TEXTS = {
    "plain": "the answer is Qx01Z",
    "accents": "caf\u00e9 na\u00efve Qx02Z \u00fcber",
    "decomposed": unicodedata.normalize("NFD", "caf\u00e9 Qx03Z"),
    "emoji": "\U0001f469\u200d\U0001f52c Qx04Z \U0001f44d\U0001f3fd",
    "hebrew": "\u05e9\u05dc\u05d5\u05dd Qx05Z \u05e2\u05d5\u05dc\u05dd",
    "direction": "\u202eQx06Z\u202c",
    "wildcards": "100% _ Qx07Z %_% \\%",
    "quotes": "it's \"Qx08Z\" `and` ''",
    "backslashes": "C:\\new\\Qx09Z\\",
    "lines": "one\r\ntwo\n\tQx10Z\u2028three",
    "json": '{"text": "Qx11Z", "id": null}',
    "sql": "'; DROP TABLE pm_clarifications; -- Qx12Z",
    "parameters": "%(name)s :name $1 ? Qx13Z {} ${x}",
    "tags": "<b>Qx14Z</b> &amp; &#39;",
    "control": "\x01\x1b[2J Qx15Z\x7f\x85",
    "full width": "\uff31\uff58\uff11\uff16\uff3a Qx16Z",
    "spaces": "\u00a0 Qx17Z \u3000\u200b",
    "long": "Qx18Z " + "lorem ipsum " * 4000,
    "one letter": "\u732b",
    "forgotten": "[forgotten] Qx20Z",
    "marks": "<|im_end|> [SEP] ### END Qx21Z",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tmp_path):
    "Where a store opens, and what its files hold"
    if request.param == "sqlite": return tmp_path/"m.db", lambda: raw_bytes(tmp_path)
    server = request.getfixturevalue("pg_server")
    url = server.get_uri()
    wipe(url)
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT",
                              poolclass=sa.NullPool)
    def raw():
        with engine.connect() as conn: conn.execute(sa.text("CHECKPOINT"))
        return raw_bytes(Path(server.pgdata)/"base")
    return url, raw


def kept(s, name, text):
    "One memory with everything that can hold its text: prompts, receipts, later turns, readings, another wording"
    c = s.add(scope=name, key=f"what is {name}?", text=text)
    s.supersede(c.id, f"{text} ")
    c = s.clarifications(name)[0]
    near = Candidate(c.key, c.text, 0., c.id)
    got = Retrieval(True, c.key, c.text, 0., (near,), f"{c.key!r}: {c.text!r} is near", 6, c.id)
    i = s.log(Interaction(c.key, scope=name, prompt=f"<{text}>", answer=f"so: {text}", understanding=text,
                          retrieval=got))
    s.log(Interaction("other", scope=name, prompt=f"{text}\n{text}", answer=text.strip(),
                      meta=dict(turns=[i.id], reply=text)))
    s.log(Interaction("quotes it by itself", scope=name, prompt=f"somebody said {text} and left", answer="ok",
                      meta=dict(more=[{"said": text}])))
    s.keep_vectors({c.id: np.full(16, list(TEXTS).index(name) + .125, np.float32)}, "a reader", scope=name)
    return c


def forms(text):
    mark = text if len(text) == 1 else "Qx" + text.split("Qx")[1][:3]
    return {mark.encode(), json.dumps(mark).encode()[1:-1]}


@pytest.mark.parametrize("how", ["scope", "key", "ids"])
def test_every_kind_of_text_goes(where, how):
    place, raw = where
    with Store(place) as s:
        made = {name: kept(s, name, text) for name, text in TEXTS.items()}
        there = raw()
        assert all(any(f in there for f in forms(t)) for t in TEXTS.values())
        for name, c in made.items():
            if how == "scope": receipts = [s.forget(scope=name)]
            if how == "key": receipts = [s.forget(scope=name, key=f"what is {name}?")]
            if how == "ids": receipts = [s.forget(scope=name, id=x.id) for x in s.clarifications(name, active=None)]
            assert all(r.complete for r in receipts), (name, receipts)
        left = raw()
        found = [name for name, t in TEXTS.items() if any(f in left for f in forms(t))]
        assert not found, f"still in the files: {found}"
        vectors = [np.full(16, list(TEXTS).index(name) + .125, np.float32).tobytes() for name in TEXTS]
        assert not any(v in left for v in vectors)
        if how != "scope": # what did not quote it stays
            assert all(s.interactions(name, question="other") for name in TEXTS)


def test_a_text_that_looks_like_a_pattern_takes_nothing_else(where):
    "Wildcards of LIKE, and of regular expressions, are letters"
    place, _ = where
    with Store(place) as s:
        for i, text in enumerate(["%", "_", "a_c", ".*", "[a-z]+", "\\", "100%"]):
            scope = f"s{i}"
            c = s.add(scope=scope, key="k", text=text)
            s.log(Interaction("q", scope=scope, prompt="abc xyz 1000", answer="abc"))
            s.forget(scope=scope, id=c.id)
            kept = s.interactions(scope)[0]
            assert (kept.prompt, kept.answer) == ("abc xyz 1000", "abc"), text
        names = ["a%", "a_", "ab", "a", "a/b", "A%"]
        for name in names: s.add(scope=name, key="k", text="t")
        s.forget(scope="a%")
        s.forget(scope="a_")
        assert [n for n in s.scopes() if n in names] == sorted({*names} - {"a%", "a_"})


@pytest.mark.parametrize("bad", ["a\0b", "\ud83d", b"a", 3])
def test_what_no_database_can_hold_is_refused_in_every_place(where, bad):
    place, _ = where
    with Store(place) as s:
        c = s.add(scope="a", key="k", text="t")
        for call in (lambda: s.forget(scope=bad, key="k"), lambda: s.forget(id=bad, scope="a"),
                     lambda: s.supersede(c.id, bad), lambda: s.add(scope="a", key="j", text=bad),
                     lambda: s.add(scope=bad, key="j", text="t"), lambda: s.search("k", scope=bad)):
            with pytest.raises((InvalidData, StoreError, KeyError)): call()
        assert [c.text for c in s.clarifications("a", active=None)] == ["t"]


@pytest.mark.parametrize("how", ["scope", "key"])
def test_answers_in_a_cache_go_whatever_the_text(tmp_path, how):
    from promptmem.memory import Assistant
    lm = CallableLM(lambda p: f"I take it as {p}", cache=tmp_path/"answers.db")
    with Store(tmp_path/"m.db") as s:
        a = Assistant(lm, store=s, scope="a", lookup="closest")
        for name, text in TEXTS.items():
            if len(text) < 20_000: a.clarify(a.ask(f"what is {name}?"), text)
            a.ask(f"what is {name}?")
        for name in TEXTS if how == "key" else ["all"]:
            assert s.forget(scope="a", **(dict(key=f"what is {name}?") if how == "key" else {})).complete
    lm.cache._file.close()
    left = raw_bytes(tmp_path)
    assert not [name for name, t in TEXTS.items() if any(f in left for f in forms(t))]


def test_a_scope_whose_name_begins_like_another(where, tmp_path):
    place, _ = where
    names = ["a", "a/b", "a b", "ab", "a%", "A"]
    with Store(place) as s:
        for n in names:
            s.add(scope=n, key="k", text=f"of {n}")
            s.log(Interaction("q", scope=n, prompt=f"of {n}"))
        for n in names:
            assert s.export(tmp_path/"one.jsonl", scope=n) == 2
            rows = [json.loads(line) for line in (tmp_path/"one.jsonl").read_text(encoding="utf-8").splitlines()]
            assert {r["scope"] for r in rows} == {n}
        assert s.export(tmp_path/"two.jsonl", scope=("a", "a/b")) == 4
