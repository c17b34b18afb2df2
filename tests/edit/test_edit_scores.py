"""Scores are those of the definition, whatever the batching; the limit's verdict is that of the full pass."""
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from promptmem.data import local_data
from promptmem.edit import CanonicalExamples, CRITERIA, GeneralText, evaluate_edit, limit_test
from promptmem.edit.deltas import Delta, Edit
from promptmem.edit.examples import PUBLISHED, overlap
from promptmem.edit.losses import KLReference, encode_rows
from promptmem.edit.scores import item_losses, row_values

from . import small

MODELS = {k: small.model(k) for k in ("gpt_neox", "gpt2", "backpack")}


def definition(m, items):
    with torch.no_grad():
        return np.array([[-sum(m(torch.tensor([ids])).logits[0].log_softmax(-1)[p-1, ids[p]].item()
                               for p in range(s, len(ids))) for ids, s in row] for row in items])


words = st.text("abc ", min_size=1, max_size=6).filter(str.strip)
@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(words, words, words), min_size=1, max_size=5),
    st.sampled_from(list(MODELS)),
    st.sampled_from([8, 60, 1000]),
    st.booleans(),
)
def test_scores(rows, kind, batch_tokens, share):
    items = encode_rows(small.Chars(), [dict(prefix=p, suffix1=" " + a, suffix2=" " + b) for p, a, b in rows])
    assert np.allclose(item_losses(MODELS[kind], items, batch_tokens=batch_tokens, share=share),
                       definition(MODELS[kind], items), atol=1e-4)


@pytest.mark.parametrize("kind", ["full attention", "sliding window"])
def test_shared_prefixes_in_batches_that_do_not_fit(kind, monkeypatch):
    """Endings read the keys and values of their prefix; a batch that runs out of memory is halved, and nothing counts
    twice"""
    import random
    from transformers import MistralConfig, MistralForCausalLM

    import promptmem.edit.scores as scores
    torch.manual_seed(0)
    rng, config = random.Random(0), dict(vocab_size=60, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
                                         num_key_value_heads=2, intermediate_size=64, max_position_embeddings=64,
                                         bos_token_id=0, eos_token_id=0)
    m = MistralForCausalLM(MistralConfig(**config, sliding_window=6 if kind == "sliding window" else None)).eval()
    draw = lambda n: [rng.randrange(1, 60) for _ in range(n)]
    items = [[(p + draw(1 + k % 5), len(p)) for k in range(6)] for p in map(draw, (9, 9, 14, 14, 5)) for _ in range(2)]
    run, sizes = scores._run_unique, []
    def scarce(model, inputs, *rest):
        if len(inputs) > 4: raise RuntimeError("out of memory: tried to allocate")
        sizes.append(len(inputs))
        return run(model, inputs, *rest)
    want = definition(m, items)
    assert np.allclose(item_losses(m, items), want, atol=1e-4)
    monkeypatch.setattr(scores, "_run_unique", scarce)
    with pytest.warns(UserWarning, match="out of memory"): got = item_losses(m, items)
    assert np.allclose(got, want, atol=1e-4) and max(sizes) <= 4 < len(sizes)


@pytest.mark.parametrize("task", CRITERIA)
def test_equality_with_the_threshold_succeeds(task):
    c = CRITERIA[task]
    rows = [dict(prefix="a", suffix1=" b", suffix2=" c") if c.pair else dict(prefix="a", suffix=" b")]
    ex = CanonicalExamples.read(rows, task=task, quiet=True)
    one = dict(good=(c.threshold, 0), bad=(-c.threshold, 0), balance=(2*c.threshold, c.threshold))
    at = np.array([one.get(c.direction, (0, -c.threshold))], float)
    assert row_values(ex, at)[0] == pytest.approx(c.threshold, abs=1e-12)
    worse = at + np.array([[-1e-6 if c.direction == "bad" else 1e-6, 0]])
    assert row_values(ex, worse)[0] > c.threshold


