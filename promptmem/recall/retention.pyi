# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import math
import time
import numpy as np
from fastcore.basics import patch
from ..lm.arguments import Kind, number, some, told, whole
from ..core import InvalidData, brief, fold, progress_bar, require, warn
from ..panel import parts as pages
from ..panel.plots import line
from ..panel.widget import static_page
from .generation import recall_test
from .recognition import recognition_test
from .studying import Learner, exposure_batches, study, tokenize
from ..lm.weights import borrowed_weights, put_back
from ..stats import mean_interval

def make_probe(tokenizer, seen, unseen, recall: bool=..., prefix_words=..., **kw):
    ...

def _endless(n, rng):
    ...

def expanding(first: int, times: int, factor: float=...) -> list:
    ...

def interference_plan(n_seen: int, n_other: int, updates: int, batch_size: int=..., replay: float=..., reviews=..., seed: int=...) -> list:
    ...

def _name(replay, reviews):
    ...

def _without(other, tested):
    ...

def _forget(model, tokenizer, texts, probe, c, at, lr, batch_size, other_lr, other_batch_size, seed, progress):
    ...

def retention_curve(model, tokenizer, seen, unseen, other, exposures: int=..., lr: float=..., batch_size: int=..., study_at=..., at=..., other_lr: _Optional[float]=..., other_batch_size: int=..., conditions: _Optional[dict]=..., replay: float=..., reviews=..., seeds=..., prefix_words=..., max_length: int=..., restore: bool=..., progress: _Optional[bool]=...) -> 'Retention':
    ...

class Retention:
    frame: _Any
    settings: _Any

    def __init__(self, frame, settings):
        ...

    def means(self, score=..., phase=...):
        ...

    def floor(self, score=...):
        ...

    def half_life(self, score=...):
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

    def plot_exposures(self, scores=...):
        ...

    def plot(self, scores=...):
        ...

def _ends(r, score):
    ...
SHAPES: _Any

def _linear(x, y):
    ...

def fit_forgetting(updates, scores):
    ...

def exposures_to(frame, criterion: float=..., score: str=...) -> float:
    ...

def savings(model, tokenizer, seen, unseen, other, updates=..., exposures: int=..., criterion: float=..., score: str=..., lr: float=..., other_lr: _Optional[float]=..., batch_size: int=..., other_batch_size: int=..., seed: int=...):
    ...

def _log_axis(fig, values):
    ...
LABELS: _Any
