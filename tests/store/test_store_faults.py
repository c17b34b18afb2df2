"""Full disks, folders that cannot be written, damaged and stale files, killed processes: what is said, and that
nothing is lost."""

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from faults import EMBEDDER, check, kill_many
from orders import forced_orders, refusals

from promptmem.core import InvalidData
from promptmem.store.store import Store
from promptmem.store.database import StoreBusy, StoreCorrupt, StoreError, StoreFull


def in_child(action, *args, before=None):
    "Run `action(*args)` in a forked process, after `before()`; returns what it returned"
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if before: before()
            out = action(*args)
        except BaseException as e: out = [type(e).__name__, str(e)]
        os.write(write, json.dumps(out).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as f: out = json.loads(f.read())
    os.waitpid(pid, 0)
    return out


def fill_until_it_fails(path):
    "Write until the store refuses; returns the ids it acknowledged and the error"
    ids = []
    with Store(path) as s:
        try:
            for i in range(100_000): ids.append(s.add(scope="s", key=f"key {i}", text="x" * 2000).id)
        except StoreError as e: return [type(e).__name__, str(e), ids]


def test_a_full_database_says_so_and_keeps_what_was_acknowledged(tmp_path):
    path = tmp_path/"memory.db"
    with Store(path) as s:
        sa.event.listen(s.db.engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA max_page_count=200"))
        s.db.engine.dispose()
        ids = []
        with pytest.raises(
            StoreFull,
            match="memory.db: the disk is full: this write was not kept, everything acknowledged before is safe",
        ) as e:
            for i in range(1000): ids.append(s.add(scope="s", key=f"key {i}", text="x" * 2000).id)
        assert isinstance(e.value.__cause__, (sa.exc.OperationalError, sqlite3.OperationalError))
        assert len(ids) > 50 and s.count("s") == len(ids)
        with pytest.raises(StoreFull):
            s.add_many([dict(scope="t", key=f"key {i}", text="x" * 2000) for i in range(500)])
        assert s.count("t") == 0  # not half of it
        with s.db.engine.connect() as conn:
            conn.connection.dbapi_connection.execute("PRAGMA max_page_count=100000")  # room again
        s.db.engine.dispose()
    with Store(path) as s:
        assert [c.id for c in s.clarifications("s")] == ids
        s.add(scope="s", key="after", text="t")


def test_a_file_size_limit_is_a_full_disk_too(tmp_path):
    kind, message, ids = in_child(fill_until_it_fails, tmp_path/"memory.db", before=limit_files)
    assert kind == "StoreFull" and "not kept" in message
    with Store(tmp_path/"memory.db") as s:
        assert len(ids) > 3 and [c.id for c in s.clarifications("s")] == ids
        s.add(scope="s", key="after", text="t")
    assert check(tmp_path/"memory.db", []) == (0, 0)


def limit_files():
    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))


