"""What the store promises, on SQLite and on PostgreSQL alike."""
import multiprocessing
import sqlite3
import warnings
import threading
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

import promptmem as pm
from promptmem.core import InvalidData, fold
from promptmem.lm.embed import HashEmbedder
from promptmem.record import Candidate, Interaction, Retrieval, Usage
from promptmem.store.store import Store
from promptmem.store.database import StoreError, StoreVersionError, watermark
from tests.raw_files import raw_bytes

HOSTILE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE pm_clarifications; --",
    "שלום עולם \u202eabc",
    "🙂👩‍👩‍👧 ỹ",
    "%_\\",
    "a" * 300_000,
    "line\nbreak\ttab",
    "समान < क्या > है ?",
    "{}",
    "null",
]


def keys(found): return [c.key for c in found]


# ---- writing and reading

def test_what_is_added_is_there_after_reopening(place):
    with Store(place) as s:
        one = s.add(scope="alice", key="What is like < sonny > ?", text="I want a synonym", author="ann", source="i1")
    with pm.Store(place) as s:
        assert s.get(one.id) == one
        assert s.search("what is like y", scope="alice", k=5) == [one]
        assert (one.normalized_key, one.author, one.source, one.active) == ("what is like < sonny >", "ann", "i1", True)


def test_nearest_first_with_scores_and_ties_to_the_first(store):
    for key in ("abcd", "abcx", "abyy", "zzzz"): store.add(scope="s", key=key, text="t")
    assert [(c.key, d) for c, d in store.search("abcz", scope="s", k=3, scores=True)] == [
        ("abcd", 1),
        ("abcx", 1),
        ("abyy", 2),
    ]
    assert keys(store.search("abcz", scope="s", max_distance=1)) == ["abcd", "abcx"]
    assert store.search("abcz", scope="s", k=0) == []
    store.add(scope="s", key="abcd", text="newer") # keeps the rank of its key
    assert keys(store.search("abcz", scope="s", k=1)) == ["abcd"]
    with Store(store.db.url) as other: assert keys(other.search("abcz", scope="s", k=2)) == ["abcd", "abcx"]


def test_supersede_keeps_both_and_undo_goes_both_ways(store):
    a = store.add(scope="s", key="Like?", text="one")
    b = store.add(scope="s", key="like", text="two")
    assert b.supersedes == a.id and not store.get(a.id).active
    assert [c.text for c in store.search("like", scope="s")] == ["two"]
    assert [c.text for c in store.history(b.id)] == [c.text for c in store.history("LIKE", scope="s")] == ["one", "two"]
    store.deactivate(b.id)
    assert store.search("like", scope="s") == []
    assert store.restore(a.id).active
    c = store.supersede(a.id, "three")
    assert (c.supersedes, [x.text for x in store.search("like", scope="s")]) == (a.id, ["three"])
    assert [x.active for x in store.history(a.id)] == [False, False, True]
    with pytest.raises(KeyError, match="no clarification with id 'nope'"): store.supersede("nope", "x")


def test_add_many_is_one_transaction_and_chains_inside_the_batch(store):
    store.add(scope="s", key="a", text="old")
    rows = store.add_many([dict(scope="s", key=k, text=t) for k, t in (("a", "1"), ("b", "2"), ("A!", "3"))])
    assert [c.active for c in rows] == [False, True, True]
    assert [c.text for c in store.history("a", scope="s")] == ["old", "1", "3"]
    assert rows[2].supersedes == rows[0].id
    with pytest.raises(InvalidData):
        store.add_many([dict(scope="s", key="x", text="fine"), dict(scope="s", key="y", text=" ")])
    assert store.history("x", scope="s") == []


@pytest.mark.parametrize(
    "bad, message",
    [
        (dict(scope=None), "a scope is required"),
        (dict(scope=" "), "a scope is required"),
        (dict(key=""), "a key is empty"),
        (dict(text=" \n"), "a clarification is empty"),
        (dict(text=7), "the clarification must be text, found int"),
        (dict(key="a\0b"), "the key holds '\\\\x00' at position 1"),
        (dict(text="\ud800"), "which is not text"),
    ],
)
def test_bad_input_is_named_and_nothing_is_kept(store, bad, message):
    with pytest.raises(InvalidData, match=message): store.add(**(dict(scope="s", key="k", text="t") | bad))
    assert store.scopes() == []


def test_hostile_text_is_stored_unchanged(store):
    for i, text in enumerate(HOSTILE):
        c = store.add(scope=f"s{i} {text[:50]}", key=text, text=text, author=text[:100])
        assert store.get(c.id).text == store.get(c.id).key == text
        assert store.search(text, scope=f"s{i} {text[:50]}", k=1) == [c]
        i = store.log(Interaction(text, scope="h", answer=text, prompt=text, meta={"x": text}))
        assert store.interaction(i.id) == i
    assert len(store.scopes()) == len(HOSTILE) + 1


