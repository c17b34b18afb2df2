# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from typing import Optional
from fastcore.basics import patch
from ..arguments import COUNT, LIST_OF_TEXTS, NAMED, PATH, Kind, either, having, maybe, number, told
from ..core import InvalidData, require
from .deltas import Edit
from .evaluate import EditReport, degradation_curve, evaluate_edit, free_answers, plot_curve, prompt_ids
from .examples import CanonicalExamples, renamed
from .losses import encode_rows
from .scores import cached_losses
from ..lm.scoring import context_length, pad_id
from ..panel.parts import paragraph, table
from ..panel.widget import static_page
_PROMPT: _Any
_held: _Any

def _with_and_without(e, run):
    ...

class EditComparison:
    edit: _Any
    examples: _Any
    general_text: _Any
    _report: _Any

    def __init__(self, e: Edit, examples: Optional[CanonicalExamples]=..., general_text=...):
        ...

    @property
    def ex(self):
        ...

    def set_scale(self, scale: float) -> EditComparison:
        ...

    @property
    def report(self) -> EditReport:
        ...

    def _repr_html_(self):
        ...

    def ask(self, prompt: str, max_tokens: int=...) -> dict:
        ...

    def next_words(self, prompt: str, n: int=...):
        ...

    def flipped(self):
        ...

    def damaged(self):
        ...

    def curve(self, scales=...):
        ...

    def plot(self, scales=...):
        ...
