"""Token log-probabilities: equal to the plain model one text at a time, for every batch size and architecture."""
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from promptmem.lm.scoring import (  # noqa: E402
    OutOfMemory, budget_batches, encode, mean_losses, run_halving, split_head, token_logprobs)
from promptmem.testing import tiny_model  # noqa: E402


def make_tokenizer(eos=True):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast
    vocab = {b: i for i, b in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    t = Tokenizer(models.BPE(vocab=vocab | {"<eos>": 256}, merges=[]))
    t.pre_tokenizer, t.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=t, **(dict(eos_token="<eos>") if eos else {}))


def make_model(arch, **kw):
    from transformers import AutoModelForCausalLM, CONFIG_MAPPING
    torch.manual_seed(0)
    size = dict(vocab_size=257, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
                max_position_embeddings=256)
    if arch == "opt": size["ffn_dim"] = size.pop("intermediate_size")
    if arch == "gemma2": size["head_dim"] = 8
    if arch == "bloom": size = dict(vocab_size=257, hidden_size=32, n_layer=2, n_head=4)
    return AutoModelForCausalLM.from_config(CONFIG_MAPPING[arch](**(size | kw)), attn_implementation="eager").eval()


@pytest.fixture(scope="module")
def tokenizer(): return make_tokenizer()


@pytest.fixture(scope="module")
def texts():
    rng = np.random.default_rng(1)
    return ["".join(chr(c) for c in rng.integers(97, 123, n)) for n in rng.integers(2, 50, 24)]


def one_by_one(model, tokenizer, texts):
    out = []
    with torch.inference_mode():
        for t in texts:
            x = torch.tensor([tokenizer(t)["input_ids"]])
            lp = model(input_ids=x).logits.float().log_softmax(-1)[0, :-1]
            out.append(lp.gather(1, x[0, 1:, None])[:, 0].numpy())
    return out


@pytest.mark.parametrize("head", [1., 60.])
@pytest.mark.parametrize("arch", ["gpt2", "llama"])
def test_a_large_vocabulary_is_summed_without_a_bias(arch, head, tokenizer, texts):
    import copy
    model = make_model(arch, vocab_size=49_152) # a smaller tokenizer: the other tokens only make up the sum
    with torch.no_grad(): model.get_output_embeddings().weight.mul_(head)
    exact = copy.deepcopy(model).double()
    got, want = token_logprobs(model, tokenizer, texts), token_logprobs(exact, tokenizer, texts)
    assert {a.dtype for a in got} == {np.dtype("float32")} and {a.dtype for a in want} == {np.dtype("float64")}
    off = np.concatenate(got) - np.concatenate(want)
    assert abs(off.mean()) < 1e-6 and abs(off).max() < 2e-5


def test_ruled_out_tokens_leave_the_others_their_probability():
    from promptmem.lm.scoring import _logprob
    x = torch.randn(20, 3000, generator=torch.Generator().manual_seed(0))
    x[:, 500:1600], x[3] = -torch.inf, 0.
    t = torch.arange(20)*7
    t[5] = 700
    want = x.double().log_softmax(-1).gather(1, t[:, None])[:, 0]
    got = _logprob(x, t).double()
    assert got[5] == want[5] == -torch.inf
    assert torch.allclose(got, want, atol=2e-6)


@pytest.mark.parametrize("arch", ["gpt_neox", "gpt2", "llama", "opt", "bloom", "gemma2"])
def test_equals_plain_model(arch, tokenizer, texts):
    model = make_model(arch)
    want = one_by_one(model, tokenizer, texts)
    for size in (1, 100, 10**5):
        got = token_logprobs(model, tokenizer, texts, batch_tokens=size)
        assert [len(a) for a in got] == [len(a) for a in want]
        assert max(abs(a-b).max() for a, b in zip(got, want)) < 1e-4


def test_capped_logits_use_the_whole_model(tokenizer):
    "Gemma 2 caps its logits after the head: the split must notice"
    model = make_model("gemma2", final_logit_softcapping=.05)
    assert split_head(model) is None
    assert split_head(make_model("gpt_neox")) is not None


