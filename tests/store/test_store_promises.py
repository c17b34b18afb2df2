"""Forgotten is gone, scopes stay apart, what is accepted can be read again: one test for each kind of way to break
it."""

import asyncio
import json
import os
import random
import shutil
import sqlite3
import stat
import threading
import time
import unicodedata

import numpy as np
import pytest

from promptmem.core import InvalidData
from promptmem.lm.base import CallableLM
from promptmem.lm.embed import HashEmbedder
from promptmem.memory import Assistant, AutoLookup, SemanticLookup
from promptmem.memory.gate import lowered
from promptmem.record import Candidate, Interaction, Retrieval
from promptmem.store import Forgotten, Store, StoreError
from promptmem.store.database import as_url, shown
from tests.raw_files import raw_bytes, raw_files

EMBEDDER = HashEmbedder(32)


def many(n, scope="a"): return [dict(scope=scope, key=f"key {i}", text=f"text {i}") for i in range(n)]


def child(action, limit=20):
    "Exit status of `action()` in a forked process; a child that hangs is killed and counts as -1"
    pid = os.fork()
    if pid == 0:
        try: action()
        except BaseException: os._exit(3)
        os._exit(0)
    end = time.monotonic() + limit
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done: return os.waitstatus_to_exitcode(status)
        time.sleep(.01)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return -1


# ---- erasure follows the record

@pytest.mark.parametrize(
    "text", ["my ZEBRA ", "my ZEBRA | diagnosis", "my ZEBRA\ndiagnosis", "my ZEBRA in the END", "x" * 50_001 + "ZEBRA"]
)
def test_what_was_sent_goes_however_it_was_spelled(tmp_path, text):
    with Store(tmp_path/"m.db") as s:
        said = " ".join(text.lower().split()).replace("|", "/")
        c = s.add(scope="alice", key="k", text=text)
        got = Retrieval(True, "k", text, 0., (Candidate("k", text, 0., c.id),), "the nearest", 6, c.id)
        i = s.log(
            Interaction(
                "q",
                scope="alice",
                prompt=said,
                answer=f"I heard {said}",
                understanding=said,
                retrieval=got,
                verdict="right",
                meta=dict(reply=said, prompt_text="think", query_id=7),
            )
        )
        later = s.log(Interaction("r", scope="alice", prompt=f"you said {said}", answer=said, meta=dict(turns=[i.id])))
        always = s.log(Interaction("t", scope="team", prompt=said, answer=said, meta=dict(always=[c.id])))
        receipt = s.forget(id=c.id)
        assert (receipt.complete, receipt.redacted) == (True, 3)
        raw = raw_bytes(tmp_path)
        assert b"ZEBRA" not in raw and b"zebra" not in raw
        left = s.interaction(i.id)
        assert (left.question, left.verdict, left.meta) == (
            "q",
            "right",
            dict(reply="[forgotten]", prompt_text="think", query_id=7),
        )
        assert s.interaction(later.id).answer == s.interaction(always.id, scope="team").answer == "[forgotten]"
        assert s.outcomes() and s.canonical_examples() == []


def test_a_runner_up_leaves_the_receipt_of_another_question(tmp_path):
    with Store(tmp_path/"m.db") as s:
        key = "My Passport-Number is QX77"
        c = s.add(scope="alice", key=key, text="a word")
        near = Retrieval(
            False,
            candidates=(Candidate("my passport number is qx77", "a word", 30, c.id),),
            why="the nearest is 'my passport number is qx77'",
        )
        s.log(Interaction(key, scope="alice"))
        i = s.log(
            Interaction("who was first on the moon", scope="alice", answer="Armstrong", prompt="plain", retrieval=near)
        )
        s.forget(scope="alice", key=key)
        assert b"qx77" not in raw_bytes(tmp_path).lower()
        assert (s.interaction(i.id).answer, s.interaction(i.id).prompt) == ("Armstrong", "plain")


