# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import random
import re
from dataclasses import dataclass, field
from ..core import HasPage, words

@dataclass
class Workday(HasPage):
    clarification: str
    day: list
    exam: list
    plain: dict
    wanted: dict = ...
    other: tuple = ...
    answer: str = ...
    chat: bool = ...
    more: list = ...

    def right(self, question: str, answer: str) -> bool:
        ...

    def sent(self, question: str, text: str=...) -> str:
        ...

    def reply(self, question: str) -> dict:
        ...
_MACHINE: _Any
_BIRD: _Any
_DAY: _Any
_EXAM: _Any
_MORE: _Any
_PLAIN: _Any

def building_site() -> Workday:
    ...

def riddle(seed: int=...) -> Workday:
    ...
from fastcore.basics import patch
