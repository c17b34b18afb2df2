# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import difflib
import html
import json
from dataclasses import asdict, dataclass, field, fields
from fastcore.basics import patch
from ..arguments import PATH, TEXT, maybe, one_of, told
from ..core import HasPage, InvalidData, brief, plain, quoted, read_json, write_atomic
from .labels import classes_in_words
from ..stats import Interval
_told: _Any
STATUS: _Any

@dataclass
class Candidate(HasPage):
    id: str
    text: str
    how: str = ...
    parents: tuple = ...
    round: int = ...
    status: str = ...
    reason: str = ...
    scores: dict = ...
    predicted: _Optional[float] = ...
    predicted_error: _Optional[float] = ...
    expected: _Optional[float] = ...
    error: float = ...

    @property
    def n(self):
        ...

    @property
    def mean(self):
        ...

    @property
    def shrunk(self):
        ...

class Wording(HasPage, str):
    candidate: _Any

    def __new__(cls, candidate):
        ...

    @property
    def text(self):
        ...

def prompt_diff(before: str, after: str, style: str=...) -> str:
    ...

@dataclass
class OptimizeResult:
    seed: str
    candidates: list
    best_id: str
    tests: list
    final: dict
    cost: dict
    front: dict
    notes: list
    config: dict
    classes: list = ...
    guess_id: _Optional[str] = ...
    chance: _Optional[float] = ...

    def __getitem__(self, cid):
        ...

    @property
    def best(self):
        ...

    @property
    def candidate(self):
        ...

    @property
    def best_guess(self):
        ...

    @property
    def improved(self):
        ...

    @property
    def history(self):
        ...

    @property
    def pareto(self):
        ...

    @property
    def by_class(self):
        ...

    def _repr_html_(self):
        ...

    @property
    def frame(self):
        ...

    def path(self) -> list:
        ...

    def diff(self, style: str=...) -> str:
        ...

    @property
    def verdict(self) -> str:
        ...

    def __repr__(self):
        ...

    def to_json(self, path=...) -> str:
        ...

    def to_text(self, path=...) -> str:
        ...

    @classmethod
    def read(cls, path) -> OptimizeResult:
        ...

    def plot(self):
        ...

def _guessed(res):
    ...

def unlikely(bar: _Optional[float]=..., pinned: bool=...) -> str:
    ...

def broken(candidates) -> bool:
    ...

def _held(gain):
    ...
_SHOWN: _Any

def _figure(name, v):
    ...

def _page(res):
    ...
_COLOURS: _Any

def _wrap(text, width=...):
    ...

def _positions(res):
    ...

def _edges(pairs, at):
    ...