# ---- scopes

def test_scopes_never_see_each_other(store):
    a, b = (store.add(scope=s, key="what is like x", text=f"for {s}") for s in ("alice", "bob"))
    assert store.search("what is like x", scope="alice") == [a] and store.search(
        "what is like x", scope="bob", k=50
    ) == [b]
    e = HashEmbedder(32)
    assert store.search("what is like x", scope="alice", method="semantic", embedder=e) == [a]
    assert store.search("what is like x", scope="ALICE") == store.search("what is like x", scope="alic%") == []
    assert store.get(b.id, scope="alice") is None and store.history("what is like x", scope="alice") == [a]
    assert store.clarifications("alice") == [a] and store.count("bob") == 1
    for call in (
        lambda: store.search("x"),
        lambda: store.clarifications(),
        lambda: store.interactions(),
        lambda: store.add(key="k", text="t"),
    ):
        with pytest.raises(TypeError): call()
    for call in (
        lambda: store.search("x", scope=None),
        lambda: store.clarifications(None),
        lambda: store.count(""),
        lambda: store.interactions(None),
    ):
        with pytest.raises(InvalidData, match="a scope is required"): call()


# ---- pages

def test_pages_are_cut_sorted_and_searched_by_the_database(store):
    rows = store.add_many(
        [
            dict(scope="s", key=f"Key {i:02}", text=f"Text {'ÄÖ' if i % 2 else 'xy'} {i % 5}", author=f"u{i % 3}")
            for i in range(30)
        ]
    )
    store.add(scope="other", key="Key 01", text="Text xy")
    assert store.clarifications("s", limit=5, offset=10) == rows[10:15]
    assert store.clarifications("s", sort="key", descending=True, limit=2) == rows[:-3:-1]
    assert store.count("s") == 30 and store.count("s", query="äö") == 15 and store.count("s", query="KEY 0") == 10
    assert store.count("s", query="%") == store.count("s", query="_") == 0
    authors = [c.author for c in store.clarifications("s", sort="author")]
    assert authors == sorted(authors)
    store.deactivate(rows[0].id)
    assert (store.count("s"), store.count("s", active=False), store.count("s", active=None)) == (29, 1, 30)
    with pytest.raises(InvalidData, match="sort is one of"): store.clarifications("s", sort="text; DROP TABLE x")


# ---- interactions

def test_interactions_uses_and_what_the_rooms_take(store):
    c = store.add(scope="s", key="what is like x", text="a synonym")
    other = store.add(scope="s", key="what is unlike x", text="an antonym")
    got = Retrieval(
        hit=True,
        key=c.key,
        text=c.text,
        score=1.0,
        id=c.id,
        candidates=(Candidate(c.key, c.text, 1.0, c.id), Candidate(other.key, other.text, 3.0, other.id)),
    )
    i = store.log(
        Interaction(
            "what is like y",
            scope="s",
            prompt="P",
            prompt_id="p1",
            answer="big",
            retrieval=got,
            usage=Usage(10, 2, cost=0.5),
            meta={"prompt_text": "think"},
        )
    )
    store.log(Interaction("never judged", scope="s"))
    assert store.interaction(i.id) == i and store.uses(c.id)[0]["verdict"] is None
    j = store.set_verdict(i.id, "wrong", expected="large")
    assert (j.verdict, j.expected, j.retrieval) == ("wrong", "large", got)
    assert store.uses(c.id) == [
        dict(interaction=i.id, hit=True, score=1.0, time=i.time, question=i.question, answer="big", verdict="wrong")
    ]
    assert store.uses(other.id) == [] and len(store.uses(other.id, hits_only=False)) == 1
    assert store.use_counts([c.id, other.id]) == {
        c.id: dict(uses=1, right=0, wrong=1),
        other.id: dict(uses=0, right=0, wrong=0),
    }
    o, = store.outcomes("s")
    assert (o.query, o.prompt, o.prompt_id, o.correct, o.cost, o.interaction, o.draw) == (
        "what is like y",
        "think",
        "p1",
        False,
        0.5,
        i.id,
        0,
    )
    e, = store.canonical_examples("s")
    assert (e["prefix"], e["suffix"], e["interaction"], e["clarification"]) == ("what is like y", " large", i.id, c.id)
    assert [x["clarification"] for x in store.study_sentences("s")] == [c.id, other.id]
    assert store.outcomes("t") == [] and len(store.outcomes()) == 1
    assert (
        [x.id for x in store.interactions("s", verdict="wrong")]
        == [x.id for x in store.interactions("s", question="What is like Y?")]
        == [i.id]
    )
    with pytest.raises(InvalidData, match="a verdict is"): store.set_verdict(i.id, "perhaps")
    with pytest.raises(KeyError, match="no interaction"): store.set_verdict("nope", "right")


