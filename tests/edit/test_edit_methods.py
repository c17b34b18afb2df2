"""Every method: within its limit, undone to the last bit, the same after saving and loading."""
import pytest
import torch

from promptmem.core import InvalidData
from promptmem.edit import edit, evaluate_edit, load_edit, merge, sequential_edits
from promptmem.edit.deltas import ledger

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
