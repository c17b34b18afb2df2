# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import html
from fastcore.basics import patch
from ..core import InvalidData, require
from .evaluate import degradation_curve, evaluate_edit, free_answers, plot_curve
from .losses import encode_rows
from .scores import cached_losses
from ..lm.scoring import context_length, pad_id

class EditComparison:
    edit: _Any
    ex: _Any
    general_text: _Any
    _report: _Any

    def __init__(self, e, ex=..., general_text=...):
        ...

    def _both(self, run):
        ...

    def set_scale(self, scale: float):
        ...

    def ask(self, prompt: str, max_tokens: int=...) -> dict:
        ...

    def next_words(self, prompt: str, n: int=...):
        ...

    @property
    def report(self):
        ...

    def flipped(self):
        ...

    def damaged(self):
        ...

    def curve(self, scales=...):
        ...

    def plot(self, scales=...):
        ...

    def _repr_html_(self):
        ...
