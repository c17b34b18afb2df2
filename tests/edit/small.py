"""Tiny models for the tests of the edit room."""
import random

import torch
import transformers as tf

from promptmem.edit import BackpackConfig, BackpackLM, CanonicalExamples
from promptmem.testing import Chars

torch.set_num_threads(1)
KINDS = ("gpt2", "gpt_neox", "gptj", "llama", "backpack")


def model(kind="gpt_neox", seed=0, dtype=torch.float32):
    torch.manual_seed(seed)
    tiny = dict(vocab_size=40, bos_token_id=0, eos_token_id=0, initializer_range=.2)
    size = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
                max_position_embeddings=64, **tiny)
    gpt = dict(n_embd=16, n_layer=2, n_head=2, n_positions=64, resid_pdrop=0., embd_pdrop=0., attn_pdrop=0., **tiny)
    make = dict(gpt2=lambda: tf.GPT2LMHeadModel(tf.GPT2Config(**gpt)),
                gpt_neox=lambda: tf.GPTNeoXForCausalLM(tf.GPTNeoXConfig(**size)),
                gptj=lambda: tf.GPTJForCausalLM(tf.GPTJConfig(rotary_dim=4, **gpt)),
                llama=lambda: tf.LlamaForCausalLM(tf.LlamaConfig(**size)),
                backpack=lambda: BackpackLM(BackpackConfig(num_senses=4, **gpt)))
    return make[kind]().eval().to(dtype)


def examples(**kw):
    rows = [dict(prefix="the tower of Orun is in", suffix=" Mel", subject="Orun"),
            dict(prefix="the king of Pell is", suffix=" Ade", subject="Pell")]
    return CanonicalExamples.read(rows, evaluation=[dict(prefix="Orun lies in", suffix=" Mel")],
                                  hard_negatives=[dict(prefix="the cow is in", suffix=" Bar")], quiet=True, **kw)


def texts(n=40): return ["".join(random.Random(i).choices("abcdefgh ", k=30)) for i in range(n)]
def ids(text="the tower of Orun is in"): return torch.tensor([Chars()(text)["input_ids"]])
def state(m): return {k: v.clone() for k, v in m.state_dict().items()}
def same(m, before): return all(torch.equal(v, before[k]) for k, v in m.state_dict().items())
