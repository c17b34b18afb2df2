# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from statistics import NormalDist
from fastcore.basics import patch
import numpy as np
from ..core import words
from ..stats import expit, logit
SPREADS: _Any

def _laplace(K, mean, i, j, y, questions, start):
    ...

class Abilities:
    items: _Any
    alone: _Any
    n: _Any
    rows: _Any
    fits: _Any
    spread: _Any
    mode: _Any
    factor: _Any
    centre: _Any
    trust: _Any

    def __init__(self, candidates, spreads=..., expected=...):
        ...

    @staticmethod
    def _shared(texts):
        ...

    def draws(self, k: int, rng, newcomers: int=...) -> np.ndarray:
        ...

    def telling(self, example, better: float=...) -> float:
        ...

    def chance_better(self, i: int, base: int=...) -> float:
        ...

def _priors(self, shared, spreads, expected):
    ...
FINE_SPREADS: _Any
DIFFER: _Any

def _evidence_of_none(fit):
    ...
