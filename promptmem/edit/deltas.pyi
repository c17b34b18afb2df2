# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import hashlib
import json
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from fastcore.basics import patch
from ..core import InvalidData, new_id, now, plain, require, versions, write_atomic

@dataclass
class Delta:
    dense: dict = ...
    factors: dict = ...
    senses: _Optional[tuple] = ...

    def __post_init__(self):
        ...

    @property
    def names(self) -> list:
        ...

    def of(self, name: str):
        ...

    @property
    def numbers(self) -> int:
        ...

    def tensors(self) -> dict:
        ...

    @classmethod
    def from_tensors(cls, tensors: dict):
        ...

    def digest(self) -> str:
        ...

def _bytes(t):
    ...

class Ledger:
    model: _Any
    base: _Any
    active: _Any

    def __init__(self, model):
        ...

    def parameters(self):
        ...

    def original(self, name):
        ...

    def put(self, edit):
        ...

    def take(self, edit):
        ...

    def __deepcopy__(self, memo):
        ...

    def _renew(self, delta):
        ...

    def _renew_one(self, torch, name, p):
        ...

    def _renew_senses(self, torch):
        ...

def ledger(model) -> Ledger:
    ...
_SAMPLE: _Any

def fingerprint(model) -> str:
    ...

class Edit:
    _scale: _Any
    model: _Any
    tokenizer: _Any
    delta: _Any
    method: _Any
    config: _Any
    base: _Any
    history: _Any
    id: _Any
    made: _Any
    limit: _Any

    def __init__(self, model, tokenizer, delta, method, config=..., base=..., scale=..., history=...):
        ...

    @property
    def scale(self) -> float:
        ...

    @scale.setter
    def scale(self, s):
        ...

    @property
    def active(self) -> bool:
        ...

    def apply(self, scale=...):
        ...

    def undo(self):
        ...

    def __enter__(self):
        ...

    def __exit__(self, *_):
        ...

    def context(self, prefix: str) -> str:
        ...

    def __repr__(self):
        ...

    def save(self, folder) -> Path:
        ...

def check_fits(delta: Delta, model):
    ...

def require_senses(model):
    ...
_PICKLES: _Any

def _refuse_pickle(path):
    ...

def load_edit(folder, model, tokenizer=..., strict: bool=...) -> Edit:
    ...

def _restore(edit, info):
    ...

def _cosine(a, b):
    ...

def conflicts(edits) -> list:
    ...

def _merge_weights(edits, how):
    ...

def _merge_senses(edits, how):
    ...

def merge(edits, how: str=...) -> Edit:
    ...
