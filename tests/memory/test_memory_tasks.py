"""Task files, generators and checkers."""
import json

import pytest

from promptmem.core import InvalidData
from promptmem.data import local_data
from promptmem.memory import checker, keyword_check, load_tasks, make_tasks, strict_check, templates

public = pytest.mark.skipif(not local_data("memprompt/tasks"), reason="PROMPTMEM_DATA does not hold memprompt/tasks")
GOOD = dict(meta=dict(word1="glad", word2="happy"), type="syn", template_id="syn0")


@pytest.mark.parametrize(
    "row, says",
    [
        ("{", r"t\.jsonl:2: "),
        ("[1]", "expected a JSON object"),
        (dict(GOOD, meta=None), "field 'meta' must be dict, found NoneType"),
        ({k: v for k, v in GOOD.items() if k != "type"}, "field 'type' is missing"),
        (dict(GOOD, template_id="syn99"), "has no template 'syn99'"),
        (dict(GOOD, type="ant"), "is of type 'syn', not 'ant'"),
        (dict(GOOD, meta=dict(word1="glad")), "lacks 'word2'"),
        (b"\xff\xfe", r"t\.jsonl:2: "),
    ],
)
def test_a_bad_line_names_file_line_and_field(tmp_path, row, says):
    line = row if isinstance(row, bytes) else (row if isinstance(row, str) else json.dumps(row)).encode()
    (tmp_path/"t.jsonl").write_bytes(json.dumps(GOOD).encode() + b"\n" + line + b"\n")
    with pytest.raises(InvalidData, match=says): load_tasks(tmp_path/"t.jsonl", family="own")


def test_templates_beside_the_file_count(tmp_path):
    t = dict(type="syn", template_id="x0", question="{word1} ?", clarification="clarification: c",
             answer="the synonym for {word1} is {word2}")
    (tmp_path/"templates.json").write_text(json.dumps(dict(mine=[t])))
    folder = tmp_path/"tasks"/"mine"
    folder.mkdir(parents=True)
    (folder/"tasks_1.jsonl").write_text(json.dumps(dict(GOOD, template_id="x0")) + "\n")
    assert load_tasks(folder/"tasks_1.jsonl")[0].question == "glad ?"
    (tmp_path/"templates.json").write_text(json.dumps(dict(mine=[dict(t, answer=3)])))
    with pytest.raises(InvalidData, match="template 0: field 'answer'"): load_tasks(folder/"tasks_1.jsonl")


def test_missing_files_and_families_say_what_to_do():
    with pytest.raises(FileNotFoundError, match="no task file 'tasks_7.jsonl' of family 'linguistic'"):
        load_tasks("tasks_7.jsonl", family="linguistic")
    with pytest.raises(InvalidData, match="unknown family 'nope'"): make_tasks(3, "nope")
    with pytest.raises(InvalidData, match="leaves its folder"): load_tasks("../../secret.jsonl", family="own")


@pytest.mark.parametrize("family", ["own", "own_scramble", "own_hindi", "own_punjabi"])
def test_own_families_pass_their_own_checkers(family):
    tasks = make_tasks(80, family, seed=2)
    assert tasks.family == family and {t.template_id for t in tasks} <= set(templates(family))
    for t in tasks:
        assert strict_check(t, t.answer).correct and t.answerable
        other = next(o for o in tasks if o.type != t.type)
        assert not strict_check(t, other.answer).understood and not strict_check(t, t.clarification).correct
        assert keyword_check(t, t.answer).correct or t.type == "sent"


def test_draws_are_seeded_and_splits_hold():
    assert make_tasks(50, seed=4) == make_tasks(50, seed=4) != make_tasks(50, seed=5)
    train, held = ({t.word for t in make_tasks(300, split=s, seed=0) if t.type in ("syn", "ant")}
                   for s in ("train", "heldout"))
    assert held and not train & held


@pytest.mark.parametrize(
    "reply, correct, understood",
    [
        ("the synonym for glad is happy", True, True),
        (" The Synonym for glad is  HAPPY. END", True, True),
        ("the synonim for glad is happy", True, True),
        ("the synonym for glad is glad", False, True),
        ("the synonym for sad is happy", False, False),
        ("the antonym for glad is happy", False, False),
        ("synonym antonym homonym definition sentence [", False, False),
        ("", False, False),
        ("happy", False, False),
        ("clarification: the synonym for glad is happy", False, False),
    ],
)
def test_the_strict_checker(tmp_path, reply, correct, understood):
    (tmp_path/"t.jsonl").write_text(json.dumps(GOOD) + "\n")
    c = strict_check(load_tasks(tmp_path/"t.jsonl", family="own")[0], reply)
    assert (c.correct, c.understood) == (correct, understood)


def test_checkers_by_name():
    t = make_tasks(1)[0]
    assert checker(lambda task, reply: reply == "x")(t, "x").correct
    with pytest.raises(ValueError, match="unknown checker"): checker("loose")


@public
@pytest.mark.parametrize(
    "family, n, answerable",
    [("linguistic", 300, 300), ("hin", 300, 300), ("pun", 300, 300), ("synthetic_gpt3", 100, 86)],
)
def test_published_files(family, n, answerable):
    tasks = load_tasks(f"tasks_{n}.jsonl", family=family)
    assert (len(tasks), sum(t.answerable for t in tasks)) == (n, answerable)
    assert all(strict_check(t, t.answer).correct for t in tasks)
    # the published rule fails its own example sentences, which lack the bracket
    assert all(keyword_check(t, t.answer).correct == (t.type != "sent" or "[" in t.answer) for t in tasks)
    assert all(checker("keyword_no_bracket")(t, t.answer) for t in tasks)
