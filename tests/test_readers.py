"""Every public reader on files that are cut, garbled or of the wrong kind: a result, or one clean error."""
import json
import random
from dataclasses import fields

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from promptmem.core import InvalidData, read_jsonl
from promptmem.rewrite import OptimizeResult

RUN = dict(run="r", notebook="n.ipynb", status="ok", parameters=dict(n=1),
           metrics=dict(accuracy=.5, gain=dict(estimate=.1, lo=0, hi=.2)), seconds=1.5)


def lines(*rows): return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)


def _store(path):
    from promptmem.store.store import Store
    with Store(":memory:") as s: s.import_(path)


def _log(path):
    from promptmem.memory import Log
    log = Log.read(path)
    repr(log), log.accuracy, log.strategy


def _resume(path):
    from promptmem.lm.base import CallableLM
    from promptmem.memory import make_tasks, stream
    stream(CallableLM(lambda p: " the synonym is x END"), make_tasks(2, "own", seed=1), "none", log=path)


def _tasks(path):
    from promptmem.memory import load_tasks
    load_tasks(path, family="own")


def _templates(path):
    from promptmem.memory.tasks import read_templates
    read_templates(path)


def _few_shot(path):
    from promptmem.memory.prompt import read_few_shot
    read_few_shot(path)


def _outcomes(path):
    from promptmem.reward import Outcomes
    repr(Outcomes.read(path))


def _verdicts(path):
    from promptmem.reward.outcomes import read_verdicts
    read_verdicts(path)


def _answers(path):
    from promptmem.reward.outcomes import read_answers
    read_answers(path)


def _collected(path):
    from promptmem.lm.base import CallableLM
    from promptmem.reward.collect import collect_outcomes
    collect_outcomes(CallableLM(lambda p: "3"), ["add"], [dict(text="1 + 2", gold="3")], path=path)


def _examples(path):
    from promptmem.edit import CanonicalExamples
    CanonicalExamples.read(path, quiet=True)


def _texts(path):
    from promptmem.edit.examples import read_texts
    read_texts(path)


def _config(path):
    from promptmem.edit.config import read_config
    read_config(path)


def _sentences(path):
    from promptmem.recall.foils import read_sentences
    read_sentences(path)


def _pairs_of_sentences(path):
    from promptmem.recall.foils import read_pairs
    read_pairs(path, path)


def _pairs(path):
    from promptmem.rewrite.pairs import load_pairs
    load_pairs(path)


def _result(path):
    OptimizeResult.read(path)


def _grid(path):
    from promptmem.batch.parameters import read_grid
    for s in read_grid(path): assert isinstance(s, dict)


def _run(path):
    from promptmem.batch.results import is_finished, load_runs, read_result
    from promptmem.batch.pages import write_grid_index
    folder = path.parent/"runs"
    (folder/"one").mkdir(parents=True, exist_ok=True)
    (folder/"one"/"result.json").write_bytes(path.read_bytes())
    (folder/"grid.json").write_bytes(path.read_bytes())
    assert isinstance(read_result(folder/"one"), dict)
    is_finished(folder/"one"), load_runs(folder), write_grid_index(folder)


def _notebook(path):
    from promptmem.batch.parameters import notebook_parameters
    notebook_parameters(path)


NOTEBOOK = json.dumps(dict(cells=[dict(cell_type="code", id="a", execution_count=None,
                                       metadata=dict(tags=["parameters"]), outputs=[],
                                       source="n: int = 3  # how many\nout: str = ''\n")],
                           metadata={}, nbformat=4, nbformat_minor=5))
TEMPLATE = dict(own=[dict(type="syn", template_id="a", question="what is like {word1} ?", clarification="synonym",
                          answer="{word2}")])
LOG_LINE = dict(idx=0, question="q", is_correct=True, correct_so_far=1.0, strategy="none",
                clarification_probability=0.0, seed=0, family="own")
