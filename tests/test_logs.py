"""Logs as people have them: dialects, spreadsheets, exports of services, thumbs; and logs that are none."""
import datetime
import json

import pandas as pd
import pytest

import promptmem as pm
from promptmem.core import InvalidData
from promptmem.logs import as_verdicts, guess_columns, read_log

ROWS = [dict(question="What is Na?", answer="no", verdict="wrong", comment="I mean sodium"),
        dict(question="NA", answer="None", verdict="right", comment=""),
        dict(question="Was heißt Tür?", answer="door", verdict="", comment="")]


def check(log):
    assert [(i.question, i.answer, i.verdict) for i in log.interactions] == [
        ("What is Na?", "no", "wrong"), ("NA", "None", "right"), ("Was heißt Tür?", "door", None)]
    assert [(c.key, c.text) for c in log.clarifications] == [("What is Na?", "I mean sodium")]
    assert [(o.query, o.correct) for o in log.outcomes] == [("What is Na?", False), ("NA", True)]
    assert not log.dropped and log.columns["clarification"] == "comment"


def table(sep, quote=""):
    lines = [list(ROWS[0]), *(list(r.values()) for r in ROWS)]
    return "\r\n".join(sep.join(f"{quote}{c}{quote}" for c in line) for line in lines)


@pytest.mark.parametrize("sep", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["log.csv", "LOG.CSV", "log.txt"])
def test_a_table_in_any_dialect(tmp_path, sep, encoding, name):
    (tmp_path/name).write_text(table(sep, '"' if sep == "," else ""), encoding=encoding, newline="")
    check(read_log(tmp_path/name))


@pytest.mark.parametrize("kind", ["jsonl", "json", "parquet", "frame", "list", "wrapped", "xlsx"])
def test_the_same_rows_from_every_kind_of_source(tmp_path, kind):
    path = tmp_path/f"log.{kind}"
    if kind == "jsonl": path.write_text("\ufeff" + "".join(json.dumps(r) + "\n" for r in ROWS), encoding="utf-8")
    elif kind == "json": path.write_text(json.dumps(ROWS, ensure_ascii=False), encoding="utf-8")
    elif kind == "wrapped":
        path = path.with_suffix(".json")
        path.write_text(json.dumps(dict(version=1, data=ROWS)))
    elif kind == "parquet": pd.DataFrame(ROWS).to_parquet(path)
    elif kind == "xlsx":
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.Workbook()
        for row in [list(ROWS[0]), *(list(r.values()) for r in ROWS)]: book.active.append(row)
        book.save(path)
    check(read_log(dict(frame=pd.DataFrame(ROWS), list=ROWS).get(kind, path)))


def workbook(path, *rows, change=lambda sheet: None):
    "A workbook with these rows"
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows: book.active.append(row)
    change(book.active)
    book.save(path)
    return path


def said(log): return [(i.question, i.answer) for i in log.interactions]


def test_a_question_merged_over_its_answers(tmp_path):
    rows = ("question", "answer"), ("one", "first"), (None, "second"), (None, "third"), ("two", "fourth")
    path = workbook(tmp_path/"m.xlsx", *rows, change=lambda s: s.merge_cells("A2:A4"))
    assert said(read_log(path)) == [("one", "first"), ("one", "second"), ("one", "third"), ("two", "fourth")]
    assert len(said(read_log(workbook(tmp_path/"n.xlsx", *rows)))) == 2 # not merged: no question


def test_formulas_are_not_lost_in_silence(tmp_path):
    "A program that writes a workbook makes a formula of a text that begins with ="
    path = workbook(tmp_path/"f.xlsx", ("question", "answer"), ("=1+1 is what?", "2"), ("a", "=A2"), ("b", "+1"))
    log = read_log(path)
    assert said(log) == [("b", "+1")] and [at for at, _ in log.dropped] == ["row 2", "row 3"]
    assert all("formula without a result" in why for _, why in log.dropped)
    def as_text(sheet): sheet["A2"].value, sheet["A2"].data_type = "=1+1 is what?", "s"
    path = workbook(path, ("question", "answer"), (None, "2"), change=as_text)
    assert said(read_log(path)) == [("=1+1 is what?", "2")]


@pytest.mark.parametrize("cell", ["XFD1048576", "A1048576", "XFD2"])
def test_a_sheet_that_is_large_and_empty(tmp_path, cell):
    def far(sheet): sheet[cell].value = "far away"
    path = workbook(tmp_path/"far.xlsx", ("question", "answer"), ("q", "a"), change=far)
    assert said(read_log(path))[0] == ("q", "a")


