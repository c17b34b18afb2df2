# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import threading
import time
from functools import partial
from fastcore.basics import patch
from ..core import read_jsonl, require
from ..arguments import having
from ..lm.arguments import NOTHING, either, told
from ..panel.parts import as_html, columns, explain, facts, heading
from ..panel.parts import markup, paragraph, pick_list, table, verdict
from ..panel.widget import button, label, panel_base, tagged
from ..panel.charts import chart
from .foils import make_foils
from .tester import RecallSession
from ..stats import wilson
_PICK: _Any
_FOILS: _Any
_HELP: _Any

def _shipped(n):
    ...

def foils_for(sentences, kind: str=...) -> list:
    ...

def _when(row):
    ...

def _share(x, n):
    ...

def _row(r):
    ...

def _outcome(r):
    ...

def _lines(rows, x):
    ...

def _curves(rows):
    ...

def _sentences(s, chosen, live, most=...):
    ...

def _words(s, chosen):
    ...

def _view(s, chosen, live):
    ...

def _slider(name, says, value, lo, hi):
    ...

def _fields(m, seen, unseen):
    ...

def _buttons(m):
    ...

def _laid_out(m):
    ...

def _said(store):
    ...

class RecallTester(_Any):
    sets: _Any
    session: _Any
    buttons: _Any
    model: _Any
    lm_tokenizer: _Any
    other: _Any
    edit: _Any
    options: _Any
    thread: _Any
    runs: _Any
    began: _Any

    def __init__(self, model, tokenizer, seen=..., unseen=..., other=..., store=..., edit=..., **kw):
        ...

    def parts(self) -> list:
        ...

    def available(self):
        ...

    def draw(self):
        ...
    later: _Any

    def go(self, where: str=...):
        ...

    def escape(self, where: str=...):
        ...

    def row_chosen(self, row: str):
        ...

    def curve_parts(self):
        ...

    def view_parts(self, live: bool=...) -> list:
        ...

    def test(self) -> dict:
        ...

    def study(self, exposures: _Optional[int]=...):
        ...

    def forget(self, updates: _Optional[int]=...):
        ...

    def reset(self):
        ...

    def compare(self, edit=...) -> tuple:
        ...

    def stop(self):
        ...

    def background(self, action):
        ...

    def use(self, seen=..., unseen=...):
        ...

    def fill(self, name: str):
        ...

    def write_foils(self, kind: _Optional[str]=...):
        ...

def _tested(self):
    ...

def _told(self, done, total, loss):
    ...

def _lines_of(box):
    ...
