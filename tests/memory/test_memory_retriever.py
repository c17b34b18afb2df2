"""Trained retrievers, calibration and the drill: what the notebooks show, on the package."""
import json
from statistics import NormalDist

import numpy as np
import pytest
from memory_helpers import obedient

from promptmem.core import InvalidData
from promptmem.lm.embed import load_embedder
from promptmem.lm.base import CallableLM
from promptmem.memory import (ClosestLookup, SemanticLookup, calibrate, learning_curve, load_head, make_pairs,
                              make_tasks, pair_scores, split_pairs, train_retriever, poisoning_test)

ROWS = [dict(question=t.question, type=t.type) for t in make_tasks(150, "own", seed=0)]


def test_pairs_are_seeded_and_wordings_do_not_leak():
    pairs = make_pairs(ROWS, 40, seed=1)
    assert pairs == make_pairs(ROWS, 40, seed=1) != make_pairs(ROWS, 40, seed=2)
    train, test = split_pairs(pairs, .3, seed=0)
    shape = lambda q: q.split(" < ")[0] + q.split(" > ")[-1]
    words = [{shape(p[s]) for p in ps for s in ("sentence1", "sentence2")} for ps in (train, test)]
    assert train and test and not words[0] & words[1]


def test_a_head_learns_saves_and_loads_without_pickle(tmp_path):
    pairs = make_pairs(ROWS, 60, seed=1)
    head = train_retriever(pairs, "hash", dim=16, epochs=3)
    assert pair_scores(head, pairs)["auc"] > pair_scores(load_embedder("hash"), pairs)["auc"]
    head.save(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["head.json", "head.safetensors"]
    np.testing.assert_allclose(load_head(tmp_path)(["a b"]), head(["a b"]), atol=1e-6)
    m = SemanticLookup(load_head(tmp_path), threshold=.8)
    m.add(ROWS[0]["question"], "kept")
    assert m.query(ROWS[0]["question"]).text == "kept"
    (tmp_path/"head.json").write_text(json.dumps(dict(base="hash-64", dim=16)))
    with pytest.raises(InvalidData, match="this head takes 512 numbers"): load_head(tmp_path)(["a"])


@pytest.mark.parametrize(
    "lookup", [lambda: ClosestLookup.published(), lambda: ClosestLookup(), lambda: SemanticLookup("hash")]
)
@pytest.mark.parametrize("allowed", [0., .01, .1])
def test_a_calibrated_limit_keeps_its_promise_on_its_pairs(lookup, allowed):
    pairs, m = make_pairs(ROWS, 40, seed=1), lookup()
    c = calibrate(m, pairs, max_false_injection=allowed)
    hits = []
    for p in pairs:
        one = lookup()
        one.threshold = m.threshold
        one.add(p["sentence2"], "x")
        hits.append(one.query(p["sentence1"]).hit)
    label = np.array([p["label"] for p in pairs])
    assert np.mean(np.array(hits)[label == 0]) == pytest.approx(c.false_injection,
                                                                abs=1e-9) and c.false_injection <= allowed
    assert np.mean(np.array(hits)[label == 1]) == pytest.approx(c.found, abs=.02)


@pytest.mark.parametrize("n, allowed", [(21, .01), (60, .05), (300, .01), (600, .02), (300, .1)])
def test_a_calibrated_limit_keeps_its_rate_on_pairs_yet_to_come(n, allowed, monkeypatch):
    import promptmem.memory.calibration as calibration
    monkeypatch.setattr(calibration, "pair_distances", lambda lookup, pairs: pairs)
    rng, over = np.random.default_rng(n), 0
    for _ in range(200):
        d = np.r_[np.floor(np.maximum(0, 20 + 5*rng.normal(size=n))), np.floor(np.maximum(0, 8 + 4*rng.normal(size=n)))]
        c = calibrate(ClosestLookup(), (d, np.arange(2*n) >= n), allowed)
        true = NormalDist().cdf((np.ceil(c.threshold) - 20)/5) # share of unlike pairs below the limit
        over += true > c.promised + 1e-12
        assert c.promised >= allowed and bool(c.note) == (c.promised > allowed)
    assert over <= 18 # 5 % of 200, and what chance may add


def test_a_drill_breaks_exactly_what_it_plants_and_the_curve_rises():
    lm, tasks = CallableLM(obedient), make_tasks(90, "own", seed=0)
    s = poisoning_test(lm, tasks, plant=4, seed=1).summary()
    assert s["before"] == 100 and s["broken"] == s["injected"] > 0 and s["change"] < 0
    curve = learning_curve(lm, tasks, seed=1)
    assert curve.accuracy.iloc[0] == 0 and curve.accuracy.iloc[-1] == 100 and curve.clarifications.iloc[-1] == 15


def test_pairs_and_questions_are_read_from_files_of_the_published_form(tmp_path):
    rows = [dict(ques=r["question"], ans="x", type=r["type"]) for r in ROWS]
    (tmp_path/"all.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    pairs = make_pairs(tmp_path/"all.jsonl", 10, seed=1)
    assert pairs == make_pairs(ROWS, 10, seed=1)
    file = tmp_path/"train.jsonl"
    file.write_text("".join(json.dumps(p) + "\n" for p in pairs))
    head = train_retriever(str(file), embedder="hash", epochs=1)
    assert pair_scores(head, file) == pair_scores(train_retriever(pairs, embedder="hash", epochs=1), pairs)
    assert split_pairs(file, .3) == split_pairs(pairs, .3)
    file.write_text('{"sentence1": "a", "label": 1}\n')
    with pytest.raises(InvalidData, match="pair 0 has no sentence2"): train_retriever(file, embedder="hash")
