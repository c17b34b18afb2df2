"""Losses, scores and updates against implementations of a few lines, on four architectures with random weights."""
import random

import numpy as np
import pytest
import torch

from promptmem.core import InvalidData
from promptmem.edit import CanonicalExamples, LogitDifference, edit, evaluate_edit
from promptmem.edit import BackpackConfig, BackpackLM
from promptmem.edit import memit as direct
from promptmem.edit.deltas import Delta, Edit
from promptmem.edit.ensemble import check_vocabularies
from promptmem.edit.finetune import (
    WIDE,
    FtlSettings,
    LoraSettings,
    Recipe,
    finetune_clamped,
    train_lora,
    train_weights,
)
from promptmem.edit.losses import (
    KLReference,
    edit_loss,
    encode_rows,
    ending_losses,
    ewc_penalty,
    fisher,
    l2_penalty,
    satisfied,
)
from promptmem.edit.modules import module_map
from promptmem.edit.scores import GeneralText, item_losses, limit_test
from promptmem.edit.senses import SensesSettings, train_senses
from promptmem.testing import byte_tokenizer, tiny_model

torch.set_num_threads(1)
ARCHS = ("gpt2", "gpt_neox", "llama", "gemma2")
ROWS = [dict(prefix="the tower of Orun is in", suffix=" Mel", subject="Orun"),
        dict(prefix="the king", suffix=" Ade", subject="king")]
TEXTS = ["some ordinary text", "a rather longer text about nothing", "x y z"]


def model(arch, seed=0): return tiny_model(arch, seed, context=96, width=32, initializer_range=.2)


def plain_loss(m, ids, start):
    "-log p of ids[start:], one text at a time"
    with torch.no_grad(): logp = m(torch.tensor([ids])).logits[0].double().log_softmax(-1)
    return -sum(float(logp[i-1, ids[i]]) for i in range(start, len(ids)))


def pair(tok, r):
    return tok(r["prefix"])["input_ids"] + tok(r["suffix"])["input_ids"], len(tok(r["prefix"])["input_ids"])


@pytest.mark.parametrize("arch", ARCHS)
def test_losses_and_scores(arch):
    m, tok = model(arch), byte_tokenizer()
    want = [plain_loss(m, *pair(tok, r)) for r in ROWS]
    items = encode_rows(tok, ROWS)
    c, n = ending_losses(m, items)
    assert np.allclose(c.detach()[:, 0], want, rtol=1e-4) and n[:, 0].tolist() == [4, 4]
    for share in (True, False): assert np.allclose(item_losses(m, items, share=share)[:, 0], want, rtol=1e-4)
    g = GeneralText(tok, TEXTS)
    assert g.loss(m) == pytest.approx(sum(plain_loss(m, i, 1) for i in g.ids)/sum(len(i)-1 for i in g.ids), rel=1e-4)


@pytest.mark.parametrize("arch", ARCHS)
def test_penalties(arch):
    old, new, tok = model(arch), model(arch, 1), byte_tokenizer()
    got = KLReference(old, tok, TEXTS[:2])(new, random.Random(0), rows=2).item()
    parts = []
    for t in TEXTS[:2]:
        x = torch.tensor([tok(t)["input_ids"]])
        with torch.no_grad(): a, b = (m(x).logits[0, :-1].double().log_softmax(-1) for m in (old, new))
        parts.append((a.exp()*(a-b)).sum(-1))
    assert got == pytest.approx(float(torch.cat(parts).mean()), rel=1e-3)
    name = module_map(old).down_name(1) + ".weight"
    p = dict(old.named_parameters())[name]
    f, want = fisher(old, tok, TEXTS[:2], {name: p})[name], 0
    for t in TEXTS[:2]:
        x = torch.tensor([tok(t)["input_ids"]])
        want = want + torch.autograd.grad(torch.nn.functional.cross_entropy(old(x).logits[0, :-1], x[0, 1:]), p)[0]**2/2
    assert torch.allclose(f, want, rtol=1e-2, atol=1e-10)


