"""Mixed work by processes and threads for a bounded time; the long version is `benchmarks/store_soak.py`."""
from soak import EMBEDDER, Worker, at_rest, soak

from promptmem.store.store import Store


def test_mixed_work_on_one_store(place):
    found = soak(place, processes=2, threads=2, seconds=8)
    assert (
        found["wrong"] == []
        and found["operations"] > 100
        and found["team_writes"] > 10
        and found["forgotten_texts"] > 0
    )
    assert found["files_grown"] <= 20


def test_the_checker_notices_a_loss(tmp_path):
    path = str(tmp_path/"memory.db")
    with Store(path, embedder=EMBEDDER) as s:
        w = Worker(s, "one", 0)
        for i in range(30): w.step(i)
        w.close()
        assert w.wrong == []
        s.add(scope=w.scope, key="an intruder", text="that the worker did not write")
        w.close()
        assert w.wrong
    assert at_rest(path, [dict(told=["a write that is not there"], gone=["intruder"])]) != []