# ---- semantic search

class Counting(HashEmbedder):
    "Counts the texts that it embeds"
    texts = 0
    def _embed(self, texts):
        self.texts += len(texts)
        return super()._embed(texts)


def exact(store, query, scope, e, k, **options):
    "True if the store's answer has the best scores of all active keys (equally near keys may come in either order)"
    rows = store.clarifications(scope)
    scores = dict(zip([c.id for c in rows], e([c.key for c in rows]) @ e([query])[0]))
    found = store.search(query, scope=scope, method="semantic", embedder=e, k=k, scores=True, **options)
    assert all(abs(scores[c.id] - score) < 1e-5 for c, score in found) and len({c.id for c, _ in found}) == min(
        k, len(rows)
    )
    return np.allclose([score for _, score in found], sorted(scores.values(), reverse=True)[:k], atol=1e-5)


def test_semantic_is_incremental_and_exact(store):
    e = Counting(64)
    store.add_many([dict(scope="s", key=f"word number {i * 7919 % 100}", text=str(i)) for i in range(100)])
    query = "number word 42"
    assert exact(store, query, "s", e, 5)
    e.texts = 0
    query = "a quite different question"
    new = store.add(scope="s", key="a quite different question!", text="new")
    assert (
        store.search(query, scope="s", method="semantic", embedder=e, k=1) == [new] and e.texts == 2
    )  # the query and the new key
    newer = store.add(scope="s", key="A quite different question", text="newer") # replaces, and stands there once
    found = store.search(query, scope="s", method="semantic", embedder=e, k=200)
    assert found[0] == newer and len(found) == 101
    store.deactivate(newer.id)
    assert newer not in store.search(query, scope="s", method="semantic", embedder=e, k=200)
    with Store(store.db.url, embedder=e) as again: # vectors are kept: only the query is embedded
        e.texts = 0
        assert again.search(query, scope="s", method="semantic") and e.texts == 1
        assert exact(again, query, "s", e, 5)
    with pytest.raises(InvalidData, match="needs an embedder"): store.search("x", scope="s", method="semantic")
    with pytest.raises(InvalidData, match="method is"): store.search("x", scope="s", method="magic")


def test_large_scopes_get_their_own_approximate_index_with_an_exact_fallback(place):
    e = HashEmbedder(64)
    words = [f"{a}{b}" for a in "bcdfghklmnpr" for b in ("ato", "emi", "iru", "obal", "usk")]
    with Store(place, embedder=e, exact_limit=300) as s:
        s.add_many(
            [
                dict(scope=scope, key=f"{words[i % 60]} and {words[i * 7 // 60 % 60]} {i}", text=str(i))
                for i in range(700)
                for scope in ("big", "other")
            ][:1400]
        )
        queries = [f"{words[i]} and {words[-i]} {i}" for i in range(25)]
        assert all(exact(s, q, "big", e, 5, exact=True) for q in queries[:8])
        near = [s.search(q, scope="big", method="semantic", k=1, scores=True)[0] for q in queries]
        best = [s.search(q, scope="big", method="semantic", k=1, exact=True, scores=True)[0] for q in queries]
        assert np.mean([a[1] >= b[1] - 1e-5 for a, b in zip(near, best)]) >= .9
        assert {c.scope for q in queries for c in s.search(q, scope="big", method="semantic", k=50)} == {"big"}
        new = s.add(scope="big", key=queries[0], text="new") # found at once
        assert s.search(queries[0], scope="big", method="semantic", k=1) == [new]
        s.deactivate(new.id) # and gone at once
        assert new not in s.search(queries[0], scope="big", method="semantic", k=20)
        found = s.search(queries[0], scope="big", method="semantic", k=40)
        assert len(found) == 40
        if not s.db.sqlite:
            index = s._indexes["semantic", "big", e.name]
            with s.db.read() as conn:
                assert (
                    conn.scalar(sa.text("SELECT count(*) FROM pg_indexes WHERE indexname = :i"), dict(i=index.index))
                    == 1
                )
        else: assert len(list(Path(f"{place}-index").rglob("meta.json"))) == 1


# ---- other processes

def test_another_handle_sees_what_was_written(place):
    e = HashEmbedder(32)
    with Store(place) as a, Store(place) as b:
        assert b.search("x", scope="s") == b.search("x", scope="s", method="semantic", embedder=e) == []
        one = a.add(scope="s", key="x", text="one")
        assert b.search("x", scope="s") == b.search("x", scope="s", method="semantic", embedder=e) == [one]
        two = b.add(scope="s", key="x", text="two")
        assert a.search("x", scope="s") == a.search("x", scope="s", method="semantic", embedder=e) == [two]
        a.forget(scope="s")
        assert b.search("x", scope="s") == b.search("x", scope="s", method="semantic", embedder=e) == []


