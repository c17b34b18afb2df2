"""Fast float32 products: equal to PyTorch's own, only where they qualify, on every thread for itself."""
import threading

import pytest

torch = pytest.importorskip("torch")
from torch.nn.functional import linear  # noqa: E402

from promptmem.lm.matmul import _mode, fast_linear, round_rows  # noqa: E402

fast_only = pytest.mark.skipif(_mode() is None, reason="oneDNN's products cannot be used on this processor")


def randn(*shape, seed=0): return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("rows", [(1,), (17,), (200,), (3, 67), (2, 5, 31), (1000,)])
@pytest.mark.parametrize("bias", [True, False])
def test_value_and_gradients(rows, bias):
    def run():
        x, w = randn(*rows, 256).requires_grad_(), randn(512, 256, seed=1).requires_grad_()
        b = randn(512, seed=2).requires_grad_() if bias else None
        y = linear(x, w, b)
        (y.sin()*randn(*y.shape, seed=3)).sum().backward()
        return [y.detach(), x.grad, w.grad] + ([b.grad] if bias else [])
    plain = run()
    with fast_linear(): fast = run()
    for a, c in zip(plain, fast): assert a.shape == c.shape and torch.allclose(a, c, atol=2e-3, rtol=1e-4)


@fast_only
def test_large_products_go_there_and_small_ones_do_not(monkeypatch):
    import promptmem.lm.matmul as m
    calls, real = [], m.product
    monkeypatch.setattr(m, "product", lambda x, w, b=None: calls.append(tuple(x.shape)) or real(x, w, b))
    w = randn(512, 256)
    with fast_linear():
        linear(randn(4, 256), w)
        linear(randn(100, 256).double(), w.double())
        linear(randn(256), w)
        assert calls == []
        linear(randn(100, 256), w)
    linear(randn(100, 256), w)
    with fast_linear(fine=False), fast_linear(): linear(randn(100, 256), w)
    with fast_linear(): linear(randn(100, 256), w)
    assert calls == [(round_rows(100), 256), (round_rows(100, fine=False), 256), (round_rows(100), 256)]


@fast_only
def test_each_thread_has_its_own_context(monkeypatch):
    import promptmem.lm.matmul as m
    calls, real = [], m.product
    monkeypatch.setattr(
        m, "product", lambda x, w, b=None: calls.append(threading.current_thread().name) or real(x, w, b)
    )

    def other(): linear(randn(100, 256), randn(512, 256))
    with fast_linear():
        t = threading.Thread(target=other)
        t.start(); t.join()
        assert calls == []
        other()
    assert len(calls) == 1


def test_an_error_inside_ends_the_context():
    with pytest.raises(RuntimeError):
        with fast_linear(): linear(randn(100, 256), randn(512, 255))
    with pytest.raises(ZeroDivisionError):
        with fast_linear(): 1/0
    from promptmem.lm.matmul import _inside
    assert not _inside.on


@pytest.fixture
def unknown_mode():
    _mode.cache_clear()
    yield
    _mode.cache_clear()


@pytest.mark.parametrize(
    "lack", ["operator missing", "operator refuses", "operator wrong", "no oneDNN", "no AVX", "Arm"]
)
def test_falls_back_to_the_usual_products(monkeypatch, unknown_mode, lack):
    import promptmem.lm.matmul as m
    def product(x, w, b=None):
        if lack == "operator missing":
            raise AttributeError("'_OpNamespace' 'mkldnn' object has no attribute '_linear_pointwise'")
        if lack == "operator refuses": raise NotImplementedError("Could not run 'mkldnn::_linear_pointwise'")
        return torch.zeros(len(x), len(w))
    if lack.startswith("operator"): monkeypatch.setattr(m, "product", product)
    elif lack == "no oneDNN": monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    else:
        monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "DEFAULT" if lack == "Arm" else "NO AVX")
    assert m._mode() is None
    x, w = randn(100, 256), randn(512, 256)
    with fast_linear(): assert torch.equal(linear(x, w), x @ w.T)


