# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import numpy as np
from ..core import fold, require
from ..panel.parts import as_html, columns, facts, heading, paragraph, table
from ..panel.charts import bar_chart, chart
from ..panel.widget import button, label, on_enter, panel_base, tagged
from .compare import RewardComparison
from ..stats import reliability, wilson

class RewardComparer(_Any):
    comparison: _Any
    pick: _Any
    different: _Any
    values: _Any
    go: _Any
    clear: _Any
    rm: _Any
    outcomes: _Any
    costs: _Any
    typed: _Any
    filter: _Any
    view: _Any
    matrix_view: _Any

    def __init__(self, rm, queries, prompts=..., outcomes=..., costs=...):
        ...

    def _wire(self, W):
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

    def matrix_parts(self):
        ...

    def reliability_parts(self):
        ...

    def success_parts(self):
        ...

    def caution_parts(self):
        ...

    def parts(self):
        ...
from fastcore.basics import patch

def _note(row):
    ...

def _maybe(x, form):
    ...

def _prompt_rows(frame):
    ...
