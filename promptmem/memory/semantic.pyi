# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from ..lm.arguments import NO_ARRAY, NOTHING, Kind, either, number, told
_told: _Any
import numpy as np
from fastcore.basics import patch
from ..core import InvalidData, brief
from .lookup import Entry, Lookup, normalizer
from ..record import Retrieval

class SemanticLookup(Lookup):
    _new: _Any
    _embedder: _Any
    threshold: _Any
    k: _Any
    normalize: _Any
    _key: _Any
    _index: _Any
    _stored: _Any
    _judge: _Any

    def __init__(self, embedder=..., threshold: _Optional[float]=..., normalize=..., k: int=...):
        ...

    @classmethod
    def published(cls, embedder=..., **kw):
        ...

    @property
    def bound(self):
        ...

    @property
    def entries(self):
        ...

    def _size(self):
        ...

    @property
    def embedder(self):
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

    def _near(self, key, question, k):
        ...

    def _verdict(self, key, near, question=...):
        ...

    def _flush(self):
        ...

    def _changed(self, added, removed):
        ...

    def _entry(self, c):
        ...

    def _stored_near(self, question, k):
        ...

    def settings(self):
        ...

    def query_vector(self, vector, k: _Optional[int]=...) -> Retrieval:
        ...

    def bind(self, store, scope: str) -> Lookup:
        ...

    def add(self, key, text, id=...):
        ...

    def remove(self, key=..., id=...):
        ...

def _gate_of(m, question=...):
    ...

def _cosine(m, stored, question):
    ...

def _and_written(m, near, question, k):
    ...

def _by_gate(m, near, question):
    ...

def _judged(m, stored, question):
    ...
INSTRUCTION: _Any

class TransformLookup(SemanticLookup):
    _guesses: _Any
    _new: _Any
    transform: _Any
    examples: _Any
    on: _Any
    max_tokens: _Any
    _index: _Any

    def __init__(self, transform, embedder=..., threshold: float=..., examples=..., on: str=..., max_tokens: int=..., **kw):
        ...

    def settings(self):
        ...

    def _near(self, key, question, k):
        ...

    def _flush(self):
        ...

    def _target(self, entry):
        ...

    def _put(self, key, text, id, norm=...):
        ...

    def guess(self, question: str) -> str:
        ...
TransformLookup: _Any
TransformLookup: _Any
TransformLookup: _Any
