# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import asyncio
import json
import math
import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import replace
from sqlite3 import Error as SqliteError
from ..arguments import COUNT, DICT, FLAG, FUNCTION, LIST_OF_TEXTS, NAMED, PATH, SEED, SOME_TEXTS, TEXT, YES_NO, Kind, either, maybe, number, one_of, told, whole
from ..core import HasPage, InvalidData, KeyFree, SharedFile, WrongArgument, brief, json_text, may_think, progress_bar, split_thinking, stable_hash, warn, well_formed
from ..record import Completion, Usage
from fastcore.basics import patch
_told: _Any
_told_callable: _Any

class LMError(KeyFree, RuntimeError):
    ...

class PromptTooLong(KeyFree, ValueError):
    ...

class LMCache(HasPage):
    _file: _Any
    path: _Any

    def __init__(self, path):
        ...

    def get(self, key: str):
        ...

    def put(self, key: str, model: str, value: dict) -> _Any:
        ...

    def forget(self, texts: list, ids=...) -> int:
        ...

    def __len__(self):
        ...

    def __repr__(self):
        ...

    def close(self):
        ...

def message_text(content) -> str:
    ...

def _is_chat(p):
    ...

def _sendable(p):
    ...

def checked_prompts(prompts) -> list:
    ...

class LM(HasPage):
    name: _Any
    context_length: _Any
    cache: _Any
    chat: _Any
    format: _Any
    supports_schema: _Any

    def identity(self) -> str:
        ...

    def complete(self, prompts, max_tokens: _Optional[int]=..., stop=..., temperature: float=..., seed: int=..., errors: str=..., progress: _Optional[bool]=..., *, raw: bool=..., schema: _Optional[dict]=..., n: _Optional[int]=...) -> list:
        ...

    async def acomplete(self, prompts, **options) -> list:
        ...

    def _answer(self, requests):
        ...

    def _stream(self, request):
        ...

    def __repr__(self):
        ...

    def loglik(self, prefixes, suffixes):
        ...

    def count_tokens(self, text: str) -> int:
        ...

    def stream(self, prompt, max_tokens: _Optional[int]=..., stop=..., temperature: float=..., seed: int=..., *, raw: bool=..., schema: _Optional[dict]=...) -> Stream:
        ...

def _options(lm, max_tokens, stop, temperature, seed, raw, schema):
    ...

def _requests(prompts, options):
    ...

def _settled(answer, request, lm):
    ...

def _cache_fails(lm, e):
    ...

def _found(lm, key):
    ...

def _is_answer(c):
    ...

def _keep(lm, key, answer):
    ...
WRITING: _Any

def _answered(lm, requests, errors, progress):
    ...

def _bar(items, total, progress):
    ...

def cut_at_stop(text: str, stop) -> str:
    ...

class Stream(HasPage):
    _pieces: _Any
    completion: _Any

    def __init__(self, pieces):
        ...

    def __iter__(self) -> Iterator:
        ...

    def __next__(self) -> str:
        ...

def _streamed(lm, request):
    ...

def _spoken(pieces):
    ...

class CallableLM(LM):
    cache: _Any
    fn: _Any
    name: _Any
    concurrency: _Any
    chat: _Any
    format: _Any

    def __init__(self, fn, name: str=..., cache=..., concurrency: int=..., chat: bool=..., format: _Optional[str]=...):
        ...

    def _one(self, request):
        ...

    def _answer(self, requests):
        ...
