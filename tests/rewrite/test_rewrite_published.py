"""The formats that the published rewriter starts from, and its steps."""

import gzip
import json

import pytest

from promptmem.core import InvalidData
from promptmem.lm.base import CallableLM
from promptmem.rewrite import LabelGrader, PromptTask, load_alpaca, load_humaneval, load_mmlu, rewrite_steps
from promptmem.rewrite.published import STEPS, messages_of
from promptmem.rewrite.task import Example


def written(path, rows):
    path.write_text("\n".join(json.dumps(r) for r in rows))
    return path


def test_mmlu_in_all_its_layouts_makes_the_same_task(tmp_path):
    hub = [dict(question=f"q{i}?", choices=list("wxyz"), answer=i % 4, subject="s") for i in range(40)]
    table = "\n".join(f"q{i}?,w,x,y,z,{'ABCD'[i % 4]}" for i in range(40))
    (tmp_path / "plain.csv").write_text(table)
    (tmp_path / "head.csv").write_text("question,A,B,C,D,answer\n" + table)
    (tmp_path / "index.csv").write_text("\n".join(f"{i},{s}" for i, s in enumerate(table.splitlines())))
    (tmp_path / "list.json").write_text(json.dumps(hub))
    made = [
        load_mmlu(written(tmp_path / "hub.jsonl", hub)),
        *(load_mmlu(tmp_path / f) for f in ("plain.csv", "head.csv", "index.csv", "list.json")),
    ]
    assert all(
        [(r["question"], r["expected"]) for r in m] == [(r["question"], r["expected"]) for r in made[0]] for m in made
    )
    task = PromptTask(made[0])
    assert isinstance(task.grader, LabelGrader) and task.grader.labels == list("ABCD")
    assert task.evaluate("", CallableLM(lambda p: "The answer is (A).")).verdict.count("'A' to everything") == 1


@pytest.mark.parametrize(
    "row, problem",
    [
        (dict(choices=["a", "b"], answer=0), "'question'"),
        (dict(question="q", answer=0), "'choices'"),
        (dict(question="q", choices=["a"], answer=0), "'choices'"),
        (dict(question="q", choices=["a", ""], answer=0), "'choices'"),
        (dict(question="q", choices=["a", "b"], answer=2), "below 2"),
        (dict(question="q", choices=["a", "b"]), "below 2"),
        (dict(question="q", choices=["a", "b"], answer="C"), "below 2"),
        (dict(question="q", choices=["a", "b"], answer=True), "below 2"),
        (["q"], "list"),
    ],
)
def test_a_row_that_is_no_mmlu_is_named(tmp_path, row, problem):
    path = written(tmp_path / "x.jsonl", [dict(question="ok", choices=["a", "b"], answer="B"), row])
    with pytest.raises(InvalidData, match="x.jsonl:2") as e:
        load_mmlu(path)
    assert problem in str(e.value) or problem == "list"


@pytest.mark.parametrize(
    "load, good, lacks",
    [
        (load_alpaca, dict(instruction="i", input="", output="o"), ("instruction", "output")),
        (
            load_humaneval,
            dict(
                task_id="a/0", prompt="def f():\n", canonical_solution=" return 1", test="assert f()", entry_point="f"
            ),
            ("prompt", "test", "entry_point", "canonical_solution"),
        ),
    ],
)
def test_rows_of_the_other_two(tmp_path, load, good, lacks):
    assert len(load(written(tmp_path / "x.jsonl", [good, good]))) == 2
    (tmp_path / "x.json").write_text(json.dumps([good]))
    (tmp_path / "x.jsonl.gz").write_bytes(gzip.compress(json.dumps(good).encode()))
    assert load(tmp_path / "x.json")[0]["question"] == load(tmp_path / "x.jsonl.gz")[0]["question"]
    for field in lacks:
        bad = {k: v for k, v in good.items() if k != field}
        with pytest.raises(InvalidData, match=f"x.jsonl:2: .*'{field}'"):
            load(written(tmp_path / "x.jsonl", [good, bad]))


@pytest.mark.parametrize(
    "name, text, problem",
    [
        ("x.json", "{", "not JSON"),
        ("x.json", "{}", "expected a list"),
        ("x.jsonl", "{", "x.jsonl"),
        ("x.csv", "a,b\n1,2,3\n", "row 1 has 3 fields"),
        ("x.jsonl.gz", "plain", "no gzip"),
    ],
)
def test_files_that_are_something_else(tmp_path, name, text, problem):
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidData, match=problem):
        load_mmlu(tmp_path / name)


