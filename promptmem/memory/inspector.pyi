# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from fastcore.basics import patch
from ..core import require
from .widgets import memory_parts
from ..panel.parts import as_html, facts, heading, moment, paragraph, table
from ..panel.widget import button, label, on_enter, panel_base, tagged

class MemoryInspector(_Any):
    scope: _Any
    sort: _Any
    order: _Any
    all: _Any
    pick: _Any
    lookups: _Any
    filling: _Any
    store: _Any
    lookup: _Any
    offset: _Any
    rows: _Any
    selected: _Any
    pending: _Any
    retrieved: _Any
    search_box: _Any
    edit_box: _Any
    would_box: _Any
    path_box: _Any
    list_view: _Any
    detail_view: _Any
    would_view: _Any
    page_size: _Any

    def __init__(self, store, scope: _Optional[str]=..., lookup=...):
        ...

    def _wire(self, W):
        ...

    def _filter(self):
        ...

    def refresh(self):
        ...

    def available(self):
        ...

    def page_parts(self):
        ...

    def search(self, text: _Optional[str]=...):
        ...

    def forward(self):
        ...

    def back(self):
        ...

    def select(self, id: str):
        ...

    def detail_parts(self):
        ...

    def _chosen(self):
        ...

    def edit(self, text: _Optional[str]=...):
        ...

    def ask_forget(self):
        ...

    def confirm_forget(self):
        ...

    def cancel(self):
        ...

    def _closest(self):
        ...

    def would_retrieve(self, question: _Optional[str]=...):
        ...

    def would_parts(self):
        ...

    def export(self, path: _Optional[str]=...):
        ...

    def parts(self):
        ...

def _counted(receipt):
    ...
