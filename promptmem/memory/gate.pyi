# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional
from promptmem.rewrite.finder import *
from ..lm.arguments import FLAG, NO_ARRAY, NOTHING, TEXT, Kind, either, number, told
_told: _Any
import base64
import json
import math
import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Optional
import numpy as np
from fastcore.basics import patch
from ..core import HasPage, InvalidData, brief, identity_key, read_json, read_jsonl, require, write_atomic
from ..data import shipped
from ..lm.embed import Embedder, HashEmbedder
from ..lm.use import compact_use
from ..lm.words import Read, WordReader
from ..stats import ridge_logistic, share_upper
_NO_MARKS: _Any

def folded(word: str) -> str:
    ...

class Lexicon:
    asks: _Any
    tail: _Any
    clock: _Any
    unable: _Any
    marks: _Any
    tenses: _Any
    kin: _Any
    alike: _Any
    grammar: _Any
    typos: _Any
    common: _Any
    opposites: _Any
    dates: _Any
    when: _Any
    units: _Any
    numbers: _Any
    quantifiers: _Any
    languages: _Any
    verbs: _Any
    directions: _Any
    negations: _Any
    stop: _Any
    undo: _Any
    past: _Any
    after_number: _Any
    romance: _Any
    this: _Any
    no_way: _Any
    less: _Any
    currencies: _Any
    aside: _Any
    subjects: _Any
    undone: _Any
    stems: _Any
    split: _Any

    def __init__(self, path=...):
        ...

def lexicon() -> Lexicon:
    ...

def verb_group(word: str) -> str:
    ...
_WORD: _Any
_CODE: _Any
_FILLED: _Any
_SLOT: _Any
_ENDINGS: _Any
_ELIDED: _Any

def clock_times(text: str) -> str:
    ...

def _at(m, minutes):
    ...
_HOURS: _Any

def split_words(text: str) -> list:
    ...

def canonical(word: str) -> str:
    ...

@dataclass(frozen=True)
class Question:
    words: tuple
    low: tuple
    content: tuple
    numbers: frozenset
    bound: frozenset
    dates: frozenset
    when: frozenset
    units: frozenset
    periods: frozenset
    languages: frozenset
    symbols: frozenset
    quantifiers: frozenset
    asks: frozenset
    verbs: frozenset
    undoes: bool
    subjects: frozenset
    tense: frozenset
    negations: int
    less: bool
    heads: dict = ...
    names: frozenset
    german: bool
    parts: dict = ...

    @cached_property
    def text(self) -> str:
        ...

    @cached_property
    def latin(self) -> np.ndarray:
        ...

    @cached_property
    def abbreviations(self) -> frozenset:
        ...

    @cached_property
    def trigrams(self) -> frozenset:
        ...

def _number(word):
    ...
_GERMAN: _Any

def _german_number(word):
    ...
_EACH: _Any

def _which(word):
    ...
_SCALES: _Any

def _amounts(low):
    ...

def _heads(low, content):
    ...

def _negations(low):
    ...

def _split_verbs(low):
    ...

def _actions(low):
    ...
_PAST: _Any

def _tense(low):
    ...

def _asked(low):
    ...
_NO_CONTENT: _Any
_MINUS: _Any
_NEGATIVE: _Any
_RAISED: _Any
_VARIABLE: _Any
_LETTER: _Any

def _signs(text):
    ...

def read_question(text: str) -> Question:
    ...
MATCHED: _Any
_CLITIC: _Any
_HINDI_END: _Any

def _bare(word):
    ...

def _root(word):
    ...

def spelling(a: str, b: str) -> float:
    ...

def _joined(a, b, out):
    ...

def match_words(a: Question, b: Question) -> np.ndarray:
    ...

def _verbs_in_parts(a, b, out):
    ...

def _compounds(a, b, out):
    ...
_LATIN: _Any

def lowered(text: str) -> str:
    ...

