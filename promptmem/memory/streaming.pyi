# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import json
import os
import random
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from fastcore.basics import patch
from ..core import InvalidData, plain, stable_hash
from .logs import Log
from .prompt import END, last_part, load_strategy, parse_reply
from .tasks import Tasks
from .tasks import checker as named_checker

class SimulatedUser:
    _rng: _Any
    clarification_probability: _Any
    seed: _Any

    def __init__(self, clarification_probability: float=..., seed: int=...):
        ...

    def begin(self):
        ...

    def respond(self, task, reply: str, check):
        ...

    def settings(self):
        ...

    def __repr__(self):
        ...

class _Ahead:
    batch: _Any
    _pool: _Any
    lm: _Any
    options: _Any
    calls: _Any
    _got: _Any

    def __init__(self, lm, window, options):
        ...

    def _one(self, prompt):
        ...

    def want(self, prompts):
        ...

    def get(self, prompt, prompts):
        ...

    def _fetch(self, prompts):
        ...

    def _batched(self, prompts):
        ...

    def close(self):
        ...

class LogFile:
    path: _Any
    _f: _Any
    _t: _Any
    records: _Any
    _ends: _Any

    def __init__(self, path):
        ...

    def keep(self, n):
        ...

    def append(self, record, nanoseconds):
        ...

    def close(self):
        ...

def _lock(f, path):
    ...

def _whole_lines(path):
    ...

def _record(i, task, prepared, strategy, head):
    ...

def _memory_fields(prepared, strategy):
    ...

def _judged(record, task, answer, check):
    ...

class TooManyErrors(RuntimeError):
    ...

class _Run:
    right: _Any
    errors: _Any
    lm: _Any
    tasks: _Any
    strategy: _Any
    user: _Any
    check: _Any
    head: _Any
    file: _Any
    records: _Any

    def __init__(self, lm, tasks, strategy, user, check, head, file):
        ...

    def finish(self, i, prepared, answer, started):
        ...

    def took_in(self, record):
        ...

    def replay(self, path):
        ...

    def go(self, window, options, max_errors, progress):
        ...

def _ready(lm, tasks, window, max_errors):
    ...

def _as_user(user):
    ...

def stream(lm, tasks, strategy=..., user=..., log=..., window: int=..., checker=..., max_errors: int=..., progress: bool=..., max_tokens: int=..., stop=..., temperature: float=..., seed: int=...) -> Log:
    ...

def run_head(lm, tasks, strategy, user, checker, options) -> dict:
    ...

def _log_path(log, head, n):
    ...
