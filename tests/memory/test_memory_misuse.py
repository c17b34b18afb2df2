"""What people do wrong by mistake gets an error that says what was expected."""

import numpy as np
import pytest

from promptmem.core import InvalidData
from promptmem.lm.embed import load_embedder
from promptmem.lm.base import CallableLM, LMCache
from promptmem.memory import (ClosestLookup, calibrate, compare_logs, fine_tune, learning_curve, load_head, make_pairs,
                              make_tasks, split_pairs, stream, train_retriever, poisoning_test)
from promptmem.memory.logs import Log, Logs
from promptmem.stats import auc, brier, ece, mean_interval, wilson

LM = CallableLM(lambda prompt: "the synonym for x is y", format="published")
TASKS = make_tasks(6, "own", seed=0)


def line(i, strategy="none", p=0., seed=0):
    return dict(idx=i, is_correct=bool(i % 2), correct_so_far=50., strategy=strategy, clarification_probability=p,
                seed=seed, type="syn", family="own")


@pytest.mark.parametrize("run, says", [
    (lambda: stream(LM, ["what is a word?"], "none"), "tasks are"),
    (lambda: stream(LM, [], "none"), "no tasks"),
    (lambda: stream(lambda prompt: "yes", TASKS, "none"), "CallableLM(function)"),
    (lambda: stream(LM, TASKS, "none", window="4"), "window must be at least 1"),
    (lambda: stream(LM, TASKS, "none", max_errors=0), "max_errors must be"),
    (lambda: stream(LM, TASKS, "often"), "unknown strategy"),
    (lambda: calibrate("closest", [("a", "b", 1), ("a", "c", 0)]), "expected a look-up"),
    (lambda: calibrate(ClosestLookup(), [None]), "a labelled pair is"),
    (lambda: calibrate(ClosestLookup(), []), "pairs that fit"),
    (lambda: poisoning_test(LM, TASKS[:1], plant=1), "do not suffice"),
    (lambda: learning_curve(LM, []), "do not suffice"),
    (lambda: make_pairs([dict(type="a")]), "row 0 has no question"),
    (lambda: split_pairs([]), "at least one pair"),
    (lambda: train_retriever([], "hash"), "no pairs"),
    (lambda: train_retriever([dict(a=1)], "hash"), "pair 0 has no sentence1"),
    (lambda: Logs(["a"]), "compare_logs"),
    (lambda: load_embedder("hash:abc"), "unknown embedder"),
    (lambda: load_embedder(None), "unknown embedder"),
    (lambda: ece([.5, .5], [1]), "2 values"),
    (lambda: brier([.5, float("nan")], [1, 0]), "NaN"),
    (lambda: brier([1.5], [1]), "between 0 and 1"),
    (lambda: auc([1, 2, 3], [0, 1, 2]), "0 (wrong) or 1"),
    (lambda: mean_interval([[1, 2]]), "one number per run"),
    (lambda: wilson(1, 2, level=95), "share between"),
])
def test_the_error_says_what_was_expected(run, says):
    with pytest.raises((ValueError, TypeError)) as e: run()
    assert says in str(e.value)


def test_files_that_are_no_logs(tmp_path):
    (tmp_path/"empty.jsonl").write_text("")
    with pytest.raises(InvalidData, match="empty log"): Log.read(tmp_path/"empty.jsonl")
    with pytest.raises(InvalidData, match="is a folder"): Log.read(tmp_path)
    (tmp_path/"head.json").write_text("{")
    with pytest.raises(InvalidData, match="cannot be read"): load_head(tmp_path)
    a, b = Log([line(i) for i in range(10)]), Log([line(i, "memory", .5) for i in range(8)])
    with pytest.raises(InvalidData, match="8, 10 questions"): Logs([a, b]).difference()
    with pytest.raises(KeyError, match="no log 'nope'"): Logs([a, b])["nope"]
    assert len(compare_logs([a, b])) == 2


def test_differences_pair_runs_of_the_same_seed():
    right = lambda strategy, p, seed, n: Log([dict(line(i, strategy, p, seed), is_correct=i < n) for i in range(10)])
    a = [right("memory", .5, s, 5 + s) for s in (2, 0, 1)]
    b = [right("none", 0., s, s) for s in (0, 1, 2)]
    d = Logs([*a, *b]).difference()
    assert d.estimate == pytest.approx(50) and d.lo == pytest.approx(50) == d.hi  # each seed gains exactly 50 points


def test_a_file_that_is_no_cache_is_refused(tmp_path):
    (tmp_path/"notes.txt").write_text("these are my notes, not a cache\n"*50)
    with pytest.raises(InvalidData, match="cannot be used as a cache"): LMCache(tmp_path/"notes.txt")
    assert (tmp_path/"notes.txt").read_text().startswith("these are my notes")
    half = CallableLM(lambda p: "a\ud800", cache=tmp_path/"c.db")
    assert half.complete(["x"])[0].text == half.complete(["x"])[0].text == "a\ufffd"


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    "A sentence-transformers model of two tiny layers, made here"
    transformers, st = pytest.importorskip("transformers"), pytest.importorskip("sentence_transformers")
    torch = pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("encoder")
    words = sorted({w for t in make_tasks(200, "own", seed=0) for w in t.question.lower().replace("?", " ?").split()})
    (folder/"vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]))
    torch.manual_seed(0)
    transformers.BertTokenizerFast(str(folder/"vocab.txt")).save_pretrained(folder)
    transformers.BertModel(transformers.BertConfig(vocab_size=len(words)+5, hidden_size=32, num_hidden_layers=2,
                                                   num_attention_heads=2, intermediate_size=64)).save_pretrained(folder)
    try: from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    except ImportError: from sentence_transformers.models import Pooling, Transformer
    parts = [Transformer(str(folder)), Pooling(32)]
    st.SentenceTransformer(modules=parts).save(str(folder/"st"))
    return folder/"st"


def test_encoder_and_head_are_trained_together(encoder, tmp_path):
    rows = [dict(question=t.question, type=t.type) for t in make_tasks(120, "own", seed=1)]
    pairs = make_pairs(rows, 60, seed=0)
    from promptmem.memory import pair_scores
    before = pair_scores(load_embedder(f"st:{encoder}"), pairs)
    trained = fine_tune(pairs, encoder, tmp_path/"out", dim=16, epochs=3, batch_size=16, lr=3e-3, warmup=5)
    again = fine_tune(pairs, encoder, tmp_path/"again", dim=16, epochs=3, batch_size=16, lr=3e-3, warmup=5)
    assert trained(["a word"]).shape == (1, 16)
    assert pair_scores(trained, pairs)["auc"] > max(.8, before["auc"] + .02)
    np.testing.assert_allclose(trained(["one", "two"]), again(["one", "two"]), atol=1e-6)  # the seed decides
    assert not list((tmp_path/"out").rglob("*.bin")) and list((tmp_path/"out").rglob("*.safetensors"))


def test_models_of_one_name_do_not_share_vectors(encoder, tmp_path):
    rows = [dict(question=t.question, type=t.type) for t in make_tasks(40, "own", seed=1)]
    other = tmp_path/"else"/"st"
    fine_tune(make_pairs(rows, 8), encoder, other, dim=0, epochs=1, lr=1e-2, warmup=1)
    first, second = (load_embedder(f"st:{f}", cache=tmp_path/"vectors.db") for f in (encoder, other))
    assert first.name != second.name and np.abs(first(["a word"]) - second(["a word"])).max() > 1e-4
