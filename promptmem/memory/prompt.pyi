# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import re
from dataclasses import dataclass, field
from typing import NamedTuple, Optional
from ..core import InvalidData, read_text, stable_hash
from ..record import Retrieval
SEP: _Any
END: _Any
BAR: _Any
MAX_CLARIFICATION: _Any
_MARKS: _Any
_ORDERS: _Any

def neutralize(text: str, strict: bool=...) -> tuple:
    ...

def read_few_shot(path) -> str:
    ...

def example(question: str, answer: str) -> str:
    ...

def few_shot(pairs) -> str:
    ...

def enrich(question: str, clarification: _Optional[str]=...) -> str:
    ...

def as_clarification(text: str):
    ...

def assemble(few_shot: str, question: str) -> str:
    ...

class Reply(NamedTuple):
    understanding: str
    answer: str
_HEADS: _Any
_PLAIN: _Any

def last_part(text: str) -> str:
    ...

def parse_reply(text: str) -> Reply:
    ...

@dataclass
class Prompted:
    text: str
    retrieval: Optional[Retrieval] = ...
    flags: list = ...

class Strategy:
    few_shot: _Any
    name: _Any

    def __init__(self, few_shot: str=...):
        ...

    def prepare(self, question: str) -> Prompted:
        ...

    def learn(self, question: str, clarification: str, answer: str, id: _Optional[str]=...):
        ...

    def begin(self):
        ...

    def label(self, id):
        ...

    def metadata(self) -> dict:
        ...

    def settings(self) -> dict:
        ...

    def __repr__(self):
        ...

class NoMemory(Strategy):
    ...

class MemPrompt(Strategy):
    lookup: _Any
    _labels: _Any
    name: _Any

    def __init__(self, lookup=..., few_shot: str=...):
        ...

    def prepare(self, question):
        ...

    def learn(self, question, clarification, answer, id=...):
        ...

    def label(self, id):
        ...

    def metadata(self):
        ...

    def settings(self):
        ...

    def __repr__(self):
        ...

class GrowingPrompt(Strategy):
    count: _Any
    max_examples: _Any
    max_length: _Any
    shrink: _Any
    pairs: _Any
    text: _Any
    name: _Any

    def __init__(self, few_shot: str=..., max_examples: int=..., max_length: int=..., shrink: str=..., count=...):
        ...

    def begin(self):
        ...

    def prepare(self, question):
        ...

    def metadata(self):
        ...

    def settings(self):
        ...

    def __repr__(self):
        ...

    def learn(self, question, clarification, answer, id=...):
        ...

    def _published(self):
        ...

    def _oldest(self):
        ...
from fastcore.basics import patch

def _grown(base, pairs):
    ...

def load_strategy(name, few_shot: str=..., lookup=..., count=..., max_length: _Optional[int]=...) -> Strategy:
    ...