@fast_only
@pytest.mark.parametrize("what", ["bf16", "autocast", "float64", "meta", "a subclass", "keyword arguments"])
def test_other_products_are_left_alone(monkeypatch, what):
    import promptmem.lm.matmul as m
    assert m._mode() is not None
    monkeypatch.setattr(m, "product", lambda *a: pytest.fail("oneDNN's product was called"))
    x, w = randn(100, 256), randn(512, 256)
    if what == "bf16": x, w = x.bfloat16(), w.bfloat16()
    if what == "float64": x, w = x.double(), w.double()
    if what == "meta": x, w = x.to("meta"), w.to("meta")     # like a GPU: not in the processor's memory
    if what == "a subclass": w = w.as_subclass(type("Quantized", (torch.Tensor,), {}))
    def run():
        if what == "keyword arguments": return linear(input=x, weight=w)
        with torch.autocast("cpu", torch.bfloat16, enabled=what == "autocast"): return linear(x, w)
    usual = run()
    with fast_linear(): ours = run()
    assert ours.dtype == usual.dtype and ours.device == usual.device and (what == "meta" or torch.equal(ours, usual))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_gpu_products_are_left_alone():
    x, w = randn(100, 256).cuda(), randn(512, 256).cuda()
    with fast_linear(): assert torch.equal(linear(x, w), linear(x, w)) and linear(x, w).is_cuda


@fast_only
def test_losses_of_a_model_are_equal(monkeypatch):
    import promptmem.lm.matmul as m
    from promptmem.lm.scoring import token_logprobs
    from tests.recall.test_recall import SEEN, tiny
    assert m._mode() is not None
    model, tokenizer = tiny()
    rows, calls, real = [tokenizer(s)["input_ids"] for s in SEEN*8], [], m.product
    monkeypatch.setattr(m, "product", lambda x, w, b=None: calls.append(len(x)) or real(x, w, b))
    fast = token_logprobs(model, tokenizer, rows)
    assert calls
    monkeypatch.setattr(m, "_mode", lambda: None)
    usual = token_logprobs(model, tokenizer, rows)
    assert max(abs(a-b).max() for a, b in zip(fast, usual)) < 1e-5


@pytest.mark.parametrize("arch", ["gpt2", "llama"])
def test_gradient_checkpointing_inside_gives_the_plain_gradients(arch):
    pytest.importorskip("transformers")
    from promptmem.testing import tiny_model
    ids = torch.arange(256).view(4, 64)

    def gradients(fast, checkpointing):
        model = tiny_model(arch, width=256).train()
        if checkpointing: model.gradient_checkpointing_enable()
        if not fast: model(input_ids=ids, labels=ids, use_cache=False).loss.backward()
        else:
            with fast_linear(): model(input_ids=ids, labels=ids, use_cache=False).loss.backward()
        return [p.grad for p in model.parameters()]
    want = gradients(False, False)
    for got in (gradients(True, False), gradients(True, True)):
        assert all(torch.allclose(a, b, atol=1e-5, rtol=1e-3) for a, b in zip(want, got))


@fast_only
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", [(1, 64), (16, 1, 64), (3, 40, 64)])
def test_packed_layers_give_the_same_and_leave_nothing_behind(dtype, shape):
    from promptmem.lm.matmul import PackedLinear
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(64, 96), torch.nn.Tanh(), torch.nn.Linear(96, 32, bias=False)).to(dtype)
    x = randn(*shape).to(dtype)
    with torch.inference_mode():
        plain, packed = model(x), PackedLinear(model)
        with packed: inside = model(x)
        assert torch.allclose(inside.float(), plain.float(), atol=2e-2 if dtype == torch.bfloat16 else 1e-5)
        # the layout is a copy: a weight that changes later does not show in it, and the model outside is the changed
        # one
        model[2].weight.zero_()
        with packed: assert inside.equal(model(x))
        assert not model(x).any()
    assert not any("forward" in vars(m) for m in model.modules())


def test_packing_is_for_plain_linear_layers_only():
    from promptmem.lm.matmul import _packable
    class Other(torch.nn.Linear): pass
    hooked = torch.nn.Linear(3, 3)
    hooked.register_forward_hook(lambda *a: None)
    model = torch.nn.Sequential(torch.nn.Linear(3, 3), Other(3, 3), hooked, torch.nn.Linear(3, 3).double())
    assert _packable(model) == [model[0]]
