"""Language models as users meet them: the cache under several processes, the demo model, a real endpoint."""
import json
import multiprocessing

import numpy as np
import pytest

import promptmem as pm
from promptmem.lm.base import CallableLM, LMCache, LMError, PromptTooLong
from promptmem.lm.endpoint import OpenAILM
from promptmem.lm.local import TransformersLM
from tests.raw_files import raw_bytes


def _fill(args):
    path, worker = args
    cache = LMCache(path)
    for i in range(50):
        cache.put(f"shared-{i}", "m", {"text": "same"})
        cache.put(f"{worker}-{i}", "m", {"text": str(i)})
    return len(cache)


def test_processes_share_one_cache_without_losing_an_answer(tmp_path):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.map(_fill, [(tmp_path / "c.db", w) for w in range(4)])
    assert len(LMCache(tmp_path / "c.db")) == 4 * 50 + 50


def test_answers_are_kept_as_they_arrive(tmp_path):
    def dies_at_three(prompt):
        if prompt == "3":
            raise RuntimeError("the process dies here")
        return "answer " + prompt
    with pytest.raises(RuntimeError):
        CallableLM(dies_at_three, cache=tmp_path / "c.db").complete(list("12345"))
    again = CallableLM(lambda p: "new " + p, cache=tmp_path / "c.db").complete(list("12345"))
    assert [c.text for c in again] == ["answer 1", "answer 2", "new 3", "new 4", "new 5"]


@pytest.fixture(scope="module")
def demo():
    return pm.load_lm("demo")


def test_demo_is_a_plain_transformers_model(demo):
    import transformers
    assert isinstance(demo.model, transformers.PreTrainedModel)
    assert isinstance(demo.tokenizer, transformers.PreTrainedTokenizerBase)
    size = sum(f.stat().st_size for f in (pm.data.data_dir() / "models" / "demo_lm").glob("*.safetensors"))
    assert size <= 12_000_000
    assert not list((pm.data.data_dir() / "models").rglob("*.bin"))


def test_text_does_not_depend_on_the_batch(demo):
    sep = "\n\n###\n\n/"
    words = ("glad", "x", "enormous", "quick", "unhappiness")
    prompts = [f"{sep}what is the synonym for < {w} > ?{sep}" for w in words]
    alone = [demo.complete([p], max_tokens=24, stop=["END"])[0].text for p in prompts]
    demo.batch_size = 3
    assert [c.text for c in demo.complete(prompts, max_tokens=24, stop=["END"])] == alone
    sampled = demo.complete(prompts, max_tokens=24, stop=["END"], temperature=1.0, seed=1)
    drawn = [demo.complete([p], max_tokens=24, stop=["END"], temperature=1.0, seed=1)[0].text for p in prompts]
    assert drawn == [c.text for c in sampled]


def test_a_prompt_over_the_context_is_refused_and_nothing_is_cut(demo):
    with pytest.raises(PromptTooLong, match=r"tokens and 8 more are asked for.*Shorten the prompt"):
        demo.complete(["word " * 3 * demo.context_length], max_tokens=8)


def test_loglik_of_a_text_is_the_sum_over_its_parts(demo):
    whole = demo.loglik(["The capital"], [" of the country is"])[0]
    parts = demo.loglik(["The capital", "The capital of"], [" of", " the country is"]).sum()
    assert np.isclose(whole, parts, atol=1e-3) and whole < 0


def test_an_edited_model_does_not_get_the_old_answers(demo, tmp_path):
    import torch
    lm = TransformersLM(demo.model, demo.tokenizer, name="demo", cache=tmp_path / "c.db")
    prompt = ["the day was"]
    lm.complete(prompt, max_tokens=4)
    assert lm.complete(prompt, max_tokens=4)[0].cached
    weight = next(lm.model.parameters())
    before = weight.detach().clone()
    with torch.no_grad():
        weight[5, 3] += 0.5
    try:
        assert not lm.complete(prompt, max_tokens=4)[0].cached
    finally:
        with torch.no_grad():
            weight.copy_(before)
    assert lm.complete(prompt, max_tokens=4)[0].cached


# ---- a real OpenAI-compatible server (fixture in conftest.py) --------------------------------------------------------


@pytest.mark.slow
def test_endpoint_and_local_model_agree(openai_server, demo):
    sep = "\n\n###\n\n/"
    prompts = [f"{sep}what is the opposite of < {w} > ?{sep}" for w in ("hot", "early")]
    lm = pm.load_lm(
        f"openai:{openai_server.model}", base_url=openai_server.base_url, endpoint="completions", concurrency=2
    )
    served = lm.complete(prompts, max_tokens=24, stop=["END"])
    assert [c.text.strip() for c in served] == [
        c.text.strip() for c in demo.complete(prompts, max_tokens=24, stop=["END"])
    ]
    assert all(c.usage.prompt_tokens > 0 and c.latency_s > 0 for c in served)


@pytest.mark.slow
def test_chat_endpoint_answers_and_caches(openai_server, tmp_path):
    make = lambda: pm.load_lm(f"openai:{openai_server.model}", base_url=openai_server.base_url, cache=tmp_path / "c.db",
                              price=(1.0, 2.0), api_key="sk-planted-secret")
    first, = make().complete(["what is the opposite of < hot > ?"], max_tokens=24, stop=["END"])
    again, = make().complete(["what is the opposite of < hot > ?"], max_tokens=24, stop=["END"])
    assert first.text and again.text == first.text and again.cached and not first.cached
    assert first.usage.cost == pytest.approx((first.usage.prompt_tokens + 2 * first.usage.completion_tokens) / 1e6)
    raw = raw_bytes(tmp_path)
    assert b"sk-planted-secret" not in raw and "sk-planted-secret" not in repr(make())


@pytest.mark.slow
def test_unknown_model_at_the_endpoint_is_a_clear_error(openai_server):
    lm = OpenAILM("no/such-model", base_url=openai_server.base_url, max_retries=0)
    with pytest.raises(LMError, match="no/such-model at "):
        lm.complete(["hi"])


def test_missing_key_says_what_to_set(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(LMError, match="OPENAI_API_KEY"):
        pm.load_lm("openai:gpt-4o-mini")


@pytest.mark.parametrize("name", ["gpt-4", "hf:", "openai:", "", "demo2"])
def test_unknown_names_list_the_known_ones(name):
    with pytest.raises(ValueError, match="write 'demo', 'smollm2', 'hf:"):
        pm.load_lm(name)


@pytest.mark.parametrize("words", ["naïve café", "weiß", "日本語の答え", "emoji 👍 here", 'a "quoted" \\ word', "two\nlines"])
def test_answers_in_any_script_are_erased_from_the_cache(tmp_path, words):
    cache = LMCache(tmp_path/"c.db")
    cache.put("k", "m", {"text": f"so: {words}"})
    with cache._file as db:  # as an earlier version spelled it
        db.execute("insert into answer values('old', 'm', ?)", (json.dumps({"text": f"so: {words}"}),))
    cache.put("other", "m", {"text": "something else"})
    assert (cache.forget([words]), len(cache)) == (2, 1)
    cache.close()
    raw = raw_bytes(tmp_path)
    assert words.encode() not in raw and json.dumps(words)[1:-1].encode() not in raw
