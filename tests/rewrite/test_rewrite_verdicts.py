"""What models write around a proposal and around a score."""
import pytest

from promptmem.lm.base import CallableLM
from promptmem.rewrite import JudgeScorer, ScorerError
from promptmem.rewrite.propose import wordings
from promptmem.rewrite.task import Example, read_score


@pytest.mark.parametrize("text, want", [
    ('<prompt>Answer with "yes" or "no"</prompt>', ['Answer with "yes" or "no"']),
    ('<prompt>"Yes" or "no"</prompt>', ['"Yes" or "no"']),
    ("<prompt>Don't write 'maybe'</prompt>", ["Don't write 'maybe'"]),
    ("<prompt>'Don't write it'</prompt>", ["Don't write it"]),
    ("<prompt>Put code in `ticks`</prompt>", ["Put code in `ticks`"]),
    ('<prompt>"Answer with "yes" or "no""</prompt>', ['Answer with "yes" or "no"']),
    ("<prompt>\u201cBe brief.\u201d</prompt>", ["Be brief."]),
    ("I will write it between <prompt> and </prompt>.\n<prompt>Good one</prompt>", ["Good one"]),
    ("As asked, between <prompt> and </prompt>:\nGood one", ["Good one"]),
    ("<PROMPT>Upper</PROMPT>", ["Upper"]), ("< prompt >Wide</ prompt >", ["Wide"]),
    ('<prompt lang="en">Foo</prompt>', ["Foo"]), ("&lt;prompt&gt;Foo&lt;/prompt&gt;", ["Foo"]),
    ("<prompt>\n```\nFoo\n```\n</prompt>", ["Foo"]), ("```text\nFoo bar\n```", ["Foo bar"]),
    ("```\nFoo bar\n```\nThis one is clearer.", ["Foo bar"]),
    ('Here is the improved instruction:\n\n"Foo bar"', ["Foo bar"]),
    ("Sure! Here it is:\n```\nFoo\nbar\n```", ["Foo\nbar"]),
    ("**New instruction:** Foo bar", ["Foo bar"]), ("Answer in this form:\nA: yes", ["Answer in this form:\nA: yes"]),
    ("<prompt>Cut off by the lim", ["Cut off by the lim"]), ("<prompt>Foo<prompt>", ["Foo"]),
    ("<prompt></prompt>", []), ("", []), ('""', ['""']), ("<prompt>a</prompt> then <prompt>b</prompt>", ["a", "b"]),
])
def test_a_wording_is_what_the_model_means(text, want):
    assert wordings(text) == want


@pytest.mark.parametrize(
    "verdict, want",
    [
        ("8/10", 0.8),
        ("Score: 8/10", 0.8),
        ("**Rating (0-10): 7**", 0.7),
        ("**Rating (0-10):** 7", 0.7),
        ("10", 1.0),
        ("0", 0.0),
        ("On a scale of 0 to 10, I give 8", 0.8),
        ("On a scale from 1 to 10: 6", 0.6),
        ("7.5", 0.75),
        ("8,5", 0.85),
        ("7 out of 10", 0.7),
        ("I give it a 9 out of 10", 0.9),
        ("Rating: 0.7", 0.7),
        ("0.7", 0.7),
        ("0.8/1", 0.8),
        ("4/5", 0.8),
        ("100%", 1.0),
        ("Score: 85%", 0.85),
        ("1. The answer is wrong. Score: 0", 0.0),
        ("2 of the 3 steps are right. Score: 6", 0.6),
        ("7, as 2 of the 3 steps are right", 0.7),
        ("The answer 42 is right: 10", 1.0),
        ("1/10", 0.1),
        ("0/10", 0.0),
        ("# Grade\n\n9", 0.9),
        ("Score = 3.", 0.3),
        ("-1", None),
        ("Score: -1", None),
        ("11", None),
        ("12/10", None),
        ("Grade: A", None),
        ("", None),
        ("fine", None),
    ],
)
def test_a_score_is_read_as_the_judge_means_it(verdict, want):
    got = read_score(verdict)
    assert got is None and want is None or got == pytest.approx(want)
    judge = JudgeScorer(CallableLM(lambda p: verdict or "-"))
    if want is not None: assert judge.score("x", Example("q", "a", "1")) == got
    else:
        with pytest.raises(ScorerError, match="example 1"): judge.score("x", Example("q", "a", "1"))