def test_limit_verdicts_agree_with_the_full_pass():
    m, tok = MODELS["gpt_neox"], small.Chars()
    general, w = GeneralText(tok, small.texts(400)), "gpt_neox.layers.0.mlp.dense_4h_to_h.weight"
    read, verdicts = [], set()
    for seed in range(4):
        e = Edit(m, tok, Delta({w: torch.randn(16, 32, generator=torch.Generator().manual_seed(seed))}), "x")
        for scale in (-.3, .01, .3):
            e._scale = scale
            quick, full = limit_test(e, general, 1e-3), limit_test(e, general, 1e-3, exact=True)
            assert quick.inside == full.inside and full.n == 400
            read.append(quick.n)
            verdicts.add(full.inside)
    assert verdicts == {True, False} and np.median(read) < 400


def test_unbalanced_free_answers_are_flagged():
    m, tok = small.model(), small.Chars()
    rows = [dict(prefix=f"the {w} is", suffix=" x", subject=w) for w in ("tower", "king", "cow", "hen", "dog", "fog")]
    ex = CanonicalExamples.read(rows, evaluation=rows, threshold=50., quiet=True)  # any likelihood will do
    e = Edit(m, tok, Delta({"gpt_neox.layers.0.mlp.dense_4h_to_h.weight": torch.zeros(16, 32)}), "none")
    r = evaluate_edit(e, ex, small.texts(10))
    assert r.success.after == 1 and r.success.change.estimate == 0 and "in free writing 0%" in r.warnings[0]
    assert not len(r.flipped) and r.general.change == 0 and r.general.inside


def test_kl_reference_is_zero_for_the_same_model():
    import random
    m = MODELS["gpt_neox"]
    ref = KLReference(m, small.Chars(), small.texts(6))
    assert abs(ref(m, random.Random(0)).item()) < 1e-6 and ref(small.model(seed=5), random.Random(0)).item() > 1e-2


@pytest.mark.skipif(local_data("canonical_examples") is None, reason="needs the published data (PROMPTMEM_DATA)")
@pytest.mark.parametrize("task", PUBLISHED)
def test_published_sets(task):
    folder = local_data("canonical_examples")
    ex = CanonicalExamples.published(task, folder, quiet=True)
    counts = dict(country=(119, 582, 116), company=(86, 421, 219), gender=(20, 320, 235), stereoset=(1053, 1053, 1053),
                  temporal=(75, 452, 389), verb=(240, 360, 720))
    assert (len(ex), len(ex.evaluation), len(ex.hard_negatives)) == counts[task]
    kinds = {(p.part, p.kind): p.count for p in ex.problems}
    wanted = dict(country={("evaluation", "subject-missing"): 30},
                  company={("train", "subject-repeated"): 1, ("evaluation", "subject-missing"): 49},
                  gender={("train", "few-examples"): 1}, temporal={("train", "no-evaluation"): 16},
                  stereoset={("evaluation", "shifted"): 12, ("hard_negatives", "trailing-space"): 1053,
                             ("hard_negatives", "duplicate"): 706}, verb={("evaluation", "few-prefixes"): 1})
    for k, n in wanted[task].items(): assert kinds[k] == n
    assert overlap(ex, ex)["rows"] == len({(r["prefix"], *ex.endings(r)) for r in ex.evaluation})


def test_rows_about_one_subject_stand_or_fall_together():
    from promptmem.edit.evaluate import share_of
    alone = share_of([1, 1, 0, 0], [dict(prefix=p) for p in "abcd"])
    pairs = share_of([1, 1, 0, 0], [dict(prefix=p, subject=s) for p, s in zip("abcd", "xxyy")])
    one = share_of([1, 1, 1, 1], [dict(prefix=p, subject="x") for p in "abcd"])
    assert alone.estimate == pairs.estimate == .5 and alone.n == 4
    assert pairs.hi - pairs.lo > alone.hi - alone.lo and (math.isnan(one.lo) or one.hi - one.lo > .9)