@pytest.mark.parametrize("arch", ARCHS)
def test_one_step_of_full_training(arch):
    m, tok = model(arch), byte_tokenizer()
    delta, _ = train_weights(m, tok, CanonicalExamples.read(ROWS, quiet=True),
                             Recipe(epochs=1, lr=1e-3, kl=0., clip=None, early_stop=False))
    twin = model(arch)
    loss = 0
    for r in ROWS:
        ids, start = pair(tok, r)
        logp = twin(torch.tensor([ids])).logits[0].log_softmax(-1)
        loss = loss - sum(logp[i-1, ids[i]] for i in range(start, len(ids)))/(len(ids)-start)/2
    opt = torch.optim.Adam(twin.parameters(), lr=1e-3, betas=(.9, .995))
    loss.backward()
    # Adam's first step is a sign
    sure = {n: p.grad.abs() > 1e-4 for n, p in twin.named_parameters() if p.grad is not None}
    opt.step()
    start = dict(model(arch).named_parameters())
    for n, p in twin.named_parameters():
        if n in sure: assert torch.allclose(delta.dense[n][sure[n]], (p.detach() - start[n])[sure[n]], atol=2e-5)


@pytest.mark.parametrize("arch", ARCHS)
def test_products_in_bfloat16_follow_the_weights_from_step_to_step(arch):
    "Four steps in one pass over the examples: each is computed with the weights that the last one left"
    row = CanonicalExamples.read(ROWS[:1]*4, quiet=True)
    how = dict(epochs=1, lr=.01, kl=0., batch_size=1, early_stop=False)
    rough, exact = (train_weights(model(arch), byte_tokenizer(), row, Recipe(precision=p, **how))[1][0]
                    for p in ("bfloat16", "float32"))
    alone = train_weights(model(arch), byte_tokenizer(), row, Recipe(precision="float32", **dict(how, batch_size=4)))[1]
    assert exact < alone[0] - .5 and abs(rough - exact) < .1*(alone[0] - exact)


@pytest.mark.parametrize("arch", [*ARCHS, "gemma3_text", "opt"])
def test_lora_is_what_its_factors_say_on_any_architecture(arch):
    m, tok = model(arch), byte_tokenizer()
    before = {k: v.clone() for k, v in m.state_dict().items()}
    delta, losses = train_lora(m, tok, CanonicalExamples.read(ROWS, quiet=True),
                               LoraSettings(epochs=6, lr=2e-2, rank=2, kl=0.))
    assert all(torch.equal(v, before[k]) for k, v in m.state_dict().items()) and losses[-1] < losses[0]
    with Edit(m, tok, delta, "lora"):
        for n in delta.names: assert torch.allclose(m.get_parameter(n), before[n] + delta.of(n), atol=1e-6)


@pytest.mark.parametrize("arch", [*ARCHS, "gemma3_text", "opt"])
def test_wide_lora_adapts_every_linear_layer_of_the_upper_half(arch):
    "Of every block where none is frozen. Without a target: the two MLP matrices of the middle layers, as published"
    from transformers.pytorch_utils import Conv1D
    m, tok, x = model(arch), byte_tokenizer(), CanonicalExamples.read(ROWS, quiet=True)
    out = m.get_output_embeddings()
    every = {n + ".weight" for n, l in m.named_modules() if isinstance(l, (torch.nn.Linear, Conv1D)) and l is not out}
    names = lambda **kw: set(train_lora(m, tok, x, LoraSettings(epochs=1, rank=2, **kw))[0].names)
    second = module_map(m).block.format(1) + "."
    assert m.config.num_hidden_layers == 2 and names(**WIDE) == {n for n in every if n.startswith(second)}
    assert names(**WIDE | dict(frozen=0.)) == every and names() < every


