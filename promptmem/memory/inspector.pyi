# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from fastcore.basics import patch
from ..arguments import NOTHING, PATH, TEXT, either, having, told
from ..core import require
from .widgets import memory_parts
from ..panel.parts import as_html, heading, moment, paragraph, pick_list, table
from ..panel.reprs import count_of
from ..panel.widget import button, field, label, panel_base, tagged
_held: _Any

class MemoryInspector(_Any):
    store: _Any
    selected: _Any
    pending: _Any
    pending_in: _Any
    retrieved: _Any
    lookups: _Any
    filling: _Any
    lookup: _Any
    offset: _Any
    total: _Any
    rows: _Any
    counts: _Any
    ticked: _Any
    page_size: _Any

    def __init__(self, store, scope: _Optional[str]=..., lookup=...):
        ...

    def row_chosen(self, row: str):
        ...

    def row_marked(self, row: str):
        ...

    def escape(self, where: str=...):
        ...

    def refresh(self):
        ...

    def available(self):
        ...

    def page_parts(self) -> list:
        ...

    def search(self, text: _Optional[str]=...) -> list:
        ...

    def forward(self):
        ...

    def back(self):
        ...

    def select(self, id: str):
        ...

    def tick(self, id: str):
        ...

    def detail_parts(self) -> list:
        ...

    def edit(self, text: _Optional[str]=...):
        ...

    def ask_forget(self):
        ...

    def ask_forget_found(self) -> list:
        ...

    def ask_forget_ticked(self) -> list:
        ...

    def confirm_forget(self):
        ...

    def cancel(self):
        ...

    def add(self, key: _Optional[str]=..., text: _Optional[str]=...):
        ...

    def load_examples(self) -> int:
        ...

    def export(self, path: _Optional[str]=...) -> int:
        ...

    def import_(self, path: _Optional[str]=...):
        ...

    def would_retrieve(self, question: _Optional[str]=...):
        ...

    def would_parts(self) -> list:
        ...

    def parts(self) -> list:
        ...

def _fields(m, scopes, scope):
    ...

def _html(name):
    ...
_SORTS: _Any

def _orders(sort):
    ...

def _choices(m, scopes, scope):
    ...

def _buttons(m):
    ...

def _wire(m):
    ...

def _sorted_by(m, sort):
    ...

def _picked(m, id):
    ...

def _step_back(m):
    ...

def _laid_out(m):
    ...

def _filter(m):
    ...

def _page(m):
    ...

def _draw(m):
    ...

def _times(used):
    ...

def _row(m, i, c):
    ...

def _where(m):
    ...

def _nothing(m):
    ...

def _live_parts(m):
    ...

def _chosen(m):
    ...

def _counted(receipt):
    ...

def _ask(m, pending, what):
    ...
_EXAMPLES: _Any

def _closest(m):
    ...
