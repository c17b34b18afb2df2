# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import numpy as np
from ..core import fold, require
from ..panel.parts import as_html, columns, explain, facts, heading, paragraph, pick_list, verdict
from ..panel.parts import table as table_part
from ..panel.charts import bar_chart, chart
from ..panel.widget import button, field, label, panel_base, tagged
from .compare import RewardComparison
from ..stats import reliability, wilson

def _often(p):
    ...

def _maybe(x, form):
    ...

def _outcome(frame):
    ...

def _note(row):
    ...

def _prompt_rows(frame):
    ...
_STEPS: _Any
_WORDS: _Any

def _step_rows(frame):
    ...

def _near_rows(frame):
    ...

class RewardComparer(_Any):
    comparison: _Any
    rm: _Any
    outcomes: _Any
    costs: _Any
    shown: _Any

    def __init__(self, rm, queries, prompts=..., outcomes=..., costs=...):
        ...

    def go(self, where: str=...):
        ...

    def row_chosen(self, row: str):
        ...

    def escape(self, where: str=...):
        ...

    def show(self, i: int):
        ...

    def compare(self, question: _Optional[str]=...):
        ...

    def table(self):
        ...

    def matrix(self):
        ...

    def refresh_matrix(self):
        ...

    def question_parts(self):
        ...

    def matrix_parts(self, live: bool=...):
        ...

    def reliability_parts(self):
        ...

    def success_parts(self):
        ...

    def caution_parts(self):
        ...

    def parts(self):
        ...

def _values(outcomes):
    ...

def _fields(m, W):
    ...

def _laid_out(m):
    ...

def _empty(m):
    ...
from fastcore.basics import patch

def _matrix_rows(m, values):
    ...

def _looked_at(panel):
    ...
