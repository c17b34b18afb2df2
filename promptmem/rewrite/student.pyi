# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import copy
import json
import math
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from fastcore.basics import patch
import numpy as np
from ..arguments import COUNT, DICT, FLAG, LIST_OF_TEXTS, PATH, Kind, maybe
from ..lm.arguments import MODEL, TOKENIZER, told
from ..core import HasPage, InvalidData, WrongArgument, brief, require, words, write_atomic
from .guards import new_names, new_numbers
from .pairs import Pair, clean_pairs
from .task import groups_of
from ..stats import Interval, interval, paired_interval
_PAIRS: _Any
_told: _Any

@dataclass(frozen=True)
class StudentConfig(HasPage):
    rank: int = ...
    alpha: int = ...
    dropout: float = ...
    targets: object = ...
    epochs: float = ...
    batch_size: int = ...
    accumulate: int = ...
    lr: float = ...
    warmup: float = ...
    weight_decay: float = ...
    max_grad_norm: float = ...
    max_tokens: int = ...
    mask_prompt: bool = ...
    quantize: _Optional[object] = ...
    validation: float = ...
    max_seconds: _Optional[float] = ...
    template: str = ...
    seed: int = ...
PRESETS: _Any

def encode_pair(tokenizer, before: str, after: str, config: StudentConfig) -> tuple:
    ...

def _batch(rows, pad):
    ...

def rouge_l(text: str, reference: str) -> float:
    ...

def faithful(before: str, after: str) -> bool:
    ...

def _base(base):
    ...

def _with_lora(model, config):
    ...

def _loss(model, rows, pad):
    ...

def _batches(rows, size, rng):
    ...

def _fit(model, rows, pad, config, progress):
    ...

class _NoBar:

    def update(self, n):
        ...

def _progress(total, show):
    ...

@dataclass(frozen=True)
class Rewrite(HasPage):
    before: str
    text: str
    raw: str
    used: bool
    why: str = ...

class PromptRewriter(HasPage):
    model: _Any
    tokenizer: _Any
    config: _Any
    base: _Any
    info: _Any

    def __init__(self, model, tokenizer, config: StudentConfig=..., base: str=..., info: _Optional[dict]=...):
        ...

    def __call__(self, prompts, **options):
        ...

    def __repr__(self):
        ...

    def rewrite(self, prompts, max_tokens: int=..., batch_size: int=...) -> list:
        ...

    @classmethod
    def train(cls, pairs, base=..., preset: str=..., clean: bool=..., progress: bool=..., **options) -> PromptRewriter:
        ...

    def loss(self, pairs, adapted: bool=...) -> float:
        ...

    def evaluate(self, pairs=..., **options) -> RewriterReport:
        ...

    def effect(self, task, lm, prompt: str=..., examples=..., place: str=..., ledger=..., **options) -> Effect:
        ...

    def save(self, folder) -> Path:
        ...

    @classmethod
    def load(cls, folder, base=...) -> PromptRewriter:
        ...

def _judged(before, raw, finish):
    ...

def _as_pairs(pairs):
    ...

def _pad(tokenizer):
    ...

class RewriterReport(dict):

    @property
    def gain(self):
        ...

    @property
    def verdict(self) -> str:
        ...

    def __repr__(self):
        ...

    def _repr_html_(self):
        ...

@dataclass
class Effect:
    before: object
    after: object
    gain: object
    used: float
    rows: list

    @property
    def frame(self):
        ...

    @property
    def verdict(self) -> str:
        ...

    def __repr__(self):
        ...

    def _repr_html_(self):
        ...

def tiny_causal_lm(texts, width: int=..., layers: int=..., seed: int=...) -> tuple:
    ...