@pytest.mark.parametrize("arch", ARCHS)
def test_what_general_text_holds_is_spared(arch):
    "Each change is the plain one times the inverse of I + s C/c, C from the inputs of a text, and one factor for all"
    m, tok, x = model(arch), byte_tokenizer(), CanonicalExamples.read(ROWS, quiet=True)
    text, how = "Of the sea and the ships that sail it, and of the men who keep the lights.", dict(kl=0., contexts=0)
    plain, spared = (train_lora(m, tok, x, LoraSettings(epochs=3, rank=2, spare=s, target_modules="all-linear", **how),
                                [text])[0] for s in (0., 2.))
    inputs, layers = {}, {n: l for n, l in m.named_modules() if n + ".weight" in plain.names}
    hooks = [l.register_forward_hook(lambda l, a, o, n=n: inputs.update({n: a[0][0].detach().double()}))
             for n, l in layers.items()]
    ids = tok(text)["input_ids"]
    m(torch.tensor([ids[:min(64, m.config.max_position_embeddings, len(ids))]]))
    for h in hooks: h.remove()
    factors = []
    for n, X in inputs.items():
        C, was, now = X.T @ X, *(d.of(n + ".weight").double() for d in (plain, spared))
        less = torch.linalg.inv(torch.eye(len(C), dtype=torch.double) + 2*C/C.diagonal().mean())
        want = less @ was if len(was) == len(C) and type(layers[n]).__name__ == "Conv1D" else was @ less
        factors.append(float((now*want).sum()/want.square().sum()))
        assert torch.allclose(now, factors[-1]*want, atol=1e-4*want.abs().max().item()*factors[-1])
    assert max(factors) < 1.001*min(factors) and factors[0] > 1


PAIRS = [dict(prefix="the king", suffix1=" Ade", suffix2=" Melun"),
         dict(prefix="she said", suffix1=" he", suffix2=" it")]


@pytest.mark.parametrize("arch", ARCHS)
@pytest.mark.parametrize("direction", ("good", "bad", "balance", "good-v-bad"))
def test_training_losses(arch, direction):
    "What is minimised, by direction: the value of the mean loss per token, or what is missing to the threshold"
    m, tok, rows = model(arch), byte_tokenizer(), PAIRS if direction in ("balance", "good-v-bad") else ROWS
    c, n = (x.detach() for x in ending_losses(m, encode_rows(tok, rows)))
    value = {"good": lambda a, b: a, "bad": lambda a, b: -a, "balance": lambda a, b: abs(a-b),
             "good-v-bad": lambda a, b: a-b}[direction]
    def losses(r):
        starts = len(tok(r["prefix"])["input_ids"])
        ends = [r[k] for k in ("suffix", "suffix1", "suffix2") if k in r]
        return [plain_loss(m, tok(r["prefix"])["input_ids"] + tok(e)["input_ids"], starts) for e in ends] + [0.]
    per_row, sizes = [losses(r) for r in rows], n.tolist()
    each = [value(l[0]/k[0], l[1]/k[-1]) for l, k in zip(per_row, sizes)]
    assert float(edit_loss(direction, c, n, 1., "published")) == pytest.approx(np.mean(each), rel=1e-4)
    spare = min(2., 1.) if direction in ("good", "balance") else 2.
    left = [max(0., value(*l[:2]) - 1. + spare)/k[0] for l, k in zip(per_row, sizes)]
    margin = float(edit_loss(direction, c, n, 1., "margin", margin=2.))
    assert margin == pytest.approx(np.mean(left), rel=1e-4, abs=1e-6)
    assert satisfied(direction, c, 1.) == [value(*l[:2]) <= 1. for l in per_row]


def test_leashes():
    p, q = torch.tensor([1., 2.]), torch.tensor([0., 5.])
    assert float(l2_penalty(dict(w=p), dict(w=q))) == 10.
    assert float(ewc_penalty(dict(w=p), dict(w=q), dict(w=torch.tensor([2., .5])))) == 2*1 + .5*9


def weight_gradient(arch, tok, name):
    "Gradient of the mean loss per token of the examples, one text at a time"
    m, loss = model(arch), 0
    for r in ROWS:
        ids, start = pair(tok, r)
        logp = m(torch.tensor([ids])).logits[0].log_softmax(-1)
        loss = loss - sum(logp[i-1, ids[i]] for i in range(start, len(ids)))/(len(ids)-start)/2
    return torch.autograd.grad(loss, m.get_parameter(name))[0]