def test_an_input_of_alpaca_stands_below_its_instruction(tmp_path):
    rows = [
        dict(instruction="Translate.", input="Hund", output="dog"),
        dict(instruction="Go.", input="nan", output="x"),
    ]
    assert [r["question"] for r in load_alpaca(written(tmp_path / "a.jsonl", rows))] == ["Translate.\n\nHund", "Go."]


def test_the_steps_run_in_order_and_show_the_score_but_not_the_answer():
    asked = []

    def fn(messages):
        asked.append(messages)
        system, user = (m["content"] for m in messages)
        if "how many words" in system:
            return "about 20 words"
        if "You write prompts" in system:
            return f"wording {len(asked)}"
        return "a weak answer {prompt}"

    e = Example("the question", "GOLD", "1")
    tried = rewrite_steps(e, CallableLM(fn, chat=True), lambda a, e: 0.37, rounds=2)
    kinds = [next(k for k, (s, _) in STEPS.items() if ms[0]["content"].startswith(s.split("{")[0])) for ms in asked]
    assert kinds == ["length", "answer", "rewrite", "answer", "again", "answer"] and len(tried) == 3
    assert "It got 3 of 10" in asked[4][1]["content"] and "a weak answer {prompt}" in asked[4][1]["content"]
    assert not any("GOLD" in m["content"] for ms in asked for m in ms)
    assert tried[-1].prompt == "the question"  # nothing scored higher: it stays
    rewrite_steps(e, CallableLM(fn, chat=True), lambda a, e: 0.0, rounds=1, hint=True)
    assert any("GOLD" in m["content"] for ms in asked for m in ms)
    with pytest.raises(ValueError, match="'best' or 'last'"):
        rewrite_steps(e, CallableLM(fn), lambda a, e: 0.0, keep="first")


def test_choices_stay_with_a_rewritten_question(tmp_path):
    row = load_mmlu(
        written(tmp_path / "x.jsonl", [dict(question="Which is a bird?", choices=["cat", "owl"], answer=1)])
    )[0]
    e = Example(row["question"], row["expected"], row["id"], row)
    seen = []

    def fn(messages):
        seen.append(messages[1]["content"])
        return (
            "Which of these flies?" if "You write" in messages[0]["content"] else "B" if "flies" in seen[-1] else "A"
        )

    tried = rewrite_steps(e, CallableLM(fn, chat=True), lambda a, e: float(a == e.expected))
    assert (
        tried[-1].score == 1
        and tried[-1].prompt == "Which of these flies?\nA. cat\nB. owl"
        and "Which is a bird?" in seen
    )


def test_steps_can_be_replaced():
    own = {**STEPS, "answer": ("Be short.", "{prompt} {other}")}
    assert messages_of("answer", own, prompt="{words}") == [
        dict(role="system", content="Be short."),
        dict(role="user", content="{words} {other}"),
    ]


def test_the_three_formats_are_read_from_parquet_files_as_public_hubs_give_them(tmp_path):
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    code = dict(task_id="own/0", prompt="def f():\n", canonical_solution="    return 1\n", entry_point="f",
                test="def check(f):\n    assert f() == 1\n")
    files = ((load_mmlu, dict(question="q?", choices=list("wxyz"), answer=1, subject="s")),
             (load_alpaca, dict(instruction="Say it.", input=None, output="It.")), (load_humaneval, code))
    for load, row in files:
        pd.DataFrame([row]).to_parquet(tmp_path / "a.parquet")
        assert load(tmp_path / "a.parquet") == load(written(tmp_path / "a.jsonl", [row])), load.__name__
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(InvalidData, match="a.parquet: no parquet file"):
        load_mmlu(tmp_path / "a.parquet")


@pytest.mark.parametrize("line", ["q?,w,x,y,z,E", "0,q?,w,x,y,z,e"])
def test_an_answer_that_is_no_letter_is_named_in_a_table_without_a_head(tmp_path, line):
    (tmp_path / "a.csv").write_text(line + "\n")
    with pytest.raises(InvalidData, match="a.csv:1: the answer is .* not '[Ee]'"):
        load_mmlu(tmp_path / "a.csv")


def test_no_step_is_cut_off_in_the_middle_of_a_sentence():
    assert all(text.rstrip()[-1] in ".}" and " else." not in text.replace("nothing else.", "")
               for step in STEPS.values() for text in step)
