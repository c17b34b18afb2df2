"""The memory behind MCP, IPython, LangGraph and LlamaIndex, each tried with the other side's own package."""
import asyncio
import subprocess
import sys

import pytest

import promptmem as pm
from promptmem.core import InvalidData
from promptmem.store import Store


def content(result):
    return result.structured_content.get("result", result.structured_content)


def test_mcp_tools_in_one_process():
    mcp = pytest.importorskip("mcp")
    if not hasattr(mcp, "Client"): pytest.skip("the client of mcp 2")
    from promptmem.memory.auto import AutoLookup
    from promptmem.memory.mcp import make_server
    store = Store(":memory:")
    store.add(scope="bob", key="how warm is it outside", text="in Kelvin")
    store.add(scope="alice", text="answer in French", kind="always")
    async def go():
        async with mcp.Client(make_server(store, "alice", AutoLookup(None))) as client:
            tools = {t.name: t for t in (await client.list_tools()).tools}
            assert set(tools) == {"recall", "clarify", "memories", "forget"}
            assert not any("scope" in t.input_schema.get("properties", {}) for t in tools.values())
            nothing = content(await client.call_tool("recall", dict(question="how warm is it outside")))
            id = content(await client.call_tool("clarify", dict(question="how warm is it outside",
                                                                meaning="in Celsius")))
            found = content(await client.call_tool("recall", dict(question="please, how warm is it outside?")))
            listed = content(await client.call_tool("memories", {}))
            gone = content(await client.call_tool("forget", dict(id=id)))
            bob = store.clarifications("bob")[0].id
            return nothing, found, listed, gone, content(await client.call_tool("forget", dict(id=bob)))
    nothing, found, listed, gone, others = asyncio.run(go())
    assert nothing["applies"] == [] and nothing["always"] == ["answer in French"]
    assert found["applies"] == ["in Celsius"] and any(m["clarification"] == "in Celsius" for m in listed)
    assert gone is True and others is False and len(store.clarifications("bob")) == 1
    assert [c.text for c in store.clarifications("alice")] == ["answer in French"]


