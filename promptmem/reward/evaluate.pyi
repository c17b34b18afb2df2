# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import math
from dataclasses import dataclass, field
from fastcore.basics import patch
import numpy as np
import pandas as pd
from promptmem.arguments import COLUMN, COUNT, FLAG, FRAME, NAMED, NUMBERS, SEED, TEXT, Kind, either, having, maybe, number, one_of, some, told, whole
from ..core import InvalidData, brief, plain, require
from ..panel import facts, heading, paragraph, static_page, table
from ..stats import Interval, auc, brier, calibration_error, interval, paired_interval, reliability
from .choose import best_of_n, margin_rule, pick, success
from .outcomes import GROUPS, IDS, OUTCOMES, TABLE, LeakedRows, Outcomes, availability, group_folds, sorted_ids
_GRID: _Any
_told: _Any

def _one_shape(correct, p):
    ...

def _pairs(correct, p):
    ...

def pair_ordering(correct, p) -> float:
    ...

def pair_interval(correct, p, groups=..., **kw) -> Interval:
    ...

def classification(correct, p, threshold: float=...) -> dict:
    ...

def scores(correct, p, groups=...) -> dict:
    ...

@dataclass
class RewardReport:
    rules: pd.DataFrame
    scores: pd.DataFrame
    prompts: pd.DataFrame
    label: str
    reliability: _Optional[pd.DataFrame] = ...
    choices: dict = ...
    meta: dict = ...

    @property
    def verdict(self):
        ...

    def __repr__(self):
        ...

    def parts(self) -> list:
        ...

    def _repr_html_(self):
        ...

    def to_dict(self) -> dict:
        ...

    def metric(self, name: str, prompts: str=..., who: str=..., part: _Optional[str]=...) -> float:
        ...

    def plot(self):
        ...

def _gain_words(row, of):
    ...

def _verdict(report):
    ...

def _full_lines(f, report):
    ...
FEW: _Any

def _few(n, lines):
    ...

def _judged_on(n, lines):
    ...

def _choice_words(f):
    ...
_SCORE_WORDS: _Any

def _share(v):
    ...

def between(low, high, form: str=...) -> str:
    ...

def _rule_rows(rules):
    ...

def _report_parts(report):
    ...

def _score_parts(scored, several):
    ...

@dataclass
class _Lines:
    ids: np.ndarray
    y: np.ndarray
    p: np.ndarray
    prompts: list
    texts: list
    groups: np.ndarray
    at: np.ndarray
    train: list
    heldout: list
    known: list
    pool: list = ...

    @property
    def seen(self):
        ...

def _lines(rm, out):
    ...

def _weights(L, rm, ties, lookup):
    ...

def _lookup(L, rm):
    ...

def _gain(got, base, groups, same, seed, n_boot):
    ...
_RULE_COLUMNS: _Any

def _rule_table(L, weights, part, keep, seed, n_boot):
    ...

def _score_rows(L, rm, part, keep, lookup, seed, n_boot):
    ...

def _label(L, published):
    ...

def _bins(L):
    ...

def _judged(L, out, judgments, ties):
    ...

def _prompt_table(L, judgments, out):
    ...

def evaluate_reward(rm, out: Outcomes, allow_seen: bool=..., published: bool=..., judgments=..., groups=..., n_boot: int=..., seed: int=...) -> RewardReport:
    ...
CLASSIFIED: _Any

def _setting_scores(report):
    ...

def availability_table(rm, train: Outcomes, test: Outcomes, sizes=..., heldout=..., published: bool=..., progress: bool=..., **kw) -> pd.DataFrame:
    ...

def _settings(table, *columns):
    ...

def availability_summary(table: pd.DataFrame) -> pd.DataFrame:
    ...

def availability_metrics(table: pd.DataFrame) -> pd.DataFrame:
    ...

class ChoiceTable(pd.DataFrame):

    @property
    def _constructor(self):
        ...

    @property
    def verdict(self):
        ...

    def _repr_html_(self):
        ...

def cross_choices(rm, out: Outcomes, folds=..., seed: int=..., n_boot: int=..., ties: str=...) -> ChoiceTable:
    ...
