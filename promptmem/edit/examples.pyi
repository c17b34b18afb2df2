# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import functools
import math
import os
import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, TypeVar, cast
from fastcore.basics import patch
from promptmem.arguments import FLAG, FUNCTION, LISTED, LIST_OF_TEXTS, NAMED, PATH, SEED, SHARE, TEXT, Kind, either, having, hold_fields, maybe, number, told
from ..core import HasPage, InvalidData, as_rows, brief, fold, read_jsonl, redact, warn, write_jsonl
from ..data import sought
_FILE: _Any
_FEW: _Any
_EXAMPLES: _Any
_held: _Any

@dataclass(frozen=True)
class Criterion(HasPage):
    direction: str
    threshold: float
    meaning: str = ...

    def __post_init__(self):
        ...

    @property
    def pair(self) -> bool:
        ...
CRITERIA: _Any
DIRECTIONS: _Any

def criterion_value(direction: str, c1, c2=...):
    ...

def find_criterion(direction: _Optional[str]=..., task: _Optional[str]=..., threshold: _Optional[float]=...) -> Criterion:
    ...
_SUBJECT: _Any
_ATTRIBUTE: _Any
_ENDINGS: _Any

def _named(row, names):
    ...

def _check_fields(row, wanted):
    ...

def clean_row(row: dict, pair: bool) -> dict:
    ...

def glued(prefix: str, suffix: str) -> bool:
    ...

@dataclass(frozen=True)
class Problem(HasPage):
    level: str
    part: str
    kind: str
    message: str
    rows: tuple = ...
    count: int = ...

    def __str__(self):
        ...

def _found(level, part, kind, message, rows):
    ...

def _key(r):
    ...

def _again(keys):
    ...

def _where(rows, test):
    ...

def _blank_problems(part, rows):
    ...

def _row_problems(part, rows):
    ...

def _mentions(text, subject):
    ...

def _subject_problems(part, rows):
    ...

def _cross_problems(examples):
    ...

def _text_problems(texts, part=...):
    ...

def _cleaned(rows, pair, where):
    ...

def _text(t, i):
    ...

def _texts(x):
    ...

@dataclass
class CanonicalExamples(HasPage):
    rows: list
    criterion: Criterion
    evaluation: list = ...
    hard_negatives: list = ...
    targeted: list = ...
    name: str = ...
    problems: list = ...

    def __post_init__(self):
        ...

    @property
    def direction(self) -> str:
        ...

    @property
    def threshold(self) -> float:
        ...

    @property
    def pair(self) -> bool:
        ...

    def check(self) -> list:
        ...

    def endings(self, row: dict) -> list:
        ...

    @classmethod
    def from_table(cls, rows, train, evaluation, **options) -> 'CanonicalExamples':
        ...

    @classmethod
    def from_clarifications(cls, source, scope: _Optional[str]=..., **options) -> 'CanonicalExamples':
        ...

    def __len__(self):
        ...

    def __repr__(self):
        ...

    @classmethod
    def read(cls, train, evaluation=..., hard_negatives=..., targeted=..., direction: _Optional[str]=..., task: _Optional[str]=..., threshold: _Optional[float]=..., name: _Optional[str]=..., quiet: bool=...) -> CanonicalExamples:
        ...

    def write(self, folder) -> Path:
        ...

    @classmethod
    def published(cls, task: str, folder, split: str=..., **options) -> CanonicalExamples:
        ...

def _shifted(row):
    ...

def _read_rows(path, pair):
    ...

def _refuse_glue(path, rows):
    ...

def read_texts(path) -> list:
    ...

def _slot(template, subject):
    ...

def _pairs(rows):
    ...

def _check_table(pairs, near, train, evaluation):
    ...

def from_table(rows, train, evaluation, neighbours=..., direction: str=..., threshold: _Optional[float]=..., targeted=..., seed: int=..., name: str=...) -> CanonicalExamples:
    ...

def _told(source, scope):
    ...

def from_clarifications(source, scope: _Optional[str]=..., answer=..., question=..., holdout: float=..., seed: int=..., name: str=...) -> CanonicalExamples:
    ...

def from_interactions(store, scope: str=..., name: str=...) -> CanonicalExamples:
    ...

def _as_row(x):
    ...

def as_examples(x):
    ...
PUBLISHED: _Any

def overlap(a: CanonicalExamples, b: CanonicalExamples) -> dict:
    ...
_F: _Any

def renamed(**names) -> Callable[[_F], _F]:
    ...
