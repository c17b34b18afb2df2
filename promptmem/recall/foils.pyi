# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import random
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
import numpy as np
from fastcore.basics import patch
from ..lm.arguments import Kind, told, whole
from ..core import InvalidData, brief, fold, read_csv, read_jsonl, read_text, require
from ..data import shipped, sought
from ..panel import parts as pages
from ..panel.widget import static_page
from ..stats import auc, paired_bootstrap

def _shipped_words():
    ...

def default_words() -> list:
    ...

def default_synonyms() -> dict:
    ...

def gibberish(text: str, rng: random.Random) -> str:
    ...

def random_words(text: str, rng: random.Random, words=...) -> str:
    ...

def _like(word, new):
    ...

def synonym(text: str, rng: random.Random, synonyms=...) -> str:
    ...

def paraphrase(text: str, rng: random.Random, synonyms=...) -> str:
    ...
_ASK: _Any

def _usable(text, reply):
    ...

def ask_foils(sentences, kind: str, lm, seed: int=..., notes: _Optional[list]=...) -> list:
    ...

def match_lengths(sentences, corpus, seed: int=...) -> list:
    ...
KINDS: _Any

def make_foils(sentences, kind, seed: int=..., corpus=..., words=..., synonyms=..., lm=..., notes: _Optional[list]=...) -> list:
    ...

@dataclass(repr=False)
class Pairs:
    seen: list
    unseen: list
    name: str = ...
    dropped: list = ...

    def __len__(self):
        ...

    def __iter__(self):
        ...

    def __repr__(self):
        ...

    def parts(self) -> list:
        ...

    def _repr_html_(self):
        ...

def _pairs(seen, unseen, name, n):
    ...
CONDITIONS: _Any

def condition(k, corpus, n: int=..., seed: int=..., **kw) -> Pairs:
    ...

def read_sentences(path, key: _Optional[str]=...) -> list:
    ...

def read_pairs(seen, unseen, key: _Optional[str]=...) -> Pairs:
    ...

def _unstudied(folder, split, natural):
    ...

def read_experiment(folder, k, split: int=...) -> Pairs:
    ...

def published_split(corpus, seed: int, n: int=...) -> Pairs:
    ...

@dataclass
class FoilAudit:
    frame: object
    defects: dict
    tolerance: float

    @property
    def problems(self):
        ...

    @property
    def ok(self):
        ...

    @property
    def verdict(self) -> str:
        ...

    def __repr__(self):
        ...

    def parts(self) -> list:
        ...

    def _repr_html_(self):
        ...

def _measure(a, b):
    ...

def find_defects(seen, unseen) -> dict:
    ...

def audit_foils(seen, unseen, tokenizer=..., before=..., tolerance: float=...) -> FoilAudit:
    ...
