"""The wrapped client against the real openai package and a small HTTP server."""
import asyncio
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import openai
import pytest

import promptmem as pm
from promptmem.core import InvalidData
from promptmem.record import Candidate, Interaction, Retrieval
from promptmem.store import Store

ROOT = Path(__file__).parents[2]
CHAT = dict(id="c1", object="chat.completion", created=1, model="tiny", extra_field={"kept": True},
            usage=dict(prompt_tokens=3, completion_tokens=2, total_tokens=5),
            choices=[dict(index=0, finish_reason="stop", logprobs=None,
                          message=dict(role="assistant", content="it is 20", refusal=None))])
TOOL = CHAT | dict(choices=[dict(index=0, finish_reason="tool_calls", logprobs=None,
                                 message=dict(role="assistant", content=None,
                                              tool_calls=[dict(id="t", type="function",
                                                               function=dict(name="look", arguments="{}"))]))])
RESPONSE = dict(
    id="r1",
    object="response",
    created_at=1,
    model="tiny",
    status="completed",
    parallel_tool_calls=True,
    tools=[],
    tool_choice="auto",
    output=[
        dict(
            id="m",
            type="message",
            role="assistant",
            status="completed",
            content=[dict(type="output_text", text="it is 20", annotations=[])],
        )
    ],
    usage=dict(
        input_tokens=3,
        output_tokens=2,
        total_tokens=5,
        input_tokens_details=dict(cached_tokens=0),
        output_tokens_details=dict(reasoning_tokens=0),
    ),
)


class Server(BaseHTTPRequestHandler):
    seen = []
    def log_message(self, *args): pass
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        Server.seen.append(body)
        if body.get("stream"):
            parts = [dict(id="c", object="chat.completion.chunk", created=1, model="tiny", choices=[
                dict(index=0, delta=dict(content=t), finish_reason=None)]) for t in ("it ", "is 20")]
            out, kind = "".join(f"data: {json.dumps(p)}\n\n" for p in parts) + "data: [DONE]\n\n", "text/event-stream"
        else:
            out, kind = json.dumps(RESPONSE if "input" in body else TOOL if body.get("tools")
                                   else CHAT), "application/json"
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(out)))
        self.end_headers()
        self.wfile.write(out.encode())


@pytest.fixture(scope="module")
def url():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()


@pytest.fixture
def clients(url):
    Server.seen.clear()
    bare = openai.OpenAI(base_url=url, api_key="none", max_retries=0)
    return bare, pm.wrap(bare, store=Store(":memory:"), scope="alice", embedder=None)


def ask(client, text="how warm is it outside", **kw):
    return client.chat.completions.create(model="tiny", messages=[dict(role="user", content=text)], **kw)


def test_the_response_is_byte_for_byte_the_clients(clients, url):
    bare, client = clients
    plain, with_memory = ask(bare), ask(client)
    assert (
        with_memory.model_dump_json() == plain.model_dump_json()
        and type(with_memory) is type(plain)
        and with_memory == plain
    )
    assert Server.seen[0] == Server.seen[1] # nothing fits: the request leaves as it came
    client.clarify(with_memory, "in Celsius")
    fitting = ask(client, "please, how warm is it outside?")
    assert fitting.model_dump_json() == plain.model_dump_json() and fitting.to_dict() == plain.to_dict()
    assert "in Celsius" in fitting.promptmem.sent
    off = pm.wrap(bare, store=client.store, scope="alice", memory=False)
    assert (
        ask(off).model_dump_json() == plain.model_dump_json()
        and Server.seen[-1] == Server.seen[0]
        and not hasattr(ask(off), "promptmem")
    )
    raw = client.chat.completions.with_raw_response.create(model="tiny", messages=[dict(role="user", content="x")])
    assert json.loads(raw.content) == CHAT and client.base_url == bare.base_url


def test_a_clarification_goes_along_as_a_system_message_of_its_own(clients):
    _, client = clients
    messages = [dict(role="system", content="be brief"), dict(role="user", content="how warm is it outside")]
    r = client.chat.completions.create(model="tiny", messages=messages)
    client.clarify(r, "in Celsius")
    client.chat.completions.create(model="tiny", messages=messages)
    sent = Server.seen[-1]["messages"]
    assert (
        [m["role"] for m in sent] == ["system", "system", "user"] and sent[0] == messages[0] and sent[2] == messages[1]
    )
    assert "in Celsius" in sent[1]["content"] and len(messages) == 2
    ask(client, "who sings this song")
    assert len(Server.seen[-1]["messages"]) == 1


def test_logged_judged_and_scoped(clients):
    bare, client = clients
    r = ask(client)
    stored = client.store.interactions("alice")[0]
    assert (stored.question, stored.answer, stored.model, stored.usage.total_tokens) == (
        "how warm is it outside",
        "it is 20",
        "tiny",
        5,
    )
    client.verdict(r, "right")
    assert client.store.interactions("alice")[0].verdict == "right"
    client.clarify(r, "in Celsius")
    assert client.store.interactions("alice")[0].verdict == "wrong"
    other = pm.wrap(bare, store=client.store, scope="bob", embedder=None)
    assert ask(other).promptmem.sent == ""