def test_nothing_read_before_can_be_written_back(store):
    c = store.add(scope="alice", key="k", text="ZEBRA")
    i = store.log(
        Interaction("k", scope="alice", prompt="ZEBRA", retrieval=Retrieval(True, "k", "ZEBRA", 0.0, (), "", 6, c.id))
    )
    kept = store.log(
        Interaction(
            "other", scope="alice", prompt="with zebra", retrieval=Retrieval(True, "k", "ZEBRA", 0.0, (), "", 6, c.id)
        )
    )
    store.forget(scope="alice", key="k")
    with pytest.raises(Forgotten, match="was forgotten and cannot be written again"): store.log(i)
    for call in (
        lambda: store.set_verdict(i.id, "right"),
        lambda: store.judge(i.id, "right"),
        lambda: store.supersede(c.id, "x"),
        lambda: store.restore(c.id),
        lambda: store.withdraw(c.id),
        lambda: store.add(scope="alice", key="k", text="x", source=i.id),
    ):
        with pytest.raises(KeyError): call()
    store.log(kept)  # it was read before: what it saw of the forgotten entry does not come back
    assert store.interaction(kept.id).prompt == "[forgotten]" and "ZEBRA" not in str(
        store.interaction(kept.id).to_dict()
    )
    late = store.log(
        Interaction(
            "new", scope="alice", prompt="ZEBRA too", retrieval=Retrieval(True, "k", "ZEBRA", 0.0, (), "", 6, c.id)
        )
    )
    assert store.interaction(late.id).prompt == "[forgotten]" # an answer that was under way
    assert store.scopes() == ["alice"] and store.count("alice", active=None) == 0


def test_a_verdict_beside_an_erasure(store):
    with Store(store.db.url) as other:
        back = 0
        for k in range(15):
            i = store.log(Interaction(f"ZEBRA{k}", scope="bob"))
            def judge(i=i):
                try: other.set_verdict(i.id, "right")
                except KeyError: pass
            t = threading.Thread(target=judge)
            t.start()
            store.forget(scope="bob")
            t.join()
            back += "bob" in store.scopes()
        assert back == 0


def test_caches_are_cleaned_or_named(tmp_path):
    class Answers(dict):
        path = "answers.db"
        def forget(self, texts, ids):
            gone = [k for k, v in self.items() if any(t in k + v for t in texts)]
            for k in gone: del self[k]
            return len(gone)
    answers = Answers({"what is ZEBRA": "a horse", "else": "no"})
    model = type("Model", (), dict(cache=answers))()
    with Store(tmp_path/"m.db") as s:
        s.watch(model)
        c = s.add(scope="a", key="k", text="ZEBRA")
        receipt = s.forget(
            id=c.id,
            caches=[
                type("Old", (), dict(path="old.db", cache=None))(),
                type("E", (), dict(cache=type("C", (), dict(path="e.db"))()))(),
            ],
        )
        assert receipt.cached == 1 and list(answers) == ["else"]
        assert receipt.complete and "the cache e.db, which cannot forget single texts" in receipt.note


@pytest.mark.parametrize("semantic", [False, True])
def test_forgetting_cleans_the_disk_caches_of_model_and_embedder(tmp_path, semantic):
    embedder = HashEmbedder(32, cache=tmp_path/"vectors.db")
    lm = CallableLM(lambda p: "I take it as " + p.split("clarification: ")[-1].split("\n")[0], cache=tmp_path/"lm.db")
    with Store(tmp_path/"m.db", embedder=embedder) as s:
        look = dict(lookup="semantic", embedder=embedder) if semantic else {}
        a = Assistant(lm, store=s, scope="alice", **look)
        other = lm.complete(["an unrelated request"])[0].text
        a.clarify(a.ask("which Thing  rings the bell"), "ZEBRA meaning")
        a.ask("which Thing  rings the bell")
        s.search("which thing rings a bell", scope="alice", method="semantic")
        vectors = {v.tobytes() for v in embedder(["which Thing  rings the bell", "which thing rings the bell"])}
        kept = embedder(["another text"])[0].tobytes()
        assert b"ZEBRA" in raw_bytes(tmp_path)
        receipt = s.forget(scope="alice")
        raw = raw_bytes(tmp_path)
        assert receipt.complete and receipt.cached >= 2 and not receipt.left
        assert b"ZEBRA" not in raw and not any(v in raw for v in vectors) and kept in raw
        again = lm.complete(["an unrelated request"])[0]
        assert again.cached and again.text == other


def everything_asks():
    "A look-up that offers whatever is near, and applies nothing"
    m = AutoLookup(None)
    for w in m.gate.sets.values(): w.apply, w.ask = 50., -50.
    return m


