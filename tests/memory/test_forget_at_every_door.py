"""Forget means the same at every door: the entry, with the earlier wordings that it replaced, and nothing else."""
from types import SimpleNamespace

import pytest

import promptmem as pm
from promptmem.cli import main
from promptmem.core import InvalidData
from promptmem.memory.adapters import GraphMemory
from promptmem.memory.auto import AutoLookup
from promptmem.memory.magics import MemoryMagics
from promptmem.memory.mcp import MemoryTools
from promptmem.record import Interaction, Retrieval
from promptmem.store import Store
from tests.raw_files import raw_bytes

KEY, WORDS = "how warm is it outside", ["Qkelvin1 please", "Qcelsius2 please", "Qfahrenheit3 please"]
SIGNS = [w.split()[0].encode() for w in WORDS]


def a_store(path):
    "Three wordings of one memory, what was asked with the first and the second, and what must stay"
    s = Store(path)
    s.add(scope="alice", key="what is x", text="Ystays1")
    s.add(scope="bob", key=KEY, text="Ystays2")
    for text in WORDS:
        c = s.add(scope="alice", key=KEY, text=text)
        s.log(Interaction("how warm?", scope="alice", prompt=f"how warm? {text}", answer=f"it is so, {text}",
                          retrieval=Retrieval(hit=True, id=c.id, key=c.key, text=c.text)))
    return s, c


def of_store(s, c, **kw): return s.forget(id=c.id, scope="alice", earlier=kw.get("earlier", True))


def of_assistant(s, c, **kw): return pm.Assistant(lambda p: "ok", store=s, scope="alice",
                                                  lookup="closest").forget(c, **kw)


def of_client(s, c, **kw):
    client = SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=lambda **kw: None)))
    return pm.wrap(client, store=s, scope=("alice", "bob"), embedder=None).forget(c.id, **kw)


def of_panel(s, c):
    pytest.importorskip("ipywidgets")
    m = pm.memory.MemoryInspector(s, scope="alice")
    m.select(c.id)
    assert m.ask_forget().earlier == 2 and "2 earlier wordings" in m.confirm_text.value
    return m.confirm_forget()


def of_panel_found(s, c):
    pytest.importorskip("ipywidgets")
    m = pm.memory.MemoryInspector(s, scope="alice")
    m.search("warm")
    m.ask_forget_found()
    return m.confirm_forget()[0]


def of_command(s, c, **kw):
    line = ["forget", c.id[-8:], "--store", s.db.path.as_posix(), "--scope", "alice"]
    s.close()
    assert main(line + ["--keep-earlier"]*(kw.get("earlier") is False)) == 0


def of_mcp(s, c): assert MemoryTools(s, ("alice", "bob"), AutoLookup(None)).forget(c.id) is True


def of_langgraph(s, c): GraphMemory(s, None).put("alice", KEY, None)


def of_notebook(s, c):
    m = MemoryMagics(lambda: pm.Assistant(lambda p: "ok", store=s, scope="alice", lookup="closest"))
    number = next(k for k, v in m.memories().rows if v.startswith(KEY))
    assert ("earlier wordings", "2") in m.forget(number).rows


DOORS = dict(store=of_store, assistant=of_assistant, client=of_client, panel=of_panel, panel_found=of_panel_found,
             command=of_command, mcp=of_mcp, langgraph=of_langgraph, notebook=of_notebook)


@pytest.mark.parametrize("door", DOORS)
def test_forget_takes_the_earlier_wordings_too(door, tmp_path, capsys):
    s, c = a_store(tmp_path/"m.db")
    receipt = DOORS[door](s, c)
    if receipt is not None:
        assert (receipt.clarifications, receipt.earlier, receipt.complete) == (3, 2, True)
    if door == "command": assert "3 memories" in (said := capsys.readouterr().out) and "2 earlier wordings" in said
    s.close()
    raw = raw_bytes(tmp_path)
    assert not [w for w in SIGNS if w in raw] and b"Ystays1" in raw and b"Ystays2" in raw
    with Store(tmp_path/"m.db") as s:
        assert [c.text for c in s.clarifications("alice", active=None)] == ["Ystays1"]
        assert s.clarifications("alice")[0].active and s.count("bob") == 1
        assert {i.answer for i in s.interactions("alice")} == {"[forgotten]"}


@pytest.mark.parametrize("door", ["store", "assistant", "client", "command"])
def test_the_earlier_wordings_stay_where_that_is_said(door, tmp_path, capsys):
    s, c = a_store(tmp_path/"m.db")
    receipt = DOORS[door](s, c, earlier=False)
    if receipt is not None: assert (receipt.clarifications, receipt.earlier) == (1, 0)
    s.close()
    with Store(tmp_path/"m.db") as s:
        assert [c.text for c in s.clarifications("alice", active=None)] == ["Ystays1", *WORDS[:2]]


@pytest.mark.parametrize("at", [0, 1])
def test_of_an_earlier_wording_the_later_ones_stay(at, tmp_path):
    s, c = a_store(tmp_path/"m.db")
    old = s.history(c.id)[at]
    assert s.forget(id=old.id, scope="alice", earlier=True).clarifications == at + 1
    assert [c.text for c in s.history(c.id)] == WORDS[at + 1:] and s.get(c.id).active
    assert s.history(c.id)[0].supersedes is None


def test_an_earlier_wording_that_an_import_brought_later_goes_too(tmp_path):
    s = Store(":memory:")
    new = s.add(scope="alice", key=KEY, text="now")
    s.import_([dict(type="clarification", id="old", scope="alice", key=KEY, text="before", active=False,
                    time="2020-01-01T00:00:00+00:00")])
    assert s.forget(id=new.id, scope="alice", earlier=True).earlier == 1
    assert s.clarifications("alice", active=None) == []


def test_a_ticked_wording_that_went_with_a_later_one_is_no_error():
    pytest.importorskip("ipywidgets")
    s, c = a_store(":memory:")
    m = pm.memory.MemoryInspector(s, scope="alice")
    m.pending, m.pending_in = tuple(h.id for h in reversed(s.history(c.id))), "alice"
    assert len(m.confirm_forget()) == 1 and s.count("alice") == 1


def test_what_is_no_yes_or_no_is_said(capsys, tmp_path):
    s, c = a_store(tmp_path/"m.db")
    for wrong in (None, "no", 1, 0):
        with pytest.raises(InvalidData, match="earlier is"): s.forget(id=c.id, scope="alice", earlier=wrong)
        with pytest.raises(InvalidData, match="earlier is"): of_assistant(s, c, earlier=wrong)
        with pytest.raises(InvalidData, match="earlier is"): of_client(s, c, earlier=wrong)
    for what in (dict(scope="alice"), dict(scope="alice", key=KEY)):
        with pytest.raises(InvalidData, match="one entry"): s.forget(**what, earlier=True)
    assert s.count("alice") == 2
    assert main(["forget", "--everything", "--keep-earlier", "--store", str(tmp_path/"m.db")]) == 2