def test_a_sheet_that_says_it_is_smaller_than_it_is(tmp_path):
    import re
    import zipfile
    path = workbook(tmp_path/"d.xlsx", ("question", "answer"), ("q1", "a1"), ("q2", "a2"))
    with zipfile.ZipFile(path) as z: parts = {n: z.read(n) for n in z.namelist()}
    with zipfile.ZipFile(path, "w") as z:
        for n, part in parts.items(): z.writestr(n, re.sub(rb'dimension ref="[^"]*"', b'dimension ref="A1"', part))
    assert said(read_log(path)) == [("q1", "a1"), ("q2", "a2")]


def test_two_columns_of_one_name_are_refused(tmp_path):
    with pytest.raises(InvalidData, match="two columns are named 'answer'"):
        read_log(workbook(tmp_path/"t.xlsx", ("question", "answer", "answer"), ("q", "a", "b")))


def test_dates_and_macros(tmp_path):
    day = datetime.datetime(2024, 1, 2, 3, 4)
    path = workbook(tmp_path/"t.xlsm", ("question", "answer", "time"), ("q", "a", day), ("r", "b", day))
    assert {i.time[:16] for i in read_log(path).interactions} == {"2024-01-02T03:04"}


@pytest.mark.parametrize("values, right", [
    (["👍", "👎", "👍🏽", ""], "rwr-"), ([1, -1, 0], "rw-"), (["1", "0", "1"], "rwr"), ([True, False, None], "rw-"),
    (["up", "down", "thumbs_up", "Thumbs Down"], "rwrw"), ([5, 4, 3, 2, 0], "rr-ww"), (["5/5", "1/5", "3/5"], "rw-"),
    (["★★★★★", "★"], "rw"), ([.9, .1, .5], "rwr"), ([10, 5, 2], "r-w"), ([100, 10], "rw"),
    (["yes", "No", "n/a"], "rw-"),
    (["pass", "fail"], "rw"), (["richtig", "falsch"], "rw"), ([float("nan"), 1], "-r"), (["perhaps", "right"], "?r"),
])
def test_verdicts_in_any_spelling(values, right):
    said = {"right": "r", "wrong": "w", "": "-", None: "?"}
    assert "".join(said[v] for v in as_verdicts(values)[0]) == right


CHAT = [dict(role="system", content="Be brief."), dict(role="user", content="2+2?"),
        dict(role="assistant", content="4")]
LANGFUSE = dict(id="t1", timestamp="2026-01-01T10:30:00+02:00", name="chat", userId="ann",
                input=dict(messages=CHAT[:2]), metadata={},
                output=dict(role="assistant", content="4"),
                scores=[dict(name="user", value=0, comment="I mean in words"), dict(name="x", value=1)])
LANGSMITH = dict(id="r1", run_type="chain", start_time="2026-01-01T08:30:00", inputs=dict(question="2+2?"),
                 outputs=dict(answer="4"), parent_run_id=None,
                 feedback=[dict(key="user_score", score=0, comment="I mean in words")])
PROMPTFOO = dict(evalId="e", results=dict(version=3, results=[dict(
    prompt=dict(raw="Be brief. 2+2?", label="Be brief. {{question}}"), vars=dict(question="2+2?"), success=False,
    provider=dict(id="openai:x"),
    response=dict(output="4"), gradingResult=dict(comment="I mean in words"),
    testCase={"assert": [dict(type="equals", value="four")]})]))
EXPORTS = dict(
    langfuse=[LANGFUSE],
    langfuse_csv=[{k: json.dumps(v) if isinstance(v, (dict, list)) else v for k, v in LANGFUSE.items()}],
    langsmith=[LANGSMITH],
    langsmith_chat=[
        LANGSMITH
        | dict(
            inputs=dict(messages=[[dict(id=["langchain", "HumanMessage"], kwargs=dict(content="2+2?"))]]),
            outputs=dict(generations=[[dict(text="4")]]),
        )
    ],
    promptfoo=PROMPTFOO,
    chat=[dict(messages=CHAT, rating="👎", comment="I mean in words")],
    stored=[
        dict(
            id="c1",
            model="m",
            request=dict(messages=CHAT[:2]),
            response=dict(choices=[dict(message=CHAT[2])]),
            verdict="wrong",
            comment="I mean in words",
        )
    ],
)


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_of_services_are_known_by_their_look(name, tmp_path):
    path = tmp_path/"export.json"
    path.write_text(json.dumps(EXPORTS[name]))
    log = read_log(path)
    i, = log.interactions
    assert (i.question, i.answer, i.verdict) == ("2+2?", "4", "wrong") and not log.dropped, log
    assert log.clarifications[0].text == "I mean in words" and log.format == name.split("_")[0].replace("stored",
                                                                                                        "chat")
    if "langfuse" in name: assert i.scope == "ann" and i.time == "2026-01-01T08:30:00.000000+00:00"
    if name == "promptfoo":
        assert i.expected == "four" and log.outcomes[0].prompt == "Be brief. {{question}}" and i.model == "openai:x"


