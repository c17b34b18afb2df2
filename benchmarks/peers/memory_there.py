"""Runs in a peer's environment (or in ours): reads one JSON object, measures one memory, prints one JSON object.

The vectors of all texts are made once, by the same embedder, and handed over: what is measured is the memory around it.
"""
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

DIM = 384


class Table:
    "Vectors by text"
    name = "table-384"
    dim = DIM

    def __init__(self, file):
        d = np.load(file, allow_pickle=False)
        self.rows = {t: v for t, v in zip(d["texts"].tolist(), d["vectors"])}

    def __call__(self, texts): return np.stack([self.rows[t] for t in texts])
    def embed(self, text, *args, **kw): return self.rows[text].tolist()
    def embed_batch(self, texts, *args, **kw): return [self.embed(t) for t in texts]


class Promptmem:
    def __init__(self, folder, table):
        from promptmem.store import Store
        self.store, self.table = Store(folder/"m.db", embedder=table), table
    def add(self, key, text): return self.store.add(scope="a", key=key, text=text).id
    def search(self, query):
        found = self.store.search(query, scope="a", k=1, method="semantic", embedder=self.table, scores=True)
        return (found[0][0].key, float(found[0][1])) if found else (None, 0.)
    def forget(self, id): self.store.forget(scope="a", id=id)
    def keys(self): return {c.key for c in self.store.clarifications("a")}


class Mem0:
    def __init__(self, folder, table):
        os.environ.update(MEM0_TELEMETRY="False", MEM0_DIR=str(folder), OPENAI_API_KEY="none")
        from mem0 import Memory
        self.m = Memory.from_config(
            dict(
                vector_store=dict(
                    provider="qdrant",
                    config=dict(
                        collection_name="m", path=str(folder / "qdrant"), on_disk=True, embedding_model_dims=DIM
                    ),
                ),
                history_db_path=str(folder / "history.db"),
            )
        )
        self.m.embedding_model = table
    def add(self, key, text):
        return self.m.add(key, user_id="a", infer=False, metadata=dict(text=text))["results"][0]["id"]
    def search(self, query):
        try: found = self.m.search(query, filters=dict(user_id="a"), top_k=1, threshold=0.)["results"]
        except TypeError: found = self.m.search(query, user_id="a", limit=1)["results"]
        return (found[0]["memory"], float(found[0]["score"])) if found else (None, 0.)
    def forget(self, id): self.m.delete(id)
    def keys(self):
        try: got = self.m.get_all(filters=dict(user_id="a"), top_k=100_000)
        except TypeError: got = self.m.get_all(user_id="a", limit=100_000)
        return {r["memory"] for r in got["results"]}


class Chroma:
    def __init__(self, folder, table):
        import chromadb
        from chromadb.config import Settings
        client = chromadb.PersistentClient(path=str(folder/"chroma"), settings=Settings(anonymized_telemetry=False))
        self.c = client.get_or_create_collection("memories", metadata={"hnsw:space": "cosine"}, embedding_function=None)
        self.table, self.n = table, 0
    def add(self, key, text):
        self.n += 1
        id = f"{os.getpid()}-{self.n}"
        self.c.add(ids=[id], documents=[key], embeddings=[self.table.embed(key)], metadatas=[dict(text=text)])
        return id
    def search(self, query):
        found = self.c.query(query_embeddings=[self.table.embed(query)], n_results=1)
        return (found["documents"][0][0], 1 - found["distances"][0][0]) if found["documents"][0] else (None, 0.)
    def forget(self, id): self.c.delete(ids=[id])
    def keys(self): return set(self.c.get()["documents"])


class LangGraph:
    def __init__(self, folder, table):
        from langgraph.store.sqlite import SqliteStore
        self.context = SqliteStore.from_conn_string(
            str(folder/"s.db"), index=dict(dims=DIM, embed=table.embed_batch, fields=["key"]))
        self.s, self.n = self.context.__enter__(), 0
        self.s.setup()
    def add(self, key, text):
        self.n += 1
        id = f"{os.getpid()}-{self.n}"
        self.s.put(("a",), id, dict(key=key, text=text))
        return id
    def search(self, query):
        found = self.s.search(("a",), query=query, limit=1)
        return (found[0].value["key"], float(found[0].score or 0)) if found else (None, 0.)
    def forget(self, id): self.s.delete(("a",), id)
    def keys(self): return {x.value["key"] for x in self.s.search(("a",), limit=100_000)}