CONFIG = """
model: gpt2
task: country
threshold: 0.1
training: {dataset_path: train.jsonl, finetune_type: lora, loss_type: good, suffix_pair: false, learning_rate: 0.001,
    num_epochs: 2,
  lora: {lora_rank: 4, lora_alpha: 8, target_modules: all}, regularization_type: KL, regularization_weight: 0.1}
validation: {intervention_eval_path: e.jsonl, degredation_targeted_path: t.jsonl,
    hard_negative: {hard_negative_path: h.jsonl}}
"""
RESULT = json.dumps(
    {f.name: None for f in fields(OptimizeResult)}
    | dict(candidates=[dict(id="c", text="t", parents=[])], final=dict(best=dict(estimate=0.5, lo=0, hi=1, n=3)))
)

READERS = {
    "jsonl": ("rows.jsonl", read_jsonl, lines(dict(a=1), dict(b=[1, "x"]))),
    "store": ("memory.jsonl", _store, lines(dict(type="clarification", scope="s", key="k", text="t", id="1"),
                                            dict(type="interaction", scope="s", question="q",
                                                 usage=dict(prompt_tokens=1)))),
    "stream log": ("log.jsonl", _log, lines(LOG_LINE, LOG_LINE | dict(idx=1))),
    "stream log, resumed": ("log.jsonl", _resume, lines(LOG_LINE)),
    "tasks": ("tasks.jsonl", _tasks, lines(dict(meta=dict(word1="glad", word2="happy"), type="syn",
                                                template_id="syn_1"))),
    "templates": ("templates.json", _templates, json.dumps(TEMPLATE)),
    "few-shot text": ("few.txt", _few_shot, "a[SEP] b END[SEP]"),
    "outcomes, JSON lines": ("outcomes.jsonl", _outcomes, lines(dict(query="a", prompt="p", correct=True),
                                                                dict(query="b", prompt="p", correct=False))),
    "outcomes, CSV": ("outcomes.csv", _outcomes, "query,prompt,correct,draw\na,p,1,0\nb,p,0,0\n"),
    "outcomes, parquet": ("outcomes.parquet", _outcomes, "PAR1 no PAR1"),
    "verdicts": ("verdicts.txt", _verdicts, "(0, True)\n(1, False)\n"),
    "verdicts, npy": ("verdicts.npy", _verdicts, "\x93NUMPY no"),
    "answers": ("answers.txt", _answers, "(0, 'three')\n====================\n(1, 'four')\n===================="),
    "collected outcomes": ("collected.jsonl", _collected, lines(dict(key="k", query_id=0, prompt_id=0, draw=0,
                                                                     answer="3", correct=True))),
    "canonical examples": ("train.jsonl", _examples, lines(dict(prefix="The capital of Chad is", suffix=" N'Djamena"))),
    "texts": ("texts.jsonl", _texts, lines(dict(text="a"), dict(text="b"))),
    "edit configuration": ("config.yaml", _config, CONFIG),
    "sentences": ("seen.json", _sentences, lines(dict(sent="A dog."), dict(sent="A cat."))),
    "pairs of sentences": ("seen.json", _pairs_of_sentences, lines(dict(text="A dog."), dict(text="A cat."))),
    "prompt pairs, CSV": ("pairs.csv", _pairs, "Bad Prompt,Improved Prompt\nx,y\n"),
    "prompt pairs, chat CSV": ("pairs.csv", _pairs, "Formatted Prompts\n<s>[INST] a [/INST] b </s>\n"),
    "prompt pairs, JSON lines": ("pairs.jsonl", _pairs, lines(dict(before="a", after="b"))),
    "search result": ("result.json", _result, RESULT),
    "grid, CSV": ("grid.csv", _grid, "n,word\n1,a\n2,\n"),
    "grid, YAML": ("grid.yaml", _grid, "n: [1, 2]\nword: a\n"),
    "grid, JSON": ("grid.json", _grid, json.dumps([dict(n=1), dict(n=2)])),
    "result of a run": ("result.json", _run, json.dumps(RUN)),
    "notebook": ("nb.ipynb", _notebook, NOTEBOOK),
}

