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
from ..core import new_id, write_atomic

def _unit(vectors) -> np.ndarray:
    ...

def _top(scores, ranks, k: int) -> np.ndarray:
    ...

class VectorIndex:
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

    def add(self, key, vector):
        ...

    def extend(self, keys, vectors):
        ...

    def vector(self, key) -> np.ndarray:
        ...

    def remove(self, key):
        ...

    def search(self, vector, k: int=...) -> list:
        ...

    def _reserve(self, n):
        ...

    def _claim(self, key):
        ...

def _centres(sample, n: int, seed: int=..., rounds: int=...) -> np.ndarray:
    ...

def _nearest_centre(vectors, centres):
    ...

class ClusterIndex:
    folder: _Any
    meta: _Any
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

def build_clusters(folder, blocks, counter: int=..., seed: int=..., target: float=...) -> ClusterIndex:
    ...

def tidy_clusters(folder, age: float=...):
    ...

def _sample(blocks, size, seed):
    ...

def _write_clusters(generation, blocks, centres, n):
    ...

def _fsync(path):
    ...

def _calibrate(generation, centres, starts, sample, target, seed, n=...):
    ...
