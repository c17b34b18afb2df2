# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import ast
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass
from functools import partial
from ..core import HasPage
from ..arguments import TEXT, number, told, whole
from ..core import InvalidData
from fastcore.basics import patch
_told: _Any
_FENCE: _Any

def _parts(answer):
    ...

def _is_python(source):
    ...

def _without_talk(source):
    ...

def program_of(answer: str, prompt: str=..., entry: str=...) -> str:
    ...
_GUARD: _Any
_WATCH: _Any
_DOORS: _Any
_WIRE: _Any
_PROGRAM: _Any
_SERVE: _Any
_HANDLES: _Any
_TESTS: _Any
_JUDGE: _Any

@dataclass(frozen=True)
class Ran:
    passed: bool
    why: str = ...

def _read(said, token):
    ...

def _end(p):
    ...

class _Pair:
    program: _Any
    tests: _Any
    to: _Any
    fro: _Any

    def __init__(self, folder):
        ...

    def ask(self, given, seconds):
        ...

    def ended_by(self, signals):
        ...

    def __enter__(self):
        ...

    def __exit__(self, *error):
        ...

def run_program(program: str, test: str, seconds: float=..., memory: int=..., entry: str=..., known: str=...) -> Ran:
    ...

class CodeGrader(HasPage):
    seconds: _Any
    memory: _Any
    why: _Any
    calls: _Any

    def __init__(self, seconds: float=..., memory: int=...):
        ...

    def __repr__(self):
        ...

    def score(self, answer: str, example, ledger=...) -> float:
        ...
