"""Fast float32 products: equal to PyTorch's own, only where they qualify, on every thread for itself."""
import threading

import pytest

torch = pytest.importorskip("torch")
from torch.nn.functional import linear  # noqa: E402

from promptmem.linear import _mode, fast_linear, round_rows  # noqa: E402

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
    import promptmem.linear as m
    calls, real = [], m._product
    monkeypatch.setattr(m, "_product", lambda x, w, b=None: calls.append(tuple(x.shape)) or real(x, w, b))
    w = randn(512, 256)
    with fast_linear():
        linear(randn(4, 256), w)
        linear(randn(100, 256).double(), w.double())
        linear(randn(256), w)
        assert calls == []
        linear(randn(100, 256), w)
    linear(randn(100, 256), w)
    assert calls == [(round_rows(100), 256)]


@fast_only
def test_each_thread_has_its_own_context(monkeypatch):
    import promptmem.linear as m
    calls, real = [], m._product
    monkeypatch.setattr(m, "_product", lambda x, w, b=None: calls.append(threading.current_thread().name) or real(x, w, b))
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
    from promptmem.linear import _inside
    assert not _inside.on