def read_texts(reader, texts, basis=...) -> list:
    ...

def _rows(x):
    ...
ANY: _Any

def _meant(a, b, written, va, vb):
    ...

def _opposite(x, y):
    ...

def _one_sided(x, y):
    ...

def _asks_differ(x, y):
    ...

def _turned(a, b, written):
    ...

def _undone(x, y):
    ...
DECISIVE: _Any

def _abbreviated(a, b):
    ...

def differences(a: Question, b: Question, written: _Optional[np.ndarray]=...) -> dict:
    ...

def _listed(x):
    ...

def _best(matrix):
    ...

def _alike(a, b, cosine, spelt, meant):
    ...

def rarity(word: str) -> float:
    ...

def _rarely(q, best):
    ...

def _rarest(q, best):
    ...

def _letters(q, best):
    ...

def _reordered(written):
    ...

def _replaced(a, b, written, spelt, meant, va=..., vb=...):
    ...

def _span(a, gone, va, b, new, vb):
    ...
MILD: _Any

def _leads(q, other):
    ...

def _kin(groups):
    ...

def _other(a, b, found, written):
    ...

def reads(text: str) -> bool:
    ...

def tongue(text: str) -> frozenset:
    ...

class USEEmbedder(Embedder):

    @cached_property
    def model(self):
        ...

    def _embed(self, texts):
        ...

class QuickUSE(USEEmbedder):
    slow: _Any

    def __init__(self, slow: USEEmbedder):
        ...

    @property
    def model(self):
        ...

    @cached_property
    def one(self):
        ...

    def _embed(self, texts):
        ...

def second_encoder() -> Optional[USEEmbedder]:
    ...
SAID: _Any

class Metric:
    weight: _Any
    bias: _Any
    most: _Any

    def __init__(self, weight, bias: float, about: _Optional[dict]=...):
        ...

    def __call__(self, a, b) -> tuple:
        ...

    def to_dict(self) -> dict:
        ...

def _written(stored, asked):
    ...

def pair_features(stored: str, asked: str, cosine: float=..., vectors=..., second: _Optional[tuple]=...) -> tuple:
    ...

class Forest:
    names: _Any
    roots: _Any
    feature: _Any
    limit: _Any
    left: _Any
    right: _Any

    def __init__(self, names: list, roots: list, feature: list, limit: list, left: list, right: list):
        ...

    @cached_property
    def _table(self):
        ...

    def leaves(self, rows, together: int=...) -> np.ndarray:
        ...

    def joined(self, other: 'Forest') -> 'Forest':
        ...

    def __call__(self, features: dict) -> float:
        ...

    def to_dict(self) -> dict:
        ...
FREE: _Any

def fit_forest(rows, rounds: int=..., seed: int=..., rate: float=...) -> Forest:
    ...

def _plant(node, nodes):
    ...

@dataclass
class Screen(HasPage):
    names: list
    weight: list
    limit: float

    def far(self, known: dict) -> np.ndarray:
        ...

    def predict(self, new) -> _Any:
        ...

    def select(self, new) -> list:
        ...

def rough_likeness(stored: list, asked: str) -> np.ndarray:
    ...

def fit_screen(known: dict, kept, margin: float=...) -> Screen:
    ...
TREES: _Any

@dataclass
class Weights:
    names: list
    mean: np.ndarray
    scale: np.ndarray
    weight: np.ndarray
    bias: float
    apply: float
    ask: float
    proof: dict
    forest: Optional[Forest] = ...
    about: int = ...
    quiet: float = ...
    least: float = ...
    sure: float = ...
    screens: list = ...
    screened: float = ...

    def log_odds(self, features: dict) -> float:
        ...

    def odds_of(self, rows) -> np.ndarray:
        ...

    def limited(self, odds, about) -> np.ndarray:
        ...

    def parts_of(self, rows) -> tuple:
        ...

    def to_dict(self) -> dict:
        ...

    @classmethod
    def from_dict(cls, d: dict) -> 'Weights':
        ...