def test_preferences_always_go_along(clients):
    _, client = clients
    client.store.add(scope="alice", text="answer in French", kind="always")
    ask(client, "who sings this song")
    assert "answer in French" in Server.seen[-1]["messages"][0]["content"]


def test_preferences_follow_the_store_also_when_another_process_changes_it(tmp_path):
    path = tmp_path/"m.db"
    sent = lambda client: client.chat.completions.create(
        model="m", messages=[dict(role="user", content="who sings this song")]).promptmem.sent
    with Store(path) as store, Store(path) as other:
        client = pm.wrap(Alone(), store=store, scope=("alice", "team"), embedder=None)
        assert sent(client) == ""
        kept = other.add(scope="team", key="language", text="answer in French", kind="always")
        assert "French" in sent(client) and "French" in sent(client)
        store.log(Interaction("another question", scope="alice"))
        other.add(scope="team", key="language", text="answer in German", kind="always")
        assert "German" in sent(client) and "French" not in sent(client)
        other.deactivate(store.preferences("team")[0].id)
        assert sent(client) == ""
        other.add(scope="alice", key="length", text="in 20 words", kind="always")
        assert "in 20 words" in sent(client)
        store.forget(scope="alice")
        assert client.always.held == [] and sent(client) == "" and kept.id not in client.last.noted.get("always", [])


class Alone:
    "A client that answers by itself"
    def __init__(self): self.chat = SimpleNamespace(completions=SimpleNamespace(create=self.create))
    def create(self, **request):
        message = SimpleNamespace(role="assistant", content="yes")
        return SimpleNamespace(id="1", model="m", choices=[SimpleNamespace(message=message)], usage=None)


class Offers:
    "A look-up that always offers the same"
    def __init__(self, offer): self.offer = offer
    def query(self, question): return self.offer
    def add(self, key, text, id=None): pass


@pytest.mark.parametrize("which", ["preference", "another that applies", "one that may be meant"])
def test_an_answer_goes_with_whatever_went_along(clients, which):
    bare, store = clients[0], Store(":memory:")
    kept = store.add(scope="team", text="in 20 words", kind="always")
    one, two = (store.add(scope=s, key=k, text=t) for s, k, t in (("alice", "warm?", "in Celsius"),
                                                                  ("team", "a table?", "for two people")))
    near = Candidate(two.key, two.text, .8, two.id)
    both = Retrieval(True, one.key, one.text, id=one.id, also=(near,))
    offer = Retrieval(False, ask=near) if "may" in which else both
    client = pm.wrap(bare, store=store, scope=("alice", "team"), lookup=Offers(offer), unsure="send")
    sent = ask(client).promptmem.sent
    assert "in 20 words" in sent and "for two people" in sent
    assert ("only if the question is about the same" in sent) == ("may" in which)
    gone = kept if which == "preference" else two
    store.forget(scope="team", id=gone.id)
    now, = store.interactions("alice")
    assert (now.prompt, now.answer) == ("[forgotten]", "[forgotten]") and gone.text not in str(now)


def test_tools_are_untouched(clients):
    bare, client = clients
    tools = [dict(type="function", function=dict(name="look", parameters=dict(type="object", properties={})))]
    assert ask(client, tools=tools).model_dump_json() == ask(bare, tools=tools).model_dump_json()
    assert Server.seen[0] == Server.seen[1] and client.store.interactions("alice") == []


def test_streams_come_piece_by_piece_and_are_logged_at_the_end(clients):
    bare, client = clients
    plain = [c.model_dump_json() for c in ask(bare, stream=True)]
    stream = ask(client, stream=True)
    assert stream.promptmem.interaction is None
    assert [c.model_dump_json() for c in stream] == plain
    assert client.store.interactions("alice")[0].answer == "it is 20"
    client.clarify(stream, "in Celsius")
    with ask(client, stream=True) as again: assert "in Celsius" in again.promptmem.sent and next(iter(again))


def test_responses_carry_it_in_the_instructions(clients):
    bare, client = clients
    plain = bare.responses.create(model="tiny", input="how warm is it outside", instructions="be brief")
    r = client.responses.create(model="tiny", input="how warm is it outside", instructions="be brief")
    assert (
        r.model_dump_json() == plain.model_dump_json()
        and r.output_text == "it is 20"
        and Server.seen[0] == Server.seen[1]
    )
    client.clarify(r, "in Celsius")
    client.responses.create(model="tiny", input=[dict(role="user", content="how warm is it outside")],
                            instructions="be brief")
    assert (
        Server.seen[-1]["instructions"].startswith("be brief\n\n") and "in Celsius" in Server.seen[-1]["instructions"]
    )
    assert client.store.interactions("alice")[0].usage.total_tokens == 5


