"""Endpoints as they are: what servers and proxies answer, said by a small local server, and what becomes of it."""
import asyncio
import base64
import json
import logging
import os
import pickle
import sys
import threading
import time
import types
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

import promptmem as pm
from promptmem.core import InvalidData
from promptmem.lm.base import LMError, PromptTooLong
from promptmem.lm.embed import OpenAIEmbedder, load_embedder
from promptmem.lm.endpoint import PROVIDERS, OpenAILM
from tests.raw_files import raw_bytes

pytest.importorskip("openai")
KEY = "gw-PLANTED-p&ss<key>-0123456789"


class Server(ThreadingHTTPServer):
    "Answers as `answer(body)` says: a dict, a text, or (status, either, content type, headers)"
    daemon_threads = True

    def __init__(self, answer):
        self.answer, self.seen, self.paths = answer, [], []
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, *args): pass


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args): pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.seen.append(body)
        self.server.paths.append(self.path)
        said = self.server.answer({**body, "_key": self.headers.get("Authorization", ""), "_n": len(self.server.seen)})
        status, said, kind, headers, drop = (*(said if isinstance(said, tuple) else (200, said)), None, {}, 0)[:5] \
            if not (isinstance(said, tuple) and len(said) > 2) else (*said, {}, 0)[:5]
        data = (said if isinstance(said, str) else json.dumps(said)).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind or "application/json")
        self.send_header("Content-Length", str(len(data) + drop))
        for k, v in headers.items(): self.send_header(k, v)
        self.end_headers()
        self.wfile.write(data)
        if drop: self.close_connection = True


@pytest.fixture
def serve():
    "A function that starts a server with an answer; all are closed at the end"
    running = []

    def start(answer):
        running.append(Server(answer))
        return running[-1]
    yield start
    for s in running: s.shutdown()


def says(content, finish="stop", **message):
    return dict(id="x", object="chat.completion", created=1, model="m",
                choices=[dict(index=0, finish_reason=finish,
                              message=dict(role="assistant", content=content, **message))],
                usage=dict(prompt_tokens=5, completion_tokens=3, total_tokens=8))


def events(*pieces, finish="stop", end=True):
    chunks = [dict(choices=[dict(index=0, delta=p if isinstance(p, dict) else dict(content=p))]) for p in pieces]
    if finish: chunks.append(dict(choices=[dict(index=0, delta={}, finish_reason=finish)]))
    return "".join(f"data: {json.dumps(c)}\n\n" for c in chunks) + ("data: [DONE]\n\n" if end else "")


def lm_at(server, **kw): return OpenAILM("m", base_url=server.url, **{"max_retries": 0, "timeout": 10, **kw})


@pytest.mark.parametrize("reply, text, reason, thought", [
    (says("four"), "four", "stop", ""),
    (says([dict(type="text", text="fo"), dict(type="text", text="ur")]), "four", "stop", ""),
    (says([dict(type="thinking", thinking=[dict(type="text", text="2+2")]), dict(type="text", text="four")]), "four",
     "stop", "2+2"),
    (says("four", reasoning_content="2+2"), "four", "stop", "2+2"),
    (says("four", reasoning="2+2"), "four", "stop", "2+2"),
    (says("<think>2+2</think>\nfour"), "four", "stop", "2+2"),
    (says("<think>2+2 is", "length"), "", "length", "2+2 is"),
    (says(None, refusal="I cannot"), "", "refusal", ""),
    (says(None, "content_filter"), "", "content_filter", ""),
    (says(None, "SAFETY"), "", "content_filter", ""),
    (says(None, "length"), "", "length", ""),
    (says(None, "tool_calls", tool_calls=[dict(id="c", type="function", function=dict(name="f", arguments="{}"))]),
     "", "tool_calls", ""),
    (says("half \ud83d"), "half \ufffd", "stop", ""),
    ({**says("four"), "usage": None}, "four", "stop", ""),
    (dict(choices=[dict(message=dict(content="four"))]), "four", "stop", ""),
])
def test_every_shape_of_an_answer_is_read(serve, reply, text, reason, thought):
    c, = lm_at(serve(lambda b: reply)).complete(["2+2?"])
    assert (c.text, c.finish_reason, c.reasoning) == (text, reason, thought)
    json.dumps(c.to_dict(), ensure_ascii=False).encode()


