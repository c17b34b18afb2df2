# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import copy
import functools
import hashlib
import math
import random
import statistics
from collections import OrderedDict
from dataclasses import dataclass
import numpy as np
from fastcore.basics import patch
from ..core import InvalidData, require, stable_hash
from .deltas import fingerprint, ledger
from .examples import criterion_value, read_texts
from ..lm.matmul import fast_linear
from ..lm.scoring import budget_batches, context_length, evaluating, pad_id, run_halving, split_head
_HEAD_ROWS: _Any

def _states(model, call, row, col):
    ...

def _gather(states, head, at, target):
    ...

def _run_unique(model, inputs, items, past=...):
    ...

def _scored_batches(model, flat, batch_tokens):
    ...

def _plan_shared(flat, least=...):
    ...

def _scored_shared(model, flat, groups, batch_tokens):
    ...

def _read_only():
    ...

def _in_front(cache, rows):
    ...

def _shared_batch(model, part, flat, groups, batch_tokens):
    ...

def _fitting(flat):
    ...

def item_losses(model, items: list, pad: int=..., batch_tokens: _Optional[int]=..., share: bool=...) -> np.ndarray:
    ...

def _keeps_cache(model):
    ...

def _table(model):
    ...

def row_values(ex, c) -> np.ndarray:
    ...
_memory: _Any
_room: _Any

def state_key(model) -> str:
    ...

def remembered(key, compute):
    ...

def cached_losses(model, items, pad=..., batch_tokens=...):
    ...

class GeneralText:
    ids: _Any
    counts: _Any
    texts: _Any
    pad: _Any
    batch_tokens: _Any
    chunk: _Any
    seed: _Any
    key: _Any
    read: _Any

    def __init__(self, tokenizer, texts, max_tokens: int=..., seed: int=..., batch_tokens: int=..., chunk: int=...):
        ...

    def __len__(self):
        ...

    def sums(self, model, n=..., known=...) -> np.ndarray:
        ...

    def pair(self, edit, n=...) -> tuple:
        ...

    def loss(self, model) -> float:
        ...

def fit_general(tokenizer, texts, model, seed=...) -> GeneralText:
    ...

@dataclass(frozen=True)
class LimitTest:
    inside: bool
    change: float
    lo: float
    hi: float
    n: int
    of: int
    upper: float = ...

    def __repr__(self):
        ...

def paired_change(old, new) -> tuple:
    ...

def limit_test(edit, general: GeneralText, limit: float=..., z: float=..., exact: bool=...) -> LimitTest:
    ...

def bound_test(edit, general: GeneralText, limit: float=..., confidence: float=..., start: int=..., width: float=..., settle: bool=...) -> LimitTest:
    ...