@pytest.mark.parametrize("by", ["id", "key"])
def test_an_offer_and_what_went_along_leave_receipts_with_their_question(tmp_path, by):
    s = Store(tmp_path/"m.db")
    a = Assistant(CallableLM(lambda p: "x"), store=s, scope="alice", lookup=everything_asks())
    offered = s.add(scope="alice", key="when is the ZEBRA fed", text="the QUAGGA too")
    assert a.ask("who feeds animals").retrieval.ask.id == offered.id
    b = Assistant(CallableLM(str), store=s, scope="bob", lookup=AutoLookup(None, several=3))
    s.add(scope="bob", key="how do I greet the board", text="formally")
    along = s.add(scope="bob", key="please how do I greet the board of the OKAPI", text="in KUDU")
    r = b.ask("how do I greet the board of the OKAPI house please").retrieval
    assert along.id in {r.id, *(c.id for c in r.also), *(c.id for c in r.candidates)}
    for c in (offered, along):
        gone = s.forget(id=c.id) if by == "id" else s.forget(scope=c.scope, key=c.key)
        assert gone.complete
    left = s.interactions("alice")[0].retrieval
    assert left.ask.key == "[forgotten]" and left.ask.id is None and left.why == "[forgotten]"
    held = raw_bytes(tmp_path)
    assert not [w for w in (b"ZEBRA", b"QUAGGA", b"KUDU", b"zebra") if w in held]
    assert all(along.id not in str(i.retrieval.to_dict()) for i in s.interactions("bob"))
    s.close()


@pytest.mark.parametrize(
    "text", ["How warm is the QUAGGA", "Où est l’ÉCOLE", unicodedata.normalize("NFD", "où est l'école")]
)
def test_the_look_up_for_people_cleans_the_disk_cache_of_its_embedder(tmp_path, text):
    e = HashEmbedder(32, cache=tmp_path/"e.db")
    s = Store(tmp_path/"m.db")
    a = Assistant(CallableLM(lambda p: "x"), store=s, scope="alice", lookup=AutoLookup(e, second=None))
    a.clarify(a.ask(text), "in words")
    a.ask(text + " today")
    forms = [form for t in (text, text + " today") for form in (t.lower(), lowered(t))]
    vectors = [v.tobytes() for v in HashEmbedder(32)(forms)]
    held = lambda: [f.name for f, content in raw_files(tmp_path) for v in vectors if v in content]
    assert "e.db-wal" in held() or "e.db" in held()
    gone = s.forget(scope="alice")
    assert gone.complete and gone.cached >= 2 and not held()
    s.close()


def test_one_id_in_two_scopes_that_are_read_as_layers(store, tmp_path):
    "What is erased of one scope takes nothing of the other scope's entry under the same id"
    c = store.add(scope="team", key="what is up", text="TEAM word", kind="always")
    (tmp_path/"x.jsonl").write_text(
        json.dumps(dict(scope="alice", key="how is it", text="ALICE word", kind="always", id=c.id)))
    store.import_(tmp_path/"x.jsonl")
    both = dict(scopes=["alice", "team"], always=[c.id])
    seen = {text: store.log(Interaction(f"asked {text}", scope="alice", prompt=f"note: {text.lower()}.\nq", answer="so",
                                        meta=dict(both))).id for text in ("TEAM word", "ALICE word")}
    near = Retrieval(True, "how is it", "ALICE word", 0., (Candidate("how is it", "ALICE word", 0., c.id),
                                                         Candidate("what is up", "TEAM word", 3., c.id)), "", 6, c.id)
    told = store.log(Interaction("third", scope="alice", prompt="ALICE word", answer="so", retrieval=near,
                                 meta=dict(scopes=["alice", "team"])))
    unclear = store.log(Interaction("fourth", scope="alice", prompt="?", answer="so", meta=dict(both))).id
    two = store.log(Interaction("fifth", scope="alice", prompt="TEAM word. ALICE word", answer="so", meta=dict(both),
                                retrieval=Retrieval(True, "how is it", "ALICE word", 0., (), "", 6, c.id))).id
    old = [store.interaction(id, scope="alice") for id in (*seen.values(), told.id, two)]
    store.forget(scope="team", id=c.id)
    get = lambda id: store.interaction(id, scope="alice")
    assert get(seen["TEAM word"]).answer == get(unclear).answer == get(two).answer == "[forgotten]"
    assert get(seen["ALICE word"]).prompt == "note: alice word.\nq" and get(seen["ALICE word"]).meta["always"] == [c.id]
    after = get(told.id)
    assert (after.answer, after.retrieval.text, after.retrieval.id) == ("so", "ALICE word", c.id)
    assert [x.text for x in after.retrieval.candidates] == ["ALICE word", "[forgotten]"]
    for i in old: store.log(i) # read before the erasure, written after it: the same is taken out again
    assert get(seen["TEAM word"]).answer == get(two).answer == "[forgotten]" and get(seen["ALICE word"]).answer == "so"
    assert [x.text for x in get(told.id).retrieval.candidates] == ["ALICE word", "[forgotten]"]
    store.forget(scope="alice", id=c.id)
    assert [get(id).answer for id in (*seen.values(), told.id)] == ["[forgotten]"]*3