def test_asynchronous_clients(url, tmp_path):
    async def go():
        client = pm.wrap(openai.AsyncOpenAI(base_url=url, api_key="none"), store=Store(tmp_path/"m.db"), scope="alice",
                         embedder=None)
        r = await ask(client)
        client.clarify(r, "in Celsius")
        stream = await ask(client, stream=True)
        pieces = [c.choices[0].delta.content async for c in stream]
        return r, stream, pieces, client
    r, stream, pieces, client = asyncio.run(go())
    assert (
        r.choices[0].message.content == "it is 20"
        and "".join(pieces) == "it is 20"
        and "in Celsius" in stream.promptmem.sent
    )
    assert len(client.store.interactions("alice")) == 2


@pytest.mark.parametrize("thing", [None, "openai", openai.OpenAI, object(), Store])
def test_what_is_no_client_is_refused(thing):
    with pytest.raises(InvalidData, match="takes a client of the openai package"): pm.wrap(thing)


def test_bad_words_are_refused(clients):
    _, client = clients
    r = ask(client)
    for wrong in ("", "  ", None):
        with pytest.raises(InvalidData, match="the clarification is empty"): client.clarify(r, wrong)
    with pytest.raises(InvalidData, match="no receipt"): client.clarify("an answer", "x")
    with pytest.raises(ValueError, match="unknown lookup"): pm.wrap(clients[0], lookup="best")


@pytest.mark.parametrize("say", [lambda c, r: c.verdict(r, "right"), lambda c, r: c.clarify(r, "mine now")])
def test_an_answer_given_in_another_scope_is_neither_judged_nor_clarified(say):
    from types import SimpleNamespace as Plain
    create = lambda model, messages: Plain(choices=[Plain(message=Plain(content="20"))], model=model, usage=None)
    openai_like = Plain(chat=Plain(completions=Plain(create=create)))
    store = Store(":memory:")
    alice, bob = (pm.wrap(openai_like, store=store, scope=who, embedder=None) for who in ("alice", "bob"))
    asked = dict(model="m", messages=[dict(role="user", content="what does bob earn")])
    r = bob.chat.completions.create(**asked)
    with pytest.raises(InvalidData, match="another scope") as error: say(alice, r)
    assert "bob" not in str(error.value)
    assert store.interactions("bob")[0].verdict is None and not store.clarifications("alice")
    say(bob, r)
    assert store.interactions("bob")[0].verdict in ("right", "wrong")


def blocks_of(path):
    "The Python that a page shows but does not run: from README.md, or the prose of a notebook"
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join("".join(c["source"]) for c in json.loads(text)["cells"] if c["cell_type"] == "markdown")
    return re.findall(r"```python\n(.*?)```", text, re.S)


@pytest.fixture
def at_home(url, tmp_path, monkeypatch):
    "A folder with the files that the pages name, and the server as everybody's endpoint"
    monkeypatch.chdir(tmp_path)
    for name, value in dict(OPENAI_API_KEY="none", OPENAI_BASE_URL=url).items(): monkeypatch.setenv(name, value)
    for name in ("export.csv", "your.csv"): (tmp_path/name).write_text("question,answer,thumbs\nhow warm,20,up\n")
    return dict(pm=pm, openai=openai)


def test_the_lines_of_the_readme_run_as_they_stand(at_home, tmp_path, recwarn):
    "The client's lines, word for word: a path for the store, and nothing is lost in silence"
    block = next(b for b in blocks_of(ROOT/"README.md") if "pm.wrap(" in b)
    first, *rest = [line for line in block.splitlines() if not line.startswith("%")]
    exec(first, at_home)
    at_home["response"] = ask(at_home["client"], "What is the capital of Georgia?")
    exec("\n".join(rest), at_home)
    assert not [w for w in recwarn if "could not be logged" in str(w.message)]
    assert len(at_home["log"].interactions) == 1
    with Store(tmp_path/"memory.db") as s:
        kept = {c.text: c.kind for c in s.clarifications("alice")}
        assert kept == {"I meant the country": "question", "Answer in one sentence.": "always"}
        assert [i.answer for i in s.interactions("alice")] == ["it is 20"]


@pytest.mark.parametrize("page", ["00_tour", "01_clarify", "06_your_model_your_data"])
def test_the_last_lines_of_a_tutorial_run_with_an_endpoint(at_home, tmp_path, url, page):
    "`With your own data`: an endpoint's model and a store in a file answer and keep"
    block = next(b for b in blocks_of(ROOT/f"tutorials/{page}.ipynb") if "pm.Assistant(" in b)
    exec(block.replace("https://your.server/v1", url), at_home)
    a = at_home.get("a") or at_home["ana"]
    assert a.ask("how warm is it outside").answer == "it is 20"
    assert (tmp_path/"memory.db").exists() and len(a.history()) == 1