def test_refusals_and_tool_calls_keep_what_was_said(serve):
    c, = lm_at(serve(lambda b: says(None, refusal="I cannot"))).complete(["x"])
    assert c.refusal == "I cannot"
    call = dict(id="c", type="function", function=dict(name="f", arguments='{"a": 1}'))
    c, = lm_at(serve(lambda b: says(None, "tool_calls", tool_calls=[call]))).complete(["x"])
    assert c.meta["tool_calls"][0]["function"]["name"] == "f"


TOO_LONG = dict(
    openai=(400, dict(error=dict(message="This model's maximum context length is 4096",
                                 code="context_length_exceeded"))),
    vllm=(400, dict(object="error", message="This model's maximum context length is 4096 tokens. Please reduce the "
                                            "length.", code=400)),
    llamacpp=(400, dict(error=dict(code=400, message="the request exceeds the available context size",
                                   type="exceed_context_size_error"))),
    llamacpp_500=(500, dict(error=dict(code=500, message="context size exceeded"))),
    openrouter=(400, dict(error=dict(message="This endpoint's maximum context length is 4096 tokens", code=400))),
    openrouter_200=(200, dict(error=dict(message="This endpoint's maximum context length is 4096 tokens", code=400))),
    anthropic=(400, dict(error=dict(type="invalid_request_error",
                                    message="prompt is too long: 208310 tokens > 200000 maximum"))),
    gemini=(400, [dict(error=dict(code=400, message="The input token count (1200000) exceeds the maximum number of "
                                                    "tokens allowed (1048575)."))]),
)


@pytest.mark.parametrize("who", TOO_LONG)
def test_a_prompt_that_does_not_fit_is_one_error_everywhere(serve, who):
    server = serve(lambda b: TOO_LONG[who])
    with pytest.raises(PromptTooLong, match="shorten the prompt"): lm_at(server, max_retries=3).complete(["x"])
    assert len(server.seen) == 1


@pytest.mark.parametrize("reply, says_", [
    (dict(error=dict(message="upstream failed", code=400)), "upstream failed"),
    (dict(object="error", message="no such model", code=404), "no such model"),
    (dict(choices=[dict(error=dict(message="provider broke", code=400), message=dict(content=""))]), "provider broke"),
    (dict(choices=[]), "without choices"), (dict(), "without choices"), ([1], "no JSON object"), ("", "empty"),
    ("<html>blocked</html>", "HTML page"), (says(None), "without text"),
])
def test_a_200_that_is_no_answer_says_what_it_was(serve, reply, says_):
    with pytest.raises(LMError, match=says_): lm_at(serve(lambda b: (200, reply, "text/html"))).complete(["x"])


def test_errors_in_a_200_are_tried_again_where_that_helps(serve, caplog):
    server = serve(lambda b: dict(error=dict(message="overloaded", code=503)) if b["_n"] == 1 else says("ok"))
    assert lm_at(server, max_retries=2).complete(["x"])[0].text == "ok"
    assert "asking again" in caplog.text and "attempt 2 of 3" in caplog.text


def test_a_slow_server_is_asked_at_most_three_times_and_each_is_told(serve, caplog):
    done = threading.Event()
    server = serve(lambda b: done.wait(20) and says("late"))
    start = time.monotonic()
    with pytest.raises(LMError, match="no answer within 0.5 s, 3 times"):
        lm_at(server, timeout=.5, max_retries=6).complete(["x"])
    done.set()
    assert len(server.seen) == 3 and time.monotonic() - start < 8
    assert caplog.text.count("asking again") == 2


REFUSALS = {
    "max_tokens": "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' "
                  "instead.",
    "temperature": "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value "
                   "is supported.",
    "stop": "Unsupported parameter: 'stop' is not supported with this model.",
    "seed": 'Invalid JSON payload received. Unknown name "seed": Cannot find field.',
}


@pytest.mark.parametrize("field", REFUSALS)
def test_a_field_that_is_refused_is_learned_told_once_and_remembered(serve, field):
    server = serve(lambda b: (400, dict(error=dict(message=REFUSALS[field], param=None))) if field in b
                   else says("yes. END"))
    lm = lm_at(server, concurrency=4)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        asked = dict(max_tokens=7, stop=["END"], temperature=.5 if field == "seed" else 0.)
        assert {c.text for c in lm.complete(list("abcd"), **asked)} == {"yes. "}
        assert lm.complete(["e"], **asked)[0].text == "yes. "
    assert len([w for w in told if field in str(w.message)]) == 1
    assert field not in server.seen[-1] and len(server.seen) <= 9
    if field == "max_tokens": assert server.seen[-1]["max_completion_tokens"] == 7


