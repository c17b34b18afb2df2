"""Bad values for every argument of recall's calls: a result, or one error that this package raised itself."""
import datetime
import decimal
import inspect
import linecache
import random
import traceback
from pathlib import Path

import numpy as np
import pandas as pd
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

ODD = [None, True, False, 0, -1, 2**70, 1e308, float("nan"), float("inf"), 1 + 2j, decimal.Decimal("NaN"), b"bytes",
       object(), datetime.date(2024, 1, 1), Path("."), [], [[]], [None], [1, "a"], (), {}, {1: 2},
       {"a": {"b": object()}}, set(), {1, "a"}, frozenset(), range(3), np.int64(3), np.array([]),
       np.array([[1., np.nan]]), np.array(["a"]),
       np.zeros((0, 3)), pd.DataFrame(), pd.DataFrame({"a": [1]}), pd.NaT, pd.Series([1]), Ellipsis, "", " ", "\0",
       "\ud83d", "a" * 3000, "../../etc/passwd", "nan", "[SEP]", "<|endoftext|>", "short text"]
PACKAGE = str(Path(pm.__file__).parent)


def raised_here(e):
    "Did this package raise it, with a `raise` of its own?"
    last = traceback.extract_tb(e.__traceback__)[-1]
    return last.filename.startswith(PACKAGE) and "raise" in linecache.getline(last.filename, last.lineno)


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


SLOW = (study, recall_test, RecallSession, continue_ids, recognition_test, sentence_scores) # half of the values each
SKIPPED = {"checkpoint", "notes", "other", "words"} # files, and lists that are filled or read only later


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_bad_values_for_every_argument():
    tried, bad = 0, {}
    for call, good in calls().items():
        for name, p in inspect.signature(call).parameters.items():
            if p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) or name in SKIPPED: continue
            for v in ODD[tried % 2::2] if call in SLOW else ODD:
                tried += 1
                try: call(**{**good, name: v})
                except ImportError: pass
                except Exception as e:
                    if raised_here(e): continue
                    bad.setdefault((call.__name__, name, type(e).__name__), []).append(repr(v)[:40])
    assert not bad, "\n".join(f"{k}: {len(v)}, such as {v[0]}" for k, v in bad.items())
    assert tried >= 3000


def test_the_first_mistakes_are_told_in_a_sentence():
    lm = pm.lm.TransformersLM(tiny_model("llama"), byte_tokenizer())
    with pytest.raises(TypeError, match="missing a required argument: 'sentences'.*give its .model and .tokenizer"):
        study(lm, ["a lamp"])
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
