# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import math
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from fastcore.basics import patch
import numpy as np
import pandas as pd
from promptmem.arguments import COUNT, DICT, FUNCTION, LISTED, NUMBERS, SEED, SHARE, TEXT, Kind, either, having, maybe, number, one_of, some, told, whole
from ..core import HasPage, InvalidData, brief, quoted
from ..panel import parts, static_page
from ..record import Record
from ..stats import strictest_first, t_quantile

def _table(v, dims=...):
    ...

def _between(v):
    ...
_SCORES: _Any
_RIGHT: _Any
_SURE: _Any
_COLUMNS: _Any
_ANSWERS: _Any
_COSTS: _Any

def _is_grid(v):
    ...
_NEVER: _Any
_MARGIN: _Any
PROVE: _Any
_told: _Any

def _same_length(**given):
    ...

def _is_column(name, j, p):
    ...

def pick(p, ties: str=..., seed: int=...) -> np.ndarray:
    ...

def success(weights, correct) -> np.ndarray:
    ...

def _pick_among(p, columns, ties, seed):
    ...
RULES: _Any

def best_of_n(p, rule: str=..., train=..., heldout=..., pool=..., gate: float=..., ties: str=..., seed: int=...) -> np.ndarray:
    ...

def margin_rule(p, default: int, margin: float, ties: str=...) -> np.ndarray:
    ...
MARGINS: _Any
LIKELY: _Any

def _lower(gain, groups, level, tests):
    ...

def choose_margin(p, rate, default: int, groups=..., margins=..., level: float=..., prove=...) -> float:
    ...

def net_value(p, costs, tradeoff: float=...) -> np.ndarray:
    ...

@dataclass(frozen=True)
class Choice(Record):
    prompt: str
    p: float
    interval: tuple
    abstained: bool
    why: str = ...
    index: int = ...
    cost: _Optional[float] = ...
    table: tuple = ...

    def __bool__(self):
        ...

    def parts(self) -> list:
        ...

    def _repr_html_(self):
        ...

    def _repr_mimebundle_(self, include=..., exclude=...):
        ...

    def __repr__(self):
        ...

    @property
    def verdict(self):
        ...

def choose_prompt(rm, query: str, prompts, costs=..., tradeoff: float=..., default=..., margin=..., min_p: float=..., level: float=...) -> Choice:
    ...

def _reason(left, gain, default, margin):
    ...

def _running_mean(values, ties):
    ...

def risk_coverage(confidence, correct) -> pd.DataFrame:
    ...

def risk_threshold(confidence, correct, risk: float, level: float=...) -> float:
    ...

def vote(answers):
    ...

@dataclass(frozen=True)
class Vote(Record):
    answer: object
    calls: int
    lead: float
    asked: tuple = ...

def escalate(p, ask, lead: float=..., at_most: _Optional[int]=...) -> Vote:
    ...

def _replay(p, answers, correct, lead, at_most):
    ...

def escalation_curve(p, answers, correct, lead: float=..., at_most=...) -> pd.DataFrame:
    ...

class Online(HasPage):
    a: _Any
    b: _Any
    rng: _Any

    def __init__(self, m: int, d: int=..., prior: float=..., seed: int=...):
        ...

    def features(self, p) -> np.ndarray:
        ...

    def update(self, p, j: int, correct):
        ...

    def _posterior(self, p):
        ...

class Thompson(Online):

    def choose(self, p) -> int:
        ...

class LinUCB(Online):
    bonus: _Any

    def __init__(self, m: int, bonus: float=..., **kw):
        ...

    def choose(self, p) -> int:
        ...

def replay(learner, p, correct) -> np.ndarray:
    ...
