# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import json
import os
import random
import sqlite3
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
import sqlalchemy as sa
from fastcore.basics import patch
from sqlalchemy.pool import StaticPool
from ..core import InvalidData, fold, new_id, require, stable_hash
from .tables import VERSION, VectorColumn, clarifications, epochs, indexes, interactions, meta, metadata, normalize, slot_of, uses, vectors

class StoreError(RuntimeError):
    ...

class StoreVersionError(StoreError):
    ...

class StoreFull(StoreError):
    ...

class StoreReadOnly(StoreError):
    ...

class StoreBusy(StoreError):
    ...

class StoreCorrupt(StoreError):
    ...
_TROUBLE: _Any

@contextmanager
def explained(name: str):
    ...

def as_url(where) -> sa.URL:
    ...

def shown(url: sa.URL) -> str:
    ...

def _sqlite_connect(dbapi, timeout):
    ...

def _begin(conn, timeout):
    ...

class Database:
    sqlite: _Any
    path: _Any
    name: _Any
    _lock: _Any
    engine: _Any
    _direct: _Any
    url: _Any
    timeout: _Any
    _pid: _Any

    def __init__(self, where, timeout: float=...):
        ...

    def __repr__(self):
        ...

    def close(self):
        ...

    def _engines(self):
        ...

    def _open(self):
        ...

    def _check_open(self):
        ...

    def read(self):
        ...

    def write(self):
        ...

    def at_once(self, statement: str, values: dict):
        ...

def _use_wal(engine, timeout):
    ...

@contextmanager
def _transaction(self: Database, write: bool):
    ...

def _upgrade(conn, name):
    ...

def _keep_no_samples(conn):
    ...

def _migrate_1(conn):
    ...
_MIGRATIONS: _Any

def put_uses(conn, interaction: dict):
    ...

def insert_interaction(conn, d: dict):
    ...

def change_number(conn) -> int:
    ...

def watermark(conn) -> int:
    ...
_COUNTER: _Any
_COUNT_UP: _Any

def scope_mark(uid: str, scope: str) -> str:
    ...

def erasures(conn, uid: str, scope: str) -> int:
    ...

class Cursor(NamedTuple):
    seen: int
    epoch: int

class Changes(NamedTuple):
    rows: list
    cursor: object
    reset: bool

def changes(conn, uid: str, scope: str, since: _Optional[Cursor]=..., rows=...) -> Changes:
    ...

def _walk(conn, rows):
    ...
