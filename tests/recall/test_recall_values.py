"""Bad values for every argument of recall's calls: a result, or one error that this package raised itself."""
import inspect
import random

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

import promptmem as pm  # noqa: E402
from promptmem.recall import (  # noqa: E402
    Learner, RecallSession, audit_foils, condition, cut_words, expanding, make_foils, recall_test, recognition_test,
    rouge, sentence_scores, study)
from promptmem.recall.foils import find_defects, gibberish, paraphrase, published_split, synonym  # noqa: E402
from promptmem.recall.generation import continue_ids, recalled_words  # noqa: E402
from promptmem.recall.recognition import dprime  # noqa: E402
from promptmem.recall.retention import interference_plan  # noqa: E402
from promptmem.recall.studying import exposure_batches, tokenize  # noqa: E402
from promptmem.testing import byte_tokenizer, tiny_model  # noqa: E402
from tests.odd_values import report, sweep  # noqa: E402


def calls():
    "Each call with good arguments"
    on = dict(model=tiny_model("llama"), tokenizer=byte_tokenizer())
    seen, unseen = ["The lamp hums.", "Nobody paints."], ["The clock stops.", "Nobody waters."]
    both, one = dict(seen=seen, unseen=unseen), dict(text="The happy dog ran.", rng=random.Random(0))
    return {study: on | dict(sentences=seen, progress=False), sentence_scores: on | dict(sentences=seen),
            recognition_test: on | both, recall_test: on | dict(seen=seen), RecallSession: on | both, Learner: on,
            continue_ids: on | dict(prompts=[[5]], lengths=[2]), tokenize: on | dict(sentences=seen),
            make_foils: dict(sentences=seen, kind="synonym", corpus=unseen), audit_foils: both, find_defects: both,
            condition: dict(k=1, corpus=seen+unseen, n=2), published_split: dict(corpus=seen+unseen, seed=0, n=2),
            gibberish: one, synonym: one, paraphrase: one, cut_words: dict(text="a b c", words=1),
            rouge: dict(target="a b", text="a c"), recalled_words: dict(target="a", said="b"),
            dprime: dict(area=.5, n=3), expanding: dict(first=1, times=2),
            interference_plan: dict(n_seen=2, n_other=3, updates=2),
            exposure_batches: dict(lengths=[3, 4], batch_size=1)}


SLOW = (study, recall_test, RecallSession, continue_ids, recognition_test, sentence_scores) # a third of the values each
SKIPPED = {"checkpoint", "notes", "other", "words"} # files, and lists that are filled or read only later


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_bad_values_for_every_argument(tmp_path, monkeypatch):
    (tmp_path/"here").mkdir()
    monkeypatch.chdir(tmp_path/"here")
    for slow in (False, True):
        some = ((call, good, SKIPPED & {*inspect.signature(call).parameters}) for call, good in calls().items()
                if (call in SLOW) == slow)
        tried, bad = sweep(some, step=3 if slow else 1)
        assert not bad, report(bad)
        assert tried >= 700


def test_the_first_mistakes_are_told_in_a_sentence():
    lm = pm.lm.TransformersLM(tiny_model("llama"), byte_tokenizer())
    with pytest.raises(TypeError, match="missing a required argument: 'sentences'"): study(lm)
    with pytest.raises(TypeError, match="model is a TransformersLM: give its .model and .tokenizer"):
        study(lm, lm.tokenizer, ["a lamp"])
    with pytest.raises(TypeError, match="tokenizer is .*expected its tokenizer"): study(lm.model, ["a lamp"], ["b"])
    with pytest.raises(TypeError, match="unexpected keyword argument 'exposure'"):
        study(lm.model, lm.tokenizer, ["a lamp"], exposure=3)
    with pytest.raises(TypeError, match="seen is one string: expected a list"):
        recognition_test(lm.model, lm.tokenizer, "a lamp", "a clock")
    with pytest.raises(ValueError, match="lr is nan: expected a number above 0"):
        study(lm.model, lm.tokenizer, ["a lamp"], lr=float("nan"))
    with pytest.raises(ValueError, match="1 contexts for 2 sentences"):
        sentence_scores(lm.model, lm.tokenizer, ["a lamp", "a clock"], contexts=["Once."])


def test_numbers_of_numpy_are_numbers():
    a = make_foils(["The happy dog ran."]*3, "gibberish", seed=np.int64(3))
    assert a == make_foils(("The happy dog ran.",)*3, "gibberish", seed=3)
    assert make_foils(np.array(["The happy dog ran."]*3), "gibberish", seed=3) == a
    assert make_foils(iter(["The happy dog ran."]*3), "gibberish", seed=3) == a


def test_a_language_model_stands_for_its_model_and_tokenizer():
    "`edit(lm, ...)` and the tests of the recall room are called alike, with the same result as with both parts"
    import promptmem as pm
    from promptmem.recall import RecallTester, recall_test
    lm = pm.lm.TransformersLM(tiny_model("llama"), byte_tokenizer())
    seen, unseen = ["a red lamp", "a blue door"], ["a red door", "a blue lamp"]
    whole, parts = recognition_test(lm, seen, unseen), recognition_test(lm.model, lm.tokenizer, seen, unseen)
    assert whole.frame.equals(parts.frame)
    assert recall_test(lm, seen).frame.equals(recall_test(lm.model, lm.tokenizer, seen=seen).frame)
    before = {n: p.clone() for n, p in lm.model.named_parameters()}
    run = study(lm, seen, exposures=1, progress=False)
    assert any(not p.equal(before[n]) for n, p in lm.model.named_parameters())
    run.undo()
    assert all(p.equal(before[n]) for n, p in lm.model.named_parameters())
    pytest.importorskip("ipywidgets")
    assert "sentences: 2" in repr(RecallTester(lm, seen, unseen))
