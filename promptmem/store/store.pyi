# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import json
import threading
from collections import OrderedDict
import sqlalchemy as sa
from fastcore.basics import patch
from ..core import InvalidData, fold
from ..record import Clarification, Interaction, Outcome
from .database import Changes, Database, StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreReadOnly, StoreVersionError, change_number, insert_interaction
from .tables import normalize, slot_of, storable, vectors
from .tables import clarifications as clarification_table, interactions as interaction_table, uses as use_table
from .database import changes as feed
from .erase import ForgetReceipt, finish_erasures
from .erase import forget as erase
from .transfer import ImportReport, export_jsonl, import_jsonl, set_ranks
from .search import EXACT_LIMIT, ClosestSearch, PostgresSearch, SemanticSearch, alive
_c: _Any
_i: _Any
_u: _Any
_FIELDS: _Any
_COLUMNS: _Any

def _record(row) -> Clarification:
    ...

def _scope(scope):
    ...

class Store:
    db: _Any
    embedder: _Any
    exact_limit: _Any
    _lock: _Any
    _indexes: _Any
    max_indexes: _Any

    def __init__(self, where=..., embedder=..., exact_limit: int=..., timeout: float=...):
        ...

    def __repr__(self):
        ...

    def __enter__(self):
        ...

    def __exit__(self, *_):
        ...

    def close(self):
        ...

    def add(self, *, scope: str, key: str, text: str, author: str=..., source: _Optional[str]=...) -> Clarification:
        ...

    def supersede(self, id: str, text: str, author: str=..., source: _Optional[str]=...) -> Clarification:
        ...

    def deactivate(self, id: str) -> Clarification:
        ...

    def withdraw(self, id: str, scope: _Optional[str]=...):
        ...

    def restore(self, id: str) -> Clarification:
        ...

    def _write(self, action):
        ...

    def _retry(self, run):
        ...

    def add_many(self, rows, embeddings=..., model: _Optional[str]=...) -> list:
        ...

    def get(self, id: str, scope: _Optional[str]=...):
        ...

    def _need(self, id):
        ...

    def search(self, query: str, *, scope: str, k: int=..., method: str=..., embedder=..., max_distance: _Optional[int]=..., exact: bool=..., scores: bool=...) -> list:
        ...

    def _closest(self, query, scope, k, max_distance):
        ...

    def _semantic(self, query, scope, k, embedder, exact):
        ...

    def _index(self, name, make):
        ...

    def clarifications(self, scope: str, query: _Optional[str]=..., sort: str=..., descending: bool=..., offset: int=..., limit: _Optional[int]=..., active: bool=...) -> list:
        ...

    def count(self, scope: str, query: _Optional[str]=..., active: bool=...) -> int:
        ...

    def changes(self, scope: str, since=...) -> Changes:
        ...

    def history(self, id_or_key: str, scope: _Optional[str]=...) -> list:
        ...

    def scopes(self) -> list:
        ...

    def log(self, interaction: Interaction) -> Interaction:
        ...

    def interaction(self, id: str):
        ...

    def interactions(self, scope: str, verdict: _Optional[str]=..., question: _Optional[str]=..., descending: bool=..., offset: int=..., limit: _Optional[int]=...) -> list:
        ...

    def judge(self, id: str, verdict, expected: _Optional[str]=..., scope: _Optional[str]=...) -> tuple:
        ...

    def set_verdict(self, id: str, verdict, expected: _Optional[str]=...) -> Interaction:
        ...

    def uses(self, clarification_id: str, hits_only: bool=...) -> list:
        ...

    def use_counts(self, ids) -> dict:
        ...

    def _all_interactions(self, scope):
        ...

    def outcomes(self, scope: _Optional[str]=...) -> list:
        ...

    def canonical_examples(self, scope: _Optional[str]=...) -> list:
        ...

    def study_sentences(self, scope: _Optional[str]=...) -> list:
        ...

    def forget(self, *, scope: _Optional[str]=..., id: _Optional[str]=..., key: _Optional[str]=..., dry_run: bool=...) -> ForgetReceipt:
        ...

    def export(self, path, scope: _Optional[str]=...) -> int:
        ...

    def import_(self, path, skip_invalid: bool=...) -> ImportReport:
        ...

def _head(conn, scope, key):
    ...

def _insert(conn, new: Clarification, changed: int):
    ...

def _values(c: Clarification, changed: int):
    ...

def _new(scope, key, text, author=..., source=...) -> Clarification:
    ...
_AT_ONCE: _Any

def _insert_at_once(db, new: Clarification):
    ...

def _chained(conn, news):
    ...

def _bulk_insert(conn, news, changed, vecs, model):
    ...
_SORTS: _Any

def _matching(scope, query, active):
    ...

def _put_interaction(conn, d):
    ...