anything = st.recursive(st.none() | st.booleans() | st.integers(-2**70, 2**70) | st.floats() | st.text(max_size=8),
                        lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=5), x, max_size=3),
                        max_leaves=6)


def damaged(content, how, at, value, junk):
    "The file after one accident: cut, bytes put in, one value exchanged, or other content"
    raw = content.encode("utf-8", "surrogateescape")
    if how == "cut": return raw[:at % (len(raw) + 1)]
    if how == "bytes": return raw[:at % (len(raw) + 1)] + junk + raw[at % (len(raw) + 1):]
    if how == "other": return b"[" * 100_000 if junk == b"DEEP" else junk
    rows, whole = content.split("\n"), False
    try: rows, whole = [json.dumps(json.loads(content))], True
    except ValueError: pass
    i = at % len(rows)
    try: d = json.loads(rows[i])
    except ValueError: return raw.replace(b":", b": " + json.dumps(value).encode() + b" #", 1)
    rows[i] = json.dumps(exchanged(d, random.Random(at), value))
    return ("\n".join(rows) + ("" if whole else "\n")).encode("utf-8", "replace")


def exchanged(d, rng, value):
    "`d` with one of its values, at any depth, replaced"
    if not d or not isinstance(d, (dict, list)) or rng.random() < .15: return value
    k = rng.choice(sorted(d)) if isinstance(d, dict) else rng.randrange(len(d))
    out = dict(d) if isinstance(d, dict) else list(d)
    out[k] = exchanged(d[k], rng, value)
    return out


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(how=st.sampled_from(["cut", "bytes", "other", "value", "value", "value"]), at=st.integers(0, 5000),
       value=anything, junk=st.binary(max_size=30))
@example(how="bytes", at=0, value=None, junk=b"\xef\xbb\xbf")
@example(how="other", at=0, value=None, junk=b"")
@example(how="other", at=0, value=None, junk=b"DEEP")
@example(how="bytes", at=3, value=None, junk=b"\xff\xfe\x00")
def test_a_reader_gives_a_result_or_one_clean_error(tmp_path_factory, name, how, at, value, junk):
    file, read, content = READERS[name]
    path = tmp_path_factory.getbasetemp()/f"readers-{list(READERS).index(name)}"/file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(damaged(content, how, at, value, junk))
    try: read(path)
    except InvalidData as e:
        assert path.stem in str(e), f"the error does not name the file: {e}"


@pytest.mark.parametrize("name", [n for n in READERS if n not in ("outcomes, parquet", "verdicts, npy",
                                                                  "search result", "collected outcomes",
                                                                  "stream log, resumed", "tasks")])
def test_the_undamaged_file_is_read(tmp_path, name):
    file, read, content = READERS[name]
    (tmp_path/file).write_text(content, encoding="utf-8")
    read(tmp_path/file)


PLAIN = {"a": "1", "b": "2"}
GZIP = bytes.fromhex("1f8b0800000000000003")


@pytest.mark.parametrize("raw", [
    b"a,b\n1,2\n", b"a,b\r\n1,2\r\n", b"a,b\r1,2\r", b"\n\na,b\n\n1,2\n\n", b"\xef\xbb\xbfa,b\n1,2\n",
    b"\xef\xbb\xbf\xef\xbb\xbfa,b\n1,2\n", b"sep=;\r\na;b\r\n1;2\r\n", b"a\tb\n1\t2\n", b"a|b\n1|2\n",
    *("a,b\n1,2\n".encode(e) for e in ("utf-16", "utf-32", "utf-16-be", "utf-16-le"))])
def test_a_table_is_read_in_every_dress(tmp_path, raw):
    from promptmem.core import read_csv
    (tmp_path/"t.csv").write_bytes(raw)
    assert read_csv(tmp_path/"t.csv") == [PLAIN]