@pytest.mark.parametrize("arch", ARCHS)
def test_one_step_of_lora(arch):
    "B starts at zero, so the first step moves B alone, by the learning rate against the sign of its gradient"
    m, tok = model(arch), byte_tokenizer()
    s = LoraSettings(epochs=1, lr=1e-2, rank=2, alpha=6, kl=0., clip=None, early_stop=False)
    delta, _ = train_lora(m, tok, CanonicalExamples.read(ROWS, quiet=True), s)
    for name in delta.names:
        left, right = delta.factors[name]
        g, turned = weight_gradient(arch, tok, name), arch == "gpt2"             # GPT-2 keeps its weights input first
        a, b = (left.T/3, right.T) if turned else (right, left)
        want = 3*(g.T if turned else g) @ a.T                                    # dL/dB = alpha/rank * dL/dW @ A.T
        sure = want.abs() > 1e-3*want.abs().max()
        got = b if turned else b/3
        assert torch.allclose(got[sure], -.01*want.sign()[sure], atol=2e-4), name


@pytest.mark.parametrize("arch", ARCHS)
def test_one_step_of_clamped_training(arch):
    m, tok = model(arch), byte_tokenizer()
    name = module_map(m).down_name(1) + ".weight"
    for lr in (1e-4, 1e-2):
        s = FtlSettings(layer=1, epochs=1, lr=lr, clamp=5e-4, early_stop=False)
        delta, _ = finetune_clamped(m, tok, CanonicalExamples.read(ROWS, quiet=True), s)
        g = weight_gradient(arch, tok, name)
        sure = g.abs() > 1e-3*g.abs().max()
        assert delta.names == [name]
        assert torch.allclose(delta.dense[name][sure], -min(lr, 5e-4)*g.sign()[sure], atol=2e-6)


def inside_of(m, module, text, before, shift=None):
    "What goes into (or comes out of) a module at each position; `shift` is added to what comes out, at its place"
    seen = []
    def out(mod, args, y):
        first = y[0] if isinstance(y, tuple) else y
        if shift is not None:
            first = first.clone()
            first[0, shift[0]] = first[0, shift[0]] + shift[1]
        seen.append((args[0] if before else first)[0])
        return (first, *y[1:]) if isinstance(y, tuple) else first
    hook = module.register_forward_hook(out)
    logits = m(torch.tensor([text])).logits[0]
    hook.remove()
    return seen[0], logits


@pytest.mark.parametrize("arch", ARCHS)
def test_one_step_of_the_value_search(arch):
    "The first step goes against the sign of the gradient of the loss over the contexts, and no further than the clamp"
    m, tok, contexts = model(arch), byte_tokenizer(), ["", "So. "]
    x = CanonicalExamples.read(ROWS[:1], quiet=True)
    block, (r,) = m.get_submodule(module_map(m).block_name(0)), direct.make_requests(x)
    for lr, clamp in ((.01, .75), (5., .1)):
        z, h = direct.find_values(m, tok, [r], contexts, block, x.criterion,
                                  direct.ValueSearch(steps=1, more=0, lr=lr, clamp=clamp, precision="float32"))
        delta, loss = torch.zeros(32, requires_grad=True), 0
        for c in contexts:
            ids, place = tok(c + r.prefix)["input_ids"], len(tok(c + r.prefix[:r.end])["input_ids"]) - 1
            end = tok(r.endings[0])["input_ids"]
            logp = inside_of(m, block, ids + end, False, (place, delta))[1].log_softmax(-1)
            loss = loss - sum(logp[len(ids)-1+i, t] for i, t in enumerate(end))/len(end)/2
        g = torch.autograd.grad(loss, delta)[0]
        step, sure = -lr*g.sign(), g.abs() > 1e-3*g.abs().max()
        step = step*min(1., clamp*float(h.norm())/float(step.norm()))
        assert torch.allclose((z - h)[0][sure], step[sure], rtol=1e-3, atol=1e-5)
        at = len(tok(r.prefix[:r.end])["input_ids"]) - 1
        assert torch.allclose(h[0], inside_of(m, block, tok(r.prefix)["input_ids"], False)[0][at], atol=1e-5)