def test_a_verdict_alone_keeps_the_right_answer(store):
    i = store.log(Interaction("q", scope="a", answer="x"))
    store.judge(i.id, "wrong", "y", scope="a")
    assert store.judge(i.id, "right", scope="a")[1].expected == "y"
    assert store.judge(i.id, "right", None, scope="a")[1].expected is None


def test_messages_of_the_store_hold_no_keys(tmp_path, monkeypatch):
    key = "sk-proj-0123456789abcdefghijklmnop"
    monkeypatch.setenv("MY_API_TOKEN", "hush-hush-42")
    with Store(":memory:") as s:
        for ask in (lambda: s.supersede(key, "t"), lambda: s.history(key), lambda: s.forget(id="hush-hush-42"),
                    lambda: s.judge(key, "right"), lambda: s.forget(id=key, scope="a")):
            with pytest.raises(KeyError) as e: ask()
            assert key not in str(e.value) and "hush-hush" not in str(e.value) + repr(e.value)
    (tmp_path/f"{key}.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError) as e: Store(tmp_path/f"{key}.db")
    assert key not in str(e.value) and "is not a readable SQLite database" in str(e.value)


def test_exported_copies_are_named_and_unfinished_ones_go(tmp_path):
    with Store(tmp_path/"m.db") as s:
        s.add_many(many(3))
        s.export(tmp_path/"a.jsonl", scope="a")
        assert stat.S_IMODE((tmp_path/"a.jsonl").stat().st_mode) == 0o600
        left = tmp_path/".b.jsonl.killed.tmp"
        left.write_text("text 1")
        with s.db.write() as conn:
            from promptmem.store.erase import note_export
            note_export(conn, s.db, tmp_path/"b.jsonl", ["a"], left)
        receipt = s.forget(scope="a")
        assert (
            receipt.left == [f"the copy exported on {receipt.time[:10]} to {tmp_path / 'a.jsonl'}"]
            and not left.exists()
        )
        assert s.forget(scope="a").left == [] # it was told once; the path may hold the scope's name


def test_a_restored_backup_does_not_believe_a_younger_index(tmp_path):
    place = tmp_path/"m.db"
    opened = lambda: Store(place, embedder=EMBEDDER, exact_limit=50)
    with opened() as s: s.add_many(many(40))
    shutil.copy(place, tmp_path/"backup.db")
    with opened() as s:
        for i in range(40): s.add(scope="a", key=f"lost {i}", text="lost")
        s.search("x", scope="a", method="semantic")
    shutil.copy(tmp_path/"backup.db", place)
    with opened() as s:
        for i in range(60): s.add(scope="a", key=f"second life number {i}", text=f"second {i}")
        found = [
            s.search(f"second life number {i}", scope="a", method="semantic", k=1, exact=True)[0].text
            for i in range(60)
        ]
        assert found == [f"second {i}" for i in range(60)]


def test_a_backup_from_before_an_erasure_does_not_believe_the_cleaned_index(tmp_path):
    place = tmp_path/"m.db"
    opened = lambda: Store(place, embedder=EMBEDDER, exact_limit=50)
    with opened() as s:
        rows = s.add_many(many(80))
        s.search("x", scope="a", method="semantic")
    shutil.copy(place, tmp_path/"backup.db")
    with opened() as s: s.forget(id=rows[7].id)
    shutil.copy(tmp_path/"backup.db", place)
    with opened() as s: assert s.search("key 7", scope="a", method="semantic", k=1)[0].id == rows[7].id


def test_no_erased_vector_is_a_centre(tmp_path):
    with Store(tmp_path/"m.db", embedder=EMBEDDER, exact_limit=50) as s:
        rows = s.add_many(many(120))
        s.search("key 7", scope="a", method="semantic")
        for r in random.Random(0).sample(rows, 40):
            vector = EMBEDDER([r.key])[0]
            assert s.forget(id=r.id).complete and vector.tobytes() not in raw_bytes(tmp_path)
            centres = [np.load(f) for f in (tmp_path/"m.db-index").rglob("centres.npy")]
            assert all(float((c @ vector).max()) < .99999 for c in centres)


def test_a_search_that_builds_beside_an_erasure(tmp_path):
    left = failed = 0
    for k in range(8):
        folder = tmp_path/str(k)
        folder.mkdir()
        with Store(folder/"m.db", embedder=EMBEDDER, exact_limit=50) as s:
            keys = [r["key"] for r in many(120)]
            rows = s.add_many(many(120), embeddings=EMBEDDER(keys), model=EMBEDDER.name)
        with Store(folder/"m.db") as o:
            def search():
                with Store(folder / "m.db", embedder=EMBEDDER, exact_limit=50) as t:
                    assert t.search("key 9", scope="a", method="semantic", k=1)

            t = threading.Thread(target=lambda: out.append(child(search)))
            out = []
            t.start()
            time.sleep(random.Random(k).uniform(.01, .06))
            done = o.forget(id=rows[7].id)
            t.join()
            failed += out != [0]
            left += done.complete and EMBEDDER(["key 7"])[0].tobytes() in raw_bytes(folder)
    assert (left, failed) == (0, 0)


def test_names_of_scopes_are_not_in_hashes_that_can_be_looked_up(tmp_path):
    from promptmem.core import stable_hash
    with Store(tmp_path/"m.db") as s:
        s.add(scope="alice", key="k", text="t")
        s.forget(scope="alice")
    raw = raw_bytes(tmp_path)
    assert b"alice" not in raw and all(stable_hash("alice", n).encode() not in raw for n in (16, 24, 32, 64))


# ---- scopes

def test_ids_of_another_scope(store, tmp_path):
    i = store.log(Interaction("alice asks", scope="alice", answer="hers"))
    store.log(Interaction("x", scope="mallory", id=i.id, answer="his"))
    assert store.interaction(i.id).answer == store.interaction(i.id, scope="alice").answer == "hers"
    assert store.interaction(i.id, scope="mallory").answer == "his" and len(store.interactions("alice")) == 1
    c = store.add(scope="alice", key="k", text="hers")
    lines = [dict(type="interaction", question="MALLORY", scope="mallory", answer="A", id="m1", time="2026-01-01",
                  retrieval=dict(hit=True, id=c.id, text="t", score=0, candidates=[])),
             dict(scope="mallory", key="zz", text="his", id=c.id, time="2026-01-01")]
    (tmp_path/"x.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert (
        store.import_(tmp_path / "x.jsonl").clarifications == 1
    )  # no oracle: whether the id is known elsewhere makes no difference
    assert store.uses(c.id) == [] and store.use_counts([c.id])[c.id]["uses"] == 0
    assert store.get(c.id).text == "hers" and store.get(c.id, scope="mallory").text == "his"
    for call in (store.deactivate, store.restore, store.withdraw, lambda *a, **k: store.supersede(a[0], "x", **k)):
        with pytest.raises(KeyError): call(c.id, scope="bob")
    (tmp_path/"y.jsonl").write_text(json.dumps(dict(scope="bob", key="zz", text="m", supersedes=c.id)) + "\n")
    (tmp_path/"z.jsonl").write_text(json.dumps(dict(scope="bob", key="zz", text="m", supersedes="0" * 32)) + "\n")
    said = []
    for name in "yz":
        with pytest.raises(InvalidData) as e: store.import_(tmp_path/f"{name}.jsonl")
        said.append(str(e.value).replace(c.id, "ID").replace("0" * 32, "ID").replace(f"{name}.jsonl", "F"))
    assert said[0] == said[1]
    store.forget(scope="mallory", id=c.id)
    assert store.get(c.id).text == "hers" and store.count("alice") == 1
    store.export(tmp_path/"m.jsonl", scope="mallory")
    with Store(":memory:") as other: assert other.import_(tmp_path/"m.jsonl").interactions == 2


def test_layers(store):
    a = store.add(scope="alice", key="like x", text="hers")
    t = store.add(scope="team", key="Like X?", text="theirs")
    u = store.add(scope="team", key="units", text="metric")
    both = ("alice", "team")
    assert store.search("like x", scope=both, k=5) == [a, u] and store.search(
        "like x", scope=("team", "alice"), k=1
    ) == [t]
    assert store.search("like x", scope=both, k=5, method="semantic", embedder=EMBEDDER)[0] == a
    assert store.clarifications(both) == [a, u] and store.count(both) == 2 and store.count(both, active=None) == 3
    new = store.supersede(u.id, "imperial", scope=both) # written to the first layer, the team's word stays
    assert (new.scope, new.key, store.get(u.id).active) == ("alice", "units", True)
    with pytest.raises(KeyError): store.deactivate(u.id, scope=both)
    news = store.changes(both)
    assert [r.text for r in news.rows] == ["hers", "imperial", "theirs", "metric"] and news.reset
    store.forget(scope="alice")
    assert store.changes(both, since=news.cursor).reset and store.search("like x", scope=both, k=1) == [t]
    for bad in ((), ("a", "a"), ("a", ""), "", None):
        with pytest.raises(InvalidData): store.search("x", scope=bad)


def test_what_always_holds(store, tmp_path):
    one = store.add(scope="alice", text="temperatures in Celsius", kind="always")
    two = store.add(scope="alice", key="units", text="kelvin", kind="always")
    assert store.add(scope="alice", key="units", text="Celsius", kind="always").supersedes == two.id
    assert [c.text for c in store.preferences("alice")] == ["temperatures in Celsius", "Celsius"]
    assert (
        store.search("units", scope="alice") == []
        and store.count("alice", kind="question") == 0
        and len(store.changes("alice").rows) == 0
    )
    store.export(tmp_path/"x.jsonl")
    with Store(":memory:") as other:
        other.import_(tmp_path/"x.jsonl")
        assert other.preferences("alice") == store.preferences("alice") and other.get(one.id).kind == "always"
    assert store.forget(scope="alice", key="units").clarifications == 2
    with pytest.raises(InvalidData): store.add(scope="alice", text="no question")


# ---- what is accepted can be read again

def test_half_an_emoji_and_nan(store, tmp_path):
    i = store.log(Interaction("q", scope="a", answer="x \ud83d", meta={"score": float("nan"), "whole": "🙂"}))
    assert store.interaction(i.id).answer == "x \ufffd" and store.interaction(i.id).meta == {
        "score": None,
        "whole": "🙂",
    }
    assert store.export(tmp_path/"x.jsonl") == 1 and "NaN" not in (tmp_path/"x.jsonl").read_text(encoding="utf-8")
    with Store(":memory:") as other: assert other.import_(tmp_path/"x.jsonl").interactions == 1


@pytest.mark.parametrize("bad", [np.full((1, 32), np.nan), np.ones((1, 8)), np.ones(32), "words", [[1, 2], [3]]])
def test_an_embedding_that_is_none_is_refused(store, bad):
    store.add(scope="p", key="old one", text="old")
    store.search("old one", scope="p", method="semantic", embedder=EMBEDDER)
    with pytest.raises(InvalidData):
        store.add_many([dict(scope="p", key="k", text="t")], embeddings=bad, model=EMBEDDER.name)
    assert [c.text for c in store.search("old one", scope="p", method="semantic", embedder=EMBEDDER)] == ["old"]


class SometimesNothing(HashEmbedder):
    "Gives NaN for one word"
    def _embed(self, texts):
        out = super()._embed(texts)
        out[["bad" in t for t in texts]] = np.nan
        return out


@pytest.mark.filterwarnings("ignore:hash-16 gave no numbers")
def test_one_bad_vector_does_not_stop_the_search(store):
    e = SometimesNothing(16)
    store.add_many(
        [dict(scope="s", key=f"key {i}", text="t") for i in range(9)] + [dict(scope="s", key="bad", text="t")]
    )
    assert len(store.search("key 1", scope="s", method="semantic", embedder=e, k=20)) == 9
    assert len(store.search("key 1", scope="s", method="semantic", embedder=e, k=20)) == 9


def test_lengths_hold_at_the_store(store):
    for row in (
        dict(text="x" * 1_000_001),
        dict(key="x" * 1_000_001),
        dict(author="x" * 201),
        dict(source="x" * 201),
        dict(scope="x" * 201),
    ):
        with pytest.raises(InvalidData, match="at most"): store.add(**(dict(scope="s", key="k", text="t") | row))
    assert store.scopes() == []


@pytest.mark.parametrize(
    "first, second",
    [
        ("2024-06-01T12:00:00+09:00", "2024-06-01T05:00:00+00:00"),
        ("20240101", "2024-06-01T05:00:00Z"),
        ("2026-01-01T10:00:00Z", "2026-01-01T10:00:00.500000+00:00"),
    ],
)
def test_the_later_word_is_the_later_instant(store, tmp_path, first, second):
    for i, (at, text) in enumerate(((first, "earlier"), (second, "later"))):
        (tmp_path/f"{i}.jsonl").write_text(json.dumps(dict(scope="a", key="k", text=text, time=at)) + "\n")
        store.import_(tmp_path/f"{i}.jsonl")
    assert [c.text for c in store.clarifications("a")] == ["later"]
    assert [c.text for c in store.clarifications("a", active=None, sort="time")] == ["earlier", "later"]


# ---- files, forks, waiting

def test_files_are_private_unless_the_folder_is_shared(tmp_path):
    shared = tmp_path/"shared"
    shared.mkdir()
    shared.chmod(0o2775)
    for folder, file, index in ((tmp_path/"own", 0o600, 0o700), (shared, 0o660, 0o770)):
        with Store(folder/"m.db", embedder=EMBEDDER, exact_limit=50) as s:
            s.add_many(many(80))
            s.search("x", scope="a", method="semantic")
            modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()}
        assert modes == {"m.db": file, "m.db-wal": file, "m.db-shm": file, "m.db-index": index}


