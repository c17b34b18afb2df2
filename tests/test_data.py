"""Fetching a public data set: what arrives is the published file, or it is an error."""
import hashlib
import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from promptmem import data
from promptmem.core import InvalidData


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args): pass


@pytest.fixture
def repository(tmp_path, monkeypatch):
    "A local server with one file in it, known to `sources()` under the name 'toy'"
    (tmp_path / "served" / "tasks").mkdir(parents=True)
    file = tmp_path / "served" / "tasks" / "a.jsonl"
    file.write_text('{"a": 1}\n', encoding="utf-8")
    known = dict(
        toy=dict(
            repository="x/y",
            commit="0",
            files={"tasks/a.jsonl": dict(at="tasks/a.jsonl", sha256=hashlib.sha256(file.read_bytes()).hexdigest())},
        )
    )
    monkeypatch.setattr(data, "sources", lambda: known)
    monkeypatch.setenv("PROMPTMEM_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("PROMPTMEM_DATA", raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "served")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield file, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_set_is_fetched_once_and_then_found(repository):
    file, url = repository
    folder = data.fetch("toy", base_url=url)
    assert json.loads((folder / "tasks" / "a.jsonl").read_text()) == {"a": 1}
    assert data.local_data("toy/tasks/a.jsonl") == (folder / "tasks" / "a.jsonl").resolve()
    file.unlink()
    assert data.fetch("toy", base_url=url) == folder  # nothing is loaded again


def test_another_file_under_the_same_name_is_refused(repository):
    file, url = repository
    file.write_text('{"a": 2}\n', encoding="utf-8")
    with pytest.raises(InvalidData, match="toy/tasks/a.jsonl: what arrived is not the published file"):
        data.fetch("toy", base_url=url)
    assert data.local_data("toy/tasks/a.jsonl") is None


def test_without_network_the_error_says_what_to_do(repository):
    with pytest.raises(OSError, match="put a copy under the folder that PROMPTMEM_DATA names"):
        data.fetch("toy", base_url="http://127.0.0.1:9")
    assert data.local_data("toy") is None  # the folders that the attempt left are no copy