def test_several_refusals_in_a_row_and_a_system_message_that_is_not_taken(serve):
    def answer(b):
        for field in ("max_tokens", "max_completion_tokens", "temperature"):
            if field in b: return 400, dict(error=dict(message=f"Unsupported parameter: '{field}'"))
        if b["messages"][0]["role"] == "system": return 400, dict(error=dict(message="System role not supported"))
        return says("ok")
    server = serve(answer)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert lm_at(server, system="Be brief.").complete(["Hi"], max_tokens=3)[0].text == "ok"
    assert server.seen[-1]["messages"] == [dict(role="user", content="Be brief.\n\nHi")]
    assert {"max_tokens", "max_completion_tokens", "temperature"} & set(server.seen[-1]) == set()


def test_a_value_that_is_too_large_is_an_error_and_not_a_field_to_leave_out(serve):
    server = serve(lambda b: (400, dict(error=dict(message="max_tokens is too large: 9. This model takes at most 5.",
                                                   param="max_tokens"))))
    with pytest.raises(LMError, match="too large"): lm_at(server).complete(["x"], max_tokens=9)
    assert len(server.seen) == 1


@pytest.mark.parametrize("options, sent", [
    (dict(temperature=1), dict(temperature=1)), (dict(max_tokens=500), dict(max_tokens=500)),
    (dict(top_k=5), dict(top_k=5)),
    (dict(max_completion_tokens=9), dict(max_completion_tokens=9, max_tokens=None)),
    (dict(temperature=None), dict(temperature=None)),
    (dict(extra_body=dict(top_k=5), min_p=.1), dict(top_k=5, min_p=.1)),
    (dict(reasoning_effort="low"), dict(reasoning_effort="low")),
    (dict(chat_template_kwargs=dict(enable_thinking=False)), dict(chat_template_kwargs=dict(enable_thinking=False))),
])
def test_options_have_the_last_word(serve, options, sent):
    server = serve(lambda b: says("ok"))
    assert lm_at(server, options=options).complete(["x"], max_tokens=3)[0].text == "ok"
    for k, v in sent.items(): assert server.seen[-1].get(k) == v


def test_n_answers_schema_raw_text_and_async(serve):
    server = serve(lambda b: says(f"{b['_n']}") if "messages" in b
                   else dict(choices=[dict(text="raw", finish_reason="stop")]))
    lm = lm_at(server)
    row, = lm.complete(["x"], temperature=1., n=3)
    assert len({c.text for c in row}) == 3 and len({b["seed"] for b in server.seen}) == 3
    lm.complete(["x"], schema=dict(type="object"))
    assert server.seen[-1]["response_format"]["json_schema"]["schema"] == dict(type="object")
    assert lm.complete(["plain"], raw=True)[0].text == "raw" and server.paths[-1].endswith("/v1/completions")
    assert server.seen[-1]["prompt"] == "plain"

    async def both(): return await asyncio.gather(lm.acomplete(["a"]), lm.acomplete(["b"]))
    assert all(len(r) == 1 and r[0].text for r in asyncio.run(both()))


def test_a_stream_comes_in_pieces_and_ends_in_a_completion(serve):
    server = serve(lambda b: (200, events("It ", "is ", "fo", "ur. EN", "D more"), "text/event-stream"))
    s = lm_at(server).stream("2+2?", stop="END")
    assert "".join(s) == "It is four. " and s.completion.text == "It is four. "
    server = serve(lambda b: (200, events(dict(reasoning_content="hm"), "four"), "text/event-stream"))
    s = lm_at(server).stream("2+2?")
    assert list(s) == ["four"] and s.completion.reasoning == "hm"


def test_streams_that_break_off_raise_and_are_not_kept(serve, tmp_path):
    server = serve(lambda b: (200, events("It ", "is ", finish=None, end=False), "text/event-stream", {}, 50))
    s = lm_at(server, cache=tmp_path/"c.db", max_retries=2).stream("2+2?")
    with pytest.raises(LMError, match="broke off"): list(s)
    assert s.completion is None and len(server.seen) == 1
    server = serve(lambda b: (200, events(finish=None, end=False), "text/event-stream", {}, 50) if b["_n"] == 1
                   else (200, events("ok"), "text/event-stream"))
    assert list(lm_at(server, max_retries=2).stream("2+2?")) == ["ok"]


