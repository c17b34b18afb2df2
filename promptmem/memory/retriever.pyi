# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import json
import random
import re
from pathlib import Path
import numpy as np
from ..arguments import COUNT, FLAG, LISTED, PATH, SEED, Kind, number, one_of, told, whole
from ..core import InvalidData, brief, read_jsonl, require, stable_hash, write_atomic
from ..data import sought
from ..lm.embed import Embedder, STEmbedder, load_embedder
from .lookup import normalizer
_told: _Any

def _rows(rows):
    ...

def make_pairs(rows, n_samples: int=..., seed: int=...) -> list:
    ...

def split_pairs(pairs, test: float=..., by: str=..., seed: int=...) -> tuple:
    ...

class DenseHead(Embedder):
    dim: _Any
    name: _Any
    base: _Any
    weight: _Any
    bias: _Any

    def __init__(self, base, weight, bias):
        ...

    def _embed(self, texts):
        ...

    def save(self, folder) -> Path:
        ...
from fastcore.basics import patch

def load_head(folder, base=...) -> DenseHead:
    ...

def _checked_pairs(pairs):
    ...

def train_retriever(pairs, embedder=..., dim: int=..., epochs: int=..., batch_size: int=..., lr: float=..., seed: int=..., progress: bool=...) -> DenseHead:
    ...

def _bar(n, progress):
    ...

def _epoch(torch, head, opt, a, b, y, batch_size, gen):
    ...

def fine_tune(pairs, model, out, dim: int=..., epochs: int=..., batch_size: int=..., lr: float=..., warmup: int=..., seed: int=...) -> Embedder:
    ...

def _train(torch, model, pairs, epochs, batch_size, lr, warmup, gen):
    ...

def _dense(st, model, dim, torch, gen):
    ...

def _dense_class(st):
    ...

def _step(torch, model, opt, batch):
    ...

def pair_scores(embedder, pairs) -> dict:
    ...
