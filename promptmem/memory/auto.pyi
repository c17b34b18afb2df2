# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from ..lm.arguments import NO_ARRAY, NOTHING, TEXT, Kind, either, some, told, whole
_told: _Any
import math
import os
import re
import threading
from collections import OrderedDict
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Optional
import numpy as np
from fastcore.basics import patch
from ..core import HasPage, InvalidData, brief, identity_key, require, warn
from ..lm.base import LMError
from ..lm.words import Read, WordReader
from .gate import ANY, FAR, NEVER, Gate, QuickUSE, USEEmbedder, Verdict, forget_read, learned_shift, lowered, read_question, read_texts, reads, second_encoder
from .lookup import Entry, Lookup
from ..record import Candidate, Retrieval

class KeptVectors(HasPage):
    embedder: _Any
    name: _Any
    keep: _Any
    basis: _Any
    _reader: _Any
    _read: _Any
    _lock: _Any

    def __init__(self, embedder, keep: int=..., basis=...):
        ...

    @property
    def dim(self):
        ...

    def __call__(self, texts) -> np.ndarray:
        ...

    @property
    def reads_words(self) -> bool:
        ...

    def read(self, texts: list) -> list:
        ...

    def known(self, text: str):
        ...

    def give(self, text: str, read) -> _Any:
        ...

    def units(self, texts: list) -> np.ndarray:
        ...

    def clear(self) -> _Any:
        ...

@dataclass(frozen=True)
class Near:
    key: str
    text: str
    id: Optional[str]
    place: tuple
    cosine: Optional[float] = ...
    verdict: Optional[Verdict] = ...

    def candidate(self) -> Candidate:
        ...
NO_EMBEDDER: _Any

def wording_vectors(reason: str) -> KeptVectors:
    ...

def _own_near(m, question, k):
    ...
REACH: _Any
MANY: _Any
REACH_OF_MANY: _Any

def _stored_near(m, question, k):
    ...

def _age(time):
    ...
LONG: _Any
TOGETHER: _Any

class _Lowered:
    m: _Any
    name: _Any

    def __init__(self, m):
        ...

    def __call__(self, texts):
        ...

    def beside(self, texts):
        ...

class _AsRead:
    name: _Any
    dim: _Any
    per_word: _Any

    def __init__(self, name, dim=..., per_word=...):
        ...

    def pack(self, read):
        ...

    def unpack(self, key, vector):
        ...

def _beside(second):
    ...

def _format(m, reader, question):
    ...
FETCHED_AT_ONCE: _Any

def _take_over(m, reader, how, keys):
    ...

def _take_over_all(m, reader, how):
    ...

def _lacking(m, reader, question, near):
    ...

def _read_and_keep(m, reader, question, lacking):
    ...
CLOSE: _Any
SURE: _Any

def _odds(p):
    ...

def _second(m, stored, question):
    ...

def _verdicts(m, stored, question, said):
    ...

def _verdict(m, stored, question):
    ...

def _cosines(m, question, keys):
    ...

def _left_far(m, question, keys, said=...):
    ...

def _left_unread(m, question, keys, said, near, out):
    ...

def _judged(m, question, near):
    ...

def _ranked(applied):
    ...

def _also(m, ranked):
    ...

def _hit(m, ranked, seen):
    ...
DEFAULT_EMBEDDER: _Any

def _load(m):
    ...

def _along(embedder, second, gate):
    ...

class AutoLookup(Lookup):
    _meaning: _Any
    second: _Any
    gate: _Any
    k: _Any
    several: _Any
    budget: _Any
    _embedder: _Any
    _vectors: _Any
    _stored: _Any
    _index: _Any
    _labels: _Any
    _filled: _Any
    _unkept: _Any
    _whole: _Any
    _many: _Any

    def __init__(self, embedder=..., gate: _Optional[Gate]=..., k: int=..., several: int=..., budget: int=..., second=...):
        ...

    def key(self, question: str) -> str:
        ...

    @property
    def bound(self) -> bool:
        ...

    @property
    def threshold(self) -> float:
        ...

    @threshold.setter
    def threshold(self, p: float):
        ...

    def limit(self, what: str=...) -> float:
        ...

    def _changed(self, added, removed):
        ...

    def _size(self):
        ...

    @property
    def vectors(self) -> KeptVectors:
        ...

    @property
    def judges_meaning(self) -> bool:
        ...

    def settings(self) -> dict:
        ...

    def add(self, key: str, text: str, id: _Optional[str]=...) -> Entry:
        ...

    def remove(self, key: _Optional[str]=..., id: _Optional[str]=...) -> bool:
        ...

    def query(self, question: str, k: _Optional[int]=...) -> Retrieval:
        ...

    def judge(self, key: str, question: str) -> Verdict:
        ...

    def pair_distance(self, question: str, key: str) -> float:
        ...

    def bind(self, store, scope) -> 'AutoLookup':
        ...

    def keep_read(self) -> int:
        ...

    def forget(self, texts=..., ids=...) -> int:
        ...

    def learn(self, retrieval: Retrieval, fits: bool) -> float:
        ...

    def confirm(self, question: str, retrieval: Retrieval, yes: bool=...) -> Retrieval:
        ...

    def recalibrate(self, interactions) -> float:
        ...
OWN: _Any
_PASTED: _Any
_ENDS: _Any

def parts_of(question: str, most: int=...) -> list:
    ...

@contextmanager
def _read_ahead(m, question):
    ...

def _near_and_judged(m, question, k):
    ...

def _applied(judged):
    ...

def _with_parts(m, parts, k, judged, applied):
    ...
