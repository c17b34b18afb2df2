# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import math
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from fastcore.basics import patch
import numpy as np
from promptmem.arguments import COUNT, FUNCTION, LISTED, LIST_OF_TEXTS, SEED, SHARE, TEXT, Kind, either, having, maybe, number, one_of, told, whole
from ..core import HasPage, InvalidData, KeyFree, as_rows, brief, identity_key, read_csv, read_jsonl, stable_hash, warn
from ..data import sought
from ..grade import get_grader, read_score
from ..lm.base import LMError, PromptTooLong
from ..record import Usage
from .labels import LabelGrader, class_table, classes_in_words, default_grader
from .labels import same_answer, say_same
_LEDGER: _Any
_EXAMPLES: _Any
_told: _Any
_told_task: _Any

@dataclass(frozen=True)
class Example(HasPage):
    question: str
    expected: str
    id: str = ...
    meta: dict = ...
_QUESTION: _Any
_ANSWER: _Any

def _example(x, i):
    ...
SPLITS: _Any

def _groups(examples):
    ...

def _split(examples, shares, seed):
    ...

def _check_split(split):
    ...

class BudgetSpent(KeyFree, RuntimeError):
    ...

class Ledger(HasPage):
    budget: _Any
    requests: _Any
    cached: _Any
    usage: _Any
    by_purpose: _Any
    failed: _Any

    def __init__(self, budget: _Optional[int]=...):
        ...

    @property
    def left(self):
        ...

    @property
    def calls(self):
        ...

    def charge(self, n: int, purpose: str):
        ...

    def complete(self, lm, prompts, purpose: str, **options) -> list:
        ...

    def to_dict(self) -> dict:
        ...

class ScorerError(InvalidData):
    ...

class JudgeError(ScorerError):
    ...

def _as_score(value, example):
    ...

def _score_one(scorer, answer, example, ledger):
    ...
_SLOT: _Any

def _check_templates(template, system):
    ...

class PromptTask(HasPage):
    options: _Any
    pinned: _Any
    grader: _Any
    template: _Any
    system: _Any
    name: _Any
    seed: _Any

    def __init__(self, examples, grader=..., template: str=..., split=..., seed: int=..., max_tokens: int=..., stop=..., temperature: float=..., pinned=..., name: str=..., system: _Optional[str]=...):
        ...

    @property
    def calls_per_answer(self):
        ...

    @property
    def split_hash(self):
        ...

    def __repr__(self):
        ...

    def render(self, prompt: str, question: str) -> object:
        ...

    def run(self, prompt: str, examples, lm, ledger: _Optional[Ledger]=..., purpose: str=...) -> list:
        ...

    def run_pairs(self, pairs, lm, ledger=..., purpose=..., errors: str=...) -> list:
        ...

    def evaluate(self, prompt: str, lm, split: str=..., ledger: _Optional[Ledger]=..., examples=...) -> Evaluation:
        ...

    def hard_questions(self, prompt: str, lm, split: str=..., below: float=..., ledger: _Optional[Ledger]=...) -> list:
        ...

def _doubts(examples):
    ...

def _read(path):
    ...

def _make_splits(self, examples, shares, seed):
    ...

def _scored(grader, c, example, ledger, errors):
    ...

def _judged(rows):
    ...

@dataclass
class Evaluation:
    prompt: str
    interval: object
    rows: list
    grader: _Optional[object] = ...

    @property
    def mean(self):
        ...

    @property
    def frame(self):
        ...

    @property
    def classes(self):
        ...

    def __repr__(self):
        ...

    def _repr_html_(self):
        ...

    @property
    def verdict(self) -> str:
        ...

def groups_of(examples) -> list:
    ...
JUDGE: _Any

class JudgeScorer(HasPage):
    lm: _Any
    template: _Any
    max_tokens: _Any
    calls: _Any

    def __init__(self, lm, template: str=..., max_tokens: int=...):
        ...

    def score(self, answer, example, ledger=...) -> float:
        ...

def published_grade(logit: float) -> float:
    ...

def label_index(labels: dict, label=...) -> int:
    ...

class RewardScorer(HasPage):
    label: _Any
    mapping: _Any
    model: _Any
    tokenizer: _Any
    classes: _Any
    calls: _Any

    def __init__(self, model, tokenizer=..., mapping=..., label=...):
        ...

    def score(self, answer, example, ledger=...) -> float:
        ...
