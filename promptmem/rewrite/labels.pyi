# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import re
from collections import Counter
from fastcore.basics import patch
import numpy as np
from ..arguments import FUNCTION, LIST_OF_TEXTS, TEXT, Kind, having, maybe, told, whole
from ..core import HasPage, InvalidData, brief, identity_key, stable_hash
from ..grade import answer_key, chosen, without_markdown
from ..lm.base import LM
from ..record import Completion, Usage
_LABELS: _Any
_told: _Any
_NOT: _Any

def _naming(labels):
    ...
_SETTLES: _Any

def _decided(grader, answer):
    ...

class LabelGrader(HasPage):
    labels: _Any
    known: _Any
    _said: _Any
    _letters: _Any

    def __init__(self, labels):
        ...

    def __call__(self, answer: str, expected: str) -> bool:
        ...

    def __repr__(self):
        ...

    def named(self, answer: str) -> set:
        ...

    def settled(self, answer: str) -> str:
        ...

def _letter(grader, answer):
    ...

def default_grader(examples):
    ...

def class_table(rows, grader) -> list:
    ...

def classes_in_words(rows) -> list:
    ...

def same_answer(answers, expected, grader=...) -> tuple:
    ...

def say_same(same) -> str:
    ...

def label_scores(lm, prompts, labels) -> np.ndarray:
    ...

def _favoured(model, prompts):
    ...

class LikeliestLabel(LM):
    known: _Any
    neutral: _Any
    favoured: _Any
    lm: _Any
    labels: _Any
    written: _Any
    name: _Any
    context_length: _Any

    def __init__(self, lm, labels=..., written=..., task=..., questions: int=...):
        ...

    def _answer(self, requests):
        ...

    def __repr__(self):
        ...

    def identity(self) -> str:
        ...

    def scores(self, prompts) -> np.ndarray:
        ...
