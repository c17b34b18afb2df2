# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import math
import warnings
import zlib
from typing import NamedTuple
import numpy as np
from fastcore.basics import patch
from ..core import fold, require
from ..panel.plots import figure
from .studying import after_contexts, tokenize
from ..lm.chat import frame
from ..lm.scoring import token_logprobs
from ..stats import auc, bootstrap, grouped_interval, t_quantile, wilson

def check_pairs(seen, unseen) -> list:
    ...

def _zlib_bytes(text):
    ...
SCORES: _Any

def sentence_scores(model, tokenizer, sentences, score: str=..., max_length: int=..., batch_tokens: _Optional[int]=..., progress: bool=..., name: str=..., contexts=..., chat=...) -> dict:
    ...

class Bounds(NamedTuple):
    lo: float
    hi: float

def dprime(area: float, n: int) -> float:
    ...

def _share_bounds(values, sentences, foils):
    ...

def _placements(x, y):
    ...

def _spread(each, codes):
    ...

def _area_bounds(seen, unseen, *groupings, level=...):
    ...

class Recognition:
    frame: _Any
    score: _Any
    scored: _Any

    def __init__(self, frame, score, scored):
        ...

    @property
    def counted(self):
        ...

    @property
    def n(self):
        ...

    @property
    def accuracy(self):
        ...

    @property
    def interval(self):
        ...

    def _bounds(self, column):
        ...

    def _dprime_bounds(self, seen, unseen):
        ...

    @property
    def ties(self):
        ...

    @property
    def auc(self):
        ...

    @property
    def comparisons(self):
        ...

    @property
    def dprime(self):
        ...

    @property
    def dprime_interval(self):
        ...

    def bootstrap(self, n=..., seed=...):
        ...

    def summary(self) -> dict:
        ...

    def __repr__(self):
        ...

    def published(self, batch: int=...) -> float:
        ...

    def plot(self, title=...):
        ...

def _key(text):
    ...

def _foils(frame):
    ...

def _dprime_at(area):
    ...

class CalibratedRecognition(Recognition):
    before: _Any

    def __init__(self, frame, score, scored, before):
        ...

    @property
    def calibrated(self):
        ...

    @property
    def calibrated_interval(self):
        ...

    @property
    def calibrated_auc(self):
        ...

    @property
    def calibrated_dprime(self):
        ...

    @property
    def adjusted(self):
        ...

    @property
    def adjusted_auc(self):
        ...

def _halves(margin):
    ...

def _before_scores(before, n):
    ...

def recognition_test(model, tokenizer, seen, unseen, before=..., score: str=..., max_length: int=..., batch_tokens: _Optional[int]=..., progress: bool=..., contexts=..., chat=...) -> Recognition:
    ...

def _kept(before, now):
    ...

def _warn_about(f):
    ...