def test_a_conversation_is_one_interaction_per_answer_and_a_preference_is_two():
    log = read_log([dict(messages=[*CHAT, dict(role="user", content="and 3?"), dict(role="assistant", content="7")])])
    assert [(i.question, i.answer, i.prompt) for i in log.interactions] == [("2+2?", "4", "Be brief."),
                                                                            ("and 3?", "7", "Be brief.")]
    assert log.interactions[1].meta["history"] == CHAT[1:]
    log = read_log([dict(input=dict(messages=CHAT[:2]), preferred_output=[CHAT[2]],
                         non_preferred_output=[dict(role="assistant", content="5")])])
    assert [(i.answer, i.verdict) for i in log.interactions] == [("4", "right"), ("5", "wrong")]


def test_what_is_left_out_is_named_with_its_reason(tmp_path):
    path = tmp_path/"log.jsonl"
    path.write_text('{"question": "a", "answer": "b", "verdict": "hm", "time": "soon"}\n{"question": '
                    '""}\n[1]\n{"ques\n{"question": "x", "verdict": "right"}\n')
    log = read_log(path)
    assert [at for at, _ in log.dropped] == ["line 4", "line 3", "line 2"] and "not JSON" in log.dropped[0][1]
    assert len(log.interactions) == 2 and log.interactions[0].verdict is None
    assert "'hm' is not understood" in str(log.doubtful)
    assert "3 dropped: line 4" in repr(log)
    with pytest.raises(InvalidData, match="no rows"): read_log([3])
    log = read_log([LANGSMITH, LANGSMITH | dict(id="r2", parent_run_id="r1")])
    assert len(log.interactions) == 1 and log.dropped == [("row 1", "a step inside another run")]


def test_a_log_whose_columns_cannot_be_guessed_shows_what_there_is_and_the_line_to_write(tmp_path):
    path = tmp_path/"strange.csv"
    path.write_text("spalte1,spalte2\nWas ist das hier?,5\n")
    with pytest.raises(InvalidData, match=r"'spalte1' \(such as 'Was ist das "
                                          r"hier\?'\).*columns=dict\(question='spalte1'\)\)"): read_log(path)
    log = read_log(path, columns=dict(question="spalte1", verdict="spalte2"))
    assert log.interactions[0].verdict == "right"
    with pytest.raises(InvalidData, match="no column 'spalte3'; there are 'spalte1', 'spalte2'"):
        read_log(path, columns=dict(question="spalte3"))
    with pytest.raises(InvalidData, match="no field 'frage'; there are question"):
        read_log(path, columns=dict(frage="spalte1"))


def test_what_was_read_goes_into_a_store_and_into_outcomes_and_twice_is_once(tmp_path):
    path = tmp_path/"log.csv"
    path.write_text(table(";"), encoding="utf-8")
    log = read_log(path, scope="ann")
    with pm.Store(tmp_path/"m.db") as s:
        for _ in range(2): s.import_(read_log(path, scope="ann").write(tmp_path/"out.jsonl"))
        assert len(s.interactions("ann")) == 3 and [c.text for c in s.clarifications("ann")] == ["I mean sodium"]
    judged = log.frame().dropna(subset="correct").assign(prompt="Answer.")
    assert len(pm.reward.Outcomes.read(judged)) == 2


def test_half_an_emoji_and_hostile_names_pass(tmp_path):
    log = read_log([dict(question="x \ud83d", answer="\x1b[2J\u202e", verdict="👍")])
    log.write(tmp_path/"o.jsonl")
    assert json.loads((tmp_path/"o.jsonl").read_text(encoding="utf-8"))["question"] == "x \ufffd"
    path = tmp_path/"\x1b[2J.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InvalidData) as e: read_log(path)
    assert "\x1b" not in str(e.value) and "\\x1b" in str(e.value)


