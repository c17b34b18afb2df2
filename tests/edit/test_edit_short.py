"Training steps on short texts are those of the model's own way; questions asked in a conversation stand in the verdict"
from contextlib import nullcontext

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("peft")

from promptmem.edit import CanonicalExamples, edit, evaluate_edit, load_edit  # noqa: E402
from promptmem.edit.deltas import verdict  # noqa: E402
from promptmem.edit.evaluate import free_answers  # noqa: E402
from promptmem.edit.losses import (  # noqa: E402
    KLReference,
    ending_losses,
    endings_beside,
    one_row,
    scored_logits,
)
from promptmem.edit.modules import read_once_below  # noqa: E402
from promptmem.edit.packed import Packed, packed_texts, read_packed  # noqa: E402
from promptmem.edit.scores import state_key  # noqa: E402
from promptmem.edit.short import short_adapters, short_attention, short_norms  # noqa: E402
from promptmem.testing import Chars, chat_tokenizer, tiny_model  # noqa: E402

ARCHS = ("gpt2", "gpt_neox", "llama", "gemma2", "opt", "mistral", "qwen2")


def gradients(m, width=9, low=False):
    "Loss and gradients of a padded batch"
    m.zero_grad()
    ids = torch.arange(2*width).view(2, width) % 40
    mask = torch.ones_like(ids)
    mask[1, width-3:] = 0
    with torch.autocast("cpu", torch.bfloat16, enabled=low):
        logits = m(input_ids=ids, attention_mask=mask).logits.float()
    loss = logits[mask.bool()].square().mean()
    loss.backward()
    return [loss.detach(), *(p.grad.clone() for p in m.parameters() if p.grad is not None)]


@pytest.mark.parametrize("arch", ARCHS)
@pytest.mark.parametrize("width", (9, 140))  # and a text that is not short
def test_a_step_in_the_short_form_is_the_same_step(arch, width):
    m = tiny_model(arch, **(dict(num_key_value_heads=2) if arch in ("mistral", "qwen2") else {}))
    want = gradients(m, width)
    with short_attention(m), short_norms(m): got = gradients(m, width)
    again = gradients(m, width)
    assert len(got) == len(want) and all(torch.allclose(a, b, atol=1e-5, rtol=1e-3) for a, b in zip(got, want))
    assert all(torch.equal(a, b) for a, b in zip(again, want))  # nothing stays behind
    assert not any("forward" in vars(x) for x in m.modules())


@pytest.mark.parametrize("arch", ("llama", "gpt_neox"))
def test_in_bfloat16_products_the_short_form_is_no_further_from_the_exact_step(arch):
    m = tiny_model(arch)
    exact = gradients(m)
    def off(context):
        with context: return sum(float((a-b).square().sum()) for a, b in zip(gradients(m, low=True), exact))
    assert off(short_attention(m)) <= 1.5*off(nullcontext())


def test_what_is_not_plain_goes_its_own_way():
    m = tiny_model("llama")
    handle = next(x for x in m.modules() if type(x).__name__ == "LlamaRMSNorm").register_forward_hook(lambda *a: None)
    with short_norms(m) as n: assert n == 4  # the one that is listened to is left alone
    handle.remove()
    with short_adapters(m) as n: assert n == 0
    m.set_attn_implementation("eager")
    with short_attention(m): assert m.config._attn_implementation == "eager"
    assert m.config._attn_implementation == "eager"


def test_the_penalty_is_zero_for_the_model_itself_and_kept_in_float32():
    m, texts = tiny_model("llama"), ["some ordinary text", "another one of it"]
    with torch.autocast("cpu", torch.bfloat16):
        ref = KLReference(m, Chars(), texts)
        import random
        assert abs(float(ref(m, random.Random(0)).detach())) < 1e-6


