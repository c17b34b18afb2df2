"""The Backpack: published names, by-hand sums, senses, and direct edits of the other families."""
import pytest
import torch

from promptmem.edit import BackpackConfig, BackpackLM
from promptmem.edit.memit import key_moment, memit, solve_update

from . import small


def published_state(c, d=32, K=4):
    "A random state dict with the names and shapes of the published checkpoint"
    g, s = torch.Generator().manual_seed(0), {}
    def put(name, *shape): s["backpack." + name] = .2*torch.randn(*shape, generator=g)
    put("gpt2_model.wte.weight", c.vocab_size, d), put("gpt2_model.wpe.weight", c.n_positions, d)
    for l in range(c.n_layer):
        for n, shape in (
            ("attn.c_attn", (d, 3 * d)),
            ("attn.c_proj", (d, d)),
            ("mlp.c_fc", (d, 4 * d)),
            ("mlp.c_proj", (4 * d, d)),
        ):
            put(f"gpt2_model.h.{l}.{n}.weight", *shape), put(f"gpt2_model.h.{l}.{n}.bias", shape[1])
    for n in [f"gpt2_model.h.{l}.{x}" for l in range(c.n_layer) for x in ("ln_1", "ln_2")] + [
        "gpt2_model.ln_f",
        "sense_network.ln",
        "sense_network.block.ln_1",
        "sense_network.block.ln_2",
    ]:
        put(n + ".weight", d), put(n + ".bias", d)
    for n, a, b in (
        ("block.mlp.c_fc", d, 4 * d),
        ("block.mlp.c_proj", 4 * d, d),
        ("final_mlp.c_fc", d, 4 * d),
        ("final_mlp.c_proj", 4 * d, K * d),
    ):
        put(f"sense_network.{n}.weight", a, b), put(f"sense_network.{n}.bias", b)
    put("sense_weight_net.c_attn.weight", 2*d, d), put("sense_weight_net.c_attn.bias", 2*d)
    return s


def test_published_layout_loads_and_adds_up():
    c = BackpackConfig(num_senses=4, vocab_size=64, n_positions=32, n_embd=32, n_layer=2, n_head=2, bos_token_id=0,
                       eos_token_id=0)
    s = published_state(c)
    s |= {"backpack.word_embeddings.weight": s["backpack.gpt2_model.wte.weight"],
          "lm_head.weight": s["backpack.gpt2_model.wte.weight"],
          "backpack.position_embeddings.weight": s["backpack.gpt2_model.wpe.weight"],
          "backpack.gpt2_model.h.0.attn.bias": torch.ones(1, 1, 32, 32)}
    m = BackpackLM.from_state_dict(c, s)
    ids = torch.randint(0, 64, (2, 9), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        out, alpha = m(ids).logits, m.contextualization(ids)
        assert torch.allclose(alpha.sum(-1), torch.ones(2, 4, 9), atol=1e-5)
        e = s["backpack.gpt2_model.wte.weight"][5]
        p = lambda n: (s[f"backpack.sense_network.{n}.weight"], s[f"backpack.sense_network.{n}.bias"])
        ln = lambda x, n: torch.nn.functional.layer_norm(x, (32,), *p(n), eps=1e-5)
        mlp = lambda x, n: (
            torch.nn.functional.gelu(x @ p(n + ".c_fc")[0] + p(n + ".c_fc")[1], approximate="tanh")
            @ p(n + ".c_proj")[0]
            + p(n + ".c_proj")[1]
        )
        r1 = ln(e, "ln") + e
        senses = mlp(ln(mlp(ln(r1, "block.ln_1"), "block.mlp") + r1, "block.ln_2"), "final_mlp").view(4, 32)
        assert torch.allclose(m.senses(5), senses, atol=1e-4)
        table = m.sense_table()
        o = torch.einsum("klj,jkd->ld", alpha[0], table[ids[0]])
        assert torch.allclose(out[0], o @ s["backpack.gpt2_model.wte.weight"].T, atol=1e-3)
    del s["backpack.gpt2_model.ln_f.bias"]
    with pytest.raises(RuntimeError, match="ln_f.bias"): BackpackLM.from_state_dict(c, s)


def test_save_and_generate(tmp_path):
    from transformers import AutoModelForCausalLM
    m = small.model("backpack")
    m.save_pretrained(tmp_path)
    again = AutoModelForCausalLM.from_pretrained(tmp_path)
    assert isinstance(again, BackpackLM) and not list(tmp_path.glob("*.bin"))
    with torch.no_grad(): assert torch.equal(again(small.ids()).logits, m(small.ids()).logits)
    assert (
        again.generate(small.ids(), max_new_tokens=3, do_sample=False, pad_token_id=0).shape[1]
        <= small.ids().shape[1] + 3
    )
    with pytest.raises(ValueError, match="reads at most 64"): m(torch.zeros(1, 70, dtype=torch.long))


def test_memit_solves_for_its_values():
    g = torch.Generator().manual_seed(0)
    K, R = torch.randn(32, 6, generator=g), torch.randn(16, 6, generator=g)
    C = torch.eye(32)
    left, right = solve_update(K, R, C, 1e-9)
    assert torch.allclose(left @ right @ K, R, atol=1e-4)
    left, right = solve_update(K, R, C, 1e6)
    assert (left @ right @ K).norm() < 1e-3*R.norm()


@pytest.mark.parametrize("kind", small.KINDS)
def test_memit_on_every_family(kind):
    m, tok = small.model(kind), small.Chars()
    before = small.state(m)
    d = memit(m, tok, small.examples(), small.texts(8), layers=[0, 1], contexts=0)
    assert small.same(m, before) and len(d.factors) == 2 and all(torch.isfinite(d.of(n)).all()
                                                                 and d.of(n).abs().max() > 0 for n in d.names)
    C, n = key_moment(m, tok, small.texts(4), 0)
    assert torch.allclose(C, C.T) and n == 120