def write_some(place, worker, n):
    with Store(place) as s:
        for i in range(n):
            s.add(scope="shared", key=f"worker {worker} question {i}", text="mine")
            s.add(scope="shared", key=f"common question {i}", text=f"by {worker}")


def test_eight_processes_lose_nothing(place):
    Store(place).close()
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=write_some, args=(place, w, 5)) for w in range(8)]
    for w in workers: w.start()
    for w in workers: w.join(120)
    assert [w.exitcode for w in workers] == [0] * 8
    with Store(place) as s:
        assert s.count("shared", active=None) == 80 and s.count("shared") == 45
        for i in range(5):
            chain = s.history(f"common question {i}", scope="shared")
            assert len(chain) == 8 and sum(c.active for c in chain) == 1 # everyone's word is there, one counts
            assert {c.supersedes for c in chain} == {None} | {c.id for c in chain if not c.active}


def test_many_threads_share_one_store(store):
    errors = []
    def work(w):
        try:
            for i in range(5):
                store.add(scope="s", key=f"{w} {i}", text="t")
                assert store.search(f"{w} {i}", scope="s", k=1)[0].key == f"{w} {i}"
        except Exception as e: errors.append(e)
    threads = [threading.Thread(target=work, args=(w,)) for w in range(6)]
    for t in threads: t.start()
    for t in threads: t.join()
    assert not errors and store.count("s") == 30


def test_a_store_survives_a_fork(place):
    with Store(place) as s:
        s.add(scope="s", key="parent", text="t")
        child = multiprocessing.get_context("fork").Process(target=lambda: s.add(scope="s", key="child", text="t"))
        child.start(), child.join(60)
        assert child.exitcode == 0
        assert keys(s.clarifications("s")) == ["parent", "child"] and keys(s.search("child", scope="s", k=1)) == [
            "child"
        ]


# ---- erasure

def test_forget_counts_first_then_deletes_everything_of_a_scope(store):
    e = HashEmbedder(32)
    c = store.add(scope="alice", key="zebrakey", text="zebratext")
    store.log(Interaction("zebrakey", scope="alice", answer="zebraanswer"))
    store.search("zebra", scope="alice", method="semantic", embedder=e)
    kept = store.add(scope="bob", key="zebrakey", text="bobs")
    before = store.forget(scope="alice", dry_run=True)
    assert (before.clarifications, before.interactions, before.vectors, before.dry_run, before.complete) == (
        1,
        1,
        1,
        True,
        False,
    )
    assert store.get(c.id) == c
    receipt = store.forget(scope="alice")
    assert (receipt.clarifications, receipt.interactions, receipt.vectors, receipt.complete) == (
        1,
        1,
        1,
        True,
    ) and c.id in receipt.ids
    assert "zebra" not in str(receipt.to_dict())
    assert (
        store.search("zebrakey", scope="alice")
        == store.search("zebrakey", scope="alice", method="semantic", embedder=e)
        == []
    )
    assert store.scopes() == ["bob"] and store.search("zebrakey", scope="bob") == [kept]


def test_forget_one_entry_and_what_quotes_it(store):
    a = store.add(scope="s", key="k1", text="my secret meaning")
    b = store.supersede(a.id, "harmless")
    quoting = store.log(
        Interaction(
            "q",
            scope="s",
            prompt="few\nmy secret meaning\nshots",
            retrieval=Retrieval(True, "k1", a.text, 0.0, id=a.id),
        )
    )
    plain = store.log(Interaction("q2", scope="s", prompt="nothing"))
    receipt = store.forget(id=a.id)
    assert (receipt.clarifications, receipt.redacted, receipt.interactions) == (1, 1, 0)
    assert store.get(a.id) is None and store.get(b.id).supersedes is None and store.get(b.id).active
    left = store.interaction(quoting.id)
    assert (left.prompt, left.retrieval.text, left.retrieval.key, left.retrieval.id) == ("[forgotten]",) * 3 + (None,)
    assert store.interaction(plain.id) == plain and store.uses(a.id) == []


def test_forget_a_question(store):
    for text in ("one", "two"): store.add(scope="s", key="Delicate question?", text=text)
    store.log(Interaction("delicate QUESTION", scope="s"))
    keep = store.add(scope="s", key="other", text="t")
    receipt = store.forget(scope="s", key="delicate question")
    assert (receipt.clarifications, receipt.interactions) == (2, 1)
    assert store.clarifications("s", active=None) == [keep] and store.interactions("s") == []


def test_forget_never_takes_everything(store):
    store.add(scope="s", key="k", text="t")
    for wrong in (dict(), dict(key="k"), dict(scope="s", id="x", key="k"), dict(scope="")):
        with pytest.raises(InvalidData): store.forget(**wrong)
    with pytest.raises(KeyError): store.forget(id="nope")
    with pytest.raises(KeyError): store.forget(scope="other", id=store.clarifications("s")[0].id)
    assert store.forget(scope="empty").clarifications == 0 and store.count("s") == 1


