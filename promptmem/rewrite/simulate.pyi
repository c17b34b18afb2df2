# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import itertools
import json
import math
import re
from pathlib import Path
from fastcore.basics import patch
import numpy as np
from ..arguments import DICT, FLAG, PATH, SEED, TEXT, having, maybe, number, told, whole
from ..core import InvalidData, NotFound, brief, read_jsonl, stable_hash, write_atomic
from ..lm.base import LM, LMError
from ..record import Completion, Usage
from .propose import PhraseBook
from .task import PromptTask
_told: _Any
WORTH: _Any
TOGETHER: _Any

def simulated_book() -> PhraseBook:
    ...
_Z: _Any
_W: _Any

def _uniform(*parts):
    ...

class Simulator(LM):
    difficulty: _Any
    questions: _Any
    gold: _Any
    n: _Any
    seed: _Any
    base: _Any
    spread: _Any
    null: _Any
    name: _Any
    book: _Any
    sent: _Any
    context_length: _Any

    def __init__(self, n: int=..., seed: int=..., base: float=..., spread: float=..., null: bool=...):
        ...

    def _answer(self, requests):
        ...

    def identity(self):
        ...

    def logit(self, prompt: str) -> float:
        ...

    def accuracy(self, prompt: str) -> float:
        ...

    def task(self, split=..., **kw) -> PromptTask:
        ...

    @property
    def optimum(self) -> str:
        ...

class SimulatedWriter(LM):
    book: _Any
    seed: _Any
    name: _Any

    def __init__(self, book: _Optional[PhraseBook]=..., seed: int=...):
        ...

    def _answer(self, requests):
        ...

class ReplayLM(LM):
    outcomes: _Any
    name: _Any
    seed: _Any
    template: _Any

    def __init__(self, outcomes: dict, name: str=..., seed: int=...):
        ...

    def _answer(self, requests):
        ...

    def task(self, questions, **kw) -> PromptTask:
        ...

class RecordedLM(LM):
    name: _Any
    _known: _Any
    path: _Any
    lm: _Any
    chat: _Any

    def __init__(self, path, lm=..., name: str=..., chat: bool=...):
        ...

    def _answer(self, requests):
        ...

    def save(self) -> Path:
        ...
