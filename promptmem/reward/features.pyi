# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import re
import weakref
from collections import OrderedDict
from functools import lru_cache
from fastcore.basics import patch
import numpy as np
from ..core import HasPage, InvalidData, brief, require, stable_hash
from ..lm.embed import load_embedder
_NUM: _Any
_PARTS: _Any
SURFACE: _Any

def surface(text: str) -> tuple:
    ...
_memo: _Any
_KEEP: _Any

def _kept(embedder):
    ...

def embed(embedder, texts) -> np.ndarray:
    ...

def _number_word(m):
    ...

def _word_text(text):
    ...

class Words:
    tfidf: _Any
    width: _Any
    k: _Any
    seed: _Any
    svd: _Any

    def __init__(self, k: int=..., seed: int=...):
        ...

    def fit(self, texts):
        ...

    def __call__(self, texts):
        ...

def _kernel(a, b, gamma):
    ...

class QuestionSpace(HasPage):
    words: _Any
    embedder: _Any
    landmarks: _Any
    gamma: _Any
    weights: _Any
    seed: _Any

    def __init__(self, embedder, landmarks: int=..., words: int=..., gamma: float=..., weights=..., seed: int=...):
        ...

    def surface(self, texts) -> np.ndarray:
        ...

    def __call__(self, texts):
        ...

    def views(self, texts) -> np.ndarray:
        ...

    def map(self, views) -> np.ndarray:
        ...

    def fit(self, texts):
        ...

def question_space(embedder, texts, keep: int=..., **kw) -> QuestionSpace:
    ...
_TALK: _Any
_GROUP: _Any
SIDE: _Any

def prompt_side(text: str) -> list:
    ...

def prompt_features(prompts, embedder=..., side=...) -> np.ndarray:
    ...

def prompt_weights(new, known, noise: float=...):
    ...
