"""Faults between the client and a real OpenAI-compatible server: the result is the same as without."""
import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import nbformat
import pytest

from fault_proxy import FAULTS, FaultProxy
from promptmem.batch.grid import run_grid
from promptmem.lm.base import LMError
from promptmem.lm.endpoint import OpenAILM
from promptmem.memory import ClosestLookup, MemPrompt, SimulatedUser, make_tasks, stream
from tests.raw_files import raw_files

KEY = "planted-5ecret-k3y-0123456789abcdef"
WAIT, HOLD = 6, 8                                     # the client's patience and the proxy's, in seconds


def client(proxy, server, **options):
    return OpenAILM(server.model, base_url=proxy.base_url, timeout=options.pop("timeout", WAIT), max_retries=6,
                    **options)


@pytest.fixture(scope="module")
def answers(openai_server):
    "What the server says when nothing is in the way"
    prompts = [f"\n\n###\n\n/what is the synonym for < {w} > ?\n\n###\n\n/" for w in ("glad", "quick")]
    with FaultProxy(openai_server.base_url[:-3], rate=0) as proxy:
        lm = client(proxy, openai_server, timeout=60)
        found = [c.text for c in lm.complete(prompts, max_tokens=12)]
        lm.close()
    assert all(found)
    return prompts, found


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_survived(openai_server, answers, fault):
    prompts, expected = answers
    with FaultProxy(openai_server.base_url[:-3], faults=[fault], rate=1, in_a_row=1, hold=HOLD) as proxy:
        lm = client(proxy, openai_server)
        done = lm.complete(prompts, max_tokens=12)
        lm.close()
    assert [c.text for c in done] == expected
    assert proxy.met[fault] >= 2 and (fault == "slow" or proxy.met["passed"] >= 2)


def test_retry_after_is_honoured(openai_server, answers):
    prompts, expected = answers
    with FaultProxy(openai_server.base_url[:-3], faults=["429"], rate=1, in_a_row=1) as proxy:
        lm = client(proxy, openai_server, timeout=20)
        assert lm.complete(prompts[:1], max_tokens=12)[0].text == expected[0]
        lm.close()
    assert proxy.times[1] - proxy.times[0] >= 1


def test_a_server_that_stays_down_is_an_error_with_a_next_step(openai_server):
    with FaultProxy(openai_server.base_url[:-3], faults=["500"], rate=1, in_a_row=99) as proxy:
        lm = OpenAILM(openai_server.model, base_url=proxy.base_url, timeout=WAIT, max_retries=1)
        with pytest.raises(LMError, match="500"):
            lm.complete(["x"], max_tokens=2)
        lm.close()
    assert proxy.met["500"] == 2             # the first attempt and one more


def memory_stream(lm, log, window):
    return stream(lm, make_tasks(12, family="own", seed=5), MemPrompt(ClosestLookup(max_distance=6)),
                  user=SimulatedUser(clarification_probability=.5, seed=0), log=log, window=window, max_tokens=24)


def test_a_stream_ends_with_the_same_log(openai_server, tmp_path):
    "An endpoint that fails half of the time, in every way at once"
    with FaultProxy(openai_server.base_url[:-3], rate=0, seed=1) as proxy:
        lm = client(proxy, openai_server, timeout=8)
        memory_stream(lm, tmp_path / "plain.jsonl", 1)
        proxy.rate, proxy.hold = .5, 10
        memory_stream(lm, tmp_path / "faults.jsonl", 4)
        lm.close()
    assert (tmp_path / "faults.jsonl").read_bytes() == (tmp_path / "plain.jsonl").read_bytes()
    assert sum(n for f, n in proxy.met.items() if f != "passed") >= 5


NOTEBOOK = ["base_url: str = ''\nmodel: str = ''\nword: str = 'glad'\nout: str = ''", """
from promptmem.lm.endpoint import OpenAILM
from promptmem.batch.results import write_result
lm = OpenAILM(model, base_url=base_url, timeout=8, max_retries=6)
text = lm.complete([f"\\n\\n###\\n\\n/what is the antonym for < {word} > ?\\n\\n###\\n\\n/"], max_tokens=12)[0].text
lm.close()
write_result(out, metrics=dict(text=text))"""]


def test_a_grid_ends_with_the_same_table(openai_server, tmp_path):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in NOTEBOOK])
    nb.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nb, tmp_path / "asks.ipynb")
    words = ["glad", "quick", "cold"]
    with FaultProxy(openai_server.base_url[:-3], rate=0, seed=2, hold=10) as proxy:
        grid = {"base_url": proxy.base_url, "model": openai_server.model, "word": words}
        plain = run_grid(tmp_path / "asks.ipynb", grid, out=tmp_path / "plain", progress=False)
        proxy.rate = 1
        proxy.in_a_row = 2
        faults = run_grid(tmp_path / "asks.ipynb", grid, out=tmp_path / "faults", progress=False)
    assert list(faults.status) == ["ok"] * 3 == list(plain.status)
    assert list(faults.text) == list(plain.text)
    # each word met a fault at least once; some faults come with the whole answer, so how often is the threads' affair
    assert proxy.met["passed"] >= 3 and proxy.met.total() - proxy.met["passed"] >= 3


def test_a_planted_key_is_written_nowhere(openai_server, tmp_path, monkeypatch, caplog):
    "Not by the client, its cache, its messages, its log records at the finest level, or a stream's log"
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    with FaultProxy(openai_server.base_url[:-3], rate=.3, faults=["429", "500", "cut"], seed=3) as proxy:
        lm = client(proxy, openai_server, timeout=20, cache=tmp_path / "cache.db")
        done = memory_stream(lm, tmp_path / "log.jsonl", 2)
        seen = [repr(lm), str(lm), lm.name, lm.identity(), json.dumps(lm.__getstate__(), default=str),
                done.frame().to_string(), caplog.text]
        seen += [repr(r.__dict__) for r in caplog.records]
        lm.close()
    assert len(done.frame()) == 12 and any("cache.db" in p.name for p in tmp_path.iterdir())
    for text in seen:
        assert KEY not in text
    for p, content in raw_files(tmp_path): assert KEY.encode() not in content, p


def test_an_endpoint_that_repeats_the_key_does_not_get_it_into_messages(tmp_path, monkeypatch, caplog):
    "OpenAI-like servers quote the key they refuse"
    class Refuses(BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def do_POST(self):
            said = json.dumps({"error": {"message": f"Incorrect API key provided: {self.headers['Authorization']}",
                                         "code": "invalid_api_key"}}).encode()
            self.send_response(401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refuses)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    lm = OpenAILM("m", base_url=f"http://127.0.0.1:{server.server_address[1]}/v1", cache=tmp_path / "c.db")
    start = time.monotonic()
    with pytest.raises(LMError, match="the key was refused") as e:
        lm.complete(["x"], max_tokens=2)
    assert time.monotonic() - start < 10                 # a refused key is not tried again
    assert KEY not in str(e.value) and KEY not in caplog.text
    lm.close()
    server.shutdown()