def test_the_raw_files_hold_no_trace(place, tmp_path, request):
    e = HashEmbedder(32)
    with Store(place, exact_limit=50) as s:
        for i in range(120): s.add(scope="alice", key=f"ZEBRAKEY{i} padding", text=f"ZEBRATEXT{i} " * 20)
        s.log(Interaction("ZEBRAQUESTION", scope="alice", prompt="ZEBRAPROMPT " * 3))
        s.add(scope="bob", key="OKAPIKEY", text="OKAPITEXT")
        s.search("ZEBRAKEY7", scope="alice", method="semantic", embedder=e)
        folder = tmp_path if s.db.sqlite else Path(request.getfixturevalue("pg_server").pgdata)/"base"
        vector = e(["ZEBRAKEY7 padding"])[0].tobytes()
        if not s.db.sqlite:
            with s.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
                c.execute(sa.text("ANALYZE")), c.execute(sa.text("CHECKPOINT"))
        before = raw_bytes(folder)
        assert b"ZEBRATEXT7" in before and b"ZEBRAPROMPT" in before and vector in before
        assert s.forget(scope="alice").complete
        if not s.db.sqlite:
            with s.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
                c.execute(sa.text("CHECKPOINT"))
        after = raw_bytes(folder) # with the store still open: database, -wal, -shm, index files
        assert b"ZEBRA" not in after and vector not in after and b"OKAPITEXT" in after
        assert b"alice" not in after


def test_forget_one_entry_leaves_no_trace_in_a_large_index(tmp_path):
    e = HashEmbedder(32)
    with Store(tmp_path/"memory.db", exact_limit=50) as s:
        rows = s.add_many([dict(scope="a", key=f"key {i}", text=f"TEXT{i}X") for i in range(120)])
        s.search("key 7", scope="a", method="semantic", embedder=e)
        vector = e(["key 7"])[0].tobytes()
        assert vector in raw_bytes(tmp_path/"memory.db-index")
        assert s.forget(id=rows[7].id).complete
        after = raw_bytes(tmp_path)
        assert vector not in after and b"TEXT7X" not in after and b"TEXT8X" in after
        assert rows[7] not in s.search("key 7", scope="a", method="semantic", embedder=e, k=200)


def test_an_interrupted_erasure_is_finished_on_opening(tmp_path, monkeypatch):
    from promptmem.store import erase
    with Store(tmp_path/"memory.db") as s:
        s.add(scope="alice", key="k", text="ZEBRATEXT")
        monkeypatch.setattr(erase, "_scrub_sqlite", lambda *_: "killed here")
        receipt = s.forget(scope="alice")
        assert not receipt.complete and "killed here" in receipt.note
        s.db.close()
    monkeypatch.undo()
    Store(tmp_path/"memory.db").close()
    assert b"ZEBRA" not in raw_bytes(tmp_path)


# ---- versions, names, settings

def test_a_newer_store_is_refused_and_left_alone(place):
    with Store(place) as s:
        s.add(scope="s", key="k", text="t")
        with s.db.write() as conn: conn.execute(sa.text("UPDATE pm_meta SET value = '99' WHERE key = 'schema_version'"))
    with pytest.raises(
        StoreVersionError, match="layout 99, this one knows up to 6.*Nothing was changed.*pip install -U promptmem"
    ):
        Store(place)
    engine = s.db.url.set(drivername="postgresql+psycopg") if not s.db.sqlite else s.db.url
    with sa.create_engine(engine).connect() as conn:
        assert conn.scalar(sa.text("SELECT count(*) FROM pm_clarifications")) == 1


def v1_script(sqlite):
    sql = (Path(__file__).parent/"store_v1.sql").read_text()
    return (
        sql
        if sqlite
        else sql.replace("INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY")
    )


def test_a_version_1_store_is_migrated(place):
    sqlite = "://" not in place
    if sqlite:
        with sqlite3.connect(place) as raw: raw.executescript(v1_script(True))
        raw.close()
    else:
        engine = sa.create_engine(sa.make_url(place).set(drivername="postgresql+psycopg"))
        with engine.begin() as conn: conn.exec_driver_sql(v1_script(False).replace("%", "%%"))
        engine.dispose()
    with Store(place) as s:
        assert [c.text for c in s.history("what is like x", scope="alice")] == ["a synonym", "a SYNONYM please"]
        assert s.count("alice", query="synonym") == 1 # the new search column is filled
        assert s.uses("c2")[0]["verdict"] == "right" # the new usage table is filled
        assert [c.id for c in s.search("what is like x", scope="alice")] == ["c2", "c3"]
        new = s.add(scope="alice", key="what is like x", text="newest")
        assert new.supersedes == "c2"
        with s.db.read() as conn: migrated = layout(conn)
        assert s.search("like x", scope="alice", method="semantic", embedder=HashEmbedder(16))[0] == new
    with Store(place) as s: assert s.count("alice", active=None) == 4 # opening again changes nothing
    with Store(":memory:") as fresh, fresh.db.read() as conn:
        if sqlite: assert layout(conn) == migrated


