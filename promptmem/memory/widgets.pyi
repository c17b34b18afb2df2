# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from ..core import require
from ..panel.parts import as_html, esc, facts, heading, markup, paragraph, table
from ..panel.widget import button, on_enter, panel_base, tagged
from ..stats import wilson

def memory_parts(retrieval, most: int=...) -> list:
    ...

def answer_parts(interaction) -> list:
    ...

class ClarifyWidget(_Any):
    question: _Any
    meant: _Any
    expected: _Any
    suggest: _Any
    buttons: _Any
    assistant: _Any
    interaction: _Any
    asked: _Any
    view: _Any
    score: _Any

    def __init__(self, assistant):
        ...

    def ask(self, question: _Optional[str]=...):
        ...

    def _needed(self):
        ...

    def accept(self):
        ...

    def reject(self):
        ...

    def correct(self, answer: _Optional[str]=...):
        ...

    def clarify(self, text: _Optional[str]=...):
        ...

    def undo(self):
        ...

    def accuracy(self) -> tuple:
        ...

    def _suggested(self, change):
        ...

    def parts(self):
        ...

    def earlier_parts(self, most: int=...):
        ...

    def refresh(self):
        ...
from fastcore.basics import patch
