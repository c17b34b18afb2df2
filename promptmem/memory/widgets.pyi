# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import re
import time
from ..arguments import TEXT, having, told
from ..core import require
from ..panel.parts import as_html, as_text, esc, explain, heading, markup, paragraph, rendered
from ..panel.widget import button, field, panel_base, tagged
from ..record import Interaction
from ..stats import wilson
_held: _Any

def _used_html(key, text):
    ...

def _considered(r, most):
    ...

def memory_parts(retrieval, most: int=...) -> list:
    ...
_ENDS: _Any

def how_it_ended(interaction: Interaction) -> str:
    ...

def verdict_text(interaction: Interaction) -> str:
    ...

def _verdict_html(i):
    ...

def _said_html(i):
    ...

def turn_parts(interaction: Interaction) -> list:
    ...

def folded_turn(interaction: Interaction, open: bool=...) -> tuple:
    ...

def answer_parts(interaction) -> list:
    ...

class ClarifyWidget(_Any):
    suggest: _Any
    buttons: _Any
    rows: _Any
    assistant: _Any
    interaction: _Any
    asked: _Any
    remembered: _Any
    acts: _Any
    question: _Any
    meant: _Any
    expected: _Any
    view: _Any
    score: _Any
    maybe: _Any
    chip: _Any

    def __init__(self, assistant):
        ...

    def go(self, where: str=...):
        ...

    def escape(self, where: str=...):
        ...

    def ask(self, question: _Optional[str]=...):
        ...

    def accept(self):
        ...

    def reject(self):
        ...

    def correct(self, answer: _Optional[str]=...):
        ...

    def clarify(self, text: _Optional[str]=...):
        ...

    def as_last_time(self):
        ...

    def not_as_last_time(self):
        ...

    def undo(self):
        ...

    def accuracy(self) -> tuple:
        ...

    def earlier_parts(self, most: int=...) -> list:
        ...

    def parts(self) -> list:
        ...

    def refresh(self):
        ...

def _boxes(panel):
    ...

def _rows(panel, W):
    ...

def _buttons(panel):
    ...

def _take_over(panel, text):
    ...

def _go(panel, where):
    ...

def _empty(panel, where):
    ...
from fastcore.basics import patch

def _answered(panel, question):
    ...

def _waiting(panel, question, text):
    ...

def _needed(panel):
    ...

def _known(panel, ids):
    ...

def _judged(panel):
    ...

def _offer(panel):
    ...
