# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from ..lm.arguments import ENTRY, FUNCTION, NOTHING, TEXT, Kind, either, number, some, told, whole
_ITEM: _Any
_HOW: _Any
_told: _Any
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Optional
from ..core import HasPage, InvalidData, brief, fold, identity_key
from ..record import Candidate, Retrieval
_BRACKETED: _Any
_SPACES: _Any
_NOT_ASCII: _Any

def _upstream(text):
    ...

def _shape(text):
    ...
NORMALIZERS: _Any

def normalizer(how):
    ...

@dataclass
class Entry(HasPage):
    key: str
    asked: str
    text: str
    rank: int
    id: Optional[str] = ...

def _words(value, what):
    ...
from fastcore.basics import patch

class Lookup:
    _entries: _Any
    _by_id: _Any
    _next: _Any
    _feed: _Any
    threshold: _Any
    k: _Any

    def __init__(self):
        ...

    @property
    def bound(self) -> bool:
        ...

    def key(self, question: str) -> str:
        ...

    def add(self, key: str, text: str, id: _Optional[str]=...) -> Entry:
        ...

    def _changed(self, added, removed):
        ...

    def settings(self) -> dict:
        ...

    @property
    def entries(self) -> list:
        ...

    def _size(self):
        ...

    def __len__(self):
        ...

    def __repr__(self):
        ...

    def _repr_html_(self):
        ...

    def _drop(self, e):
        ...

    def _put(self, key, text, id, norm=...):
        ...

    def _refuse(self, key, entry, question):
        ...

    def _verdict(self, key, near, question=...):
        ...

    def add_many(self, items):
        ...

    def remove(self, key: _Optional[str]=..., id: _Optional[str]=...) -> bool:
        ...

    def clear(self):
        ...

    def query(self, question: str, k: _Optional[int]=...) -> Retrieval:
        ...

    def refresh(self):
        ...

    def bind(self, store, scope: str) -> Lookup:
        ...

def aligned(a: str, b: str) -> str:
    ...

def _scorers():
    ...

def _without_brackets(text):
    ...

def _symbols(text):
    ...

def _other_symbols(question, asked):
    ...

def _named(name, table, what):
    ...

class ClosestLookup(Lookup):
    threshold: _Any
    gate: _Any
    _any_script: _Any
    _index: _Any
    scorer: _Any
    _distance: _Any
    k: _Any
    normalize: _Any
    _key: _Any

    def __init__(self, max_distance: _Optional[float]=..., normalize=..., gate=..., scorer=..., k: int=...):
        ...

    @classmethod
    def published(cls, **kw):
        ...

    def key(self, question):
        ...

    def _within(self, score):
        ...

    def _measure(self, score):
        ...

    def _limit(self):
        ...

    def _refuse(self, key, entry, question):
        ...

    def _changed(self, added, removed):
        ...

    def _near(self, key, question, k):
        ...

    def settings(self):
        ...

def _meant(m, entry, question):
    ...
INDEX_FROM: _Any

def _indexed(m, key, k):
    ...

def _nearest(m, key, k):
    ...

class _Feed:
    layers: _Any
    cursor: _Any
    store: _Any
    scope: _Any
    rows: _Any

    def __init__(self, store, scope):
        ...

    def __call__(self, lookup):
        ...

    def _note(self, lookup, row):
        ...

    def _settle(self, lookup, key):
        ...

    def add(self, lookup, key, text):
        ...

    def remove(self, lookup, entry):
        ...