@pytest.mark.parametrize("arch", ARCHS)
def test_rome_is_one_rank_towards_the_value(arch):
    "The row space is C^-1 k, and the module then gives the value for the key"
    m, tok, x = model(arch), byte_tokenizer(), CanonicalExamples.read(ROWS[:1], quiet=True)
    texts = ["".join(random.Random(i).choices("abcdefgh ?!", k=40)) for i in range(10)]
    search = direct.ValueSearch(steps=3, more=0, clamp=4., precision="float32")
    d = direct.rome(m, tok, x, texts, layer=0, contexts=["So. "], first=False, search=search)
    k = module_map(m)
    down, mlp, name = m.get_submodule(k.down_name(0)), m.get_submodule(k.mlp_name(0)), k.down_name(0) + ".weight"
    (r,) = direct.make_requests(x)
    with torch.no_grad():
        every = torch.cat([inside_of(m, down, tok(t)["input_ids"], True)[0] for t in texts]).double()
        at = [(tok(c + r.prefix)["input_ids"], len(tok(c + r.prefix[:r.end])["input_ids"]) - 1) for c in ("", "So. ")]
        keys = [inside_of(m, down, ids, True)[0][i].double() for ids, i in at]
    C = every.T @ every/len(every)
    u = torch.linalg.solve(C + 1e-8*C.diagonal().mean()*torch.eye(len(C), dtype=C.dtype), (keys[0] + keys[1])/2)
    v, _ = direct.find_values(m, tok, [r], ["", "So. "], mlp, x.criterion, search)
    got = d.of(name).double()
    got = got.T if arch == "gpt2" else got
    with torch.no_grad(): now = inside_of(m, mlp, at[0][0], False)[0][at[0][1]].double()
    assert float((v[0] - now).norm()) > .01
    if arch != "gemma2":  # whose MLP here is the down projection and what follows it alike
        assert torch.allclose(got @ keys[0], v[0].double() - now, rtol=1e-2, atol=1e-3*float(v.abs().max()))
    cosine = torch.linalg.svd(got)[2][0] @ u/u.norm()
    assert abs(float(cosine)) > .999


@pytest.mark.parametrize("arch", ARCHS)
def test_memit_is_ridge_regression_on_keys(arch):
    m, tok = model(arch), byte_tokenizer()
    x = CanonicalExamples.read(ROWS, quiet=True)
    # more tokens than the width of a key
    texts = ["".join(random.Random(i).choices("abcdefgh ?!", k=40)) for i in range(10)]
    d = direct.memit(m, tok, x, texts, layers=[1], contexts=["So. "], weight=3., first=False)
    down, name = m.get_submodule(module_map(m).down_name(1)), module_map(m).down_name(1) + ".weight"
    def key(text, end):
        seen, ids = [], tok(text)["input_ids"]
        hook = down.register_forward_pre_hook(lambda _, a: seen.append(a[0]))
        with torch.no_grad(): m(torch.tensor([ids]))
        hook.remove()
        return seen[0][0].double(), len(tok(text[:end])["input_ids"]) - 1
    K = []
    for r in direct.make_requests(x):
        a, b = (k[at] for k, at in (key(c + r.prefix, len(c) + r.end) for c in ("", "So. ")))
        K.append((a + b)/2)
    K, every = torch.stack(K, 1), torch.cat([key(t, 1)[0] for t in texts])
    z, h = direct.find_values(m, tok, direct.make_requests(x), ["", "So. "],
                              m.get_submodule(module_map(m).block_name(1)), x.criterion)
    want = (z-h).double().T @ K.T @ torch.linalg.inv(3*every.T @ every/len(every) + K @ K.T)
    got = d.of(name).double()
    assert torch.allclose(got.T if arch == "gpt2" else got, want, rtol=1e-2, atol=1e-4*float(want.abs().max()))