def test_mcp_over_standard_input_and_output(tmp_path):
    mcp = pytest.importorskip("mcp")
    if not hasattr(mcp, "Client"): pytest.skip("the client of mcp 2")
    path = str(tmp_path/"m.db")
    with Store(path) as s: s.add(scope="alice", key="how warm is it outside", text="in Celsius")
    # in a process of its own: the client hands its own stderr on, and a test's has no file
    script = f"""
import asyncio, json, sys, mcp
args = ["-c", "from promptmem.cli import main; main()", "mcp", "--store", {path!r}, "--scope", "alice",
        "--embedder", "none"]
async def go():
    async with mcp.Client(mcp.StdioServerParameters(command=sys.executable, args=args)) as client:
        got = await client.call_tool("recall", dict(question="how warm is it outside?"))
        print(json.loads(got.content[0].text)["applies"])
asyncio.run(go())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "['in Celsius']", done.stderr[-2000:]


def test_magics_in_a_real_shell():
    pytest.importorskip("IPython")
    from IPython.testing.globalipapp import start_ipython
    from promptmem.memory.auto import AutoLookup
    shell = start_ipython()
    from IPython.core.interactiveshell import InteractiveShell
    shell = shell or InteractiveShell.instance()
    shell.run_line_magic("load_ext", "promptmem")
    pm.default_assistant = pm.Assistant(pm.CallableLM(lambda p: "20 degrees"), lookup=AutoLookup(None))
    try:
        first = shell.run_cell_magic("ask", "", "how warm is it outside")
        assert "20 degrees" in repr(first) and "<p>20 degrees</p>" in first._repr_html_()
        shell.run_line_magic("clarify", "in <b>Celsius</b>")
        again = shell.run_cell_magic("ask", "", "please, how warm is it outside?")
        assert "in <b>Celsius</b>" in repr(again) and "in &lt;b&gt;Celsius" in again._repr_html_()
        assert "1 memory" in repr(shell.run_line_magic("memories", ""))
        shell.run_line_magic("forget", "1")
        assert "0 memories" in repr(shell.run_line_magic("memories", ""))
    finally: del pm.default_assistant
    from promptmem.memory.magics import MemoryMagics
    with pytest.raises(InvalidData, match="no assistant yet"): MemoryMagics(lambda: None).ask("x")


def test_langgraph_store():
    pytest.importorskip("langgraph.store.base")
    from promptmem.memory.adapters import langgraph_store
    store = Store(":memory:")
    g = langgraph_store(store, embedder=None)
    g.put(("alice", "facts"), "how warm is it outside", {"text": "in Celsius"})
    g.put(("alice", "facts"), "which paper size", {"text": "A4", "rank": 2})
    g.put(("bob",), "how warm is it outside", {"text": "in Kelvin"})
    item = g.get(("alice", "facts"), "which paper size")
    assert (
        item.value == {"text": "A4", "rank": 2}
        and item.namespace == ("alice", "facts")
        and g.get(("alice", "facts"), "x") is None
    )
    found = g.search(("alice",), query="please, how warm is it outside?")
    assert [i.value["text"] for i in found] == ["in Celsius"] and found[0].score > .5
    assert [i.key for i in g.search(("alice", "facts"), filter={"rank": 2})] == ["which paper size"]
    assert g.list_namespaces() == [("alice", "facts"), ("bob",)] and g.list_namespaces(prefix=("bob",)) == [("bob",)]
    g.put(("bob",), "how warm is it outside", {"text": "in Fahrenheit"})
    assert g.get(("bob",), "how warm is it outside").value == {"text": "in Fahrenheit"}
    g.delete(("alice", "facts"), "which paper size")
    assert (
        g.get(("alice", "facts"), "which paper size") is None and g.get(("bob",), "how warm is it outside") is not None
    )
    async def later(): return await g.asearch(("bob",), query="how warm is it outside?")
    assert [i.value["text"] for i in asyncio.run(later())] == ["in Fahrenheit"]


def test_llamaindex_block():
    pytest.importorskip("llama_index.core.memory")
    from llama_index.core.llms import ChatMessage
    from llama_index.core.memory import Memory
    from promptmem.memory.adapters import llamaindex_block
    store = Store(":memory:")
    store.add(scope="alice", key="how warm is it outside", text="in Celsius")
    memory = Memory.from_defaults(session_id="s", memory_blocks=[llamaindex_block(store, "alice", embedder=None)])
    async def go(text):
        await memory.areset()
        await memory.aput(ChatMessage(role="user", content=text))
        return "".join(str(m.content) for m in await memory.aget())
    assert "in Celsius" in asyncio.run(go("please, how warm is it outside?"))
    assert "in Celsius" not in asyncio.run(go("who sings this song"))


@pytest.mark.parametrize("number", ["\u00b2", "\u0662", "-1", "1e0", "0", "9"*400, "", "one"])
def test_forget_takes_a_number_that_is_there_and_nothing_else(number):
    from promptmem.memory.magics import MemoryMagics
    s = Store(":memory:")
    s.add(scope="a", key="what is x", text="the letter")
    a = pm.Assistant(lambda p: "ok", store=s, scope="a", lookup="closest")
    with pytest.raises(InvalidData, match="the number of a memory, 1 to 1"): MemoryMagics(lambda: a).forget(number)
    assert s.count("a") == 1
    assert "forgotten" in repr(MemoryMagics(lambda: a).forget("1")) and s.count("a") == 0


def test_the_tools_over_a_store_that_is_named_by_its_path(tmp_path):
    pytest.importorskip("mcp")
    from promptmem.memory.lookup import ClosestLookup
    from promptmem.memory.mcp import MemoryTools, make_server
    for place in (tmp_path/"a.db", str(tmp_path/"b.db")):
        make_server(place, "alice", ClosestLookup())
        with Store(place) as s:
            tools = MemoryTools(s, "alice", ClosestLookup())
            for bad in (None, 3, ["q"], b"q"):
                with pytest.raises(InvalidData, match="expected a text"): tools.clarify(bad, "m")
                with pytest.raises(InvalidData, match="expected a text"): tools.recall(bad)
