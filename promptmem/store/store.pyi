# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from ..arguments import FLAG, NAMED, NO_ARRAY, NOTHING, TEXT, Kind, either, number, told, whole
_MOST: _Any
_CURSOR: _Any
_RECORD: _Any
_told: _Any
import json
import os
from collections import OrderedDict
import sqlalchemy as sa
from fastcore.basics import patch
from ..core import InvalidData, brief, fold, rows_of, user_path, well_formed
from ..record import Clarification, Interaction, Outcome
from promptmem.store.database import Changes, Database, ForkLock, Forgotten, NotThere, Prepared, StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreReadOnly, StoreVersionError, before_log, change_number, clean_late, insert_into, is_erased, next_number, put_interaction
from .database import changes as feed
from promptmem.store.tables import KINDS, LONGEST, LONGEST_NAME, as_body, asked_slot, if_given, layers_of, meta, normalize, slot_of, storable, utc, vectors
from .tables import clarifications as clarification_table, interactions as interaction_table
from .tables import uses as use_table
from .erase import GONE, ForgetReceipt, finish_erasures, hold, refuse_erased, taken_out
from .erase import forget as erase
from .transfer import FIELDS, ImportReport, export_jsonl, import_jsonl, set_ranks, values_of
from .search import EXACT_LIMIT, ClosestSearch, PostgresSearch, SemanticSearch, alive, as_vectors, dimension, keep_beside, kept_beside
_c: _Any
_q: _Any
_u: _Any
_COLUMNS: _Any

def _record(row) -> Clarification:
    ...

def _new(scope, key=..., text=..., author=..., source=..., kind=...) -> Clarification:
    ...
_said: _Any
_said: _Any
_said: _Any
_HEAD: _Any

def _head(conn, scope, slot):
    ...
_ADD: _Any
_ADD_AT: _Any
_RETIRE: _Any

def _insert(conn, new: Clarification):
    ...
_AT_ONCE: _Any

def _insert_at_once(db, new: Clarification):
    ...

def _chained(conn, news):
    ...

def _bulk_insert(conn, news, changed, vecs, model):
    ...

def _is_id(id):
    ...

def _nearest(rows, scope):
    ...

def _in(scope):
    ...

def _entry(conn, id, scope, lock=...):
    ...

def _asked(conn, id, scope, lock=...):
    ...

def _interaction(body):
    ...

class Store:
    db: _Any
    embedder: _Any
    exact_limit: _Any
    _lock: _Any
    _indexes: _Any
    _pid: _Any
    max_indexes: _Any

    def __init__(self, where=..., embedder=..., exact_limit: int=..., timeout: float=...):
        ...

    def __repr__(self):
        ...

    def __reduce__(self):
        ...

    def _repr_html_(self):
        ...

    def __enter__(self):
        ...

    def __exit__(self, *_):
        ...

    def close(self) -> _Any:
        ...

    def watch(self, *things) -> _Any:
        ...

    def _write(self, action):
        ...

    def _retry(self, run):
        ...

    def _index(self, name, make):
        ...

    def add(self, *, scope, key: _Optional[str]=..., text: _Optional[str]=..., author: str=..., source: _Optional[str]=..., kind: str=...) -> Clarification:
        ...

    def supersede(self, id: str, text: str, author: str=..., source: _Optional[str]=..., scope=...) -> Clarification:
        ...

    def add_many(self, rows, embeddings=..., model: _Optional[str]=...) -> list:
        ...

    def deactivate(self, id: str, scope=...) -> Clarification:
        ...

    def restore(self, id: str, scope=...) -> Clarification:
        ...

    def withdraw(self, id: str, scope=...):
        ...

    def get(self, id: str, scope=...):
        ...

    def search(self, query: str, *, scope, k: int=..., method: str=..., embedder=..., max_distance: _Optional[int]=..., exact: bool=..., scores: bool=...) -> list:
        ...

    def kept_vectors(self, ids: list, model: str, *, scope) -> dict:
        ...

    def keep_vectors(self, found: dict, model: str, *, scope) -> _Any:
        ...

    def changes(self, scope, since=..., kind: str=...) -> Changes:
        ...

    def clarifications(self, scope, query: _Optional[str]=..., sort: str=..., descending: bool=..., offset: int=..., limit: _Optional[int]=..., active: bool=..., kind: _Optional[str]=...) -> list:
        ...

    def count(self, scope, query: _Optional[str]=..., active: bool=..., kind: _Optional[str]=...) -> int:
        ...

    def history(self, id_or_key: str, scope=..., kind: str=...) -> list:
        ...

    def scopes(self) -> list:
        ...

    def preferences(self, scope) -> list:
        ...

    def migrated(self) -> list:
        ...

    def log(self, interaction: Interaction) -> Interaction:
        ...

    def interaction(self, id: str, scope=...):
        ...

    def interactions(self, scope, verdict: _Optional[str]=..., question: _Optional[str]=..., descending: bool=..., offset: int=..., limit: _Optional[int]=...) -> list:
        ...

    def set_verdict(self, id: str, verdict, expected: _Optional[str]=..., scope=...) -> Interaction:
        ...

    def judge(self, id: str, verdict, expected: str=..., scope=...) -> tuple:
        ...

    def uses(self, clarification_id: str, hits_only: bool=..., scope=...) -> list:
        ...

    def use_counts(self, ids, scope=...) -> dict:
        ...

    def outcomes(self, scope=...) -> list:
        ...

    def canonical_examples(self, scope=...) -> list:
        ...

    def study_sentences(self, scope=...) -> list:
        ...

    def export(self, path, scope=...) -> int:
        ...

    def import_(self, path, skip_invalid: bool=...) -> ImportReport:
        ...

    def forget(self, *, scope: str=..., id: str=..., key: str=..., earlier: bool=..., dry_run: bool=..., caches=...) -> ForgetReceipt:
        ...

def as_store(store, new: bool=...) -> Store:
    ...

def _row(row):
    ...

def _first(scope):
    ...

def _switch(store, id, scope, active):
    ...

def _after_fork(store):
    ...

def _merged(found, by):
    ...

def _closest(store, key, layers, k, max_distance):
    ...

def _semantic(store, query, layers, k, embedder, exact):
    ...

def _not_hidden(layers):
    ...
_SORTS: _Any

def _matching(scope, query, active, kind):
    ...

def _texts_in(d):
    ...

def _judge(store, id, scope, change):
    ...

def _owners(conn, ids, scope):
    ...

def _all_interactions(store, scope):
    ...
