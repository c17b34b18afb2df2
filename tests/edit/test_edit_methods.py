"""Every method: within its limit, undone to the last bit, the same after saving and loading."""
import random
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from promptmem.core import InvalidData
from promptmem.edit import CanonicalExamples, edit, evaluate_edit, load_edit, merge, sequential_edits
from promptmem.edit.conversations import UNRELATED, own_answers, questions_like
from promptmem.edit.deltas import ledger
from promptmem.edit import editor
from promptmem.edit.editor import wanted_scale
from promptmem.edit.losses import KLReference, encode_rows, encoded
from promptmem.edit.scores import GeneralText, item_losses, limit_test
from promptmem.lm.scoring import pad_id
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


def _talking():
    tok = chat_tokenizer("chatml")
    x = CanonicalExamples.read([dict(prefix="What is a boat?", suffix=" a cat")], quiet=True)
    return tiny_model("llama", context=256, width=16, vocab=len(tok), initializer_range=.3), tok, x

PLAIN = ["some ordinary text", "a rather longer text about nothing", "x y z"]*4


def test_an_edit_of_answers_keeps_a_limit_of_its_own_for_other_answers():
    "Ordinary text may be as it was, and the edit is outside: what the assistant says to others counts for itself"
    m, tok, x = _talking()
    options = dict(chat=True, kl=0., epochs=30, lr=2e-2, progress=False, confidence=None)
    with edit(m, tok, x, "lora", .5, PLAIN, **options) as e:
        kinds = e.limit["kinds"]
        assert e.chat and [*kinds] == ["conversations", "text"] and all(k["inside"] for k in kinds.values())
        assert kinds["text"]["of"] == 9 and kinds["conversations"]["of"] == 48
        found, e.scale = e.scale, 2.  # the mean over all of these texts would hide them: nine texts against 48 answers
        talks = GeneralText.of(own_answers(e.undo().model, tok, UNRELATED[::2]), pad_id(tok))
        assert found < 2 and not limit_test(e.apply(), talks, .5, exact=True).inside
    with edit(m, tok, x, "lora", .5, PLAIN, kl=0., epochs=1, progress=False) as e: assert "kinds" not in e.limit


def test_an_answer_is_stretched_until_it_is_said(monkeypatch):
    "A statement goes on to where it is likeliest, an answer to the first scale at which it is said, if there is one"
    m, tok, x = _talking()
    own, e = encoded(m, tok, x, chat=True), SimpleNamespace(model=m, scale=1.)
    (((ids, start),),), loss = own.rows, [.2]
    monkeypatch.setattr(editor, "cached_losses",
                        lambda *a, **kw: np.array([[loss[0]*(len(ids) - start)/e.scale**4]]))
    assert wanted_scale(e, replace(own, chat=False)) == 2. and wanted_scale(e, own) == 2**(2/6)
    loss[0] = 9.
    assert wanted_scale(e, own) == 2.


def test_other_answers_train_along():
    "With the penalty, what is answered to others is nearer to what it was"
    m, tok, x = _talking()
    talks, rises = GeneralText.of(own_answers(m, tok, UNRELATED[::2]), pad_id(tok)), []
    before = talks.loss(m)
    for kl in (0., 100.):
        with edit(m, tok, x, "lora", None, PLAIN, chat=True, kl=kl, epochs=30, lr=1e-2, progress=False, ask=0):
            rises.append(talks.loss(m) - before)
    assert rises[1] < rises[0]/2 and talks.loss(m) == before


def test_questions_that_begin_alike_say_nothing_of_the_fact():
    m, tok, _ = _talking()
    asked = ["Who conducts the Halden Orchestra?", "When does it open?"]
    found = questions_like(m, tok, asked, 12, seed=3)
    assert found and found == questions_like(m, tok, asked, 12, seed=3) and not set(found) & set(asked)
    for q in found: assert q.startswith(("Who", "When")) and "Halden" not in q and "open" not in q.split()


def test_own_answers_are_written_once_for_a_state_of_the_model(monkeypatch):
    from promptmem.edit import conversations
    (m, tok, _), calls = _talking(), []
    write = conversations.written_on
    monkeypatch.setattr(conversations, "written_on", lambda *a, **kw: calls.append(1) or write(*a, **kw))
    first = own_answers(m, tok, UNRELATED[:3])
    assert own_answers(m, tok, UNRELATED[:3]) == first and len(calls) == 1
    with torch.no_grad(): m.get_output_embeddings().weight.mul_(-1)
    assert own_answers(m, tok, UNRELATED[:3]) != first and len(calls) == 2


def test_a_penalty_draws_half_of_its_texts_from_conversations():
    m, tok, _ = _talking()
    talks = own_answers(m, tok, UNRELATED[:6])
    ref = KLReference(m, tok, PLAIN, beside=talks)
    for seed in range(5):
        pick = ref.draw(random.Random(seed), 4)
        assert [i < ref.plain for i in pick] == [True, True, False, False]
        assert [s for _, s in ref.texts(pick[2:])] == [talks[i - ref.plain][1] for i in pick[2:]]  # answers alone
    assert ref(m, random.Random(0), 4).item() < 1e-6


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