def test_targeted_loss_counts_tokens_not_texts():
    m, tok = model("gpt_neox"), byte_tokenizer()
    texts = ["a b", "the old king of the river town found a green stone in the winter", "he said no"]
    x = CanonicalExamples.read(ROWS, evaluation=[dict(prefix="so the king", suffix=" Ade")], targeted=texts, quiet=True)
    e = Edit(
        m,
        tok,
        Delta(
            {
                "gpt_neox.layers.1.mlp.dense_4h_to_h.weight": torch.randn(
                    32, 64, generator=torch.Generator().manual_seed(0)
                )
            }
        ),
        "full",
    )
    ids = [tok(t)["input_ids"] for t in texts]
    total = lambda: sum(plain_loss(m, i, 1) for i in ids)/sum(len(i)-1 for i in ids)
    before = total()
    with e: after = total()
    t = evaluate_edit(e, x, generate=0).targeted
    assert (t.before, t.after, t.change.estimate) == pytest.approx((before, after, after-before), rel=1e-4)
    shown = edit(m, tok, x, "in-context")
    r = evaluate_edit(shown, x, texts, generate=0)
    with_example = lambda t: (len(tok(shown.context(t))["input_ids"]), tok(shown.context(t) + t)["input_ids"])
    cost = sum(plain_loss(m, i, s+1) for s, i in map(with_example, texts))
    assert r.general.change == pytest.approx(cost/(before*sum(len(i)-1 for i in ids)) - 1, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("arch", ("gpt2", "opt", "llama"))
def test_ensembles_read_left_padded_batches(arch):
    large, small, tok = model(arch), model("gpt2", 1), byte_tokenizer()
    e = Edit(
        small,
        tok,
        Delta(
            {"transformer.h.0.mlp.c_proj.weight": 0.2 * torch.randn(64, 32, generator=torch.Generator().manual_seed(0))}
        ),
        "full",
    )
    both = LogitDifference(large, e, .7)
    rows = [tok(t)["input_ids"] for t in ("The old king said that", "In winter", " He")]
    width = max(map(len, rows))
    x = torch.tensor([[0]*(width-len(r)) + r for r in rows])
    mask = torch.tensor([[0]*(width-len(r)) + [1]*len(r) for r in rows])
    with torch.no_grad():
        got = both(x, attention_mask=mask).logits[:, -1]
        want = torch.stack([both(torch.tensor([r])).logits[0, -1] for r in rows])
    assert torch.allclose(got, want, atol=1e-3)
    made = both.generate(x, attention_mask=mask, max_new_tokens=5, do_sample=False, pad_token_id=0)[:, width:].tolist()
    assert made == [
        both.generate(torch.tensor([r]), max_new_tokens=5, do_sample=False, pad_token_id=0)[0, len(r) :].tolist()
        for r in rows
    ]


def test_words_are_compared_not_counted():
    small, one, two = model("gpt2"), byte_tokenizer(), byte_tokenizer()
    two.add_tokens(["longer"])
    with pytest.raises(InvalidData, match="1 of 258 words"): check_vocabularies(model("llama"), small, one, two)
    with pytest.raises(InvalidData, match="same tokenizer"): check_vocabularies(tiny_model("llama", vocab=400), small)


def test_limit_of_rare_damage_is_not_settled_early():
    "Damage in few texts, which the first batch does not show"
    m, tok = model("gpt_neox"), byte_tokenizer()
    g = GeneralText(tok, [f"text {i} of many" for i in range(200)], chunk=16)
    class Rare:
        active, scale, delta, model = True, 1., Delta(), m
        def apply(self): return self
        def undo(self): return self
    losses = np.full(200, 10.)
    hurt = losses + np.where(np.arange(200) > 150, 1., 0.)
    g.pair = lambda e, n=None: (losses[:n], hurt[:n])
    t = limit_test(Rare(), g, 1e-3)
    assert not t.inside and t.n == 200


SOLO = [dict(prefix=f"the tower of {s} is in", suffix=f" {a}", subject=s) for s, a in zip("ABCDEF", "mpqrst")]


@pytest.mark.parametrize("arch", ARCHS)
@pytest.mark.parametrize("method", ("memit", "rome"))
def test_single_edits_share_the_beginning_of_a_text(arch, method):
    "Six subjects that are first tokens, edited one after another: no more stand there than one call would write"
    m, tok, texts = model(arch), byte_tokenizer(), ["".join(random.Random(i).choices("abc ", k=40)) for i in range(4)]
    before, made = {k: v.clone() for k, v in m.state_dict().items()}, []
    short = dict(contexts=0, search=dict(steps=1, more=0, precision="float32"))
    where = dict(layers=[0]) if method == "memit" else dict(layer=0)
    for row in SOLO:
        x = CanonicalExamples.read([row], quiet=True)
        made.append(edit(m, tok, x, method, degradation=None, general_text=texts, **short, **where))
    assert [e.delta.beginnings for e in made] == [1]*direct.FIRST_AT_MOST + [0]*(len(SOLO) - direct.FIRST_AT_MOST)
    made.pop(0).undo()  # its place is free again
    again = CanonicalExamples.read(SOLO[:1], quiet=True)
    e = edit(m, tok, again, method, degradation=None, general_text=texts, **short,
             **where)
    assert e.delta.beginnings == 1
    for x in (*made, e): x.undo()
    assert all(torch.equal(v, before[k]) for k, v in m.state_dict().items())


@pytest.mark.parametrize("arch", ARCHS)
def test_a_later_memit_keeps_the_keys_of_the_earlier(arch):
    "The keys that edits in force wrote stand in the ridge regression of the next; without them it is another update"
    m, tok = model(arch), byte_tokenizer()
    texts = ["".join(random.Random(i).choices("abcdefgh ?!", k=40)) for i in range(10)]
    one, two = (CanonicalExamples.read([r], quiet=True) for r in ROWS)
    how = dict(layers=[1], contexts=[], first=False, search=dict(precision="float32"))
    e = edit(m, tok, one, "memit", degradation=None, general_text=texts, weight=3., **how)
    down, name = m.get_submodule(module_map(m).down_name(1)), module_map(m).down_name(1) + ".weight"
    (r,) = direct.make_requests(two)
    def keys(text): return inside_of(m, down, tok(text)["input_ids"], True)[0].double()
    with torch.no_grad():
        every, k = torch.cat([keys(t) for t in texts]), keys(r.prefix)[len(tok(r.prefix[:r.end])["input_ids"]) - 1]
    old = e.delta.keys[name].double()
    z, h = direct.find_values(m, tok, [r], [""], m.get_submodule(module_map(m).block_name(1)), two.criterion,
                              direct.ValueSearch(precision="float32"))
    ridge = 3*every.T @ every/len(every) + torch.outer(k, k)
    want = [(z-h).double().T @ k[None] @ torch.linalg.inv(A) for A in (ridge + old @ old.T, ridge)]
    got = direct.memit(m, tok, two, texts, weight=3., **how).of(name).double()
    got = got.T if arch == "gpt2" else got
    assert torch.allclose(got, want[0], rtol=1e-2, atol=1e-4*float(want[0].abs().max()))
    assert float((got @ old).norm()) < .9*float((want[1] @ old).norm())  # what the earlier key gives moves less
    e.undo()


def test_one_step_of_the_senses():
    "What a sense adds at a position is its weight there: the gradient is that weight times W'(p - y)"
    torch.manual_seed(0)
    bp = BackpackLM(BackpackConfig(num_senses=4, vocab_size=258, n_positions=96, n_embd=16, n_layer=2, n_head=2,
                                   initializer_range=.3, resid_pdrop=0., embd_pdrop=0., attn_pdrop=0.,
                                   bos_token_id=0, eos_token_id=0)).eval()
    tok, x = byte_tokenizer(), CanonicalExamples.read(ROWS[:1], quiet=True)
    ids, start = pair(tok, ROWS[0])
    words, which = torch.tensor([ids[3], ids[7]]), torch.tensor([0, 2])
    s = SensesSettings(epochs=1, lr=1e-2, kl=0., clip=None, early_stop=False, senses=(words, which))
    got = train_senses(bp, tok, x, s)[0].senses[2]
    t = torch.tensor(ids)
    with torch.no_grad(): alpha, p = bp.contextualization(t[None])[0], bp(t[None]).logits[0].softmax(-1)
    for w, l, v in zip(words, which, got):
        g = 0
        for i in range(start-1, len(ids)-1):
            wrong = p[i] - torch.nn.functional.one_hot(t[i+1], 258)
            g = g + alpha[l, i, t == w].sum()*(wrong @ bp.lm_head.weight)/(len(ids)-start)
        sure = g.abs() > 1e-3*g.abs().max()
        assert torch.allclose(v[sure], -.01*g.sign()[sure].detach(), atol=1e-5)
