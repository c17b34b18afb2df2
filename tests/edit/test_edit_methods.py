"""Every method: within its limit, undone to the last bit, the same after saving and loading."""
import pytest
import torch

from promptmem.core import InvalidData
from promptmem.edit import CanonicalExamples, edit, evaluate_edit, load_edit, merge, sequential_edits
from promptmem.edit.deltas import ledger
from promptmem.edit.editor import UNRELATED, with_chats
from promptmem.edit.evaluate import prompt_ids
from promptmem.edit.losses import encode_rows
from promptmem.edit.scores import item_losses
from promptmem.testing import chat_tokenizer, tiny_model

from . import small

CASES = [("gpt_neox", m) for m in ("full", "lora", "ft-l", "memit", "rome")] + [
    ("gpt2", "lora"),
    ("gpt2", "memit"),
    ("gptj", "rome"),
    ("llama", "memit"),
    ("backpack", "senses"),
    ("backpack", "full"),
]


def options(method): return dict(epochs=2) if method in ("full", "lora", "senses", "ft-l") else dict(contexts=1)


@pytest.mark.parametrize("kind,method", CASES)
def test_undo_save_load(kind, method, tmp_path):
    m, tok, ex, ids = small.model(kind), small.Chars(), small.examples(), small.ids()
    before = small.state(m)
    with torch.no_grad(): out = m(ids).logits
    e = edit(m, tok, ex, method, degradation=None, general_text=small.texts(), **options(method))
    with torch.no_grad(): edited = m(ids).logits
    assert e.active and not torch.equal(edited, out)
    e.save(tmp_path)
    e.undo()
    assert small.same(m, before)
    with torch.no_grad():
        assert torch.equal(m(ids).logits, out)
        with load_edit(tmp_path, m, tok): assert torch.equal(m(ids).logits, edited)
        fresh = small.model(kind)
        with load_edit(tmp_path, fresh, tok): assert torch.equal(fresh(ids).logits, edited)
        assert torch.equal(m(ids).logits, out) and small.same(m, before) and small.same(fresh, before)
    assert {p.suffix for p in tmp_path.iterdir()} == {".safetensors", ".json"}
    with pytest.raises(InvalidData, match="another base model"): load_edit(tmp_path, small.model(kind, seed=1))


@pytest.mark.parametrize("method", ("full", "lora", "memit"))
def test_limit_is_kept(method):
    m, tok = small.model(), small.Chars()
    e = edit(m, tok, small.examples(), method, degradation=1e-3, general_text=small.texts(), **options(method))
    r = evaluate_edit(e, small.examples(), small.texts(), exact=True, generate=1)
    assert e.limit["inside"] and 0 <= e.scale <= 2 and r.success.change.n == 1
    e.undo()


def test_half_precision_keeps_small_updates():
    m, tok = small.model(dtype=torch.bfloat16), small.Chars()
    before = small.state(m)
    e = edit(m, tok, small.examples(), "full", degradation=None, general_text=small.texts(8), epochs=1, lr=1e-6)
    moved = sum(int((d != 0).sum()) for d in e.delta.dense.values())/sum(d.numel() for d in e.delta.dense.values())
    # float32 master weights: nothing is rounded away
    assert moved > .5 and next(m.parameters()).dtype == torch.bfloat16
    e.undo()
    assert small.same(m, before)


def test_edits_come_out_in_any_order():
    m, tok = small.model(), small.Chars()
    before = small.state(m)
    edits = [edit(m, tok, small.examples(), k, degradation=None, general_text=small.texts(8), **options(k))
             for k in ("full", "lora", "memit")]
    for i in (1, 0, 2):
        assert not small.same(m, before)
        edits[i].undo()
    assert small.same(m, before) and not ledger(m).base
    both = merge(edits)
    with torch.no_grad():
        with edits[0], edits[1], edits[2]: want = m(small.ids()).logits
        with both: got = m(small.ids()).logits
    assert torch.allclose(want, got, atol=1e-4) and {c["place"] for c in both.conflicts} and small.same(m, before)


def test_a_failed_training_changes_nothing():
    m, before = small.model(), None
    before = small.state(m)
    for method in ("full", "lora"):
        with pytest.raises((FloatingPointError, ValueError)):
            edit(m, small.Chars(), small.examples(), method, general_text=small.texts(8), lr=float("nan"))
        assert small.same(m, before) and not ledger(m).active and all(p.requires_grad for p in m.parameters())
        assert not any("lora" in n for n, _ in m.named_modules())


def test_sense_edit_touches_only_texts_with_its_words():
    m, tok = small.model("backpack"), small.Chars()
    away = small.ids("ZYXWV")
    with torch.no_grad(): there, far = m(small.ids()).logits, m(away).logits
    e = edit(m, tok, small.examples(), "senses", degradation=None, general_text=small.texts(8), epochs=3)
    assert not set(e.delta.senses[0].tolist()) & set(away[0].tolist())
    with torch.no_grad(): assert torch.equal(m(away).logits, far) and not torch.equal(m(small.ids()).logits, there)
    e.scale = 0.
    with torch.no_grad(): assert torch.equal(m(small.ids()).logits, there)
    e.undo()


def test_sequential_edits_leave_the_model():
    m = small.model()
    before = small.state(m)
    f = sequential_edits(m, small.Chars(), small.examples(), "rome", sizes=(1, 2), general_text=small.texts(8),
                         contexts=0)
    assert list(f.edits) == [1, 2] and small.same(m, before)


def test_an_edit_of_answers_is_limited_by_other_answers():
    "Unrelated questions with the unedited model's own answers stand among the texts of the limit and of the penalty"
    tok = chat_tokenizer("chatml")
    m = tiny_model("llama", context=256, width=16, vocab=len(tok), initializer_range=.3)
    x = CanonicalExamples.read([dict(prefix="What is it?", suffix=" a cat")], quiet=True)
    plain = ["some ordinary text", "a rather longer text about nothing", "x y z"]*4
    with edit(m, tok, x, "lora", .5, plain, chat=True, kl=0., epochs=1, progress=False) as e:
        assert e.chat and e.limit["of"] == 9 + 2  # three quarters of the texts, and two conversations
    limit, train = with_chats(m, tok, plain[:10], plain[:10])
    talks = [t for t in limit + train if t.startswith("<|im_start|>user\n")]
    assert len(talks) == 2 + 12 and (len(limit), len(train)) == (12, 22)
    for t, q in zip(talks, UNRELATED[:2]):
        ids, head = tok(t)["input_ids"], prompt_ids(tok, q, chat=True)
        assert ids[:len(head)] == head and len(ids) > len(head)
    with edit(m, tok, x, "lora", .5, plain, kl=0., epochs=1, progress=False) as e: assert e.limit["of"] == 9


def test_examples_are_learned_behind_other_text():
    "With contexts, the fact is likelier behind a text that was never seen"
    m, behind = small.model(), [dict(prefix="bcd efg. the tower of Orun is in", suffix=" Mel")]
    x, found = small.examples(), []
    for k in (0, 2):
        options = dict(lr=3e-3, kl=0., epochs=20, contexts=k)
        with edit(m, small.Chars(), x, "full", None, small.texts(), progress=False, **options) as e:
            found.append(float(item_losses(m, encode_rows(small.Chars(), behind))[0, 0]))
        assert e.config["settings"]["contexts"] == k
    assert found[1] < found[0]
