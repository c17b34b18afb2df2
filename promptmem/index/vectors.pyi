# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import json
import os
import re
import shutil
import time
from pathlib import Path
import numpy as np
from fastcore.basics import patch
from ..arguments import NOTHING, either, told, whole
from ..core import HasPage, InvalidData, NotFound, brief, new_id, write_atomic

def _unit(vectors) -> np.ndarray:
    ...

def _edge(scores, k):
    ...

def _top(scores, ranks, k: int) -> np.ndarray:
    ...

def _few_threads():
    ...
_BY_ROWS: _Any

def _dots(matrix, vector, size: int) -> np.ndarray:
    ...

def _is_key(key):
    ...

def _how_many(k):
    ...

class VectorIndex(HasPage):
    dim: _Any
    _keys: _Any
    _slot: _Any
    _next: _Any
    _matrix: _Any
    _ranks: _Any

    def __init__(self, dim: _Optional[int]=...):
        ...

    def __len__(self):
        ...

    def __contains__(self, key):
        ...

    def __repr__(self):
        ...

    def extend(self, keys, vectors) -> _Any:
        ...

    def add(self, key, vector) -> _Any:
        ...

    def vector(self, key) -> np.ndarray:
        ...

    def remove(self, key) -> _Any:
        ...

    def search(self, vector, k: int=...) -> list:
        ...

def _reserve(index, n):
    ...

def _claim(index, key):
    ...

def _nearest_centre(vectors, centres) -> np.ndarray:
    ...

def _centres(sample, n: int, seed: int=..., rounds: int=...) -> np.ndarray:
    ...

class ClusterIndex(HasPage):
    folder: _Any
    meta: _Any
    mark: _Any
    place: _Any
    ids: _Any
    vectors: _Any
    counter: _Any
    probes: _Any
    recall: _Any
    centres: _Any
    starts: _Any

    def __init__(self, folder):
        ...

    def __len__(self):
        ...

    def __repr__(self):
        ...

    def search(self, vector, k: int=..., probes: _Optional[int]=...) -> list:
        ...

    def erase(self, ids) -> int:
        ...

    def remark(self, mark: str) -> _Any:
        ...

def _sample(blocks, size: int, seed: int):
    ...

def _means(blocks, cell, shape: tuple) -> np.ndarray:
    ...

def _write_clusters(place: Path, blocks, centres, n: int):
    ...

def _write_rows(place, blocks, row, shape):
    ...

def _calibrate(place: Path, centres, starts, sample, target: float, seed: int, n: int=...):
    ...

def _true_neighbour(queries, vectors):
    ...

class ClusterBuild:
    place: _Any
    meta: _Any
    folder: _Any
    name: _Any

    def __init__(self, folder):
        ...

    def __enter__(self):
        ...

    def __exit__(self, *_):
        ...

    def write(self, blocks, counter: int=..., seed: int=..., target: float=...) -> _Any:
        ...

    def publish(self, mark: str=...) -> _Any:
        ...

def build_clusters(folder, blocks, counter: int=..., seed: int=..., target: float=...) -> ClusterIndex:
    ...

def _older(path, age):
    ...

def tidy_clusters(folder, age: float=...) -> _Any:
    ...

def remove_folder(folder) -> bool:
    ...
