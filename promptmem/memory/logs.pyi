# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from ..core import NoFile, NotFound, WrongArgument, brief, user_path
from ..lm.arguments import NOTHING, PATH, Kind, either, told
_LIST: _Any
_LOGS: _Any
_told: _Any
import re
from dataclasses import replace
from pathlib import Path
import numpy as np
from ..core import InvalidData, read_jsonl, write_atomic
from .tasks import KEYWORDS, templates
from ..stats import interval, mean_interval, paired_interval, wilson
_PUBLISHED_NAME: _Any
_NAME_PARTS: _Any

def said_by_name(name: str) -> dict:
    ...

def _types(family):
    ...

def _type_of(line, types):
    ...

def _bare(text):
    ...

def _as_ours(records, name):
    ...

def _in_order(records, path):
    ...

def _unanswered(records):
    ...

class Log:
    calls: _Any
    records: _Any
    path: _Any

    def __init__(self, records, path=...):
        ...

    @classmethod
    def read(cls, path):
        ...

    @property
    def name(self):
        ...

    @property
    def strategy(self):
        ...

    @property
    def probability(self):
        ...

    @property
    def seed(self):
        ...

    @property
    def family(self):
        ...

    @property
    def accuracy(self) -> float:
        ...

    def __len__(self):
        ...

    def _repr_html_(self):
        ...

    def __repr__(self):
        ...

    def _times(self):
        ...

    def frame(self):
        ...

    def by_type(self):
        ...

    def plot(self, title: str=...):
        ...

def _checked_line(r):
    ...
from fastcore.basics import patch

class Logs:
    logs: _Any
    names: _Any

    def __init__(self, logs):
        ...

    def __len__(self):
        ...

    def __iter__(self):
        ...

    def __getitem__(self, i):
        ...

    def __repr__(self):
        ...

    def _repr_html_(self):
        ...

    def frame(self):
        ...

    def matrix(self):
        ...

    def join(self):
        ...

    def groups(self) -> dict:
        ...

    def summary(self):
        ...

    def difference(self, better: str=..., base: str=...):
        ...

    def by_type(self):
        ...

    def plot(self, title: str=...):
        ...

    def plot_types(self, title: str=...):
        ...

def compare_logs(logs, pattern: str=...) -> Logs:
    ...

def write_scores(logs: Logs, out, join: bool=...) -> Path:
    ...

def _interval(percents, n):
    ...

def _label(log):
    ...
_KINDS: _Any
