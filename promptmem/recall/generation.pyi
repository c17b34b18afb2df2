# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import html
import re
from collections import Counter
import numpy as np
from fastcore.basics import patch
from ..lm.arguments import Kind, either, number, some, told, whole
from ..core import InvalidData, brief, fold, progress_bar, require
from ..panel import parts as pages
from ..panel.plots import figure
from ..panel.widget import static_page
from .studying import check_sentences, context_ids, per_sentence, tokenize
from ..lm.chat import frame
from ..lm.decode import cache_argument, cache_of
from ..lm.scoring import budget_batches, context_length, encode, evaluating
from ..lm.scoring import pad_id, run_halving, split_head, token_hits
from ..stats import bootstrap, paired_bootstrap, wilson

def rouge_words(text: str) -> list:
    ...

def _f1(hits, n, m):
    ...

def _lcs(a, b):
    ...

def rouge(target: str, text: str) -> dict:
    ...

def cut_words(text: str, words, where: str=...) -> tuple:
    ...

def cut_prompts(tokenizer, sentences, model=..., prefix_words=..., fraction: float=..., max_length: int=...) -> tuple:
    ...

def _left(ids, pad):
    ...

def _takes_positions(model):
    ...

def _blocked(tokenizer, model):
    ...

def _pick(logits, uniform, temperature):
    ...

def _decode(model, prompts, n, pad, block, uniform=..., temperature=...):
    ...

def _beams(model, prompts, n, pad, block, beams):
    ...

def _batches(prompts, lengths, budget, same_length):
    ...

def continue_ids(model, tokenizer, prompts, lengths, beams: int=..., temperature: float=..., seed: int=..., batch_tokens: _Optional[int]=..., progress: _Optional[bool]=...) -> list:
    ...

def _text(tokenizer, ids):
    ...

def _score_row(tokenizer, ids, cut, said, hits):
    ...
SCORE_COLUMNS: _Any

class Recall:
    frame: _Any
    before: _Any

    def __init__(self, frame, before=...):
        ...

    @property
    def n(self):
        ...

    @property
    def scores(self):
        ...

    @property
    def rouge(self):
        ...

    @property
    def exact(self):
        ...

    def interval(self, score: str=..., **kw):
        ...

    @property
    def gained(self):
        ...

    @property
    def verdict(self) -> str:
        ...

    def __repr__(self):
        ...

    def published(self) -> dict:
        ...

    def table(self):
        ...

    def marked(self, i: int) -> str:
        ...

    def parts(self) -> list:
        ...

    def _repr_html_(self):
        ...

    def plot(self):
        ...

def _prompts(tokenizer, sentences, ids, cuts, contexts, chat):
    ...

def recall_test(model, tokenizer, seen, prefix_words=..., fraction: float=..., before: _Optional[Recall]=..., beams: int=..., temperature: float=..., seed: int=..., max_length: int=..., batch_tokens: _Optional[int]=..., progress: _Optional[bool]=..., contexts=..., chat=...) -> Recall:
    ...

def recalled_words(target: str, said: str) -> list:
    ...

def recall_by_cue(model, tokenizer, seen, cues=..., unit: str=..., **kw):
    ...
