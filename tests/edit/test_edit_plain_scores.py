"""What an edit is judged by, against a few lines, on four architectures: targeted and balanced changes, ensembles, and
what stands in the weights once factors are written into them."""
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from promptmem.edit import CanonicalExamples, LogitDifference, evaluate_edit  # noqa: E402
from promptmem.edit.deltas import Delta, Edit  # noqa: E402
from promptmem.edit.modules import module_map  # noqa: E402
from promptmem.testing import byte_tokenizer, tiny_model  # noqa: E402

torch.set_num_threads(1)
ARCHS = ("gpt2", "gpt_neox", "llama", "gemma2")
TEXTS = ["a b", "the old king of the river town found a green stone in the winter", "he said no"]


def model(arch, seed=0): return tiny_model(arch, seed, context=96, width=32, initializer_range=.2)


def changed(m, tok):
    "An edit of one matrix by random numbers"
    name = module_map(m).down_name(1) + ".weight"
    return Edit(m, tok, Delta({name: .3*torch.randn(m.get_parameter(name).shape,
                                                    generator=torch.Generator().manual_seed(0))}), "full")


def loss(m, ids, start):
    "-log p of ids[start:], one text at a time"
    with torch.no_grad(): logp = m(torch.tensor([ids])).logits[0].double().log_softmax(-1)
    return -sum(float(logp[i-1, ids[i]]) for i in range(start, len(ids)))


@pytest.mark.parametrize("arch", ARCHS)
def test_targeted_loss_is_per_token_over_all_texts(arch):
    m, tok = model(arch), byte_tokenizer()
    x = CanonicalExamples.read([dict(prefix="the king", suffix=" Ade")], targeted=TEXTS, quiet=True,
                               evaluation=[dict(prefix="so the king", suffix=" Ade")])
    ids, e = [tok(t)["input_ids"] for t in TEXTS], changed(m, tok)
    def total(): return sum(loss(m, i, 1) for i in ids)/sum(len(i)-1 for i in ids)
    before = total()
    with e: after = total()
    t = evaluate_edit(e, x, generate=0).targeted
    assert (t.before, t.after, t.change.estimate) == pytest.approx((before, after, after-before), rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("arch", ARCHS)
def test_balance_is_the_distance_of_two_endings(arch):
    m, tok, two = model(arch), byte_tokenizer(), (" he", " she")
    rows = [dict(prefix=p, suffix1=two[0], suffix2=two[1]) for p in ("the nurse said", "the smith said", "so said")]
    def value(r):
        p = tok(r["prefix"])["input_ids"]
        a, b = (loss(m, p + tok(s)["input_ids"], len(p)) for s in two)
        return abs(a-b)
    before = [value(r) for r in rows]
    threshold = sorted(before)[1] + 1e-3
    x = CanonicalExamples.read(rows[:1], evaluation=rows, quiet=True, threshold=threshold, direction="balance")
    e = changed(m, tok)
    with e: after = [value(r) for r in rows]
    r = evaluate_edit(e, x, generate=0)
    assert r.frame.value_before.tolist() == pytest.approx(before, rel=1e-3, abs=1e-4)
    assert r.frame.value.tolist() == pytest.approx(after, rel=1e-3, abs=1e-4)
    assert r.success.before == pytest.approx(2/3) and r.success.after == sum(v <= threshold for v in after)/3


@pytest.mark.parametrize("arch", ARCHS)
def test_an_ensemble_adds_what_the_edit_changed_in_log_p(arch):
    large, small, tok = model(arch), model("gpt2", 1), byte_tokenizer()
    e, x = changed(small, tok), torch.tensor([tok("The old king said")["input_ids"]])
    e.undo()
    with torch.no_grad():
        logits, old = large(x).logits, small(x).logits.log_softmax(-1)
        with e: new = small(x).logits.log_softmax(-1)
        both = LogitDifference(large, e, .7)
        assert torch.allclose(both(x).logits, logits + .7*(new - old), atol=1e-4)
        assert not torch.allclose(new, old, atol=.1)
        both.edit.scale = .5
        with e: half = small(x).logits.log_softmax(-1)
        assert torch.allclose(both(x).logits, logits + .7*(half - old), atol=1e-4)
