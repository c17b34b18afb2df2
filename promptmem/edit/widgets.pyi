# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from fastcore.basics import patch
from ..arguments import TEXT, told
from ..core import require
from .compare import EditComparison
from .deltas import asked_parts
from .examples import renamed
from .scores import percent
from ..panel.parts import as_html, columns, explain, facts, heading, paragraph, table, verdict
from ..panel.widget import button, field, panel_base, tagged
from ..panel.charts import chart

def _good(said):
    ...

def _verdict_part(said):
    ...
_WORDS: _Any

def _of(report, name):
    ...

def _measure(name, c, n):
    ...

def _measures(report):
    ...

def _remarks(report):
    ...
_HELP: _Any
_SEEN: _Any

def _answer_parts(prompt, asked, good=...):
    ...

def _stay_row(r):
    ...

def _example_parts(evaluated):
    ...

def _curve_row(r):
    ...

def _scale_label(s, scales, now):
    ...

def _curve_parts(f, limit, now=...):
    ...

def _slider(panel, e):
    ...

def _scaled(panel, scale):
    ...

def _buttons(panel):
    ...

def _answers(panel):
    ...

class EditCompare(_Any):
    asked: _Any
    curve_rows: _Any
    evaluated: _Any
    asked_prompt: _Any
    prompt: _Any
    comparison: _Any
    template: _Any
    scale: _Any
    buttons: _Any
    view: _Any
    state: _Any

    def __init__(self, edit, examples=..., general_text=..., prompt: str=..., template: str=...):
        ...

    def go(self, where: str=...):
        ...

    def escape(self, where: str=...):
        ...

    def available(self):
        ...

    @property
    def edit(self):
        ...

    def state_parts(self) -> list:
        ...

    def view_parts(self) -> list:
        ...

    def parts(self) -> list:
        ...

    def refresh(self):
        ...

    def set_scale(self, scale: float):
        ...

    def apply(self):
        ...

    def undo(self):
        ...

    def ask(self, prompt: _Optional[str]=...) -> dict:
        ...

    def evaluate(self):
        ...

    def curve(self, scales=...):
        ...

def _standing_part(e):
    ...
