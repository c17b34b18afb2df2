"""Reasoning that a model writes into its answer, in the marks of every family: kept aside, and never graded."""
import pytest

from promptmem.grade import choice, contains, exact, last_number, read_score
from promptmem.lm.base import CallableLM, split_thinking

MARKS = [("<think>", "</think>"), ("<think>\n", "\n</think>\n\n"), ("<Thinking>", "</Thinking>"),
         ("<thought>", "</thought>"),
         ("<reasoning>", "</reasoning>"), ("<seed:think>", "</seed:think>"), ("<think lang=\"en\">", "</think>"),
         ("[THINK]", "[/THINK]"), ("\u25c1think\u25b7", "\u25c1/think\u25b7"),
         ("<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>"),
         ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>")]


@pytest.mark.parametrize("begin, end", MARKS)
def test_the_marks_of_every_family_set_the_thinking_aside(begin, end):
    text = f"{begin}is it 7, or (A) small? no{end}B: 42, large"
    assert split_thinking(text) == ("B: 42, large", "is it 7, or (A) small? no")
    assert split_thinking(f"{begin}one{end}{begin}two{end}three") == ("three", "one\ntwo")
    assert split_thinking(f"{begin}cut off") == ("", "cut off")
    c = CallableLM(lambda p: text).complete(["x"])[0]
    assert c.text == "B: 42, large" and "small" in c.reasoning
    assert not contains(text, "small") and contains(text, "large") and choice(text, "B") and last_number(text, "42")
    assert exact(f"{begin}no{end}yes", "yes") and read_score(f"{begin}maybe 3{end}7/10") == .7


@pytest.mark.parametrize("begin, end", MARKS)
def test_a_stream_says_nothing_of_its_thinking(begin, end):
    from promptmem.lm.base import _spoken
    text = f"{begin}is it small? no{end}large it is"
    for n in (1, 3, 7): assert "".join(_spoken(text[i:i + n] for i in range(0, len(text), n))) == "large it is"


@pytest.mark.parametrize("text", ["A tag like <think> is text.", "<thinkpad> is a brand", "[THINKING] hard",
                                  "I am reasoning: 5"])
def test_texts_that_only_speak_of_it_stay(text):
    assert split_thinking(text) == (text, "")


def test_wordings_and_replies_are_taken_from_the_answer():
    from promptmem.memory.prompt import parse_reply
    from promptmem.rewrite.propose import wordings
    assert wordings("<think>a <prompt>bad draft</prompt></think>\n<prompt>Good final</prompt>") == ["Good final"]
    assert wordings("<think>Let me think\nhmm</think>\nGood final") == ["Good final"]
    r = parse_reply("<think>\nThe antonym for big is small.\n</think>\n\nthe synonym for big is large")
    assert (r.understanding, r.answer) == ("the synonym for big is", "large")
