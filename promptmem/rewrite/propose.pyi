# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import re
from dataclasses import dataclass, field
from fastcore.basics import patch
import numpy as np
from ..arguments import COUNT, DICT, LIST_OF_TEXTS, SHARE, TEXT, Kind, having, maybe, number, some, told, whole
from ..core import HasPage, InvalidData, brief, fold, split_thinking
_SLOTS: _Any
_told: _Any

@dataclass
class Proposal(HasPage):
    text: str
    how: str
    parents: tuple = ...

@dataclass
class State:
    candidates: list
    incumbent: object
    ask: _Optional[object] = ...
    task: _Optional[object] = ...
    answers: dict = ...
    calls_left: float = ...

    def ranked(self):
        ...

    def parent(self, rng):
        ...

    def failures(self, candidate, k=..., below=...):
        ...

class PhraseBook(HasPage):
    slots: _Any
    joiner: _Any
    _folded: _Any
    _reads: _Any

    def __init__(self, slots: dict, joiner: str=...):
        ...

    @property
    def size(self):
        ...

    def __repr__(self):
        ...

    def write(self, choice: dict) -> str:
        ...

    def read(self, text: str) -> dict:
        ...

    def draw(self, rng) -> str:
        ...

    def mutate(self, text: str, rng) -> str:
        ...

    def cross(self, a: str, b: str, rng) -> str:
        ...
INSTRUCTIONS: _Any

class _FromBook(HasPage):
    book: _Any

    def __init__(self, book=...):
        ...

class RandomPhrases(_FromBook):

    def propose(self, state, n, rng):
        ...

class MutatePhrases(_FromBook):

    def propose(self, state, n, rng):
        ...

class CrossPhrases(_FromBook):

    def propose(self, state, n, rng):
        ...

def relative_scores(candidates) -> tuple:
    ...

def ridge(X, y, noise: float, widths=...) -> tuple:
    ...

class LearnPhrases(HasPage):
    book: _Any
    widths: _Any
    mutate: _Any

    def __init__(self, book=..., widths=..., mutate: float=...):
        ...

    def _design(self, texts):
        ...

    def propose(self, state, n, rng):
        ...

    def posterior(self, state):
        ...
_END: _Any

class SentenceEdits(HasPage):
    additions: _Any

    def __init__(self, additions=...):
        ...

    def _edit(self, text, rng):
        ...

    def propose(self, state, n, rng):
        ...

def sentences_of(text: str) -> list:
    ...

class LearnSentences(HasPage):
    widths: _Any
    change: _Any

    def __init__(self, widths=..., change: float=...):
        ...

    def propose(self, state, n, rng):
        ...

def _sentence_worth(tried, widths):
    ...
_INTRO: _Any
_LABEL: _Any
_FENCE: _Any
_PAIRS: _Any

def _unquoted(text):
    ...

def _bare(text):
    ...
_OPEN: _Any
_CLOSE: _Any
_TAGGED: _Any
_MENTION: _Any

def wordings(text: str) -> list:
    ...

def _tag(text):
    ...

def _fill(template, **values):
    ...

def _examples(task, k):
    ...

class _Asking(HasPage):
    heard: _Any

    def propose(self, state, n, rng):
        ...

class History(_Asking):
    show: _Any
    exemplars: _Any
    name: _Any
    template: _Any

    def __init__(self, show=..., exemplars=...):
        ...

    def instruction(self, state, rng):
        ...

class Evolve(_Asking):
    name: _Any
    template: _Any

    def instruction(self, state, rng):
        ...

class Breeder(_Asking):
    mutations: _Any
    made: _Any
    _now: _Any
    _queue: _Any
    name: _Any
    template: _Any

    def __init__(self, mutations=...):
        ...

    def instruction(self, state, rng):
        ...

    def propose(self, state, n, rng):
        ...

    def worth(self, state):
        ...

def pareto(candidates) -> dict:
    ...

class Reflect(_Asking):
    failures: _Any
    name: _Any
    template: _Any

    def __init__(self, failures=...):
        ...

    def instruction(self, state, rng):
        ...

class LastAttempt(_Asking):
    name: _Any
    temperature: _Any
    template: _Any

    def instruction(self, state, rng):
        ...
