"""Look-ups: the published rule, our default, ties, indexes, and what they never do."""
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from promptmem.core import InvalidData
from promptmem.data import local_data
from promptmem.memory import ClosestLookup, SemanticLookup, TransformLookup, normalizer
from promptmem.memory.tasks import read_templates

public = pytest.mark.skipif(not local_data("memprompt/templates.json"),
                            reason="PROMPTMEM_DATA does not hold memprompt/templates.json")


def published_lookup(keys, query, limit=6):
    "The published loop, rebuilt: running best starts at the limit, replaced only by a strictly smaller distance"
    best, found = limit, None
    for k in keys:
        d = Levenshtein.distance(query, k)
        if d < best: best, found = d, k
    return (found, best) if found is not None else None


@given(
    st.lists(st.text("abc ", min_size=1, max_size=9).filter(str.strip), min_size=1, max_size=40),
    st.text("abcd ", min_size=1, max_size=9).filter(str.strip),
)
@settings(max_examples=150, deadline=None)
def test_the_published_rule_and_its_ties(keys, query):
    m = ClosestLookup(max_distance=6, normalize=None)
    for k in keys: m.add(k, f"for {k}")
    r, want = m.query(query), published_lookup(dict.fromkeys(keys), query)
    assert (r.key, r.score) == want if want else not r.hit
    assert len(m) == len(set(keys))


def test_indexed_answers_equal_the_scan():
    rng = random.Random(1)
    keys = list(dict.fromkeys("".join(rng.choices("abcdef ", k=rng.randint(8, 20))).strip() or "x"
                              for _ in range(3000)))
    m = ClosestLookup(max_distance=6, normalize=None)
    m.add_many((k, f"for {k}") for k in keys)
    for _ in range(40):
        q = list(rng.choice(keys))
        for _ in range(rng.randint(0, 4)): q[rng.randrange(len(q))] = rng.choice("abcdefg ")
        q = "".join(q)
        if not q.strip(): continue
        want = published_lookup(keys, q)
        r = m.query(q)
        assert (r.key, r.score) == want if want else not r.hit
    assert m._index is not None
    gone = keys[7]
    m.remove(gone)
    assert m.query(gone).score != 0 or m.query(gone).key != gone
    m.add(gone, "again")
    assert (m.query(gone).text, m.query(gone).score) == ("again", 0)


@public
def test_near_collisions_of_the_published_templates_do_not_happen_by_default():
    families = read_templates(local_data("memprompt/templates.json"))
    collisions = 0
    for templates in families.values():
        for a in templates.values():
            own, published = ClosestLookup(), ClosestLookup.published()
            for m in (own, published):
                m.add(a["question"].replace("{word1}", "first").replace("{word}", "first"), a["clarification"])
            for b in templates.values():
                q = b["question"].replace("{word1}", "second").replace("{word}", "second")
                collisions += published.query(q).hit and a["type"] != b["type"]
                assert not (own.query(q).hit and a["type"] != b["type"]), (a["question"], b["question"])
                if a is b: assert own.query(q).hit
    # eleven pairs of wordings, each in both directions, and like ~ unlike does not recur in the fifth family
    assert collisions == 22


def test_like_is_not_unlike_unless_the_published_rule_is_asked_for():
    own, published = ClosestLookup(), ClosestLookup(max_distance=6)
    for m in (own, published): m.add("what is like < a > ?", "a synonym")
    assert (
        not own.query("what is unlike < b > ?").hit
        and "'like' is not 'unlike'" in own.query("what is unlike < b > ?").why
    )
    assert published.query("what is unlike < b > ?").score == 2
    assert own.query("what is lke < b > ?").hit


def test_limits_are_strict():
    m = ClosestLookup(max_distance=3, normalize=None)
    m.add("abcdef", "x")
    assert m.query("abcxyf").hit and not m.query("abxyzf").hit
    with pytest.raises(ValueError, match="above 0"): ClosestLookup(max_distance=0)


def test_receipts_name_the_runners_up_and_the_reason():
    m = ClosestLookup()
    for k in ("what is like < a >", "what is unlike < a >", "define < a >"): m.add(k, f"for {k}", id=k)
    r = m.query("what is like < b >")
    assert [c.key for c in r.candidates] == ["what is like", "what is unlike", "define"]
    assert r.id == "what is like < a >" and r.threshold == 6 and "within the limit" in r.why
    assert m.query("< b >").why == "nothing is left of the question to compare" or not m.query("< b >").hit


@pytest.mark.parametrize(
    "make", [ClosestLookup, lambda: SemanticLookup("hash"), lambda: TransformLookup(lambda q: q, "hash")]
)
def test_bad_input_and_empty_memory(make):
    m = make()
    assert m.query("anything at all").why == "the memory is empty"
    assert m.query("   ").why == "the question is empty"
    with pytest.raises(InvalidData, match="a key is empty"): m.add(" ", "x")
    with pytest.raises(InvalidData, match="a clarification must be text"): m.add("k", None)
    with pytest.raises(InvalidData, match="a question must be text"): m.query(None)
    assert len(m) == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "remove"]),
            st.sampled_from(["one two", "three four", "five six", "seven eight nine"]),
            st.integers(0, 99),
        ),
        max_size=25,
    )
)
@settings(max_examples=60, deadline=None)
def test_no_order_of_writes_leaves_a_second_copy(ops):
    for m in (ClosestLookup(), SemanticLookup("hash", threshold=.95)):
        want = {}
        for op, key, i in ops:
            if op == "add":
                m.add(key, f"text {i}")
                want[key] = f"text {i}"
            else: assert m.remove(key) == (want.pop(key, None) is not None)
            if want:
                k = next(iter(want))
                assert m.query(k).text == want[k]
        assert len(m) == len(want)
        for k, t in want.items(): assert (m.query(k).hit, m.query(k).text) == (True, t)


@pytest.mark.parametrize(
    "question, upstream, shape",
    [
        ("What  is like < A > ?", "what is like", "what is like"),
        ("What is < a > versus < b > ?", "what is", "what is versus"),
        ("< w > kya hota hai?", "kya hota hai", "kya hota hai"),
        ("समान < w > क्या?", "", "समान क्या"),
        ("a , b", "a  b", "a b"),
    ],
)
def test_normalisation(question, upstream, shape):
    assert (normalizer("upstream")(question), normalizer("shape")(question)) == (upstream, shape)


def test_other_scripts_are_found_by_the_default_and_never_by_the_published_rule():
    own, published = ClosestLookup(), ClosestLookup.published()
    for m in (own, published): m.add("< शब्द > का अर्थ क्या है ?", "a definition")
    assert own.query("< पानी > का अर्थ क्या है ?").text == "a definition"
    assert not published.query("< पानी > का अर्थ क्या है ?").hit


def test_semantic_equals_exact_search():
    import numpy as np
    m = SemanticLookup("hash", threshold=-1)
    keys = [f"question {i} about {w}" for i in range(60) for w in ("tides", "bread", "clocks")]
    for k in keys: m.add(k, f"for {k}")
    vectors = m.embedder(keys)
    for q in ("what about bread", "clocks and tides 17", "question 59"):
        scores = vectors @ m.embedder([q])[0]
        assert m.query(q).key == keys[int(np.argmax(scores))]
        assert m.query(q).score == pytest.approx(float(scores.max()), abs=1e-5)