@pytest.mark.parametrize("raw, says", [
    (GZIP, "t.csv is a gzip file"), (b"PK\x03\x04x", "t.csv is a ZIP archive"),
    (b"a,b\n1,\0\n", "t.csv:2: a zero byte"),
    (b"a,a\n1,2\n", "t.csv:1: two columns are named 'a'"), (b"a,b\n1\n", "t.csv:2: expected 2 values, found 1"),
    (b"sep=;\na;b\n1;2\n3\n", "t.csv:4: expected 2 values, found 1"),
    ("a,b\né,2\n".encode("latin1"), "t.csv:2: byte 4")])
def test_what_is_no_table_says_what_it_is_and_where(tmp_path, raw, says):
    from promptmem.core import read_csv, read_json, read_jsonl, read_yaml
    (tmp_path/"t.csv").write_bytes(raw)
    with pytest.raises(InvalidData) as e: read_csv(tmp_path/"t.csv")
    assert says in str(e.value)
    if raw[:2] in (GZIP[:2], b"PK"):
        for read in (read_json, read_jsonl, read_yaml):
            with pytest.raises(InvalidData, match="unpack it"): read(tmp_path/"t.csv")


def test_a_long_field_is_read(tmp_path):
    from promptmem.core import read_csv
    (tmp_path/"t.csv").write_text("a\n" + "x"*500_000 + "\n")
    assert len(read_csv(tmp_path/"t.csv")[0]["a"]) == 500_000


@pytest.mark.parametrize("raw", [b'{"a": 1}\n\xef\xbb\xbf{"a": 2}\n', '{"a": 1}\n{"a": 2}\n'.encode("utf-16-be"),
                                 '{"a": 1}\r\n{"a": 2}\r\n'.encode("utf-16-le"), b'\n{"a": 1}\n \t\n{"a": 2}'])
def test_json_lines_are_read_in_every_dress(tmp_path, raw):
    (tmp_path/"t.jsonl").write_bytes(raw)
    assert read_jsonl(tmp_path/"t.jsonl") == [{"a": 1}, {"a": 2}]


def test_a_name_that_stands_twice_is_refused_everywhere(tmp_path):
    from promptmem.core import read_json, read_yaml
    (tmp_path/"t.json").write_text('{"a": 1, "a": 2}')
    (tmp_path/"t.yaml").write_text("b:\n  a: 1\n  a: 2\n")
    for read, path in ((read_json, "t.json"), (read_jsonl, "t.json"), (read_yaml, "t.yaml"), (read_yaml, "t.json")):
        with pytest.raises(InvalidData, match="'a' stands twice"): read(tmp_path/path)
    (tmp_path/"t.yaml").write_text("x: &a {b: 1, c: 2}\ny:\n  <<: *a\n  b: 3\n")
    assert read_yaml(tmp_path/"t.yaml")["y"] == dict(b=3, c=2)


