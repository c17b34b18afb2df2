# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import functools
import inspect
from contextlib import contextmanager
from ..core import require, stable_hash
from .lean import KeysValues, LeanModel, from_layers
from fastcore.basics import patch

def common_prefix(rows) -> int:
    ...

class Prefix:
    ids: _Any
    layers: _Any

    def __init__(self, ids, layers):
        ...

    def __len__(self):
        ...

    @classmethod
    def of_cache(cls, ids, cache, row: int=..., skip: int=...):
        ...

    def cut(self, n: int) -> Prefix:
        ...

    def expanded(self, rows: int, dtype=...):
        ...

    @property
    def nbytes(self) -> int:
        ...

def cache_argument(module) -> str:
    ...

def cache_of(out):
    ...

class _Growing:
    layer: _Any
    room: _Any
    held: _Any

    def __init__(self, layer, room):
        ...

    def __call__(self, keys, values, *args, **kw):
        ...

    def _holds(self, keys, n):
        ...

    def _copy(self, t, n):
        ...

def give_room(cache, room: int=...) -> _Any:
    ...
_PLAIN: _Any

def _attend_one(module, query, key, value, attention_mask, scaling=..., dropout=..., **kw):
    ...

def _one_position():
    ...

@contextmanager
def _attending(model, x):
    ...

def _start(model, lean, prefix, rows, width):
    ...

class Decoding:
    x: _Any
    position: _Any
    mask: _Any
    cache: _Any
    model: _Any
    pick: _Any
    limit: _Any
    lean: _Any
    rows: _Any
    skip: _Any
    known: _Any
    slot: _Any

    def __init__(self, model, ids, pick, pad: int=..., prefix: _Optional[Prefix]=..., limit: int=..., lean: _Optional[LeanModel]=...):
        ...

    def step(self) -> list:
        ...

    def _lean_logits(self):
        ...

    def _logits(self):
        ...

    def _call(self):
        ...

    def _grow(self, torch, token):
        ...

    def drop(self, ended) -> bool:
        ...

def _likeliest(torch, logits):
    ...

def picker(requests):
    ...

def _certain(text, stop):
    ...

class Spelling:
    tokenizer: _Any
    stop: _Any
    ids: _Any
    given: _Any
    done: _Any

    def __init__(self, tokenizer, stop=...):
        ...

    def add(self, token: int) -> str:
        ...

    def end(self) -> str:
        ...

    def _give(self, final):
        ...
