"""Fetching a public data set: what arrives is the published file, or it is an error."""
import hashlib
import json
import os
import threading
import warnings
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


def serve(folder, handler=Quiet):
    "A server of a folder, and its address"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"


class Cut(Quiet):
    "Says how long the file is and sends half of it"
    def copyfile(self, source, out):
        out.write(source.read()[:4])
        self.close_connection = True


def test_a_download_that_is_cut_leaves_nothing(repository, tmp_path):
    server, url = serve(tmp_path/"served", Cut)
    for known in (True, False):
        if not known: data.sources()["toy"]["files"]["tasks/a.jsonl"]["sha256"] = None
        with pytest.raises((OSError, InvalidData), match="toy/tasks/a.jsonl") as e: data.fetch("toy", base_url=url)
        assert known or "the download was cut" in str(e.value)
        assert data.local_data("toy") is None
    server.shutdown()


def test_a_file_without_a_checksum_of_ours_is_the_same_ever_after(repository):
    file, url = repository
    data.sources()["toy"]["files"]["tasks/a.jsonl"]["sha256"] = None
    got = data.fetch("toy", base_url=url)/"tasks"/"a.jsonl"
    got.unlink()
    file.write_text('{"a": 3}\n', encoding="utf-8")
    with pytest.raises(InvalidData, match="what arrived is not the published file"): data.fetch("toy", base_url=url)
    assert not got.exists()


def test_a_mirror_may_lack_what_has_no_checksum_and_nothing_else(repository, tmp_path):
    data.sources()["toy"]["files"]["tasks/b.jsonl"] = dict(at="tasks/b.jsonl", sha256=None)
    (tmp_path/"served"/"tasks").rename(tmp_path/"toy-tasks")
    (tmp_path/"served"/"toy").mkdir()
    (tmp_path/"toy-tasks").rename(tmp_path/"served"/"toy"/"tasks")
    url = repository[1]
    with pytest.warns(UserWarning, match="has no toy/tasks/b.jsonl"): folder = data.fetch("all", mirror=url)/"toy"
    assert [p.name for p in (folder/"tasks").iterdir()] == ["a.jsonl"]
    with pytest.raises(OSError, match="toy/tasks/b.jsonl is not there"): data.fetch("toy", base_url=url + "/toy")
    data.sources()["toy"]["files"]["tasks/c.jsonl"] = dict(at="tasks/c.jsonl", sha256="0"*64)
    with pytest.raises(OSError, match="toy/tasks/c.jsonl is not there"): data.fetch("toy", mirror=url)


def test_what_is_made_from_the_published_files(tmp_path, monkeypatch):
    "Templates out of modules, outcomes out of label vectors and questions, all from a server"
    np = pytest.importorskip("numpy")
    at = tmp_path/"served"
    for folder in ("lm", "q"): (at/folder).mkdir(parents=True)
    (at/"t.py").write_text('t = {"own": [{"type": "syn", "question": lambda word: f"like < {word} > ?"}]}\n')
    for part, n in (("train", 6), ("test", 4)):
        for i, name in enumerate(("nan", "CoT")):
            np.save(at/"lm"/f"gsm8k_{part}_{name}.npy", (np.arange(n) + i) % 2 == 0)
        rows = [dict(question=f"How many {part} things are {i} and {i} ?", answer=f"so\n#### {2*i}") for i in range(n)]
        (at/"q"/f"{part}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    (at/"lm"/"gpt4_0.txt").write_text("".join(f"({i}, {i < 1})\n" for i in range(4)))
    (at / "lm" / "step1.py").write_text(
        'PROMPT_LIST = ["Say.", "Think.", "Slowly."]\nALIAS_LIST = ["nan", "CoT", "gpt4_0"]\n'
    )
    files = {f"{p}_set": [f"x/gsm8k_{p.removesuffix('ing')}_{n}.npy" for n in ("nan", "CoT")]
             for p in ("training", "test")}
    (at/"lm"/"gsm8k_names.json").write_text(json.dumps(dict(prompts=["Say.", "Think."], **files)))
    plain = lambda *names, to: {f"{to}/{n}": dict(at=f"lm/{n}", sha256=None) for n in names}
    vectors = [f"gsm8k_{p}_{n}.npy" for p in ("train", "test") for n in ("nan", "CoT")]
    logs = plain("gsm8k_names.json", "step1.py", *vectors, to="logs")
    logs["logs/gsm8k_test_gpt4_0.txt"] = dict(at="lm/gpt4_0.txt", sha256=None)
    logs |= {f"gsm8k/{p}.jsonl": dict(at=f"q/{p}.jsonl", sha256=None) for p in ("train", "test")}
    known = dict(memprompt=dict(files={"templates.json": dict(at=[["t.py", "c0"]], made="templates", sha256=None)}),
                 prompt_oirl=dict(made="outcomes", files=logs))
    for s in known.values(): s.update(repository="x/y", commit="0", licence="own")
    monkeypatch.setattr(data, "sources", lambda: known)
    monkeypatch.setenv("PROMPTMEM_CACHE", str(tmp_path/"cache"))
    monkeypatch.delenv("PROMPTMEM_DATA", raising=False)
    server, url = serve(at)
    data.fetch("all", base_url=url)
    server.shutdown()
    templates = json.loads(data.local_data("memprompt/templates.json").read_text())
    assert templates == {"own": [{"type": "syn", "question": "like < {word} > ?"}]}
    from promptmem.reward import Outcomes
    out = Outcomes.read(data.local_data("prompt_oirl"))
    assert (len(out.frame), len(out.queries), len(out.prompts)) == (6*2 + 4*3, 10, 3)
    held = out.frame[(out.frame.split == "test") & (out.frame.prompt_id == 2)]
    assert held.correct.tolist() == [1, 0, 0, 0]


@pytest.mark.skipif(not os.environ.get("PROMPTMEM_DATA"), reason="no local copy of the public data (PROMPTMEM_DATA)")
def test_a_fetched_copy_is_all_that_the_rooms_read(tmp_path, monkeypatch):
    "A mirror serves the local copy; what `fetch all` brings goes through the reader of each room"
    pytest.importorskip("pandas")
    server, url = serve(os.environ["PROMPTMEM_DATA"])
    monkeypatch.delenv("PROMPTMEM_DATA")
    monkeypatch.setenv("PROMPTMEM_CACHE", str(tmp_path))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning) # the copy holds half of the splits
        root = data.fetch("all", mirror=url)
    server.shutdown()
    from promptmem.edit.examples import PUBLISHED, CanonicalExamples
    from promptmem.memory import load_tasks
    from promptmem.recall.foils import read_experiment, read_sentences
    from promptmem.reward import Outcomes
    from promptmem.rewrite.pairs import load_pairs
    assert root == data.cache_dir()/"data" and {p.name for p in root.iterdir()} == set(data.SETS)
    for path in sorted((root/"memprompt"/"tasks").rglob("*.jsonl")):
        tasks = load_tasks(path.name, family=path.parent.name)
        assert len(tasks) == int(path.stem.split("_")[1]) and tasks[0].question
    assert len(Outcomes.read(data.local_data("prompt_oirl")).prompts) == 16
    folder = data.local_data("llm_memory")
    assert len(read_sentences(folder/"substack_all.json")) == 6007
    for k in range(1, 7):
        for split in (0, 1): assert len(read_experiment(folder, k, split).seen) >= (561 if k == 3 else 600)
    folder = data.local_data("canonical_examples")
    for task in PUBLISHED: assert len(CanonicalExamples.published(task, folder, quiet=True).evaluation) > 300
    assert len((folder/"general_text-val.jsonl").read_text(encoding="utf-8").splitlines()) == 4007
    assert len(load_pairs(data.local_data("promptimal")/"training_pairs.csv")) == 1328


