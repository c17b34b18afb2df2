import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptmem.core import InvalidData
from promptmem.grade import choice, conclusion, exact, get_grader, grade, last_number, last_number_published, numbers


@given(st.integers(-10**9, 10**9))
def test_any_integer_is_read_back(n):
    assert conclusion(f"So the total is {n:,}.") == n == conclusion(f"Therefore it is ${n:,} dollars")
    assert conclusion(str(n).replace("-", "\u2212")) == n


@given(st.text(max_size=60))
def test_no_text_breaks_a_grader(t):
    numbers(t), conclusion(t), exact(t, t), last_number(t, "3"), last_number_published(t, "3"), choice(t, "A")


@pytest.mark.parametrize("answer, gold, fixed, published", [
    ("It costs $1,250.", "1250", True, False), ("It costs $1,250.", "250", False, True),
    ("It is -7.", "-7", True, True),
    ("It is -7.", "7", False, True), ("He paid 30 dollars in 2019.", "30", True, False),
    ("The answer is 8. I used 3 steps.", "8", True, False),
    ("8 + 4 = 12", "12", True, True), ("", "1", False, False), ("no number", "1", False, False),
    ("1. Add.\n2. It is 5.", "5", True, True)])
def test_traps(answer, gold, fixed, published):
    assert last_number(answer, gold) is fixed and last_number_published(answer, gold) is published


def test_errors():
    with pytest.raises(InvalidData, match="holds no number"): last_number("3", "three")
    with pytest.raises(InvalidData, match="names no option"): choice("A", "none of these")
    with pytest.raises(ValueError, match="2 answers but 1"): grade(["a", "b"], ["a"])
    with pytest.raises(ValueError, match="no grader named"): get_grader("bleu")
