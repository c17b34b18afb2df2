# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import json
from contextlib import contextmanager
from pathlib import Path
from ..arguments import DICT, PATH, Kind, told
from ..core import HasPage, InvalidData, brief, plain, require, write_atomic
from fastcore.basics import patch
_TENSORS: _Any
_told: _Any

def trainable(model) -> dict:
    ...

def checked_parameters(model, wanted: dict, what: str) -> dict:
    ...

def write_tensors(path, tensors: dict, note: dict) -> Path:
    ...

def read_tensors(path) -> tuple:
    ...

def _changed(old, new):
    ...

def _put_rows(params, name, rows, values):
    ...

class WeightDelta(HasPage):
    tensors: _Any
    note: _Any

    def __init__(self, tensors: dict, note: _Optional[dict]=...):
        ...

    @classmethod
    def between(cls, base: dict, model, note: _Optional[dict]=...) -> WeightDelta:
        ...

    @classmethod
    def load(cls, path) -> WeightDelta:
        ...

    def __repr__(self):
        ...

    def save(self, path) -> Path:
        ...

    def apply(self, model):
        ...

    @property
    def nbytes(self) -> int:
        ...

def put_back(model, base: dict):
    ...

@contextmanager
def borrowed_weights(model, restore: bool=...):
    ...
