# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import ast
import itertools
import re
from dataclasses import dataclass
from collections.abc import Hashable
from pathlib import Path
from fastcore.basics import patch
import numpy as np
import pandas as pd
from ..arguments import COUNT, DICT, FLAG, FUNCTION, LISTED, LIST_OF_TEXTS, NAMED, PATH, SEED, SHARE, TEXT, Kind, either, having, maybe, number, some, told, whole
from ..lm.embed import load_embedder
from ..panel import paragraph, static_page, table as listed
from ..stats import interval
from ..data import sought
from ..core import InvalidData, NoFile, brief, decimal_commas, fold, identity_key, quoted, read_csv, read_jsonl, read_text, rows_of, stable_hash, user_path, warn, write_atomic

def _are_ids(v):
    ...
TABLE: _Any
OUTCOMES: _Any
GROUPS: _Any
IDS: _Any
EMBEDDER: _Any
_LIST: _Any
_told: _Any

def question_key(text: str) -> str:
    ...

def _said(x):
    ...

def _need(frame, columns, what):
    ...
SPELLINGS: _Any

def as_correct(values, what: str=...) -> np.ndarray:
    ...

def sorted_ids(ids) -> list:
    ...

def _check_texts(table, id_column, what):
    ...

def _check_ids(frame, column, table, what):
    ...

class Outcomes:
    frame: _Any
    queries: _Any
    prompts: _Any
    failed: _Any

    def __init__(self, frame, queries, prompts, check: bool=...):
        ...

    def _check(self):
        ...

    def __len__(self):
        ...

    @property
    def verdict(self):
        ...

    def parts(self) -> list:
        ...

    def _repr_html_(self):
        ...

    def __repr__(self):
        ...

    @classmethod
    def read(cls, path, queries=..., prompts=...) -> Outcomes:
        ...

    def save(self, folder) -> Path:
        ...

    @classmethod
    def from_interactions(cls, interactions) -> Outcomes:
        ...

    @classmethod
    def from_store(cls, store, scope: str) -> Outcomes:
        ...

    @classmethod
    def from_verdicts(cls, logs: dict, queries, prompts) -> Outcomes:
        ...

    def where(self, keep) -> Outcomes:
        ...

    def column(self, name: str) -> pd.Series:
        ...

    def select(self, **wanted) -> Outcomes:
        ...

    def by_role(self, *roles, split=..., prompts=...) -> Outcomes:
        ...

    def counts(self):
        ...

    def texts(self, query_ids=...) -> list:
        ...

    def prompt_texts(self, prompt_ids=...) -> list:
        ...

    def groups(self, query_ids=...) -> np.ndarray:
        ...

    def wide(self, values: str=..., prompts=..., complete: bool=...) -> pd.DataFrame:
        ...

    def split(self, test: float=..., calib: float=..., seed: int=..., groups=..., embedder=..., threshold: float=..., allow_leaks: bool=...) -> Outcomes:
        ...

    def check_leaks(self, embedder=..., threshold: float=..., allow_leaks: bool=...) -> Leaks:
        ...

def _log_verdict(out):
    ...

def _log_parts(out):
    ...

def _read_table(path):
    ...
_TEXTS: _Any

def _typed(frame):
    ...

def _alike(tables):
    ...

def _beside(folder, name):
    ...

def _one_text(frame, id_, text):
    ...

def _split_tables(frame):
    ...
_OTHER_NAMES: _Any

def _as_log(source):
    ...

def _of(x, name):
    ...

def _prompt_of(it):
    ...

def _verdict_of(it):
    ...

def _judged_row(it, right):
    ...

def read_verdicts(path) -> pd.DataFrame:
    ...

def read_answers(path) -> pd.DataFrame:
    ...

def _mask(column, wanted):
    ...

def _in_order(values, ids, what):
    ...

def availability(prompts, sizes=...) -> list:
    ...

class LeakedRows(InvalidData):
    ...

@dataclass(frozen=True)
class Leaks:
    n: int
    exact: int
    normalized: int
    near: int
    examples: tuple = ...

    def __bool__(self):
        ...

    @property
    def verdict(self):
        ...

    def _repr_html_(self):
        ...

    def __str__(self):
        ...

def nearest(a, b, block: int=...):
    ...

def _embedder(name):
    ...

def find_leaks(test, train, embedder=..., threshold: float=...) -> Leaks:
    ...
_DIGITS: _Any

def near_groups(texts, embedder=..., threshold: float=...) -> np.ndarray:
    ...

def group_folds(groups, folds: int=..., seed: int=...) -> np.ndarray:
    ...