def readers():
    "name -> (a published file's name, the room's reader of a path)"
    from promptmem.edit import CanonicalExamples
    from promptmem.edit.examples import read_texts
    from promptmem.memory import make_pairs, read_few_shot
    from promptmem.recall import read_experiment, read_sentences
    from promptmem.reward import Outcomes
    from promptmem.rewrite import load_pairs
    return {"sentences": ("expt1/seen_data_3.json", read_sentences),
            "experiment": ("expt1/seen_data_3.json", lambda p: read_experiment(p.parents[1], 1, split=3)),
            "examples": ("country_capital/country_capital_fixed-test.jsonl", CanonicalExamples.read),
            "texts": ("general_text-val.jsonl", read_texts),
            "few shots": ("prompts/prompt_lexical_qa.txt", read_few_shot),
            "questions": ("similarity_pairs.jsonl", make_pairs),
            "pairs": ("final_results.csv", load_pairs),
            "own": ("mine.parquet", Outcomes.read)}


@pytest.mark.parametrize("name", readers())
def test_a_missing_file_is_one_error_that_says_what_brings_it(name, tmp_path, monkeypatch):
    monkeypatch.setenv("PROMPTMEM_DATA", str(tmp_path / "none"))
    monkeypatch.setenv("PROMPTMEM_CACHE", str(tmp_path / "none"))
    file, read = readers()[name]
    path = tmp_path / "here" / file
    path.parent.mkdir(parents=True)
    with pytest.raises(FileNotFoundError) as e: read(path)
    said = str(e.value)
    assert said.startswith(f"there is no file {path}") and "Errno" not in said
    if name == "own": assert "promptmem fetch" not in said  # no published file is called so
    else:
        known = next(k for k, s in data.sources().items() if file in s["files"])
        assert f"`promptmem fetch {known} --only {file}` brings the published one" in said
        copy = tmp_path / "none" / known / file
        copy.parent.mkdir(parents=True)
        copy.write_text("x")
        with pytest.raises(FileNotFoundError, match="a copy of the published file is"): read(path)


def test_a_missing_split_names_those_that_are_there(tmp_path):
    for i in range(2): (tmp_path / f"seen_data_{i}.json").write_text("{}")
    with pytest.raises(FileNotFoundError, match="beside it are seen_data_0.json, seen_data_1.json"):
        data.sought(tmp_path / "seen_data_3.json")
    with pytest.raises(FileNotFoundError, match="nor its folder"): data.sought(tmp_path / "expt9" / "seen_data_3.json")
    with pytest.raises(InvalidData, match="is a folder"): data.sought(tmp_path)