def test_a_fork_while_others_search(tmp_path):
    with Store(tmp_path/"m.db") as s:
        s.add_many(many(2000))
        stop = threading.Event()
        def busy():
            while not stop.is_set(): s.search("key number 77", scope="a")
        t = threading.Thread(target=busy)
        t.start()
        try: ended = [child(lambda: s.search("key 5", scope="a", k=1)[0].key == "key 5" or 1/0) for _ in range(4)]
        finally:
            stop.set()
            t.join()
        assert ended == [0] * 4 and child(lambda: s.add(scope="a", key="x", text="y")) == 0 and s.count("a") == 2001
    with Store(":memory:") as m:
        m.add(scope="a", key="k", text="t")
        assert child(lambda: m.count("a") == 1 or 1/0) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("where", [":memory:", "m.db"])
def test_forks_while_others_write_and_search(tmp_path, where):
    "A fork waits for the moment in which no thread is at work, whatever the store stands in"
    with Store(where if where == ":memory:" else tmp_path/where, embedder=EMBEDDER) as s:
        s.add_many(many(300))
        stop = threading.Event()

        def search():
            while not stop.is_set():
                s.search("key 7 and more", scope="a", method=random.choice(["closest", "semantic"]))

        def write():
            while not stop.is_set(): s.add(scope="b", key=f"key {random.randrange(50)}", text="t")

        def use():
            s.add(scope="c", key="x", text="y")
            assert s.search("key 9", scope="a", k=1)[0].text == "text 9" and s.count("c") == 1
        threads = [threading.Thread(target=f) for f in (search, write, write)]
        for t in threads: t.start()
        try: assert [child(use) for _ in range(8)] == [0]*8
        finally:
            stop.set()
            for t in threads: t.join()
        assert s.count("c") == (where != ":memory:") # a child has its own copy of what stands in memory


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_caches_and_forks(tmp_path):
    lm, embedder = CallableLM(lambda p: p * 2, cache=tmp_path/"lm.db"), HashEmbedder(16, cache=tmp_path/"v.db")
    stop, n = threading.Event(), [0]

    def busy():
        while not stop.is_set():
            n[0] += 1
            lm.complete([f"p{n[0]}"])
            embedder([f"t{n[0]}", "t1"])
    thread = threading.Thread(target=busy)
    thread.start()
    try: assert [child(lambda: (lm.complete(["other"]), embedder(["another"]))) for _ in range(8)] == [0]*8
    finally:
        stop.set()
        thread.join()
    assert lm.complete(["other"])[0].cached