def layout(conn):
    "Tables with their columns and indexes"
    i = sa.inspect(conn)
    tables = {t: sorted(c["name"] for c in i.get_columns(t)) for t in i.get_table_names() if t.startswith("pm_")}
    return tables, index_names(conn)


def test_a_failed_migration_leaves_the_old_store(tmp_path, monkeypatch):
    from promptmem.store import database
    path = tmp_path/"old.db"
    with sqlite3.connect(path) as raw: raw.executescript(v1_script(True))
    raw.close()
    def fails(conn, d): raise RuntimeError("power cut")
    monkeypatch.setattr(database, "put_uses", fails)
    with pytest.raises(RuntimeError, match="power cut"): Store(path)
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT value FROM pm_meta WHERE key='schema_version'").fetchone() == ("1",)
        assert "changed" not in [c[1] for c in raw.execute("PRAGMA table_info(pm_clarifications)")]
    monkeypatch.undo()
    with Store(path) as s: assert s.count("alice") == 2


def test_no_password_in_repr_or_errors():
    with pytest.raises(StoreError) as e:
        Store("postgresql+psycopg://me:hunter2@127.0.0.1:1/db?password=hunter3", timeout=1)
    assert "hunter" not in str(e.value) and "me@127.0.0.1:1/db" in str(e.value)
    from promptmem.store.database import as_url, shown
    assert "hunter" not in shown(as_url("postgresql://me:hunter2@h/db?password=hunter3&sslmode=require"))


def test_sqlite_runs_with_the_promised_settings(tmp_path):
    with Store(tmp_path/"sub"/"memory.db") as s, s.db.read() as conn:
        found = {
            p: conn.exec_driver_sql(f"PRAGMA {p}").scalar()
            for p in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        }
    assert found == dict(journal_mode="wal", synchronous=2, foreign_keys=1, secure_delete=1, busy_timeout=60000)


def test_the_database_itself_refuses_two_active_entries(store):
    store.add(scope="s", key="k", text="t")
    with pytest.raises(StoreError), store.db.write() as conn:
        conn.execute(
            sa.text(
                "INSERT INTO pm_clarifications (id, scope, key, normalized_key, slot, text, author, time, active) "
                "SELECT 'x', scope, key, normalized_key, slot, text, author, time, active FROM pm_clarifications"
            )
        )
    assert store.count("s", active=None) == 1


def test_importing_the_store_is_light():
    import subprocess
    import sys

    heavy = ("torch", "pandas", "transformers", "sklearn", "openai", "plotly")
    code = f"import promptmem.store, sys; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_search_folds_what_people_type(store):
    c = store.add(scope="s", key="Ｗhat is LIKE “Sonny”?!", text="t")
    assert store.search("what is like sonny", scope="s", scores=True) == [(c, 0)]
    assert fold("what is like sonny") == c.normalized_key


def test_writes_and_hot_searches_touch_single_rows(tmp_path):
    "SQLite has no statistics here and could pick an index that walks through a whole scope: look at what it picks"
    with Store(tmp_path/"m.db") as s:
        s.add_many([dict(scope="s", key=f"key {i}", text="t") for i in range(50)])
        s.search("key 7", scope="s")
        asked = []
        sa.event.listen(
            s.db.engine,
            "before_cursor_execute",
            lambda conn, cursor, statement, values, context, many: asked.append(
                (statement, values[0] if many else values)
            ),
        )
        c = s.add(scope="s", key="key 7", text="new")
        (
            s.supersede(c.id, "newer"),
            s.deactivate(c.id),
            s.restore(c.id),
            s.add_many([dict(scope="s", key="key 8", text="x")]),
        )
        s.search("key 7", scope="s"), s.history(c.id), s.set_verdict(s.log(Interaction("q", scope="s")).id, "right")
        with s.db.read() as conn:
            raw = conn.connection.dbapi_connection
            plans = {
                q: [row[-1] for row in raw.execute("EXPLAIN QUERY PLAN " + q, v)]
                for q, v in asked
                if not q.startswith("PRAGMA")
            }
    assert len(plans) > 10
    slow = {
        q: p
        for q, p in plans.items()
        if any("SCAN pm_" in x or "pm_by_time" in x or "pm_clarifications" in x and x.endswith("(scope=?)") for x in p)
    }
    assert slow == {}


