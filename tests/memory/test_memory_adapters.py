"""Scopes and erasure through the doors of other programs: LangGraph, MCP, the magics."""
import pytest

from promptmem.core import InvalidData
from promptmem.memory.adapters import GraphMemory, langgraph_store
from promptmem.memory.auto import AutoLookup
from promptmem.memory.mcp import MemoryTools
from promptmem.store import Store
from tests.raw_files import raw_bytes


def test_a_search_gives_the_entry_of_its_own_scope_where_two_have_one_id():
    store = Store(":memory:")
    store.import_([dict(type="clarification", id="c1", scope=s, key="how warm is it outside", text=f"of {s}")
                   for s in ("bob", "alice")])
    found = GraphMemory(store, None).search("alice", "please, how warm is it outside?")
    assert [c.text for c, _ in found] == ["of alice"]


def test_what_is_forgotten_between_look_up_and_reading_is_left_out(monkeypatch):
    g = GraphMemory(Store(":memory:"), None)
    g.put("alice", "how warm is it outside", dict(text="in Celsius"))
    get = g.store.get
    def late(*a, **kw):
        g.store.forget(scope="alice")
        return get(*a, **kw)
    monkeypatch.setattr(type(g.store), "get", lambda self, *a, **kw: late(*a, **kw))
    assert g.search("alice", "how warm is it outside") == []


def test_delete_takes_every_value_that_was_put(tmp_path):
    pytest.importorskip("langgraph.store.base")
    path = tmp_path/"m.db"
    graph = langgraph_store(str(path), None) # a store by its path
    for text in ("Qone1", "Qtwo2", "Qthree3"): graph.put(("alice",), "colour", dict(text=text))
    assert graph.get(("alice",), "colour").value == dict(text="Qthree3")
    graph.delete(("alice",), "colour")
    assert graph.get(("alice",), "colour") is None and graph.list_namespaces() == []
    assert not any(w in raw_bytes(tmp_path) for w in (b"Qone1", b"Qtwo2", b"Qthree3"))


def test_a_bar_in_a_name_is_no_other_namespace():
    pytest.importorskip("langgraph.store.base")
    graph = langgraph_store(Store(":memory:"), None)
    spaces = [("a", "b"), ("a/b",), ("a%2Fb",), ("a%2fb",), ("50%", "c")]
    for n in spaces: graph.put(n, "k", dict(text=repr(n)))
    assert [graph.get(n, "k").value["text"] for n in spaces] == [repr(n) for n in spaces]
    assert sorted(graph.list_namespaces()) == sorted(spaces)
    assert [i.namespace for i in graph.search(("a",))] == [("a", "b")]


def test_a_filter_of_langgraph_filters():
    pytest.importorskip("langgraph.store.base")
    graph = langgraph_store(Store(":memory:"), None)
    for i in range(4): graph.put(("a",), f"k{i}", dict(rank=i))
    ranks = lambda f: sorted(i.value["rank"] for i in graph.search(("a",), filter=f))
    assert ranks(dict(rank={"$gt": 1})) == [2, 3] and ranks(dict(rank={"$ne": 1})) == [0, 2, 3]
    assert ranks(dict(rank={"$gte": 1, "$lt": 3})) == [1, 2] and ranks(dict(rank=2)) == [2]
    with pytest.raises(InvalidData, match="no condition"): graph.search(("a",), filter=dict(rank={"$near": 1}))


def test_mcp_forgets_a_memory_with_its_earlier_wordings_and_no_other_layer(tmp_path):
    store = Store(tmp_path/"m.db")
    team = store.add(scope="team", key="what is y", text="the axis")
    tools = MemoryTools(store, ("alice", "team"), AutoLookup(None))
    tools.clarify("what is x", "Qfirst1")
    id = tools.clarify("what is x", "Qsecond2")
    assert tools.forget(team.id) is False and store.count("team") == 1
    for nothing in ("", None, "x", 7): assert tools.forget(nothing) is False
    assert tools.forget(id) is True
    raw = raw_bytes(tmp_path)
    assert b"Qfirst1" not in raw and b"Qsecond2" not in raw and b"the axis" in raw


