"""Exports as newer versions write them: snake-case observations, one trace, evaluation items, Responses, ChatGPT."""
import json

import pytest

from promptmem.logs import read_log

ASKED, SAID = [dict(role="user", content="How warm?")], [dict(role="assistant", content="20")]
TRACE = dict(id="t1", userId="ann", timestamp="2025-05-29T13:46:19Z", input=dict(messages=ASKED), output="20",
             scores=[dict(name="thumb", value=1)])
STEP = dict(id="o1", type="GENERATION", input="inner", output="step")
OBSERVATION = dict(id="o1", trace_id="t1", type="GENERATION", start_time="2025-05-29 13:46:19.963000", user_id="ann",
                   input=json.dumps([dict(role="system", content="Be kind."), *ASKED]), output=json.dumps(SAID[0]),
                   provided_model_name="m")
ITEM = dict(object="eval.run.output_item", id="i1", created_at=1740000000,
            datasource_item=dict(question="How warm?", expected="20"), status="fail",
            results=[dict(name="a", passed=True), dict(name="b", passed=False)],
            sample=dict(input=ASKED, output=SAID, model="m"))
TEXT = [dict(type="output_text", text="20")]
BATCH = dict(custom_id="q", body=dict(model="m", input="How warm?", instructions="Be kind."),
             response=dict(body=dict(output=[dict(type="message", role="assistant", content=TEXT)])))
TREE = dict(root=dict(parent=None, message=None),
            a=dict(parent="root", message=dict(author=dict(role="user"), content=dict(parts=["How warm?"]))),
            b=dict(parent="a", message=dict(author=dict(role="assistant"), content=dict(parts=["20"]))),
            other=dict(parent="a", message=dict(author=dict(role="assistant"), content=dict(parts=["left behind"]))))
CHATGPT = dict(title="t", create_time=1740000000.1, mapping=TREE, current_node="b")
CASE = dict(prompt=dict(raw="Say How warm?", label="Say {{q}}"), vars=dict(q="How warm?"), success=False,
            response=dict(output="20"), gradingResult=dict(
                comment="good", componentResults=[{"pass": True, "assertion": dict(type="human")}]))

EXPORTS = {"an observation in snake case": (OBSERVATION, "langfuse", None),
           "one trace": (dict(trace=TRACE, observations=[STEP]), "langfuse", "right"),
           "a trace with its steps": (dict(TRACE, observations=[STEP]), "langfuse", "right"),
           "a session": (dict(id="s", traces=[TRACE], comments=[]), "langfuse", "right"),
           "an evaluation item": (ITEM, "evals", "wrong"), "a batch of Responses": (BATCH, "chat", None),
           "a conversation of ChatGPT": (CHATGPT, "chatgpt", None), "rated by hand": (CASE, "promptfoo", "right")}


@pytest.mark.parametrize("ending", ["json", "jsonl"])
@pytest.mark.parametrize("name", EXPORTS)
def test_newer_exports_are_read(name, ending, tmp_path):
    row, kind, verdict = EXPORTS[name]
    rows = [row] if ending == "jsonl" or kind in ("evals", "chat", "chatgpt", "promptfoo") else row
    text = json.dumps(rows) if ending == "json" else "\n".join(map(json.dumps, rows))
    (tmp_path/f"log.{ending}").write_text(text)
    log = read_log(tmp_path/f"log.{ending}")
    assert log.format == kind and not log.dropped and len(log.interactions) == 1
    one = log.interactions[0]
    assert (one.question, one.answer, one.verdict) == ("How warm?", "20", verdict)
    if kind == "langfuse": assert one.scope == "ann" and one.time.startswith("2025-05-29T13:46:19")
    if kind == "evals": assert one.time.startswith("2025-02-19")


@pytest.mark.parametrize("tree, node", [(dict(a=dict(parent="a", message=TREE["a"]["message"])), "a"), ({}, "x"),
                                        (dict(a=dict(parent="gone", message=None)), "a"), (dict(a=7), "a")])
def test_a_broken_tree_is_left_out_and_said(tree, node, tmp_path):
    (tmp_path/"log.json").write_text(json.dumps([CHATGPT, dict(CHATGPT, mapping=tree, current_node=node)]))
    log = read_log(tmp_path/"log.json")
    assert len(log.interactions) + len(log.dropped) == 2 and log.interactions[0].answer == "20"


def test_of_a_workbook_the_first_sheet_that_is_not_hidden_is_read(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title, book.active.sheet_state = "notes", "hidden"
    for sheet, q in ((book.active, "kept aside"), (book.create_sheet("log"), "what is x")):
        sheet.append(["question", "answer"])
        sheet.append([q, "a"])
    book.active = 1
    book.save(tmp_path/"a.xlsx")
    assert [i.question for i in read_log(tmp_path/"a.xlsx").interactions] == ["what is x"]
    assert [i.question for i in read_log(tmp_path/"a.xlsx", sheet="notes").interactions] == ["kept aside"]