def v2_script(sqlite):
    sql = (Path(__file__).parent/"store_v2.sql").read_text()
    if sqlite: return sql
    return sql.replace("INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "BIGSERIAL PRIMARY KEY").replace("BLOB", "vector")


def run_script(place, script):
    "Make a database with SQL"
    if "://" not in place:
        with sqlite3.connect(place) as raw: raw.executescript(script(True))
        return raw.close()
    engine = sa.create_engine(sa.make_url(place).set(drivername="postgresql+psycopg"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS vector")
        for statement in script(False).split(";\n"):
            if statement.strip(): conn.exec_driver_sql(statement.replace("%", "%%"))
        conn.exec_driver_sql("SELECT setval('pm_clarifications_n_seq', 8)")
    engine.dispose()


def test_the_migration_brings_back_what_was_taken_for_the_same_question(place):
    "Version 2 filed questions without their symbols: C++ was superseded by C#, x > 0 by x < 0"
    run_script(place, v2_script)
    with pytest.warns(UserWarning, match="2 clarifications .* are in use again, 1 are retired"), Store(place) as s:
        assert [c.text for c in s.migrated()] == ["second", "I mean std::sort"]
        active = {c.key: c.text for c in s.clarifications("alice")}
        assert active == {
            "How do I sort a list in C++ ?": "I mean std::sort",
            "How do I sort a list in C# ?": "I mean LINQ OrderBy",
            "is x > 0 ?": "second",
            "is x < 0 ?": "third",
            "what does cooperate mean ?": "without",
        }
        assert [c.text for c in s.history("is x > 0", scope="alice")] == ["first", "second"]
        assert s.get("c2").supersedes is None and s.get("c4").supersedes == "c3" and s.get("c5").supersedes is None
        i, = s.interactions("alice")
        assert i.time == "2026-01-04T08:00:00.000000+00:00" and [u["interaction"] for u in s.uses("c2")] == ["i1"]
        assert s.search("how do I sort a list in C++", scope="alice", k=1, scores=True)[0][1] == 0
        assert s.search("sort a list", scope="alice", method="semantic", embedder=HashEmbedder(16))
        new = s.add(scope="alice", key="is x < 0", text="fourth")
        assert new.supersedes == "c5" and s.clarifications("bob")[0].id == "c8"
        with s.db.read() as conn: migrated = layout(conn)
        assert s.forget(scope="alice").complete and s.migrated() == [] and s.scopes() == ["bob"]
    with Store(place) as s: assert s.count("bob") == 1
    if "://" in place: return
    with Store(":memory:") as fresh, fresh.db.read() as conn: assert layout(conn) == migrated


@pytest.mark.parametrize("layout", ["3", "4"])
def test_a_store_of_the_coarser_rule_files_its_questions_anew(place, layout):
    "Layout 3 took `a != b` for `a = b`; ids are unique in a scope, and preferences stay what they are"
    with Store(place) as s:
        one = s.add(scope="me", key="when is a != b ?", text="I mean in SQL")
        two = s.add(scope="me", key="when is a = b ?", text="I mean in C")
        s.add(scope="me", kind="always", text="be brief!")
        other = s.add(scope="you", key="10:30", text="in the morning")
        asked = s.log(Interaction("what is 5!", scope="me"))
        with s.db.write() as conn: # as the coarser rule had left it
            said = "UPDATE pm_clarifications SET normalized_key = :k, slot = :k, active = :a, supersedes = :s " \
                   "WHERE id = :i"
            for c, k, a, old in ((one, "when is a = b", False, None), (two, "when is a = b", True, one.id),
                                 (other, "10 30", True, None)):
                conn.execute(sa.text(said), dict(k=k, a=a, s=old, i=c.id))
            conn.execute(sa.text("UPDATE pm_interactions SET slot = 'x'"))
            conn.execute(sa.text(f"UPDATE pm_meta SET value = '{layout}' WHERE key = 'schema_version'"))
    with pytest.warns(UserWarning, match="1 clarifications .* are in use again, 0 are retired"), Store(place) as s:
        assert [c.text for c in s.migrated()] == ["I mean in SQL"]
        assert {c.key: c.text for c in s.clarifications("me", kind="question")} == {
            "when is a != b ?": "I mean in SQL", "when is a = b ?": "I mean in C"}
        assert s.get(two.id).supersedes is None and [c.text for c in s.preferences("me")] == ["be brief!"]
        assert s.add(scope="me", kind="always", text="Be brief!").supersedes is not None
        assert s.add(scope="you", key="10:30", text="at night").supersedes == other.id
        assert [i.id for i in s.interactions("me", question="what is 5!")] == [asked.id]
        assert s.interactions("me", question="what is 5") == []
        assert s.search("when is a != b", scope="me", k=1)[0].text == "I mean in SQL"
    with warnings.catch_warnings(), Store(place) as s: # opening again changes nothing
        warnings.simplefilter("error")
        assert [c.text for c in s.migrated()] == ["I mean in SQL"]


OLD_INDEXES = """
    DROP INDEX pm_one_active;
    CREATE UNIQUE INDEX pm_one_active ON pm_clarifications (scope, slot) WHERE active;
    CREATE INDEX pm_chain ON pm_clarifications (scope, slot, n);
    UPDATE pm_meta SET value = '5' WHERE key = 'schema_version'"""


def index_names(conn):
    "All of our indexes; SQLAlchemy cannot read back one on an expression"
    where = "sqlite_master WHERE type = 'index'" if conn.dialect.name == "sqlite" else "(SELECT indexname AS name " \
            "FROM pg_indexes) AS i WHERE true"
    return {name for name in conn.scalars(sa.text(f"SELECT name FROM {where}")) if name.startswith("pm_")}


def test_a_store_of_layout_5_gets_one_index_for_the_work_of_two(place):
    with Store(place, embedder=HashEmbedder(16)) as s:
        one = s.add(scope="me", key="what is like x", text="a synonym")
        two = s.add(scope="me", key="what is like x ?", text="a rhyme")
        s.add_many([dict(scope="me", key=f"key {i}", text="t") for i in range(20)])
        for i in range(30): (s.deactivate if i % 2 else s.restore)(one.id) # the counter is ahead of the rows
        s.restore(two.id)
        with s.db.write() as conn:
            new = index_names(conn)
            for part in OLD_INDEXES.split(";"): conn.execute(sa.text(part))
        before = s.clarifications("me", active=None), s.history(two.id)
    with Store(place, embedder=HashEmbedder(16)) as s, Store(place) as other:
        with s.db.read() as conn: assert index_names(conn) == new and "pm_chain" not in new
        assert (s.clarifications("me", active=None), s.history(two.id)) == before
        seen, far = other.changes("me"), other.search("key 7", scope="me", k=1)
        assert seen.reset and far[0].key == "key 7" and not other.changes("me", seen.cursor).rows
        three = s.add(scope="me", key="What is like x?", text="an antonym")
        news = other.changes("me", seen.cursor)
        assert three.supersedes == two.id
        assert {r.id: bool(r.active) for r in news.rows} == {two.id: False, three.id: True}
        for i in range(40): s.add(scope="me", key=f"later {i}", text="t") # the rows are ahead of the counter
        news = other.changes("me", news.cursor)
        assert [r.key for r in news.rows] == [f"later {i}" for i in range(40)]
        s.deactivate(three.id)
        assert [r.id for r in other.changes("me", news.cursor).rows] == [three.id]
        assert other.search("later 39", scope="me", k=1)[0].key == "later 39"
        with pytest.raises(Exception, match="(?i)unique"), s.db.write() as conn: # still only one active
            both = sa.text("UPDATE pm_clarifications SET active = true WHERE id IN (:a, :b)")
            conn.execute(both, dict(a=one.id, b=two.id))


def test_entries_that_are_deactivated_and_added_by_turns_carry_rising_numbers(tmp_path):
    with Store(tmp_path/"m.db") as s:
        last = 0
        for i in range(60):
            c = s.add(scope="s", key=f"k{i % 7}", text=str(i))
            if i % 3 == 0: s.deactivate(c.id)
            if i % 10 == 0: s.add_many([dict(scope="s", key=f"m{i} {j}", text="t") for j in range(5)])
            if i % 20 == 0: s.forget(scope="s", id=c.id)
            with s.db.read() as conn:
                highest = conn.scalar(sa.text("SELECT max(max(changed), max(n)) FROM pm_clarifications"))
                now = watermark(conn)
            assert now > max(last, highest) - (now == last), (i, last, now, highest)
            last = now


def test_a_connection_is_kept_between_transactions_and_not_after_an_error(tmp_path):
    with Store(tmp_path/"m.db") as s:
        for i in range(3): s.add(scope="s", key=f"k{i}", text="t")
        kept = list(s.db._idle)
        assert len(kept) == 1 and kept[0].conn.connection is not None
        with pytest.raises(KeyError): s.deactivate("nobody")
        assert s.db._idle == kept # the database did nothing wrong
        with pytest.raises(StoreError), s.db.write() as conn: conn.execute(sa.text("SELECT * FROM nowhere"))
        assert s.db._idle == []
        with pytest.raises(ZeroDivisionError), s.db.write() as conn:
            conn.execute(sa.text("DELETE FROM pm_clarifications"))
            raise ZeroDivisionError
        assert s.count("s") == 3
        with s.db.read() as a, s.db.read() as b, s.db.write() as c: assert len({id(x) for x in (a, b, c)}) == 3
        s.add(scope="s", key="last", text="t")
    assert s.db._idle == []
    assert not [p for p in tmp_path.iterdir() if p.name.endswith("-wal")] # every connection was closed
