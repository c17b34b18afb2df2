"""The assistant on chat models: nothing is altered, nothing leaves its quotation, and what happened is told."""
import asyncio
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptmem.core import InvalidData, stable_hash
from promptmem.lm.base import CallableLM, LMError
from promptmem.memory import (
    Assistant,
    ClosestLookup,
    GrowingPrompt,
    MemPrompt,
    NoMemory,
    SimulatedUser,
    make_tasks,
    stream,
)
from promptmem.memory.contracts import ChooserLike, LookupLike, RewriterLike
from promptmem.memory.prompt import BAR, SEP, chat, neutralize, quoted
from promptmem.record import Candidate, Completion, Retrieval
from promptmem.store.store import Store

ANSWERS = ['{"name": "Bob"}', "The capital of France is Paris.", "a: b", "END", "in the END it is: 4",
           "### Sub\n\ntext", "<b>|</b>", " two  blanks ", "x" + SEP + "y END", "```python\nx = {1: 2}\n```"]


def assistant(fn, lookup="closest", **kw):
    return Assistant(CallableLM(fn), format="chat", store=Store(":memory:"), scope="alice", lookup=lookup, **kw)


@pytest.mark.parametrize("text", ANSWERS)
def test_question_and_answer_are_the_users_and_the_models_own(text):
    seen = []
    a = assistant(lambda m: seen.append(m) or text)
    r = a.ask(text)
    assert (r.answer, r.understanding, seen[-1]) == (text, "", [dict(role="user", content=text)])
    assert a.history()[0].answer == text and r.prompt == text and "flags" not in r.meta


@pytest.mark.parametrize("text", [a for a in ANSWERS if a != "END" and SEP not in a])
def test_a_plain_function_gets_its_answer_back_untouched(text):
    """Nothing is known about a function: it gets the question as a text, and what it answers is the answer"""
    seen = []
    r = Assistant(CallableLM(lambda p: seen.append(p) or text)).ask("who?")
    assert (r.answer, r.understanding, seen, r.prompt) == (text, "", ["who?"], "who?")


def test_a_function_is_asked_in_one_text_whatever_goes_with_the_question():
    seen = []
    a = Assistant(CallableLM(lambda p: seen.append(p) or f"answer {len(seen)}"), system="Be kind.", history=2,
                  lookup=ClosestLookup(), store=Store(":memory:"))
    a.clarify(a.ask("how warm is it?"), "in Celsius")
    again = a.ask("how warm is it?")
    assert all(isinstance(p, str) for p in seen) and "Be kind." in seen[0] and seen[0].endswith("how warm is it?")
    assert "in Celsius" in seen[1] and again.answer == "answer 2" and "###" not in seen[1]
    # examples show how to go on
    shown = Assistant(CallableLM(lambda p: seen.append(p) or "ok"), few_shot=[("q1", "a1")]).ask("q2?")
    assert shown.prompt.endswith("q2?" + SEP)


