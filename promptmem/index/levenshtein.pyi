# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from bisect import bisect_right
from numbers import Integral
from operator import itemgetter
import numpy as np
from fastcore.basics import patch
from ..core import HasPage, InvalidData, NotFound, brief

def _bag(text: str):
    ...

def _bags(texts) -> np.ndarray:
    ...
_BITS16: _Any

def _popcount(x):
    ...

def _bag_bound(bags, query, limit: int):
    ...

class _Bucket:
    bags: _Any
    keys: _Any
    ranks: _Any

    def __init__(self):
        ...

    def add(self, key, rank):
        ...

    def ready(self):
        ...

    def remove(self, at):
        ...

def _distances(text, keys, limit):
    ...

def _candidates(index, text: str, limit: int) -> list:
    ...

def _verified(text: str, found: list, level: int, limit: int) -> list:
    ...

def _scan(index, text, k, limit):
    ...

def _whole(value, name):
    ...

class LevenshteinIndex(HasPage):
    _next: _Any
    _where: _Any
    _buckets: _Any
    small: _Any

    def __init__(self, keys=...):
        ...

    def __len__(self):
        ...

    def __contains__(self, key):
        ...

    def __iter__(self):
        ...

    def __repr__(self):
        ...

    def add(self, key: str, rank: _Optional[int]=...) -> _Any:
        ...

    def extend(self, keys) -> _Any:
        ...

    def remove(self, key: str) -> _Any:
        ...

    def nearest(self, text: str, k: int=..., max_distance: _Optional[int]=...) -> list:
        ...

    def query(self, text: str, max_distance: _Optional[int]=...):
        ...

def _within(index, text: str, k: int, limit: int) -> list:
    ...
