# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import math
import zlib
from typing import NamedTuple
import numpy as np
from fastcore.basics import patch
from ..lm.arguments import NOTHING, TEXT, Kind, either, number, some, told, whole
from ..core import InvalidData, brief, fold, require, warn
from ..panel import parts as pages
from ..panel.plots import figure
from ..panel.widget import static_page
from .studying import after_contexts, tokenize
from ..lm.chat import frame
from ..lm.scoring import token_logprobs
from ..stats import auc as area_under
from ..stats import bootstrap as resampled
from ..stats import grouped_interval, t_quantile, wilson

def check_pairs(seen, unseen) -> list:
    ...

def _zlib_bytes(text):
    ...
SCORES: _Any

def sentence_scores(model, tokenizer, sentences, score: str=..., max_length: int=..., batch_tokens: _Optional[int]=..., progress: _Optional[bool]=..., name: str=..., contexts=..., chat=...) -> dict:
    ...

class Bounds(NamedTuple):
    lo: float
    hi: float

def dprime(area: float, n: int) -> float:
    ...
_sensitivity: _Any

def _share_bounds(values, sentences, foils):
    ...

def _placements(x, y):
    ...

def _spread(each, codes):
    ...

def _area_bounds(seen, unseen, *groupings, level=...):
    ...

class Recognition:
    before: _Any
    frame: _Any
    score: _Any
    scored: _Any

    def __init__(self, frame, score, scored):
        ...

    @property
    def counted(self):
        ...

    @property
    def n(self) -> int:
        ...

    @property
    def accuracy(self) -> float:
        ...

    @property
    def dprime(self) -> float:
        ...

    @property
    def interval(self) -> Bounds:
        ...

    @property
    def ties(self) -> int:
        ...

    @property
    def auc(self) -> float:
        ...

    @property
    def comparisons(self) -> int:
        ...

    @property
    def dprime_interval(self) -> Bounds:
        ...

    def bootstrap(self, n: int=..., seed: int=...):
        ...

    @property
    def best(self) -> str:
        ...

    @property
    def recognised(self) -> float:
        ...

    @property
    def recognised_interval(self) -> Bounds:
        ...

    def summary(self) -> dict:
        ...

    @property
    def verdict(self) -> str:
        ...

    def __repr__(self):
        ...

    def parts(self) -> list:
        ...

    def _repr_html_(self):
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

def _bounds(r, column):
    ...

def _dprime_bounds(r, seen, unseen):
    ...

class CalibratedRecognition(Recognition):
    before: _Any

    def __init__(self, frame, score, scored, before):
        ...

    @property
    def calibrated(self) -> float:
        ...

    @property
    def calibrated_interval(self) -> Bounds:
        ...

    @property
    def calibrated_auc(self) -> float:
        ...

    @property
    def calibrated_dprime(self) -> float:
        ...

    @property
    def adjusted(self) -> float:
        ...

    @property
    def adjusted_interval(self) -> Bounds:
        ...

    @property
    def adjusted_auc(self) -> float:
        ...

def _halves(margin):
    ...

def _before_scores(before, n):
    ...

def _kept(before, now):
    ...

def _calibrated(f, score, b_seen, b_unseen):
    ...

def _kept_range(before, now, foils):
    ...

def _adjusted_by(f, kept):
    ...

def _said(value, bounds, digits=...):
    ...

def _figures(r):
    ...
_HELP: _Any

def _warn_about(f):
    ...
_texts: _Any
_PER_LIST: _Any

def _is_before(v):
    ...
_BEFORE: _Any

def recognition_test(model, tokenizer, seen, unseen, before=..., score: str=..., max_length: int=..., batch_tokens: _Optional[int]=..., progress: _Optional[bool]=..., contexts=..., chat=...) -> Recognition:
    ...