class LangMem:
    "LangMem's tools without a model, on the store in memory that its documentation begins with"
    def __init__(self, folder, table):
        from langgraph.store.memory import InMemoryStore
        from langmem import create_manage_memory_tool, create_search_memory_tool
        self.s = InMemoryStore(index=dict(dims=DIM, embed=table.embed_batch, fields=["content"]))
        self.manage = create_manage_memory_tool(namespace=("a",), store=self.s)
        self.find = create_search_memory_tool(namespace=("a",), store=self.s)
    def add(self, key, text):
        said = self.manage.invoke(dict(content=key, action="create"))
        return str(said).split()[-1]
    def search(self, query):
        found = self.find.invoke(dict(query=query, limit=1))
        found = json.loads(found) if isinstance(found, str) else found
        return (found[0]["value"]["content"], float(found[0].get("score") or 0)) if found else (None, 0.)
    def forget(self, id): self.s.delete(("a",), id)
    def keys(self): return {x.value["content"] for x in self.s.search(("a",), limit=100_000)}


PEERS = dict(promptmem=Promptmem, mem0=Mem0, chromadb=Chroma, langgraph=LangGraph, langmem=LangMem)


def times(f, items):
    "Results; (median, 95th percentile) of a call's milliseconds on the clock and of the CPU; seconds of all"
    out, took, used, start = [], [], [], time.perf_counter()
    for x in items:
        t, cpu = time.perf_counter(), time.process_time()
        out.append(f(x))
        took.append(1000*(time.perf_counter() - t))
        used.append(1000*(time.process_time() - cpu))
    whole = time.perf_counter() - start
    two = lambda ms: [round(float(np.median(ms)), 2), round(float(np.percentile(ms, 95)), 2)]
    return out, two(took), two(used), whole


def found_in_files(folder, word):
    "Files below the folder that hold the word's bytes"
    return sorted({p.name for p in Path(folder).rglob("*") if p.is_file() and word.encode() in p.read_bytes()})


def child(peer, folder, file, start, n):
    "Add `n` memories and say each that was acknowledged"
    table = Table(file)
    m, keys = PEERS[peer](Path(folder), table), list(table.rows)
    for i in range(start, start+n):
        m.add(keys[i], "t")
        print(i, flush=True)


def started(given, folder, start, n):
    Path(folder).mkdir(exist_ok=True)
    argv = [sys.executable, __file__, "child", given["peer"], str(folder), given["file"], str(start), str(n)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def killed(given, folder, table):
    "Acknowledged memories that are gone after kill -9 in the middle of writing"
    p, said = started(given, folder, 0, 400), []
    for line in p.stdout:
        if line.strip().isdigit(): said.append(int(line))
        if len(said) == 60: p.send_signal(signal.SIGKILL)
    p.wait()
    keys, kept = list(table.rows), PEERS[given["peer"]](Path(folder), table).keys()
    return dict(acknowledged=len(said), lost=sum(keys[i] not in kept for i in said))


def writers(given, folder, table, n=4, each=25):
    "Several processes add at once: those that failed, and memories that were acknowledged and are not there"
    running = [started(given, folder, i*each, each) for i in range(n)]
    said, errors = [], []
    for p in running:
        out, err = p.communicate(timeout=300)
        said += [int(x) for x in out.split() if x.isdigit()]
        if p.returncode: errors.append(err.strip().splitlines()[-1][:160] if err.strip() else str(p.returncode))
    keys, kept = list(table.rows), PEERS[given["peer"]](Path(folder), table).keys()
    return dict(writers=n, wanted=n*each, acknowledged=len(said), lost=sum(keys[i] not in kept for i in said),
                failed=len(errors), error=errors[0] if errors else None)


def main():
    given = json.load(sys.stdin)
    folder, table = Path(given["folder"]), Table(given["file"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder/"main").mkdir(exist_ok=True)
    m = PEERS[given["peer"]](folder/"main", table)
    ids, add_ms, add_cpu, whole = times(lambda k: m.add(k, "t"), given["keys"])
    [m.search(q) for q in given["questions"][:3]]
    answers, search_ms, search_cpu, _ = times(m.search, given["questions"])
    out = dict(adds_per_second=round(len(ids)/whole, 1), add_p50_p95_ms=add_ms, search_p50_p95_ms=search_ms,
               add_cpu_p50_p95_ms=add_cpu, search_cpu_p50_p95_ms=search_cpu, answers=answers, memories=len(ids))
    at = given["keys"].index(given["erase"])
    m.forget(ids[at])
    m = None # closes its files
    out["erased_text_still_in"] = found_in_files(folder/"main", given["erase"])
    for name, test in (("kill", killed), ("writers", writers)):
        if given["peer"] == "langmem": # this store lives and dies with its process
            out[name] = None
            continue
        try: out[name] = test(given, folder/name, table)
        except Exception as e: out[name] = dict(failed=f"{type(e).__name__}: {e}"[:200])
    print("\n" + json.dumps(out))


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]: child(*sys.argv[2:5], *map(int, sys.argv[5:7]))
    else: main()