def test_a_tool_of_the_server_tells_no_key(monkeypatch):
    from promptmem.memory.mcp import _key_free
    monkeypatch.setenv("SOME_API_KEY", "k-93hf83hf83h")
    def tool(): raise ValueError("refused: k-93hf83hf83h \x1b[2J")
    with pytest.raises(InvalidData) as e: _key_free(tool)()
    assert "k-93hf" not in str(e.value) and "\x1b" not in str(e.value)


def magics(tmp_path, scope="alice"):
    from promptmem import Assistant
    from promptmem.memory.magics import MemoryMagics
    a = Assistant(lambda p: "ok", store=Store(tmp_path/"m.db"), scope=scope, lookup="closest")
    return a, MemoryMagics(lambda: a)


def test_the_number_of_a_memory_is_that_which_was_shown(tmp_path):
    a, m = magics(tmp_path)
    for i in range(3): a.store.add(scope="alice", key=f"q{i}", text=f"t{i}")
    shown = [int(k) for k, v in m.memories().rows if v.startswith("q1")][0]
    a.store.deactivate(a.store.clarifications("alice")[0].id) # somebody else changes the list meanwhile
    m.forget(str(shown))
    assert [c.key for c in a.store.clarifications("alice", active=None)] == ["q0", "q2"]


def test_forget_in_a_notebook_takes_earlier_wordings_and_no_other_layer(tmp_path):
    a, m = magics(tmp_path, ("alice", "team"))
    a.store.add(scope="team", key="what is y", text="the axis")
    for text in ("Qfirst1", "Qsecond2"): a.store.add(scope="alice", key="what is x", text=text)
    numbers = {v.split("\n")[0]: k for k, v in m.memories().rows}
    with pytest.raises(InvalidData, match="scope 'team'"): m.forget(numbers["what is y"])
    m.forget(numbers["what is x"])
    assert b"Qfirst1" not in raw_bytes(tmp_path) and a.store.count("team") == 1


def test_what_a_magic_shows_is_text_to_a_terminal(tmp_path):
    a, m = magics(tmp_path)
    a.store.add(scope="alice", key="q", text="\x1b[2J\u202eabc\x9b31m")
    assert not {"\x1b", "\u202e", "\x9b"} & set(repr(m.memories()))


@pytest.mark.parametrize("door", ["assistant", "client"])
def test_a_door_forgets_in_its_own_scope(door, tmp_path):
    from types import SimpleNamespace

    import promptmem as pm
    store = Store(":memory:")
    bob = store.add(scope="bob", key="what is x", text="of bob")
    store.import_([dict(type="clarification", id="c1", scope=s, key="what is y", text=f"of {s}") for s in
                   ("bob", "alice")])
    client = SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=lambda **kw: None)))
    own = (pm.Assistant(lambda p: "ok", store=store, scope="alice", lookup="closest") if door == "assistant" else
           pm.wrap(client, store=store, scope="alice", embedder=None))
    for said in (bob, bob.id):
        with pytest.raises(KeyError): own.forget(said)
    with pytest.raises(InvalidData): own.forget(None)
    own.forget("c1")
    assert store.get("c1", "alice") is None and store.get("c1", "bob").text == "of bob" and store.count("bob") == 2


def test_the_panel_deletes_where_it_was_asked_to():
    pytest.importorskip("ipywidgets")
    from promptmem.memory import MemoryInspector
    store = Store(":memory:")
    store.import_([dict(type="clarification", id="c1", scope=s, key="what is y", text=f"of {s}") for s in
                   ("bob", "alice")])
    m = MemoryInspector(store, scope="alice")
    m.select("c1")
    m.ask_forget()
    m.scope.value = "bob"
    m.confirm_forget()
    assert store.get("c1", "alice") is None and store.get("c1", "bob") is not None
    m.search("of")
    m.ask_forget_found()
    store.forget(scope="bob", id="c1") # by another process
    assert m.confirm_forget() == []
    for nothing in (m.confirm_forget, m.ask_forget_ticked, m.ask_forget_found):
        with pytest.raises(ValueError): nothing()