def test_pairs_score_the_suffix_only(tokenizer, texts):
    model = make_model("gpt_neox")
    whole = token_logprobs(model, tokenizer, texts)
    parts = token_logprobs(model, tokenizer, [(t[:len(t)//2], t[len(t)//2:]) for t in texts])
    for w, p, t in zip(whole, parts, texts):
        assert len(p) == len(t)-len(t)//2
        assert np.allclose(w[-len(p):], p, atol=1e-5)


def test_model_without_split_and_lora(tokenizer, texts):
    peft = pytest.importorskip("peft")
    model = make_model("gpt_neox")
    plain = token_logprobs(model, tokenizer, texts)
    lora = peft.get_peft_model(model, peft.LoraConfig(r=2, target_modules=["query_key_value"], init_lora_weights=False))
    lora.eval()
    assert split_head(lora) is not None
    want = one_by_one(lora, tokenizer, texts)
    got = token_logprobs(lora, tokenizer, texts)
    assert max(abs(a-b).max() for a, b in zip(got, want)) < 1e-4
    assert max(abs(a-b).max() for a, b in zip(got, plain)) > 1e-3

    class Odd(torch.nn.Module):
        def __init__(self, m):
            super().__init__()
            self.m, self.config = m, m.config
        def forward(self, input_ids, attention_mask=None, use_cache=False):
            return self.m(input_ids=input_ids, attention_mask=attention_mask, use_cache=use_cache)
    base = make_model("gpt_neox")
    odd = token_logprobs(Odd(base), tokenizer, texts)
    assert max(abs(a-b).max() for a, b in zip(odd, plain)) < 1e-4


def test_dropout_is_off_and_mode_restored(tokenizer, texts):
    model = make_model("gpt_neox", hidden_dropout=.5, attention_dropout=.5).train()
    a, b = (mean_losses(token_logprobs(model, tokenizer, texts)) for _ in range(2))
    assert np.array_equal(a, b) and model.training


def test_no_pad_token_needed(texts):
    model, tokenizer = make_model("gpt_neox"), make_tokenizer(eos=False)
    assert tokenizer.pad_token_id is None
    got = token_logprobs(model, tokenizer, texts, batch_tokens=200)
    assert max(abs(a-b).max() for a, b in zip(got, one_by_one(model, tokenizer, texts))) < 1e-4
    assert tokenizer.pad_token_id is None
    with pytest.raises(ValueError, match="no bos_token"): token_logprobs(model, tokenizer, texts, bos=True)


@pytest.mark.parametrize("bad,message", [(["abc", ""], "text 1 has no token"), (["a"], "no token to score"),
                                         (["x"*257], "257 tokens, more than the 256")])
def test_bad_texts(bad, message, tokenizer):
    with pytest.raises(ValueError, match=message): token_logprobs(make_model("gpt_neox"), tokenizer, bad)


def test_bad_arguments(tokenizer):
    model = make_model("gpt_neox")
    with pytest.raises(TypeError, match="one string"): token_logprobs(model, tokenizer, "abc")
    with pytest.raises(ValueError, match="'suffix' or 'all'"): token_logprobs(model, tokenizer, ["abc"], positions="x")
    with pytest.raises(ValueError, match="batch_tokens"): token_logprobs(model, tokenizer, ["abc"], batch_tokens=0)
    assert token_logprobs(model, tokenizer, []) == []


def test_out_of_memory_halves_and_says_so(tokenizer, texts, monkeypatch):
    import promptmem.lm.scoring as s
    model, real, sizes = make_model("gpt_neox"), s._batch_scores, []
    def tight(model, ids, starts, pad, score, *more):
        sizes.append(len(ids))
        if len(ids) > 4: raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")
        return real(model, ids, starts, pad, score, *more)
    want = token_logprobs(model, tokenizer, texts)
    monkeypatch.setattr(s, "_batch_scores", tight)
    with pytest.warns(UserWarning, match="out of memory with 24 texts in a batch: going on with 12"):
        got = token_logprobs(model, tokenizer, texts, batch_tokens=10**6)
    assert max(abs(a-b).max() for a, b in zip(got, want)) < 1e-5
    assert sizes[:4] == [24, 12, 6, 3] and max(sizes[3:]) <= 4


def test_one_text_too_big_is_an_error():
    def never(b): raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")
    with pytest.warns(UserWarning), pytest.raises(OutOfMemory, match="alone does not fit"): run_halving(never, [[0, 1]])
    def other(b): raise RuntimeError("shape mismatch")
    with pytest.raises(RuntimeError, match="shape mismatch"): run_halving(other, [[0, 1]])


def test_budget_batches_cover_everything():
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 90, 200).tolist()
    for budget in (1, 50, 333, 10**6):
        batches = budget_batches(lengths, budget)
        assert sorted(i for b in batches for i in b) == list(range(200))
        assert all(len(b) == 1 or len(b)*max(lengths[i] for i in b) <= budget for b in batches)
    assert max(map(len, budget_batches(lengths, 10**6, max_rows=7))) == 7


def test_encode_falls_back_when_merges_cross_the_boundary(tokenizer):
    number = {} # of each word, in order of appearance: hash() differs from run to run, and two may be alike
    class Merging:
        bos_token_id = None
        def __call__(self, text, add_special_tokens=True):
            return {"input_ids": [number.setdefault(w, len(number)) for w in text.split(" ")]}
    ids, start = encode(Merging(), [("one tw", "o three")])
    assert ids[0] == Merging()("one tw")["input_ids"] + Merging()("o three")["input_ids"] and start == [2]


def test_one_encoder_whatever_the_tokenizer_puts_around():
    "An end of text behind every text, a blank before every text: neither is in the suffix"
    from promptmem.testing import word_tokenizer
    for end in (False, True):
        tok = word_tokenizer(end=end)
        ids, starts = encode(tok, [("The capital of France is", " Paris"), ("Par", "is")])
        assert [tok.convert_ids_to_tokens(i[s:]) for i, s in zip(ids, starts)] == [["▁Paris"], ["is"]]
        assert all(i[0] == tok.bos_token_id and tok.eos_token_id not in i for i in ids)
        plain, _ = encode(tok, ["Paris is the capital"])
        assert plain[0] == tok("Paris is the capital")["input_ids"][:len(plain[0])] and tok.eos_token_id not in plain[0]
    published, _ = encode(word_tokenizer(end=False), [("Par", "is")], compat="upstream")
    assert word_tokenizer().convert_ids_to_tokens(published[0])[-1] == "▁is"


def test_a_context_has_one_beginning_and_a_blank_behind_it():
    from promptmem.testing import word_tokenizer
    tok = word_tokenizer()
    (ids,), _ = encode(tok, [("Lyon is not the capital.", "Paris is the capital")], blank=True)
    assert ids.count(tok.bos_token_id) == 1 and tok.eos_token_id not in ids
    assert tok.decode(ids, skip_special_tokens=True) == "Lyon is not the capital. Paris is the capital"


def test_words_that_look_like_control_tokens_are_words(tokenizer):
    ids, _ = encode(tokenizer, ["a<eos>b", ("x<eos>", "<eos>y")])
    assert all(256 not in i for i in ids)
    assert encode(tokenizer, ["a<eos>b"], compat="published")[0] == [tokenizer("a<eos>b")["input_ids"]]


@pytest.mark.parametrize("cap", [.05, 30.])
def test_a_cap_that_is_set_later_is_noticed(cap):
    model = make_model("gemma2", final_logit_softcapping=None)
    assert split_head(model) is not None
    model.config.final_logit_softcapping = cap
    assert split_head(model) is None
    model.config.final_logit_softcapping = None
    assert split_head(model) is not None


FAMILIES = [("llama", {}, True), ("llama", dict(num_key_value_heads=2, attention_bias=True, mlp_bias=True), True),
            ("llama", dict(rope_parameters=dict(rope_type="linear", factor=2., rope_theta=1e4)), True),
            ("mistral", dict(sliding_window=None, num_key_value_heads=2), True),
            ("mistral", dict(sliding_window=8, num_key_value_heads=2), False),
            ("qwen2", dict(num_key_value_heads=2), True), ("qwen3", dict(num_key_value_heads=2, head_dim=16), True),
            ("llama", dict(hidden_act="gelu"), False), ("gemma2", {}, False), ("gemma3_text", {}, False),
            ("phi3", dict(pad_token_id=0), False), ("olmo2", {}, False), ("granite", dict(logits_scaling=8.), False),
            ("smollm3", dict(pad_token_id=0, num_key_value_heads=2), False), ("gpt_neox", {}, False),
            ("opt", {}, False)]


@pytest.mark.parametrize("arch, config, lean", FAMILIES)
def test_every_family_scores_as_its_own_logits_say(arch, config, lean, tokenizer, texts):
    "With the lean pass or without: which families take it is known, and the numbers are the model's own"
    from promptmem.lm.lean import lean_model
    from promptmem.lm.matmul import multiplies
    model = tiny_model(arch, seed=3, vocab=len(tokenizer), **config)
    assert (lean_model(model) is not None) == (lean and multiplies(torch.float32))
    some = texts[:6]
    for got, t in zip(token_logprobs(model, tokenizer, some), some):
        ids = torch.tensor([tokenizer(t)["input_ids"]])
        with torch.inference_mode(): want = model(ids).logits[0, :-1].log_softmax(-1)
        assert np.allclose(got, want[range(len(got)), ids[0, 1:]].numpy(), atol=2e-4)


def test_whoever_listens_to_a_model_hears_it_scored(tokenizer, texts):
    "A hook, an adapter, another forward pass, other weights: the lean pass steps aside, or follows"
    model = tiny_model("llama", vocab=len(tokenizer))
    first, heard = token_logprobs(model, tokenizer, texts[:4]), []
    hook = model.model.layers[1].mlp.register_forward_hook(lambda m, i, o: heard.append(1) or 2*o)
    hooked = token_logprobs(model, tokenizer, texts[:4])
    hook.remove()
    assert heard and abs(hooked[0]-first[0]).max() > 1e-3
    model.model.layers[0].mlp.forward = lambda x: 0*x
    silent = token_logprobs(model, tokenizer, texts[:4])
    del model.model.layers[0].mlp.forward
    assert abs(silent[0]-first[0]).max() > 1e-3
    assert all(np.array_equal(a, b) for a, b in zip(token_logprobs(model, tokenizer, texts[:4]), first))
    with torch.no_grad(): model.model.layers[0].mlp.up_proj.weight.mul_(3)
    assert abs(token_logprobs(model, tokenizer, texts[:4])[0]-first[0]).max() > 1e-3


def test_low_precision_is_near_whatever_the_length(tokenizer):
    "Short texts and long ones take different products in bfloat16; both stay near float32"
    texts = ["short one", "word "*30, "a longer text of many words " * 30]
    model = tiny_model("llama", vocab=len(tokenizer), context=1024, num_key_value_heads=2)
    exact = token_logprobs(model, tokenizer, texts)
    low = token_logprobs(model.to(torch.bfloat16), tokenizer, texts)
    assert all(abs(a-b).mean() < .02 for a, b in zip(exact, low))