@pytest.mark.parametrize("time, instant", [
    ("2024-12-31T24:00:00Z", "2025-01-01T00:00:00"), ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00"),
    ("2024-01-01T12:00:00+0530", "2024-01-01T06:30:00"), ("2024-01-01T12:00:00 +05:30", "2024-01-01T06:30:00"),
    ("2024-01-01T12:00:00\u221205:00", "2024-01-01T17:00:00"), ("2024-01-01 12:00 GMT", "2024-01-01T12:00:00"),
    ("2024-01-01t12:00:00z", "2024-01-01T12:00:00"), ("20240101T120000Z", "2024-01-01T12:00:00"),
    ("20240101", "2024-01-01T00:00:00"),
    ("2024-01-01T12:00:00.5", "2024-01-01T12:00:00.5"),
    ("2024-01-01T12:00:00,123456789Z", "2024-01-01T12:00:00.123456"),
    ("2024-01-01T12:00 EST", "2024-01-01T17:00:00"), ("2024-07-01 12:00:00 CEST", "2024-07-01T10:00:00"),
    ("2024-01-01T12:00[Asia/Kolkata]", "2024-01-01T06:30:00"), ("2024-07-01 12:00 Europe/Paris", "2024-07-01T10:00:00"),
    ("2024-01-01T12:00:00+01:00[Europe/Paris]", "2024-01-01T11:00:00"),
    ("2024-01-01 12:00:00 +0530 IST", "2024-01-01T06:30:00"), ("2024-01-01 12:00 UTC+2", "2024-01-01T10:00:00"),
    ("2024-01-01 12:00 GMT-03:30", "2024-01-01T15:30:00"), ("Mon, 01 Jan 2024 12:00:00 GMT", "2024-01-01T12:00:00"),
    ("Mon, 1 Jan 2024 9:05:00 -0500", "2024-01-01T14:05:00"), ("Mon Jan  1 12:00:00 CET 2024", "2024-01-01T11:00:00"),
    ("Mon Jan 01 2024 12:00:00 GMT+0100 (Central European Standard Time)", "2024-01-01T11:00:00"),
    ("Jan 1, 2024, 12:00", "2024-01-01T12:00:00"),
    ("1700000000", "2023-11-14T22:13:20"), (1700000000000, "2023-11-14T22:13:20")])
def test_times_of_many_programs_are_one_instant(time, instant):
    from promptmem.core import utc_time
    from promptmem.store.tables import utc
    want = f"{instant:<19}" + ("." if "." not in instant else "")
    want = want + "0"*(26 - len(want)) + "+00:00"
    assert utc_time(time) == want
    if isinstance(time, str): assert utc(time) == want


@pytest.mark.parametrize("time", ["2024-02-30", "2024-01-01T24:01", "2024-01-01T25:00", "2024-01-01T12:00:61",
                                  "2024-01-01T12:00 CST", "2024-01-01 12:00 IST", "2024-01-01 12:00 BST",
                                  "2024-01-01T12:00[Mars/Olympus]", "2024-01-01 12:00 ../../etc/passwd",
                                  "2024-01-01 12:00:00 PM", "Smarch 10 2024 12:00", "2024-01-01 12:00 " + "a"*5000,
                                  "01/02/2024", "2024", "9999-12-31T23:59:59-14:00", "2024-01-01T12:00:00+25:00", "",
                                  True, None])
def test_what_is_no_instant_is_refused(time):
    from promptmem.core import utc_time
    with pytest.raises(InvalidData, match="is no time"): utc_time(time)


# ---- one reader of JSON lines, in every encoding and with every line end --------------------------------------------

