# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import hashlib
import os
import sqlite3
import zlib
from functools import cached_property
from pathlib import Path
import numpy as np
from ..arguments import COUNT, NAMED, NUMBERS, PATH, SECONDS, SOME_TEXTS, TEXT, either, maybe, told, whole
from ..core import HasPage, InvalidData, SharedFile, WrongArgument, brief, fold, identity_key, long_wait, redact, require, warn
from .base import LMError
from fastcore.basics import patch
_told: _Any

def unit_vectors(x, texts, name: str, dim: _Optional[int]=...) -> np.ndarray:
    ...

class Embedder(HasPage):
    _told: _Any
    name: _Any
    dim: _Any
    cache: _Any

    def __call__(self, texts) -> np.ndarray:
        ...

    def _cached(self, texts):
        ...

    def _keep(self, texts, vectors):
        ...

    def _cache_fails(self, e):
        ...

    def _embed(self, texts):
        ...

    def __repr__(self):
        ...

class EmbeddingCache(HasPage):
    _file: _Any
    path: _Any
    _named: _Any
    _seen: _Any

    def __init__(self, path):
        ...

    @staticmethod
    def _key(name, text):
        ...

    def get_many(self, name: str, texts: list) -> dict:
        ...

    def put_many(self, name: str, texts: list, vectors) -> _Any:
        ...

    def forget(self, texts: list, ids=...) -> int:
        ...

class HashEmbedder(Embedder):
    cache: _Any
    dim: _Any
    name: _Any

    def __init__(self, dim: int=..., cache=...):
        ...

    def _embed(self, texts):
        ...

def _weights_mark(folder):
    ...

def _offline_copy(model):
    ...

class STEmbedder(Embedder):
    name: _Any
    cache: _Any
    source: _Any
    device: _Any
    batch_size: _Any

    def __init__(self, model: str=..., cache=..., batch_size: int=..., device: _Optional[str]=...):
        ...

    @cached_property
    def model(self):
        ...

    @cached_property
    def dim(self):
        ...

    def _embed(self, texts):
        ...

def in_order(reply, n: int, name: str) -> list:
    ...

class OpenAIEmbedder(Embedder):
    base_url: _Any
    cache: _Any
    _secret: _Any
    dim: _Any
    name: _Any
    model: _Any
    batch_size: _Any
    timeout: _Any
    max_retries: _Any
    provider: _Any
    _client: _Any

    def __init__(self, model: str=..., base_url: _Optional[str]=..., api_key: _Optional[str]=..., cache=..., batch_size: int=..., timeout: float=..., max_retries: int=..., provider: str=...):
        ...

    def __getstate__(self):
        ...

    def __setstate__(self, state):
        ...

    def _client_here(self):
        ...

    def _embed(self, texts):
        ...
_loaded: _Any

def load_embedder(name=..., cache=..., **kw) -> Embedder:
    ...