def test_an_endpoint_that_only_streams_and_one_that_never_does(serve):
    only = serve(lambda b: (200, events("fo", "ur"), "text/event-stream"))
    assert lm_at(only).complete(["2+2?"])[0].text == "four"
    told = serve(lambda b: (200, events("four"), "text/event-stream") if b.get("stream") else
                 (400, dict(error=dict(message="This model only supports streaming: stream must be set to true"))))
    lm = lm_at(told)
    assert lm.complete(["2+2?"])[0].text == "four" and lm.complete(["3+1?"])[0].text == "four" and len(told.seen) == 3
    never = serve(lambda b: says("four"))
    assert list(lm_at(never).stream("2+2?")) == ["four"]


@pytest.mark.parametrize("way", ["echo", "prompt_logprobs"])
def test_log_probabilities_of_a_prompt_from_an_endpoint(serve, way):
    from promptmem.lm.endpoint import PROVIDERS
    values = {"The": -1., " cat": -2., " sat": -3., " down": -4.}

    def answer(b):
        tokens = [" " + w if i else w for i, w in enumerate(b["prompt"].split(" "))]
        at = np.cumsum([0] + [len(t) for t in tokens]).tolist()
        lp = [None] + [values[t] for t in tokens[1:]]
        if way == "echo" and b.get("echo"):
            return dict(choices=[dict(text="", logprobs=dict(tokens=tokens + ["!"], token_logprobs=lp + [-9.],
                                                             text_offset=at))])
        if way != "echo" and "prompt_logprobs" in b:
            rows = [None] + [{str(i): dict(logprob=v, decoded_token=t)} for i,
                             (t, v) in enumerate(zip(tokens[1:], lp[1:]))]
            return dict(choices=[dict(text="", prompt_logprobs=rows)])
        return dict(choices=[dict(text="x")])
    lm = lm_at(serve(answer))
    assert lm.loglik(["The cat", "The"], [" sat down", " cat sat"]).tolist() == [-7., -5.]
    with pytest.raises(ValueError, match="pair 0: an endpoint needs a prefix"): lm.loglik([""], ["x"])
    assert PROVIDERS["vllm"].base_url


def test_an_endpoint_without_log_probabilities_says_so(serve):
    with pytest.raises(LMError, match="gives no log-probabilities of a prompt.*vLLM"):
        lm_at(serve(lambda b: dict(choices=[dict(text="x")]))).loglik(["a"], ["b"])


@pytest.mark.parametrize("provider", [p for p in PROVIDERS if p != "openai"])
def test_providers_take_their_own_key_and_no_other(serve, provider, monkeypatch):
    server = serve(lambda b: says(b["_key"][::-1]))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-belongs-to-openai-0123456789")
    for name in PROVIDERS[provider].key_names: monkeypatch.setenv(name, "its-own-secret-0123456789")
    lm = pm.load_lm(f"{provider}:some/model", base_url=server.url, max_retries=0)
    assert lm.complete(["x"])[0].text[::-1] == "Bearer its-own-secret-0123456789" and lm.name == "some/model"
    default = pm.load_lm(f"{provider}:m")
    assert default.base_url == PROVIDERS[provider].base_url


def test_a_provider_without_its_key_names_the_variable(monkeypatch):
    for name in ("GEMINI_API_KEY", "GOOGLE_API_KEY"): monkeypatch.delenv(name, raising=False)
    with pytest.raises(LMError, match="GEMINI_API_KEY or GOOGLE_API_KEY"): pm.load_lm("gemini:gemini-2.5-flash")


def test_litellm_is_one_more_provider(monkeypatch):
    seen = []

    async def acompletion(**body):
        seen.append(body)
        return says("four")
    monkeypatch.setitem(sys.modules, "litellm", types.SimpleNamespace(acompletion=acompletion,
                                                                      atext_completion=acompletion))
    lm = pm.load_lm("litellm:anthropic/some-model", api_key="its-own-key-0123456789", options=dict(top_p=.5))
    assert lm.complete(["2+2?"], max_tokens=4)[0].text == "four"
    assert seen[0]["model"] == "anthropic/some-model" and seen[0]["top_p"] == .5
    assert seen[0]["api_key"] == "its-own-key-0123456789"
    assert "its-own-key" not in repr(lm) + repr(vars(lm)) + str(lm.__getstate__())
    monkeypatch.setitem(sys.modules, "litellm", None)
    with pytest.raises(ImportError, match=r"promptmem\[litellm\]"): pm.load_lm("litellm:x/y")