ROWS = [dict(scope="u", key="q one", text="meaning"), dict(scope="u", key="q two", text="other")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le",
                                      "utf-32-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_json_lines_in_every_encoding_and_with_every_line_end(tmp_path, encoding, end):
    import json

    from promptmem.core import read_jsonl
    from promptmem.store import Store
    (tmp_path/"x.jsonl").write_bytes("".join(json.dumps(r) + end for r in ROWS).encode(encoding))
    assert read_jsonl(tmp_path/"x.jsonl") == ROWS
    with Store(":memory:") as s:
        assert s.import_(tmp_path/"x.jsonl").clarifications == 2 and [c.text for c in s.clarifications("u")] == [
            "meaning", "other"]


@pytest.mark.parametrize("line, why", [(b'{"scope":"u","key":"a","text":"b","t\\u0065xt":"c"}', "stands twice"),
                                       (b'{"scope":"u","key":"a","text":"b","time":1e400}', "too large"),
                                       (b"\x1f\x8b\x08\x00", "gzip"), (b'{"a":' * 5000, "recursion|Expecting")])
def test_a_line_that_hides_something_is_refused_by_every_reader(tmp_path, line, why):
    from promptmem.core import InvalidData, read_jsonl
    from promptmem.store import Store
    (tmp_path/"x.jsonl").write_bytes(line + b"\n")
    with pytest.raises(InvalidData, match=f"x.jsonl.*({why})"): read_jsonl(tmp_path/"x.jsonl")
    with Store(":memory:") as s, pytest.raises(InvalidData, match=f"x.jsonl.*({why})"): s.import_(tmp_path/"x.jsonl")


@pytest.mark.parametrize("text", ['a,b\n1,"x\n2,y\n', 'a,b\n"x\\"y",2\n'])
def test_a_quotation_that_does_not_end_swallows_no_rows(tmp_path, text):
    from promptmem.core import InvalidData, read_csv
    (tmp_path/"x.csv").write_text(text)
    with pytest.raises(InvalidData, match="x.csv:.: not CSV|x.csv:2"): read_csv(tmp_path/"x.csv")


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"'])
def test_excels_separator_line_in_its_three_forms(tmp_path, first):
    from promptmem.core import read_csv
    (tmp_path/"x.csv").write_text(f"{first}\r\na,b;c\r\n1;2\r\n", newline="")
    assert read_csv(tmp_path/"x.csv") == [{"a,b": "1", "c": "2"}]


@pytest.mark.parametrize("digits", [0, 3, 6, 9])
def test_instants_since_1970_in_every_unit(digits):
    import datetime

    import numpy as np

    from promptmem.core import utc_time
    t, said = 1704067200*10**digits, "2024-01-01T00:00:00.000000+00:00"
    assert utc_time(t) == utc_time(str(t)) == utc_time(np.int64(t)) == said
    assert utc_time(np.datetime64("2024-01-01")) == utc_time(datetime.date(2024, 1, 1)) == said


def test_the_url_of_a_store_in_memory_makes_no_file(tmp_path, monkeypatch):
    from promptmem.store import Store
    monkeypatch.chdir(tmp_path)
    with Store("sqlite:///:memory:") as s: s.add(scope="u", key="q", text="t")
    assert list(tmp_path.iterdir()) == []


# ---- numbers of spreadsheets, columns with almost one name ----------------------------------------------

@pytest.mark.parametrize("cells, numbers", [(["0,5", "1", "2,25"], [.5, 1, 2.25]), (["-0,125"], [-.125]),
    (["1,5", "1,234"], [1.5, 1.234]), (["1,234"], None), (["1,234", "12,000"], None), (["1.5", "2,5"], None),
    (["1", "2"], None), ([], None), (["a"], None), (["1,5", ""], None), ([None], None)])
def test_a_decimal_comma_is_read_where_it_can_be_no_other(cells, numbers):
    from promptmem.core import decimal_commas
    assert decimal_commas(cells) == numbers


def test_a_grid_with_semicolons_has_decimal_commas(tmp_path):
    from promptmem.batch.parameters import read_grid, read_value
    (tmp_path/"g.csv").write_text("lr;name\n0,5;1,5\n")
    row, = read_grid(tmp_path/"g.csv")
    assert read_value(row["lr"], "float") == .5 and read_value(row["name"], "str") == "1,5"
    assert read_value("1,234", "float") != 1.234 # a thousand, or not: refused by its type


def test_a_table_with_one_name_twice_is_refused():
    import pandas as pd
    from promptmem.core import as_rows
    for names in (["a", "a"], [1, "1"]):
        with pytest.raises(InvalidData, match="two columns are named"): as_rows(pd.DataFrame([[1, 2]], columns=names))


def test_a_log_of_outcomes_with_semicolons_has_decimal_commas(tmp_path):
    from promptmem.reward import Outcomes
    (tmp_path/"o.csv").write_text("query;prompt;correct;cost\nwhat is x;Answer.;1;0,5\nwhat is y;Answer.;0;\n")
    assert Outcomes.read(tmp_path/"o.csv").frame.cost.fillna(-1).tolist() == [.5, -1]