def test_many_threads_behind_a_writer(tmp_path):
    with Store(tmp_path/"m.db", timeout=10) as s:
        s.add(scope="a", key="k", text="t")
        blocker = sqlite3.connect(tmp_path/"m.db", isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        out = []
        def add(i):
            try: out.append(s.add(scope="a", key=f"k{i}", text="t"))
            except BaseException as e: out.append(e)
        threads = [threading.Thread(target=add, args=(i,)) for i in range(25)]
        for t in threads: t.start()
        time.sleep(.3)
        assert s.count("a") == 1 # readers do not wait
        blocker.execute("COMMIT")
        blocker.close()
        for t in threads: t.join()
        assert not [e for e in out if isinstance(e, BaseException)] and s.count("a") == 26


@pytest.mark.parametrize("word", ["p@ss", "p@ss/w0rd", "pa:ss", "pa#ss", "pa?ss", "se[cret", "12@34:5x", "p%40ss"])
def test_a_password_may_hold_anything_and_is_never_shown(word):
    url = as_url(f"postgresql://u:{word}@127.0.0.1:1/db?sslmode=disable")
    assert (url.host, url.port, url.password, url.database) == ("127.0.0.1", 1, word.replace("%40", "@"), "db")
    with pytest.raises(StoreError) as e: Store(f"postgresql://u:{word}@127.0.0.1:1/db", timeout=1)
    assert not any(part in shown(url) + str(e.value) for part in (word, word[3:] + "@"))


@pytest.mark.parametrize("how", ["ask", "stream", "aask"])
def test_an_answer_that_is_under_way_leaves_the_cache_when_its_memory_is_gone(tmp_path, how):
    "The erasure cleans the cache while the model still writes; the answer comes later"
    todo = []
    def write(prompt):
        while todo: todo.pop()()
        return "I take it as the ZEBRA"
    lm = CallableLM(write, cache=tmp_path/"answers.db")
    with Store(tmp_path/"m.db") as s, Store(tmp_path/"m.db") as other:
        a = Assistant(lm, store=s, scope="a", lookup="closest")
        a.clarify(a.ask("what is the thing?"), "the ZEBRA")
        todo.append(lambda: other.forget(scope="a", caches=[lm]))
        if how == "ask": a.ask("what is the thing?")
        if how == "stream": list(a.stream("what is the thing?"))
        if how == "aask": asyncio.run(a.aask("what is the thing?"))
    lm.cache._file.close()
    assert b"ZEBRA" not in raw_bytes(tmp_path) and not todo


def test_an_interaction_that_was_forgotten_meanwhile_leaves_the_cache(tmp_path):
    lm = CallableLM(lambda p: "ZEBRA", cache=tmp_path/"answers.db")
    with Store(tmp_path/"m.db") as s, Store(tmp_path/"m.db") as other:
        a = Assistant(lm, store=s, scope="a", lookup="closest")
        r = a.ask("what is it?")
        other.forget(scope="a")
        assert b"ZEBRA" in raw_bytes(tmp_path) # the other one does not know of the cache
        with pytest.raises(Forgotten): s.log(r)
    lm.cache._file.close()
    assert b"ZEBRA" not in raw_bytes(tmp_path)


@pytest.mark.parametrize("place", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("lookup", ["semantic", "auto"])
def test_an_embedding_that_is_under_way_leaves_the_cache(place, tmp_path, lookup):
    todo = []
    class Slow(HashEmbedder):
        def _embed(self, texts):
            if todo and any("zebra" in t.lower() for t in texts): todo.pop()()
            return HashEmbedder._embed(self, texts)
    embedder = Slow(16, cache=tmp_path/"vectors.db")
    with Store(place) as s, Store(place) as other:
        s.add(scope="a", key="what is the ZEBRA?", text="the letter")
        s.add(scope="a", key="what is a horse?", text="a knight")
        make = SemanticLookup(embedder, threshold=.5) if lookup == "semantic" else AutoLookup(embedder, second=None)
        look = make.bind(s, "a")
        todo.append(lambda: other.forget(scope="a", key="what is the ZEBRA?"))
        look.query("what is a horse?")
        assert not todo
        found = embedder.cache.get_many(embedder.name, ["what is the ZEBRA?", "what is the zebra?", "what is a horse?"])
        assert list(found) == ["what is a horse?"]


def test_a_store_in_another_process_is_opened_there(place):
    import pickle
    with Store(place, embedder=HashEmbedder(8), exact_limit=7) as s:
        s.add(scope="a", key="k", text="t")
        with pickle.loads(pickle.dumps(s)) as other:
            assert (other.count("a"), other.exact_limit, other.embedder.dim, other.db.uid) == (1, 7, 8, s.db.uid)
    with pytest.raises(StoreError, match="in memory lives in one process"): pickle.dumps(Store(":memory:"))


def test_an_assistant_forgets(tmp_path):
    "Through the whole of it: what the model was sent and said, what an undo remembers, what is suggested"
    lm = CallableLM(lambda p: f"I take it as {p}", format="published")
    with Store(tmp_path/"m.db") as s:
        a = Assistant(lm, store=s, scope="alice")
        a.clarify(a.ask("which name rings the same bell as < night > ?"), "my ZEBRA | bell\n")
        a.accept(a.ask("which name rings the same bell as < sea > ?"))
        assert b"ZEBRA" in raw_bytes(tmp_path)
        assert s.forget(scope="alice").complete
        try: a.undo()
        except (KeyError, InvalidData): pass
        assert s.scopes() == [] and b"ZEBRA" not in raw_bytes(tmp_path) and a.suggestions() == []
