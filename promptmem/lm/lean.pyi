# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import weakref
from fastcore.basics import patch
from ..core import require
from .matmul import lay_out, multiplies, product, round_rows
_FAMILIES: _Any

def _untouched(m):
    ...

def is_plain(model) -> bool:
    ...

class KeysValues:
    held: _Any
    shape: _Any
    n: _Any
    room: _Any

    def __init__(self, shape, room: int=...):
        ...

    def reserve(self, more: int) -> _Any:
        ...

    def batch_select_indices(self, rows) -> _Any:
        ...

    def prefix(self, row: int=..., start: int=...) -> list:
        ...

def from_layers(layers, rows: int, more: int) -> KeysValues:
    ...

def _norm(x, norm):
    ...

def _turn(x, cos, sin):
    ...

class _Layer:
    q: _Any
    k: _Any
    v: _Any
    out: _Any
    gate: _Any
    up: _Any
    down: _Any
    first: _Any
    second: _Any
    q_norm: _Any
    k_norm: _Any
    scale: _Any
    width: _Any

    def __init__(self, block, lay):
        ...

    def heads(self, x, part, norm, shape, turn):
        ...

    def feed(self, x):
        ...

def _attend(q, k, v, scale, mask, causal):
    ...
_SHORT: _Any

def _attend_short(q, k, v, scale):
    ...

def _mask(mask, n, before):
    ...

class LeanModel:
    head: _Any
    embed: _Any
    rotary: _Any
    norm: _Any
    layers: _Any
    heads: _Any
    key_heads: _Any
    width: _Any

    def __init__(self, model, laid_out: bool=...):
        ...

    def fresh(self, rows: int) -> KeysValues:
        ...

    def logits(self, hidden):
        ...

    def read(self, ids, position, kv: _Optional[KeysValues]=..., mask=...):
        ...

def _mixed(layer, x, kept, shape, turn, mask):
    ...

def _stride(lean, ids, mask, cut):
    ...

def _gives_the_same(lean, model):
    ...
_tried: _Any

def _build(model):
    ...

def lean_model(model, laid_out: bool=...) -> LeanModel:
    ...
