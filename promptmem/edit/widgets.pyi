# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from ..core import require
from .compare import EditComparison
from ..panel.parts import as_html, columns, facts, heading, paragraph, table
from ..panel.widget import button, on_enter, panel_base, tagged
from ..panel.charts import chart

class EditCompare(_Any):
    asked: _Any
    curve_rows: _Any
    evaluated: _Any
    scale: _Any
    prompt: _Any
    buttons: _Any
    comparison: _Any
    template: _Any
    view: _Any
    state: _Any

    def __init__(self, edit, ex=..., general_text=..., prompt: str=..., template: str=...):
        ...

    @property
    def edit(self):
        ...

    def _scaled(self, change):
        ...

    def set_scale(self, scale: float):
        ...

    def apply(self):
        ...

    def undo(self):
        ...

    def _answers(self):
        ...

    def ask(self, prompt: _Optional[str]=...):
        ...

    def evaluate(self):
        ...

    def curve(self, scales=...):
        ...

    def refresh(self):
        ...

    def state_parts(self):
        ...

    def answer_parts(self):
        ...

    def example_parts(self):
        ...

    def curve_parts(self):
        ...

    def view_parts(self):
        ...

    def parts(self):
        ...
from fastcore.basics import patch

def _measures(report):
    ...

def _remarks(report):
    ...
