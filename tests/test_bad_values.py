"""Thousands of bad values over the public calls: a result, or one error that this package raised itself."""
import random
from pathlib import Path

import pytest

import promptmem as pm
from promptmem import core, data, grade, logs, record
from promptmem.batch.parameters import check_settings, read_grid, read_value
from promptmem.core import InvalidData
from promptmem.lm.base import CallableLM, split_thinking
from promptmem.lm.embed import HashEmbedder, load_embedder, unit_vectors
from promptmem.memory import Assistant
from tests.odd_values import ODD, raised_here

TEXTS = ["", " ", "\0", "\ud83d", "\udc00\ud83d", "\x1b[2J\x07", "\x9b31m", "\u202eabc", "\ufeff", "\u200b", "a\0b",
         "a" * 5000, "é" * 300, "👍" * 50, "नमस्ते",
         "../outside", "/dev/null/file", "~", "~nobody/x", "C:\\x", "a/../../b", "con", ".", "..",
         "x" * 300 + ".db", "sqlite:///nowhere/at/all/x.db",
         "postgresql://u:p@ss@127.0.0.1:1/d", "mysql://x", "openai:", "hf:", "hf:/nowhere", "hash:0", "hash:-1",
         "hash:x", "st:/nowhere", "1" * 400,
         "-" * 3000 + "1", "0x" + "f" * 3000, "[" * 300, "{" * 300 + "}" * 300, "nan", "inf", "1e999", "12:30",
         "2024-13-45", "yesterday", "%s %d {} {0}",
         "'; drop table x; --", "<script>alert(1)</script>", "[SEP]", "<|endoftext|>", "END", "###", "\n\n###\n\n",
         "\r\n", "\t", "()", "A", "answer: ",
         "**", "$$", "\\boxed{", "1/0", "-", "--", "+", ".", "½", "10²", "①", "ß", "İ", "ﬁ", "\u0301", "한국어", "שלום"]


def drawn(n, rng):
    "More of the same, put together from pieces"
    pieces = [*TEXTS[:60], "a", "1", " ", ",", ";", '"', "'", "\n", ":", "/", "\\", "{", "}", "="]
    return ["".join(rng.choice(pieces)[:40] for _ in range(rng.randint(1, 5))) for _ in range(n)]


VALUES = ODD + TEXTS + drawn(60, random.Random(0))


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad")
    store, lm, embed = pm.Store(":memory:"), CallableLM(lambda p: "ok END", format="published"), HashEmbedder(16)
    store.add(scope="a", key="what is x", text="I mean the letter")
    assistant = Assistant(lm, store=store, scope="a")
    nb = folder/"n.ipynb"
    import nbformat
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("a: int = 1\nb: list = [1]\nout: str = ''")])
    book.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(book, nb)

    def written(name, read):
        def call(v):
            path = folder/name
            path.write_bytes(v if isinstance(v, bytes) else str(v).encode("utf-8", "surrogatepass"))
            return read(path)
        return call
    return {
        "plain": core.plain, "json_text": core.json_text, "stable_hash": core.stable_hash, "utc_time": core.utc_time,
        "inside": lambda v: core.inside(folder, v),
        "read_text": written("t.txt", core.read_text), "read_csv": written("t.csv", core.read_csv),
        "read_json": written("t.json", core.read_json),
        "read_yaml": written("t.yaml", core.read_yaml), "read_jsonl": written("t.jsonl", core.read_jsonl),
        "Query": record.Query, "Interaction": record.Interaction,
        "Clarification": lambda v: record.Clarification("a", "k", v),
        "time": lambda v: record.Interaction("q", time=v), "from_dict": record.Interaction.from_dict,
        "usage": lambda v: record.Usage.from_dict(dict(prompt_tokens=v)),
        "retrieval": lambda v: record.Interaction.from_dict(dict(question="q", retrieval=v)),
        "meta": lambda v: record.Completion.from_dict(dict(text="a", meta=v)).to_dict(),
        "last_number": lambda v: grade.last_number("4", v), "grader": lambda v: grade.get_grader(v),
        "grade": lambda v: grade.grade(v, v),
        "read_grid": read_grid, "grid value": lambda v: read_grid({"a": [v]}),
        "setting": lambda v: check_settings(nb, [{"a": v, "b": v}]),
        "read_value": lambda v: read_value(str(v), "int"), "local_data": data.local_data, "shipped": data.shipped,
        "fetch": data.fetch,
        "read_log": logs.read_log, "log rows": lambda v: logs.read_log([dict(question="a b", answer=v, rating=v,
                                                                             time=v, scope=v)]),
        "log columns": lambda v: logs.read_log([dict(question="a b")], columns=v),
        "chat log": lambda v: logs.read_log([dict(messages=v)]),
        "export": lambda v: logs.read_log([dict(inputs=v, outputs=v, feedback=v)], format="langsmith"),
        "log file": written("log.csv", logs.read_log),
        "load_lm": lambda v: None if str(v) == "hf:/nowhere" else pm.load_lm(v),
        "load_embedder": lambda v: None if isinstance(v, (str,
                                                          Path)) and not str(v).startswith("hash")
                                                          else load_embedder(v), "embed": embed,
                                                          "embed one": lambda v: embed([v]),
        "unit_vectors": lambda v: unit_vectors(v, ["a"], "e"), "complete": lm.complete,
        "complete one": lambda v: lm.complete([v]),
        "max_tokens": lambda v: lm.complete(["a"], max_tokens=v), "stream": lambda v: list(lm.stream(v)),
        "think": lambda v: split_thinking(str(v)),
        "add key": lambda v: store.add(scope="a", key=v, text="t"),
        "add text": lambda v: store.add(scope="a", key="k", text=v),
        "add scope": lambda v: store.add(scope=v, key="k", text="t"), "search": lambda v: store.search(v, scope="a"),
        "forget": lambda v: store.forget(id=v) if isinstance(v, str) and v != "what is x" else None, "get": store.get,
        "import": written("i.jsonl", store.import_), "ask": assistant.ask,
        "outcomes": lambda v: pm.reward.Outcomes.read(v),
    }


@pytest.mark.slow
def test_bad_values_give_results_or_errors_of_our_own(calls, tmp_path, monkeypatch):
    (tmp_path/"here").mkdir()
    monkeypatch.chdir(tmp_path/"here")
    tried, bad = 0, {}
    for name, call in calls.items():
        for v in VALUES:
            tried += 1
            try: call(v)
            except ImportError: pass
            except InvalidData as e: assert core.printable(str(e)) == str(e), (name, v)
            except Exception as e:
                if not raised_here(e): bad.setdefault((name, type(e).__name__), []).append((repr(v)[:40], str(e)[:80]))
    told = "\n".join(f"{k}: {len(v)}, such as {v[0]}" for k, v in bad.items())
    assert not bad, told
    assert tried >= 5000