SPELLINGS = dict(plain=lambda k: k, html=lambda k: k.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
                 url=lambda k: k.replace("&", "%26").replace("<", "%3C").replace(">", "%3E"),
                 base64=lambda k: base64.b64encode(k.encode()).decode(),
                 basic=lambda k: base64.b64encode(f"me:{k}".encode()).decode())


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("status", [200, 400, 401, 403, 429, 500])
def test_a_key_that_is_repeated_shows_nowhere(serve, spelling, status, caplog, monkeypatch, tmp_path):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    caplog.set_level(logging.DEBUG)
    shown = SPELLINGS[spelling](KEY)
    page = f"<html>{'x' * 30}blocked: {shown}</html>"
    replies = [page, dict(error=dict(message=f"bad key {shown}")), says(f"you sent {shown}")]
    for reply in replies[:3 if status == 200 else 2]:
        lm = OpenAILM("m", base_url=serve(lambda b: (status, reply)).url, api_key=KEY, max_retries=0,
                      cache=tmp_path/"c.db")
        got, = lm.complete(["x"], errors="return")
        with pytest.raises(Exception) as e: OpenAIEmbedder("m", base_url=lm.base_url, api_key=KEY, max_retries=0)(["x"])
        seen = [repr(got), str(got), str(vars(got)), repr(lm), str(vars(lm)), caplog.text, str(e.value),
                repr(e.value.__cause__)]
        for text in seen: assert KEY not in text and shown not in text
        assert not [w for w in (KEY, shown) if w.encode() in raw_bytes(tmp_path)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without fork")
def test_models_and_embedders_work_in_a_forked_process(serve, tmp_path):
    def answer(b):
        return says("ok") if "messages" in b else dict(data=[dict(index=i,
                                                                  embedding=[1., i]) for i in range(len(b["input"]))])
    server = serve(answer)
    lm, e = lm_at(server, cache=tmp_path/"c.db"), OpenAIEmbedder("e", base_url=server.url, max_retries=0,
                                                                 cache=tmp_path/"e.db")
    assert lm.complete(["a"])[0].text == "ok" and e(["a"]).shape == (1, 2)

    def child():
        return lm.complete(["b"])[0].text == "ok" and e(["b"]).shape == (1, 2) and lm.complete(["a"])[0].cached
    pid = os.fork()
    if pid == 0:
        try: os._exit(0 if child() else 1)
        except BaseException: os._exit(2)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done: break
        time.sleep(.02)
    else:
        os.kill(pid, 9)
        pytest.fail("the forked process hangs")
    assert os.waitstatus_to_exitcode(status) == 0 and lm.complete(["c"])[0].text == "ok"
    assert pickle.loads(pickle.dumps(lm)).complete(["d"])[0].text == "ok"


@pytest.mark.parametrize("vectors, problem", [([[float("nan"), 1.]], "NaN"), ([[1e400, 1.]], "NaN or infinity"),
                                              ([[1.], [2.]], "2 vectors for 1"),
                                              ([["a", "b"]], "no table of numbers")])
def test_vectors_that_are_none_are_refused_by_name(serve, vectors, problem):
    server = serve(lambda b: json.dumps(dict(data=[dict(embedding=v) for v in vectors])).replace("NaN", "1e999"))
    with pytest.raises((LMError, InvalidData), match=problem.replace("NaN", "(NaN|infinity)",
                                                                     1) if problem == "NaN" else problem) as e:
        OpenAIEmbedder("emb", base_url=server.url, max_retries=0)(["a text"])
    assert "emb" in str(e.value)


def test_an_index_that_is_missing_is_the_order(serve):
    def answer(b):
        return dict(data=[dict(**({"index": i} if i else {}),
                               embedding=[1., float(i)]) for i in range(len(b["input"]))])
    e = load_embedder("gemini:emb", base_url=serve(answer).url, max_retries=0)
    assert np.allclose(e(["a", "b", "c"])[:, 1]/e(["a", "b", "c"])[:, 0], [0, 1, 2])


def test_an_embedding_cache_that_cannot_be_written_costs_nothing_but_a_warning(tmp_path):
    e = load_embedder("hash:32", cache=tmp_path/"e.db", **{})
    e.cache._file.db().execute("drop table vector")
    with pytest.warns(UserWarning, match="embeddings are returned and not kept"): assert e(["a"]).shape == (1, 32)
