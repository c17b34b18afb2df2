# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from fastcore.basics import patch
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
_FENCE: _Any

def _parts(answer):
    ...

def _is_python(source):
    ...

def _without_talk(source):
    ...

def program_of(answer: str, prompt: str=..., entry: str=...) -> str:
    ...
_RUNNER: _Any

@dataclass(frozen=True)
class Ran:
    passed: bool
    why: str = ...

def _read(said, token):
    ...

def run_program(program: str, test: str, seconds: float=..., memory: int=...) -> Ran:
    ...

def _end(p):
    ...

class CodeGrader:
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
