# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import numpy as np
import sqlalchemy as sa
from fastcore.basics import patch
from ..core import stable_hash
from ..index.vectors import ClusterIndex, VectorIndex, build_clusters
from ..index.levenshtein import LevenshteinIndex
from .database import Cursor, Database, changes, erasures, watermark
from .tables import clarifications, vectors
_c: _Any
_v: _Any

class ClosestSearch:
    cursor: _Any
    db: _Any
    scope: _Any
    index: _Any
    head: _Any

    def __init__(self, db: Database, scope: str):
        ...

    def clear(self):
        ...

    def refresh(self, conn):
        ...

    def apply(self, n, key, rank, active):
        ...

    def search(self, conn, key: str, k: int, max_distance: _Optional[int]=...) -> list:
        ...
EXACT_LIMIT: _Any

def _embedded(db: Database, embedder, rows, scope: str, batch: int=...):
    ...

def put_vectors(conn, values: list):
    ...

def _upsert(conn):
    ...

class SemanticSearch:
    folder: _Any
    _both: _Any
    cursor: _Any
    db: _Any
    scope: _Any
    embedder: _Any
    limit: _Any
    tail: _Any
    clusters: _Any

    def __init__(self, db: Database, scope: str, embedder, limit: int=...):
        ...

    def clear(self):
        ...

    def refresh(self):
        ...

    def _news(self, conn):
        ...

    def _too_many(self, conn, news):
        ...

    def _take(self, rows):
        ...

    def _rebuild(self):
        ...

    def search(self, vector, k: int, exact: bool=...) -> list:
        ...

def _blocks(conn, rows):
    ...

def _matrix(blobs):
    ...

class PostgresSearch:
    _both: _Any
    index: _Any
    cursor: _Any
    db: _Any
    scope: _Any
    embedder: _Any
    limit: _Any
    size: _Any
    dim: _Any

    def __init__(self, db: Database, scope: str, embedder, limit: int=...):
        ...

    def refresh(self):
        ...

    @property
    def _mine(self):
        ...

    def _make_index(self):
        ...

    def search(self, vector, k: int, exact: bool=...) -> list:
        ...

def hnsw_name(scope, model):
    ...

def _literal(value):
    ...

class _Sized(_Any):
    dim: _Any
    cache_ok: _Any

    def __init__(self, dim):
        ...

    def get_col_spec(self, **kw):
        ...

def index_folder(db: Database, scope: str, model: _Optional[str]=...):
    ...

def alive(conn, scope: str, found: list) -> list:
    ...