def fit_weights(rows, pull: float=..., steps: int=...) -> Weights:
    ...

@dataclass(frozen=True)
class Verdict(HasPage):
    says: str
    log_odds: float
    why: str

    @property
    def p(self) -> float:
        ...
NEVER: _Any
FAR: _Any

def words_basis(words, keep: int=...) -> np.ndarray:
    ...

def _packed(basis):
    ...

def _unpacked(d):
    ...

def _not_by_a_word(verdict, stored, asked):
    ...
FORM: _Any
_key: _Any

def _form(text):
    ...

def _same(stored, asked):
    ...

class Gate(HasPage):
    sets: _Any
    metric: _Any
    basis: _Any
    shift: _Any
    meaning: _Any
    wording: _Any
    script: _Any

    def __init__(self, path=..., shift: float=...):
        ...

    def weights(self, asked: str, meaning: bool=..., second: bool=...) -> Weights:
        ...

    def limit(self, what: str=..., meaning: bool=..., second: bool=...) -> float:
        ...

    def far(self, asked: str, stored: list, cosines, said=..., second: bool=...) -> np.ndarray:
        ...

    def __call__(self, stored: str, asked: str, cosine: _Optional[float]=..., vectors=..., second: _Optional[tuple]=...) -> Verdict:
        ...

    def judge_all(self, asked: str, known: list) -> list:
        ...

    def _judged(self, w, odds, found):
        ...

    def at_most(self, stored: str, asked: str, cosine: _Optional[float]=..., second: _Optional[tuple]=...) -> Verdict:
        ...

def apply_limit(odds, fits, precision: float=...) -> float:
    ...
SURELY: _Any

def quiet_limit(best, share: float=...) -> float:
    ...

def injection_proof(odds, limit: float) -> dict:
    ...
LABELS: _Any

def _labelled(r):
    ...

def load_pairs(split: _Optional[str]=...) -> list:
    ...

def light_edits(question: str, rng) -> list:
    ...

def _read_pairs(pairs, embedder, basis=...):
    ...

def _basis_of(pairs, embedder):
    ...

def _judge_pairs(pairs, embedder, second=..., basis=...):
    ...

def _odds_of(w, judged):
    ...

def pair_odds(weights: Weights, pairs, embedder=..., second=..., basis=...) -> np.ndarray:
    ...

def common_words(rows, least: int=...) -> dict:
    ...

def kin_of(rows) -> dict:
    ...

def strangers(rows, embedder, n: int=...) -> list:
    ...

def fold_of(rows, folds: int=..., seed: int=...) -> dict:
    ...

def near_strangers(rows, embedder, fold: dict, k: int=...) -> list:
    ...
MEANS: _Any
ABOUT: _Any

@dataclass
class _Judged:
    family: np.ndarray
    fits: np.ndarray
    kind: np.ndarray
    judged: list

    def _rows(self, use, kinds):
        ...

    def fit(self, use):
        ...

    def parts(self, w, use):
        ...

def _pairs_of(rows, embedder, rng, fold, finds):
    ...

def fit_metric(a, b, fits, pull: float=...) -> Metric:
    ...

def _fit_metrics(a, b, pairs, use):
    ...

def _second_reads(pairs, encoder, fold):
    ...

def train_gate(embedder, rows=..., folds: int=..., seed: int=..., second=...) -> dict:
    ...
ASK: _Any

def _fit_with_limits(pairs, model, fold, second=..., precision=..., basis=...):
    ...

def _screened(w, pairs, kept, judged):
    ...

def _most(pairs, use, values):
    ...

def _with_limits(w, pairs, odds, about, use, precision, apply=...):
    ...

def save_gate(gate: dict, path):
    ...

def forget_read() -> _Any:
    ...

def learned_shift(odds, fits, spread: float=...) -> float:
    ...
