"""A judge's score, read by one function wherever a model judges: what is a score, what is none, and on which scale."""
import pytest

import promptmem as pm
from promptmem.grade import read_score
from promptmem.memory import JudgeCheck, own_tasks


@pytest.mark.parametrize("text, want", [
    ("7", .7), ("7.", .7), ("7.5", .75), ("8,5", .85), ("10", 1.), ("0", 0.), ("(9)", .9), ("'6'", .6),
    ("7/10", .7), ("Score: 8/10", .8), ("0/10", 0.), ("1/10", .1), ("7 out of 10", .7), ("4/5", .8), ("0.8/1", .8),
    ("85/100", .85),
    ("**Rating (0-10): 7**", .7), ("**Rating (0-10):** 7", .7), ("Rating: `7`", .7), ("# Grade\n\n9", .9),
    ("Score = 3.", .3),
    ("70 %", .7), ("100%", 1.), ("Score: 85%", .85), ("0.7", .7), ("Rating: .7", .7),
    ("I give it a 9 out of 10", .9), ("I'd rate this a 6", .6), ("On a scale of 0 to 10, I give 8", .8),
    ("On a scale from 1 to 10: 6", .6), ("Rating (0-100): 70", .7), ("Rating (1 to 5): 4", .8),
    ("0 = bad, 10 = good: 7", .7),
    ("1. The answer is wrong. Score: 0", 0.), ("2 of the 3 steps are right. Score: 6", .6),
    ("7, as 2 of the 3 steps are right", .7),
    ("The answer 42 is right: 10", 1.), ("Score: 7. So the score is 7.", .7),
    ("Score: 3\nScore: 5\nOverall score: 4", .4),
    ("Bewertung: 8", .8), ("Note: 7 von 10", .7), ("maybe 7 points", .7),
])
def test_a_score(text, want):
    assert read_score(text) == pytest.approx(want)


@pytest.mark.parametrize("text", [
    "", "fine", "Grade: A", "-1", "Score: -1", "11", "12/10", "Score: 120 %", "I'd rate it 3 to 4", "Score: 3-4",
    "3 or 4",
    "Between 2/10 and 9/10", "Score: 3. Score: 4", "2/10, no, 9/10", "2 of the 3 steps are right", "gpt4", "v2.1.3",
    "The answer names 5 cities on the coast and one inland, as was asked for",
])
def test_no_score(text):
    assert read_score(text) is None


@pytest.mark.parametrize("text, want", [
    (".85", .85), ("85", .85), ("85%", .85), ("1", 1.), ("1.0", 1.), ("0", 0.), ("Confidence: 0.9", .9),
    ("I am 80% sure", .8),
    ("3/4 sure, so 0.75", .75), ("**Confidence (0-10): 7**", .7), ("8/10", .8), ("about .6, I think", .6), ("-3", None),
    ("Probability: 120 %", None), ("no idea", None),
])
def test_a_probability(text, want):
    assert read_score(text, scale=1) == (None if want is None else pytest.approx(want))


def test_every_judge_reads_alike():
    from promptmem.rewrite.task import read_score as of_rewrite
    assert of_rewrite is read_score
    row = dict(question="What is the capital of Georgia?", clarification="the country", answer="Tbilisi")
    task = own_tasks([row])[0]
    for said, right in (("0.8", True), ("Score: 3\nOverall score: 8", True), ("6", False)):
        assert bool(JudgeCheck(pm.CallableLM(lambda p, said=said: said))(task, "Tbilisi")) is right
    with pytest.raises(pm.core.InvalidData, match="gave no score"):
        JudgeCheck(pm.CallableLM(lambda p: "Score: 3. Score: 4"))(task, "x")