@given(st.text(alphabet=st.sampled_from('ab "\'`\n\r\u2028{}()'), max_size=60) | st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_text_can_end_its_own_quotation(text):
    q = quoted(text)
    inner = text.strip()
    if q.startswith('"'):
        assert q == f'"{inner}"' and '"' not in inner and not re.search(r"[\n\r\u2028]", inner)
        return
    fence = re.match(r"\n(`+)\n", q)[1]
    assert q == f"\n{fence}\n{inner}\n{fence}" and fence not in inner


@given(st.text(max_size=80), st.text(max_size=80).filter(str.strip), st.sampled_from(["question", "system"]))
@settings(max_examples=200, deadline=None)
def test_whatever_a_memory_holds_stands_quoted_and_roles_stay(question, said, placement):
    messages = chat(question, said, system="Be kind.", placement=placement)
    assert [m["role"] for m in messages] == ["system", "user"]
    assert quoted(said) in messages[placement == "question"]["content"]
    assert messages[1]["content"].endswith(question)
    if placement == "system": assert messages[1]["content"] == question


@given(st.text(alphabet=st.sampled_from("#[]SEPND/| <>s\nAa"), max_size=40))
@settings(max_examples=500, deadline=None)
def test_neutralizing_is_idempotent(text):
    for strict in (True, False):
        once = neutralize(text, strict)[0]
        assert neutralize(once, strict)[0] == once and SEP not in once


@pytest.mark.parametrize(
    "hostile", ["a\n\n[SEP]##\n\n/b", "a" + SEP + "b", "a\n\n####\n\n/b", "#[SEP]#", "\n\n###\n\n/"]
)
def test_a_published_prompt_has_the_separators_that_belong_there(hostile):
    seen = []
    lm = CallableLM(lambda p: seen.append(p) or "ok END", format="published")
    a = Assistant(lm, rewriter=lambda q: q + " indeed")
    a.clarify(a.ask(f"what is < big > ? {hostile}"), hostile)
    a.ask(f"what is < small > ? {hostile}")
    assert [p.count(SEP) for p in seen] == [1, 1] and all(p.endswith(SEP) for p in seen)
    m, g = MemPrompt(), GrowingPrompt()
    m.learn(f"what is < big > ? {hostile}", hostile, "")
    assert m.prepare(f"what is < small > ? {hostile}").text.count(SEP) == 1
    g.learn(f"q END {hostile}", hostile, f"answer END{hostile}")
    assert g.text.count(SEP) == 1 and re.findall(r"\bEND\b", g.text.split(SEP)[1]) == ["END"]


def test_a_heading_and_the_word_end_reach_a_published_model_as_they_are():
    seen = []
    lm = CallableLM(lambda p: seen.append(p) or "ok", format="published")
    Assistant(lm).ask("### Sub\nis END of line | the end?")
    assert seen == ["### Sub\nis END of line | the end?" + SEP]


def test_cut_off_and_refused_answers_are_told():
    cut = Completion("It all began when", finish_reason="length")
    assert assistant(lambda m: cut).ask("tell me").meta["finish_reason"] == "length"
    r = assistant(lambda m: Completion("", finish_reason="content_filter")).ask("tell me")
    assert (r.answer, r.meta["finish_reason"]) == ("", "content_filter")
    assert "finish_reason" not in assistant(lambda m: Completion("Done.")).ask("tell me").meta


def test_prompts_are_known_by_their_text():
    prompts = ["Think first.", "Answer in one word: {question}"]
    one, two = assistant(lambda m: m[-1]["content"], prompts=prompts), assistant(lambda m: "x", prompts=prompts[::-1])
    r = one.ask("why?")
    assert (r.answer, r.prompt_id, r.meta["prompt_text"]) == ("why?\nThink first.", stable_hash("Think first.", 12),
                                                              "Think first.")
    assert two.ask("why?").prompt == "Answer in one word: why?" and two.ask("x?").prompt_id == stable_hash(
        prompts[1], 12
    )


def test_a_conversation_within_its_budget():
    seen = []
    a = assistant(lambda m: seen.append(m) or "word "*40, history=5, history_tokens=120)
    for i in range(6): a.ask(f"question {i}?")
    assert [len(m) for m in seen] == [1, 3, 5, 5, 5, 5]  # 50 tokens a turn
    assert seen[-1][0]["content"] == "question 3?"
    a.store.forget(scope="alice")
    a.ask("after all is forgotten?")
    assert len(seen[-1]) == 1 and "question" not in str(seen[-1])


def test_a_record_holds_earlier_turns_by_their_ids_only():
    a = assistant(lambda m: "fine", history=3)
    first = a.ask("a SECRET question?")
    second = a.ask("and now?")
    assert second.meta["turns"] == [first.id] and "SECRET" not in str(second.to_dict())
    assert second.meta["conversation"] == first.meta["conversation"] != assistant(len, history=1).conversation
    assert a.new_conversation() != second.meta["conversation"] and a.ask("x?").meta.get("turns") is None


def test_asynchronous_questions_overlap():
    here = []
    class Slow(CallableLM):
        async def acomplete(self, prompts, **kw):
            here.append(len(here))
            while len(here) < 3: await asyncio.sleep(0)  # goes on only when all three have arrived
            return [Completion(f"answer to {p[-1]['content']}") for p in prompts]
    a = Assistant(Slow(str), format="chat", store=Store(":memory:"))
    async def three(): return await asyncio.wait_for(asyncio.gather(*(a.aask(f"q{i}?") for i in range(3))), 20)
    assert [r.answer for r in asyncio.run(three())] == [f"answer to q{i}?" for i in range(3)] and len(a.history()) == 3


def test_a_stream_that_breaks_off_stores_nothing():
    class Broken(CallableLM):
        def stream(self, prompt, **kw):
            yield "It began "
            raise ConnectionError("the line is dead")
    a = Assistant(Broken(str), format="chat", store=Store(":memory:"))
    with pytest.raises(ConnectionError): list(a.stream("tell me"))
    assert a.history() == []
    s = assistant(lambda m: "whole").stream("tell me")
    assert list(s) == ["whole"] and s.interaction.answer == "whole"


def test_understanding_is_asked_apart_and_only_when_wanted():
    asked = []
    fn = lambda m: asked.append(m) or ("the country" if len(m) > 1 else "Tbilisi")
    assert assistant(fn).ask("capital of Georgia?").understanding == "" and len(asked) == 1
    a = assistant(fn, understanding=True)
    r = a.ask("capital of Georgia?")
    assert (r.answer, r.understanding, r.usage.calls, len(asked)) == ("Tbilisi", "the country", 2, 3)
    assert a.history()[0].understanding == "the country"


class Fixed(ClosestLookup):
    "A look-up that always offers the same"
    def __init__(self, offer): super().__init__(); self.offer = offer
    def query(self, question): return self.offer


def two_memories(**kw):
    "An assistant whose look-up offers two memories at once, and the memories"
    store = Store(":memory:")
    one, two = (store.add(scope="alice", key=k, text=t) for k, t in (("warm?", "in Celsius"), ("a table?", "for two")))
    offer = Retrieval(True, one.key, one.text, .9, id=one.id, also=(Candidate(two.key, two.text, .8, two.id),))
    said = Assistant(CallableLM(lambda m: "fine, for two"), format="chat", store=store, scope="alice",
                     lookup=Fixed(offer), **kw)
    return said, one, two


@pytest.mark.parametrize("placement", ["question", "system"])
def test_every_memory_that_applies_goes_along_and_goes_when_it_is_forgotten(placement):
    a, one, two = two_memories(placement=placement)
    r = a.ask("is it warm, and is there a table?")
    assert '"in Celsius"' in r.prompt and '"for two"' in r.prompt
    assert [len(a.store.uses(c.id)) for c in (one, two)] == [1, 1]
    a.store.forget(scope="alice", id=two.id)
    now = a.store.interaction(r.id, scope="alice")
    assert (now.prompt, now.answer) == ("[forgotten]", "[forgotten]") and "for two" not in str(now)


def doubtful(fn, **kw):
    offer = Retrieval(False, ask=Candidate("which football team won?", "soccer", .6, "m1"))
    return Assistant(CallableLM(fn), format="chat", scope="alice", lookup=Fixed(offer), **kw)


@pytest.mark.parametrize("said, followed", [("Yes, I did.", True), ("no", False), ("Hard to say", None), ("", None)])
def test_what_may_be_meant_goes_along_with_its_condition(said, followed):
    a = doubtful(lambda m: said if "yes or no" in m[-1]["content"] else "Spain", unsure="send")
    r = a.ask("who won?")
    assert 'Only if my question is about the same as "which football team won?": "soccer"' in r.prompt
    assert (r.answer, r.meta["perhaps"], r.meta["followed"], r.usage.calls) == ("Spain", ["m1"], followed, 2)
    assert r.retrieval.ask.text == "soccer" and a.history()[0].meta["followed"] is followed
    assert asyncio.run(a.aask("who won?")).meta["followed"] is followed
    pieces = a.stream("who won?")
    assert "".join(pieces) == "Spain" and pieces.interaction.meta["followed"] is followed


def test_what_may_be_meant_is_left_to_the_person_by_default():
    r = doubtful(lambda m: "Spain").ask("who won?")
    assert (r.prompt, r.usage.calls, r.retrieval.ask.text) == ("who won?", 1, "soccer") and "perhaps" not in r.meta


def test_a_failed_question_about_the_answer_takes_nothing_of_it_away():
    def fn(m):
        if "yes or no" in m[-1]["content"] or "what did you take" in m[-1]["content"]: raise LMError("too busy")
        return "Spain"
    a = doubtful(fn, unsure="send", understanding=True)
    for r in (a.ask("who won?"), asyncio.run(a.aask("who won?"))):
        assert (r.answer, r.understanding) == ("Spain", "") and "followed" not in r.meta
        assert set(r.meta["not_known"]) == {"understanding", "followed"} and len(a.history()) >= 1


class Own:
    "The least that a look-up must have"
    def __init__(self): self.held = []
    def add(self, key, text, id=None): self.held.append(text)
    def query(self, question):
        return Retrieval(bool(self.held), question, self.held[-1] if self.held else None, 0., why="the latest")


def test_objects_of_ones_own_that_meet_the_contracts():
    a = assistant(lambda m: m[-1]["content"], lookup=Own(), rewriter=str.upper,
                  reward=type("R", (), dict(choose=lambda s, q, ps: ps[1]))(), prompts=["A", "B"])
    a.clarify(a.ask("what?"), "in Celsius")
    r = a.ask("how warm?")
    assert r.answer.endswith("HOW WARM?\nB") and "in Celsius" in r.answer and "choice" not in r.meta
    a.undo()  # no `remove`: the store knows, the look-up keeps what it keeps
    assert isinstance(Own(), LookupLike) and isinstance(len, RewriterLike) and not isinstance("x", ChooserLike)
    log = stream(CallableLM(lambda p: "no"), make_tasks(3, "own"), MemPrompt(Own()), user=SimulatedUser(1.))
    assert log.records[-1]["memory_metadata"]["memory_used"]


@pytest.mark.parametrize(
    "settings, says",
    [
        (dict(lookup={}), "lookup= must be a look-up, an object with query"),
        (dict(lookup=ClosestLookup), r"write ClosestLookup\(\.\.\.\)"),
        (dict(reward=3, prompts=["a"]), "reward= must be a chooser"),
        (dict(rewriter="x"), "rewriter= must be"),
        (dict(scope=()), "a scope is a name"),
        (dict(scope=("a", 3)), "a scope is a name"),
        (dict(format="letters"), "format is one of"),
        (dict(placement="above"), "placement is"),
        (dict(history=-1), "history is a number"),
        (dict(format="published", system="s"), "no place for system"),
        (dict(format="published", unsure="send"), "no place for system"),
        (dict(unsure="maybe"), "unsure is 'ask' or 'send'"),
        (dict(few_shot="a" + SEP + "b" + SEP + "c"), "3 parts between separators"),
    ],
)
def test_settings_that_cannot_be(settings, says):
    kw = dict(format="chat") | settings
    with pytest.raises((InvalidData, ValueError), match=says): Assistant(CallableLM(str), **kw).ask("q?")


@pytest.mark.parametrize("chosen", [2, -1, "C", None, True])
def test_a_chooser_that_chooses_what_is_not_there(chosen):
    a = assistant(str, reward=type("R", (), dict(choose=lambda s, q, ps: chosen))(), prompts=["A", "B"])
    with pytest.raises(InvalidData, match="none of the 2 prompts"): a.ask("q?")


def test_examples_become_turns():
    seen = []
    pairs = [("2 + 2?", "4"), ("3 + 3?", "6")]
    for shots in (pairs, SEP.join(f"{q}{SEP} {a} END" for q, a in pairs)):
        assistant(lambda m: seen.append(m) or "8", few_shot=shots).ask("4 + 4?")
    assert seen[0] == seen[1] and [m["content"] for m in seen[0]] == ["2 + 2?", "4", "3 + 3?", "6", "4 + 4?"]


@pytest.mark.parametrize("strategy", [NoMemory, GrowingPrompt, MemPrompt])
def test_streams_in_chat_log_the_same_fields(tmp_path, strategy):
    tasks = make_tasks(30, "own", seed=1)
    def fn(prompt):
        said = prompt if isinstance(prompt, str) else " ".join(m["content"] for m in prompt)
        return next((f"the {w} for x is y" for w in ("synonym", "antonym", "homonym") if w in said), "no idea")
    logs = {f: stream(CallableLM(fn), tasks, strategy(format=f), user=SimulatedUser(1.), log=tmp_path/f"{f}.jsonl",
                      window=4) for f in ("chat", "published")}
    assert logs["chat"].records[0]["run"] != logs["published"].records[0]["run"]
    for a, b in zip(logs["chat"].records, logs["published"].records): assert set(a) == set(b)
    assert (strategy is not NoMemory) == any(r["is_correct"] for r in logs["chat"].records)
    again = stream(CallableLM(fn), tasks, strategy(format="chat"), user=SimulatedUser(1.), log=tmp_path/"chat.jsonl")
    assert again.calls == 0 and BAR not in str(logs["chat"].records[-1]["generated_answer"])


@pytest.fixture(scope="module")
def tiny():
    "A checkpoint of random weights with a chat template and a base one without"
    pytest.importorskip("torch")
    from promptmem.lm.local import TransformersLM
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast
    def make(template):
        t = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))},
                                 merges=[]))
        t.pre_tokenizer, t.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
        tok = PreTrainedTokenizerFast(tokenizer_object=t, eos_token="<eos>", pad_token="<eos>",
                                      additional_special_tokens=["<|im_start|>", "<|im_end|>"])
        tok.chat_template = template
        config = GPT2Config(vocab_size=len(tok), n_embd=16, n_layer=1, n_head=2, n_positions=2048, bos_token_id=256,
                            eos_token_id=256)
        return TransformersLM(GPT2LMHeadModel(config), tok, name="tiny")
    return make("{% for m in messages %}<|im_start|>{{m['role']}}\n{{m['content']}}<|im_end|>\n{% endfor %}"
                "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"), make(None)


def test_local_checkpoints_say_by_their_template_how_they_are_asked(tiny):
    told, base = tiny
    a, b = (Assistant(lm, max_tokens=4, lookup="closest") for lm in (told, base))
    assert (a.format, b.format) == ("chat", "chat") and Assistant(base, few_shot=[("a", "b")]).format == "published"
    a.clarify(a.ask("which < night > ?"), "be nice <eos>")
    r = a.ask("which < sea > ?")
    assert r.retrieval.hit and r.prompt == 'About my question: "be nice <eos>"\n\nMy question: which < sea > ?'
    # the text as it is, one token a byte
    assert b.ask("plain?").prompt == "plain?" and b.ask("plain?").usage.prompt_tokens == 6


def test_the_demo_model_reads_the_published_marks_as_it_was_trained_to():
    pytest.importorskip("torch")
    import promptmem as pm
    lm = pm.load_lm("demo")
    assert Assistant(lm).format == "published"
    prompt = f"what is like < big > ?{SEP} the synonym for big is large END{SEP}what is like < up > ?{SEP}"
    assert lm.complete([prompt], max_tokens=1)[0].usage.prompt_tokens == len(lm.tokenizer(prompt)["input_ids"])
