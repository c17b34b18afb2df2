# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import math
import re
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from fastcore.basics import patch
from ..core import InvalidData, fold, read_jsonl, write_jsonl

@dataclass(frozen=True)
class Criterion:
    direction: str
    threshold: float
    meaning: str = ...

    @property
    def pair(self):
        ...
CRITERIA: _Any
DIRECTIONS: _Any

def criterion_value(direction: str, c1, c2=...):
    ...
_SUBJECT: _Any
_ATTRIBUTE: _Any
_ENDINGS: _Any

def _named(row, names):
    ...

def clean_row(row: dict, pair: bool) -> dict:
    ...

def glued(prefix: str, suffix: str) -> bool:
    ...

@dataclass(frozen=True)
class Problem:
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

def _mentions(text, subject):
    ...

def _row_problems(part, rows):
    ...

def _subject_problems(part, rows):
    ...

def _cross_problems(ex):
    ...

def _text_problems(texts, part=...):
    ...

@dataclass
class CanonicalExamples:
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
    def direction(self):
        ...

    @property
    def threshold(self):
        ...

    @property
    def pair(self):
        ...

    def __len__(self):
        ...

    def __repr__(self):
        ...

    def check(self) -> list:
        ...

    def endings(self, row) -> list:
        ...

    @classmethod
    def read(cls, train, evaluation=..., hard_negatives=..., targeted=..., direction: _Optional[str]=..., task: _Optional[str]=..., threshold: _Optional[float]=..., name: _Optional[str]=..., quiet: bool=...):
        ...

    def write(self, folder) -> Path:
        ...

    @classmethod
    def from_table(cls, rows, train, evaluation, **kw):
        ...

    @classmethod
    def from_clarifications(cls, source, scope=..., **kw):
        ...

    @classmethod
    def published(cls, task: str, folder, split: str=..., **kw):
        ...

def find_criterion(direction: _Optional[str]=..., task: _Optional[str]=..., threshold: _Optional[float]=...) -> Criterion:
    ...

def _shifted(row):
    ...

def _read_rows(path, pair):
    ...

def _read_glue(path, rows):
    ...

def read_texts(path) -> list:
    ...
PUBLISHED: _Any

def overlap(a: CanonicalExamples, b: CanonicalExamples) -> dict:
    ...
