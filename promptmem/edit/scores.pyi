# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import copy
import functools
import hashlib
import math
import random
import threading
import zlib
from collections import OrderedDict
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
import numpy as np
from fastcore.basics import patch
from ..arguments import COUNT, FLAG, SEED, having, maybe, number, told, whole
from ..core import HasPage, InvalidData, progress_bar, require, stable_hash
from .deltas import fingerprint, ledger
from .examples import criterion_value, read_texts, renamed
from .packed import Packed, packed_texts, read_packed, reads_packed
from .short import short_attention
from ..lm.decode import cache_argument, cache_of
from ..lm.matmul import fast_linear
from ..lm.scoring import budget_batches, context_length, evaluating, pad_id, pad_right, run_halving
from ..lm.scoring import split_head
from ..stats import damage_upper, share_lower, share_upper
from ..lm.arguments import MODEL, TOKENIZER
_held: _Any
torch: _Any

def _states(model, call, row, col, past=...):
    ...

def _head_rows(states):
    ...
_AT_ONCE: _Any

def _totals(logits):
    ...

def _gather(states, head, at, target):
    ...

@contextmanager
def _in_a_row(model):
    ...

def _packed(model, inputs):
    ...

def _states_in_a_row(split, inputs, places):
    ...

def _filled_up(model, inputs, places, past=...):
    ...

def _run_unique(model, inputs, items, past=...):
    ...

def _collected(done, n):
    ...

def _scored_batches(model, flat, batch_tokens, done=...):
    ...

def _plan_shared(flat, least=...):
    ...

def _read_only():
    ...

def _in_front(cache, rows):
    ...

def _first_tokens(model, part, flat, mine):
    ...

def _shared_batch(model, part, flat, groups, batch_tokens, done=...):
    ...

def _scored_shared(model, flat, groups, batch_tokens, done=...):
    ...

def _fitting(flat):
    ...

def _keeps_cache(model):
    ...

def _table(model):
    ...

def _coarse(model, fine=...):
    ...

def item_losses(model, items: list, pad: int=..., batch_tokens: _Optional[int]=..., share: bool=..., progress: _Optional[bool]=...) -> np.ndarray:
    ...

def row_values(examples, c) -> np.ndarray:
    ...

def _checksum(p):
    ...
_memory: _Any
_room: _Any
_alone: _Any

def state_key(model) -> str:
    ...

def _summed_up(model, edits):
    ...

@contextmanager
def edits_alone(model):
    ...

def remembered(key, compute):
    ...

def cached_losses(model, items: list, pad: int=..., batch_tokens: _Optional[int]=..., progress: _Optional[bool]=...) -> np.ndarray:
    ...

def _continued(model, starts, tokens, pad, seed):
    ...
_FEW: _Any

class GeneralText(HasPage):
    counts: _Any
    _search: _Any
    texts: _Any
    pad: _Any
    seed: _Any
    ids: _Any
    starts: _Any
    batch_tokens: _Any
    chunk: _Any
    progress: _Any
    key: _Any
    read: _Any

    def __init__(self, tokenizer, texts, max_tokens: int=..., seed: int=..., batch_tokens: int=..., chunk: int=..., progress: _Optional[bool]=...):
        ...

    def _begin(self, texts, items, pad, seed, batch_tokens, chunk, progress):
        ...

    def __len__(self):
        ...

    @classmethod
    def of(cls, items: list, pad: int=..., batch_tokens: int=..., chunk: int=..., progress: _Optional[bool]=...) -> GeneralText:
        ...

    def sums(self, model, n: _Optional[int]=..., known=...) -> np.ndarray:
        ...

    def at(self, model, which, known=...) -> np.ndarray:
        ...

    def _before(self, edit, n):
        ...

    def loss(self, model) -> float:
        ...

    def holds(self, edit):
        ...

    def pair(self, edit, n: _Optional[int]=...) -> tuple:
        ...

    @contextmanager
    def without(self, edit):
        ...

    def held(self, edit, n: int) -> tuple:
        ...

    def written(self, edit, n: int, tokens: int=...) -> tuple:
        ...

def _in_force(edit):
    ...

def _as_it_was(edit, was):
    ...

def fit_general(tokenizer, texts, model, seed: int=..., progress: _Optional[bool]=...) -> GeneralText:
    ...

def percent(share: float, sign: str=...) -> str:
    ...

@dataclass(frozen=True)
class LimitTest(HasPage):
    inside: bool
    change: float
    lo: float
    hi: float
    n: int
    of: int
    upper: float = ...
    changed: int = ...
    ahead: float = ...

    def __repr__(self):
        ...

def damages(old, new) -> np.ndarray:
    ...

def _known(general, edit):
    ...

def _ends(x, level, population):
    ...

def limit_test(edit, general: GeneralText, limit: float=..., level: float=..., exact: bool=...) -> LimitTest:
    ...

def _adds_nothing(edit):
    ...

def _level_each(N, n, confidence):
    ...

def _analyses(N, start, confidence):
    ...
_PARTED: _Any
_PARTS: _Any

def _stops(N, start, confidence):
    ...

def _ahead(x, N, level):
    ...

def bound_test(edit, general: GeneralText, limit: float=..., confidence: float=..., start: int=..., width: float=..., settle: bool=...) -> LimitTest:
    ...
_HELD: _Any

def _rises_held(edit, general, n, k):
    ...

def _bound_held(edit, general, k, limit, confidence, start, width, settle):
    ...
