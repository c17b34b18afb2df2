# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import asyncio
import json
import os
import threading
import time
from ..core import require, stable_hash
from ..record import Completion, Usage
from fastcore.basics import patch
from .base import LM, LMCache, LMError, PromptTooLong, cut_at_stop

class OpenAILM(LM):
    chat: _Any
    cache: _Any
    _secret: _Any
    _loop: _Any
    _client: _Any
    _gate: _Any
    name: _Any
    endpoint: _Any
    system: _Any
    price: _Any
    base_url: _Any
    concurrency: _Any
    timeout: _Any
    max_retries: _Any
    omit: _Any
    options: _Any

    def __init__(self, model: str, base_url: _Optional[str]=..., api_key: _Optional[str]=..., endpoint: str=..., system: _Optional[str]=..., cache=..., concurrency: int=..., timeout: float=..., max_retries: int=..., price: _Optional[tuple]=..., omit: tuple=..., options: _Optional[dict]=...):
        ...

    def identity(self):
        ...

    def __getstate__(self):
        ...

    def __setstate__(self, state):
        ...

    def _start(self):
        ...

    def close(self):
        ...

    def _answer(self, requests):
        ...

    async def _ask(self, request):
        ...

    def _body(self, r):
        ...

    def _read(self, reply, request, seconds):
        ...

    def _explain(self, e):
        ...

def find_api_key(api_key, base_url) -> str:
    ...
_STARTING: _Any

class _Malformed(ValueError):
    ...