@pytest.mark.parametrize("arch", ("llama", "gpt2"))
def test_the_key_of_a_model_sees_every_number(arch):
    m = tiny_model(arch).bfloat16()
    keys = {state_key(m)}
    for p in m.parameters():
        with torch.no_grad():
            flat = p.view(-1)
            was, flat[len(flat)//2] = flat[len(flat)//2].clone(), 9.
            keys.add(state_key(m))
            flat[len(flat)//2] = was
    assert len(keys) == 1 + len(list(m.parameters()))
    assert state_key(m) in keys


def chatty():
    tok = chat_tokenizer("chatml")
    return tok, tiny_model("llama", context=256, width=32, vocab=len(tok), initializer_range=.1)


def test_a_model_that_can_chat_is_asked_and_the_verdict_says_how_it_went(tmp_path):
    tok, m = chatty()
    x = CanonicalExamples.read([dict(prefix="What is it?", suffix=" a cat")], quiet=True)
    plain = ["some ordinary text", "a rather longer text about nothing", "x y z"]*4
    options = dict(kl=0., epochs=1, progress=False)
    with edit(m, tok, x, "lora", None, plain, chat=True, **options) as e:
        (a,) = e.outcome["asked"]
        assert a["question"] == "What is it?" and a["wanted"] == " a cat" and {"before", "after"} <= a.keys()
        assert "asked in a conversation, " in e.verdict and "1 answers contain the ending" in e.verdict
        assert "What is it?" in repr(e) and "What is it?" in e._repr_html_()
        assert "asked in a conversation" in evaluate_edit(e, x, generate=0).verdict
        e.save(tmp_path/"e")
    assert load_edit(tmp_path/"e", m, tok).outcome["asked"] == [a]
    with edit(m, tok, x, "lora", None, plain, chat=True, ask=0, **options) as e: assert "asked" not in e.outcome
    with edit(m, tok, x, "lora", None, plain, **options) as e: assert len(e.outcome["asked"]) == 1  # statements, too
    avoid = CanonicalExamples.read([dict(prefix="What is it?", suffix=" a cat")], task="stereoset", quiet=True)
    with edit(m, tok, avoid, "lora", None, plain, **options) as e: assert "asked" not in e.outcome


@pytest.mark.parametrize("right, chat, said", ((True, True, "worked:"), (False, True, "worked partly:"),
                                               (False, False, "worked:")))
def test_what_is_not_said_when_asked_is_told(right, chat, said):
    asked = [dict(question="q", wanted="a", before="b", after="c", right_before=False, right_after=right)]
    v = verdict(dict(passed=1, of=1, before=0, asked=asked, chat=chat))
    assert v.startswith(f"The edit {said}") and f"{int(right)} of 1 answers contain the ending (0 before)" in v


@pytest.mark.parametrize("arch", ("llama", "gpt2"))
def test_free_answers_are_the_likeliest_whatever_the_checkpoint_asks_for(arch):
    m = tiny_model(arch, vocab=257)
    want = free_answers(m, Chars(), ["the king", "a"], 6)
    m.generation_config.repetition_penalty, m.generation_config.no_repeat_ngram_size = 5., 1
    assert free_answers(m, Chars(), ["the king", "a"], 6) == want
    assert m.generation_config.repetition_penalty == 5.


def test_rows_are_evaluated_as_they_are_edited():
    "`evaluate_edit` takes what `edit` takes, and says what it cannot take"
    from promptmem.core import InvalidData
    from promptmem.edit import edit, evaluate_edit
    import promptmem as pm
    from promptmem.testing import byte_tokenizer, tiny_model
    lm = pm.lm.TransformersLM(tiny_model("gpt2"), byte_tokenizer())
    e = edit(lm, [("the key is", " red", "key")], degradation=None, progress=False, epochs=1)
    assert evaluate_edit(e, [("the key is", " red", "key")]).train.after in (0., 1.)
    for bad in (3, "rows", None):
        with pytest.raises(InvalidData, match="examples is of type .*expected CanonicalExamples, or rows"):
            evaluate_edit(e, bad)
    e.undo()


TEXTS = [[3, 1, 4, 1, 5], [9, 2], [6, 5, 3, 5, 8, 9, 7, 9], [3]]


def row_gradients(m, packed):
    "Hidden states of some texts and the gradients of their squares, in one row or text by text"
    m.zero_grad()
    if packed:
        row = Packed(TEXTS)
        parts = row.parts(read_packed(m.base_model, row))
    else: parts = [m.base_model(torch.tensor([t]), use_cache=False).last_hidden_state[0] for t in TEXTS]
    (sum(p.square().sum() for p in parts)/10).backward()
    return [*(p.detach() for p in parts), *(p.grad.clone() for p in m.parameters() if p.grad is not None)]


@pytest.mark.parametrize("arch", ARCHS)
def test_texts_in_one_row_are_read_as_by_themselves_or_not_in_one_row(arch):
    m = tiny_model(arch, **(dict(num_key_value_heads=2) if arch in ("mistral", "qwen2") else {}))
    want = row_gradients(m, False)
    with short_attention(m), short_norms(m), packed_texts(m.base_model) as able:
        assert able or arch in ("gemma2", "opt")  # the first has attention of its own, the second is new to it
        if able:
            got = row_gradients(m, True)
            assert all(torch.allclose(a, b, atol=1e-4, rtol=1e-3) for a, b in zip(got, want))
    with packed_texts(m.base_model) as outside: assert not outside  # without the attention that is told of it


def test_a_model_whose_positions_do_not_start_anew_is_found_out(monkeypatch):
    from promptmem.edit import packed
    monkeypatch.setattr(packed, "_tried", {})
    m = tiny_model("gpt2")  # each position has a vector of its own
    forward = m.base_model.forward
    m.base_model.forward = lambda input_ids=None, position_ids=None, **kw: forward(input_ids=input_ids, **kw)
    with short_attention(m), packed_texts(m.base_model) as able: assert not able


@pytest.mark.parametrize("layer", (0, 1))
def test_a_step_in_one_row_is_the_step_of_two_batches(layer):
    "The endings' losses, the penalty and all gradients; the lower blocks are read once for each text"
    m = tiny_model("llama", num_hidden_layers=3, vocab=257)
    other = tiny_model("llama", num_hidden_layers=3, vocab=257, seed=1)
    texts = ["some ordinary text", "another one, which is longer", "x y z"]
    items = [[([5, 6, 7, 8], 2)], [([9, 8], 1)]]
    ref = KLReference(other, Chars(), texts)
    for n, p in m.named_parameters(): p.requires_grad_(not layer or f"layers.{layer}" in n)
    def step(one):
        m.zero_grad()
        if one: c, n, new = endings_beside(m, items, ref.texts([0, 2]))
        else:
            (c, n), new = ending_losses(m, items), scored_logits(m, ref.texts([0, 2]))[0]
        (c.sum() + ref.of(new, [0, 2])).backward()
        return [c.detach(), n, new.detach(), *(p.grad.clone() for p in m.parameters() if p.grad is not None)]
    want = step(False)
    with read_once_below(m, layer), short_attention(m), packed_texts(m.base_model) as able:
        assert able and one_row(m, items) and not one_row(m, [[([1]*200, 3)]])
        for _ in range(2):
            assert all(torch.allclose(a, b, atol=1e-5, rtol=1e-3) for a, b in zip(step(True), want))