@pytest.mark.parametrize("columns, found", [
    (["user_query", "bot_answer", "thumbs"], dict(question="user_query", answer="bot_answer", verdict="thumbs")),
    (["Customer question", "LLM response", "Agent rating", "expected_answer"],
     dict(question="Customer question", answer="LLM response", verdict="Agent rating", expected="expected_answer")),
    (["query", "model answer", "correct_answer"],
     dict(question="query", answer="model answer", expected="correct_answer")),
    (["question", "response_a", "response_b"], dict(question="question")),  # which of the two, nobody can know
    (["question", "first_reply", "reply_time"], dict(question="question")),
])
def test_a_name_is_guessed_by_its_last_word_where_that_is_one_column(columns, found):
    values = lambda c: "5" if "rating" in c else "up" if c == "thumbs" else "words that say something"
    assert guess_columns([{c: values(c) for c in columns}]) == found


def test_a_log_goes_into_a_store_and_into_outcomes_without_a_file(tmp_path):
    "What `read_log` gave is taken where records or outcomes are wanted; each system prompt stays a prompt of its own"
    from promptmem.reward import Outcomes
    rows = [dict(question="How far?", answer="3 miles", verdict="down", clarification="in km", system="Be brief."),
            dict(question="How warm?", answer="68", verdict="up", system="Explain."),
            dict(question="Who?", answer="Ann", verdict="", system="Explain.")]
    log = read_log(rows, scope="shop")
    with pm.Store(tmp_path/"m.db") as s:
        first, again = s.import_(log), s.import_(log)
        assert (first.clarifications, first.interactions, again.already) == (1, 3, 4)
        assert [(c.key, c.text) for c in s.clarifications("shop")] == [("How far?", "in km")]
        assert sorted(Outcomes.from_store(s, "shop").prompts.text) == ["Be brief.", "Explain."]
        with pytest.raises(InvalidData, match="record:2: .*'text' is missing; nothing was imported"):
            s.import_([dict(scope="a", key="k", text="t"), dict(scope="a", key="k2")])
        assert s.count("a") == 0
    out = Outcomes.read(log)
    assert sorted(out.prompts.text) == ["Be brief.", "Explain."] and len(out.frame) == 2


def test_the_shell_reads_a_table_into_a_store(tmp_path, capsys):
    from promptmem.cli import main
    (tmp_path/"asked.csv").write_text("input,output,thumbs,comment\nHow warm?,68,down,in Celsius\n")
    assert main(["import", str(tmp_path/"asked.csv"), "--scope", "shop", "--store", str(tmp_path/"m.db")]) == 0
    assert "1 memory and 1 question read" in capsys.readouterr().out
    with pm.Store(tmp_path/"m.db") as s: assert [c.text for c in s.clarifications("shop")] == ["in Celsius"]


@pytest.mark.parametrize("names", [("Question", "question "), ("user_question", "User Question"), ("q", "Q")])
def test_two_columns_that_could_be_one_field_are_asked_about(names):
    a, b = names
    rows = [{a: "what is x", b: "what is y", "answer": "z"}]
    with pytest.raises(InvalidData, match="may both hold the field question"): read_log(rows)
    assert [i.question for i in read_log(rows, columns=dict(question=b)).interactions] == ["what is y"]
    same = [{a: "what is x", b: "what is x", "answer": "z"}]
    assert [i.question for i in read_log(same).interactions] == ["what is x"]


@pytest.mark.parametrize("serial", [45231.5, "45231.5", "45231,5", "2023-11-01 12:00:00", "2023-11-01 13:00 CET"])
def test_the_days_of_a_spreadsheet_are_days(serial):
    one = read_log([dict(question="what is x", answer="y", time=serial)]).interactions[0]
    assert one.time == "2023-11-01T12:00:00.000000+00:00"


@pytest.mark.parametrize("duration", [1.25, 0, 300, 1e7, -5])
def test_a_column_of_durations_is_no_column_of_times(duration):
    log = read_log([dict(question="what is x", answer="y", time=duration)])
    assert "time" not in log.columns


@pytest.mark.parametrize("mac", [False, True])
@pytest.mark.parametrize("formatted", [False, True])
def test_workbooks_that_count_from_1904(tmp_path, mac, formatted):
    import datetime
    openpyxl = pytest.importorskip("openpyxl")
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904 if mac else CALENDAR_WINDOWS_1900
    noon = datetime.datetime(2023, 11, 1, 12)
    book.active.append(["question", "answer", "when"])
    book.active.append(["what is x", "y", noon if formatted else to_excel(noon, book.epoch)])
    book.save(tmp_path/"b.xlsx")
    one = read_log(tmp_path/"b.xlsx", columns=dict(time="when")).interactions[0]
    assert one.time == "2023-11-01T12:00:00.000000+00:00"