@pytest.fixture
def open_folder():
    "A folder that any user may enter (pytest's own are private)"
    folder = Path(tempfile.mkdtemp(prefix="pmro"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def become_nobody():
    "Root may write anywhere, so drop to a user who may not"
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)


def test_a_folder_that_cannot_be_written(open_folder):
    with Store(open_folder/"memory.db") as s: s.add(scope="s", key="k", text="t")
    (open_folder/"memory.db").chmod(0o444)
    open_folder.chmod(0o555)
    for path in (open_folder/"memory.db", open_folder/"new.db", open_folder/"sub"/"new.db"):
        kind, message = in_child(lambda p: repr(Store(p)), path, before=become_nobody)
        assert (
            kind == "StoreReadOnly"
            and "check the permissions of the file and of its folder" in message
            and path.name in message
        )
    open_folder.chmod(0o755)
    (open_folder/"memory.db").chmod(0o644)
    with Store(open_folder/"memory.db") as s: assert s.count("s") == 1


def test_export_into_a_folder_that_cannot_be_written(open_folder, tmp_path):
    with Store(tmp_path/"m.db") as s: s.add(scope="s", key="k", text="t")
    def export():
        with Store(":memory:") as s: s.export(open_folder/"x.jsonl")
    kind, message = in_child(export, before=lambda: (open_folder.chmod(0o555), become_nobody()))
    assert kind == "PermissionError" and not list(open_folder.iterdir())


@pytest.mark.parametrize("content", [b"just some notes, not a database" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database(tmp_path, content):
    (tmp_path/"memory.db").write_bytes(content)
    with pytest.raises(StoreCorrupt, match="memory.db: is not a readable SQLite database"): Store(tmp_path/"memory.db")
    assert (tmp_path/"memory.db").read_bytes() == content


def test_a_path_that_cannot_be_a_file(tmp_path):
    with pytest.raises(InvalidData, match="is a folder: name a file in it"): Store(tmp_path)
    (tmp_path/"file").write_text("x")
    with pytest.raises(StoreError): Store(tmp_path/"file"/"memory.db")
    for bad in ("", "mysql://host/db", "://"):
        with pytest.raises(InvalidData): Store(bad)


def test_waiting_for_another_writer_has_an_end(tmp_path):
    with Store(tmp_path/"m.db") as a, Store(tmp_path/"m.db", timeout=.2) as b:
        with a.db.write():
            with pytest.raises(StoreBusy, match="locked for longer than the timeout"):
                b.add(scope="s", key="k", text="t")
            assert b.count("s") == 0 # readers do not wait
        b.add(scope="s", key="k", text="t")


def test_no_server(tmp_path):
    with pytest.raises(StoreError, match="postgresql"): Store("postgresql+psycopg://127.0.0.1:1/db")


# ---- derived indexes

def rows(n, start=0):
    return [dict(scope="s", key=f"word{i * 7919 % 1000} and {i}", text=str(i)) for i in range(start, start + n)]


@pytest.fixture
def large(tmp_path):
    "A store whose scope has a cluster index; the store's folder"
    with Store(tmp_path/"m.db", embedder=EMBEDDER, exact_limit=50) as s:
        s.add_many(rows(120))
        s.search("word1", scope="s", method="semantic")
    meta, = (tmp_path/"m.db-index").rglob("meta.json")
    return tmp_path, meta


def complete(folder):
    "True if semantic search over everything finds every active entry, once"
    with Store(folder/"m.db", embedder=EMBEDDER, exact_limit=50) as s:
        found = s.search("word1", scope="s", method="semantic", k=10_000, exact=True)
        return sorted(c.id for c in found) == sorted(c.id for c in s.clarifications("s"))


@pytest.mark.parametrize("damage", ["missing", "no meta", "bad meta", "cut", "no file", "other shape"])
def test_a_damaged_index_is_built_again(large, damage):
    folder, meta = large
    vectors, = meta.parent.rglob("vectors.npy")
    if damage == "missing": shutil.rmtree(folder/"m.db-index")
    if damage == "no meta": meta.unlink()
    if damage == "bad meta": meta.write_text("{")
    if damage == "cut": vectors.write_bytes(vectors.read_bytes()[:500])
    if damage == "no file": vectors.unlink()
    if damage == "other shape": (vectors.parent/"ids.npy").write_bytes((vectors.parent/"starts.npy").read_bytes())
    assert complete(folder)
    assert len(list((folder/"m.db-index").rglob("meta.json"))) == 1


def test_a_stale_index_catches_up(large):
    folder, meta = large
    with Store(folder/"m.db") as s: # another process, which never searches
        s.add_many(rows(5, start=120))
        s.deactivate(s.clarifications("s")[3].id)
    before = meta.read_text()
    assert complete(folder) and meta.read_text() == before # from the tail, without building again
    with Store(folder/"m.db") as s: s.add_many(rows(80, start=200))
    assert complete(folder) and json.loads(meta.read_text())["n"] == 204


def test_an_index_from_the_future_is_built_again(tmp_path):
    with Store(tmp_path/"m.db") as s: s.add_many(rows(60))
    shutil.copy(tmp_path/"m.db", tmp_path/"backup.db")
    with Store(tmp_path/"m.db", embedder=EMBEDDER, exact_limit=50) as s:
        for r in rows(70, start=60): s.add(**r)
        s.search("x", scope="s", method="semantic")
    for f in tmp_path.glob("m.db-[ws]*"): f.unlink()
    shutil.copy(tmp_path/"backup.db", tmp_path/"m.db") # somebody restores a backup
    assert complete(tmp_path)
    with Store(tmp_path/"m.db") as s: assert s.count("s") == 60


def _search_hard(folder):
    with Store(folder/"m.db", embedder=EMBEDDER, exact_limit=50) as s:
        for i in range(8):
            s.add(scope="s", key=f"by {os.getpid()} {i}", text="t")
            assert (
                s.search(f"by {os.getpid()} {i}", scope="s", method="semantic", k=1)[0].key == f"by {os.getpid()} {i}"
            )
    return "ok"


def test_processes_that_build_at_once(large):
    folder, _ = large
    import multiprocessing
    workers = [multiprocessing.get_context("fork").Process(target=_search_hard, args=(folder,)) for _ in range(3)]
    for w in workers: w.start()
    for w in workers: w.join(60)
    assert [w.exitcode for w in workers] == [0, 0, 0] and complete(folder)


# ---- kill -9

def test_killed_at_random_moments(tmp_path):
    out = kill_many(tmp_path, kills=15, seed=1, rounds=8)
    assert (out["lost"], out["corrupt"]) == (0, 0) and out["acknowledged"] >= 12


def test_the_checker_notices_a_loss(tmp_path):
    with Store(tmp_path/"m.db", embedder=EMBEDDER, exact_limit=20) as s: c = s.add(scope="s", key="k", text="t")
    told = [dict(op="add", id=c.id, scope="s", text="t"), dict(op="forgot", text="gone")]
    assert check(tmp_path/"m.db", told) == (0, 0)
    assert check(tmp_path/"m.db", told + [dict(op="add", id="x", scope="s", text="t")]) == (1, 0)
    assert check(tmp_path/"m.db", [dict(op="forgot", text="schema_version")]) == (0, 1)
    with sqlite3.connect(tmp_path/"m.db") as raw:
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute("DELETE FROM pm_clarifications")
    raw.close()
    assert check(tmp_path/"m.db", told) == (1, 0)


def test_a_power_cut_in_the_middle_of_a_write_keeps_the_old_state(tmp_path):
    code = (
        "import os, sys; from promptmem.store import Store; s = Store(sys.argv[1]); s.add(scope='s', key='k', "
        "text='safe')\n"
        "with s.db.write() as conn:\n conn.exec_driver_sql('DELETE FROM pm_clarifications'); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path/"m.db")]).returncode == 9
    with Store(tmp_path/"m.db") as s: assert [c.text for c in s.clarifications("s")] == ["safe"]


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_server_that_drops_its_connections(place):
    "The write under way fails and says so; reads and the next write go on with new connections"
    import psycopg
    with Store(place) as s:
        first = s.add(scope="s", key="k", text="before")
        with psycopg.connect(place, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
                "backend_type = 'client backend'"
            )
        assert s.get(first.id) == first
        with pytest.raises(StoreError, match="terminating connection"):
            s.add(scope="s", key="k", text="lost on the way")
        assert s.add(scope="s", key="k", text="after").supersedes == first.id
        assert [c.text for c in s.history("k", scope="s")] == ["before", "after"]
        with pytest.raises(StoreError, match="division by zero"): s.db.at_once("SELECT 1/0", {})
        assert s.db._direct.pool.checkedout() == 0


# ---- files that somebody else made

@pytest.mark.parametrize(
    "note",
    [
        dict(folder="../precious", ns=None, drop=[]),
        dict(folder="ABS", ns=None, drop=[]),
        dict(folder="x/../../precious", ns=[1], drop=[]),
    ],
)
def test_a_store_from_elsewhere_cannot_reach_outside_its_index(tmp_path, note):
    "The notes of unfinished erasures are data, too"
    precious = tmp_path/"precious"
    precious.mkdir()
    (precious/"thesis.txt").write_text("years of work")
    with Store(tmp_path/"m.db") as s: s.add(scope="s", key="k", text="t")
    note = dict(note, folder=str(precious) if note["folder"] == "ABS" else note["folder"])
    with sqlite3.connect(tmp_path / "m.db") as db:
        db.execute("INSERT INTO pm_meta VALUES ('erase:1', ?)", (json.dumps(note),))
    db.close()
    with pytest.raises(InvalidData, match="leaves its folder"): Store(tmp_path/"m.db")
    assert (precious/"thesis.txt").read_text() == "years of work"


def test_an_erasure_note_drops_only_indexes_of_ours(tmp_path):
    with Store(tmp_path/"m.db") as s: s.add(scope="s", key="k", text="t")
    note = dict(folder=None, ns=None, drop=["pm_changes", "pm_changes; DROP TABLE pm_clarifications"])
    with sqlite3.connect(tmp_path / "m.db") as db:
        db.execute("INSERT INTO pm_meta VALUES ('erase:1', ?)", (json.dumps(note),))
    db.close()
    with Store(tmp_path/"m.db") as s:
        assert s.count("s") == 1
        with s.db.read() as conn:
            assert "pm_changes" in conn.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'index'")).all()


def test_an_index_that_names_another_folder_is_built_again(large):
    folder, meta = large
    told = json.loads(meta.read_text())
    shutil.copytree(meta.parent/told["generation"], folder/"elsewhere")
    meta.write_text(json.dumps(dict(told, generation=os.path.relpath(folder/"elsewhere", meta.parent))))
    assert complete(folder)
    assert json.loads(meta.read_text())["generation"].startswith("g") and (folder/"elsewhere"/"ids.npy").exists()


# ---- refused calls, forced orders (thousands: benchmarks/store_faults.py)

def test_calls_that_the_disk_refuses(tmp_path):
    found = refusals(tmp_path, 25)
    assert found["wrong"] == [] and found["refused"] >= 25


def test_an_erasure_in_the_middle_of_other_work(tmp_path):
    assert forced_orders(tmp_path, 16)["wrong"] == []
