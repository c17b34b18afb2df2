# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import asyncio
import inspect
import threading
import time
from dataclasses import dataclass, field
from typing import Optional
from fastcore.basics import patch
from ..arguments import told
from ..core import HasPage, InvalidData, brief, warn
from .assistant import as_lookup, follows_store
from .auto import AutoLookup
from .contracts import Remembers
from .prompt import UNSURE, applying, chat, unsure
from ..record import Clarification, Interaction, Retrieval, Usage

def asked_in(messages) -> str:
    ...

def said_before(retrieval: Retrieval, preferences=..., perhaps=...) -> str:
    ...

def with_memory(kind: str, request: dict, text: str) -> dict:
    ...

@dataclass
class Receipt(HasPage):
    question: str
    retrieval: Retrieval
    sent: str
    interaction: Optional[str] = ...
    ms: float = ...
    scope: str = ...
    noted: dict = ...

def _attach(response, receipt):
    ...

def _answer(response):
    ...

def piece_of(event) -> str:
    ...

class WatchedStream(HasPage):
    _model: _Any
    _done: _Any
    _stream: _Any
    promptmem: _Any
    _text: _Any

    def __init__(self, stream, receipt: Receipt, done):
        ...

    def __getattr__(self, name):
        ...

    def _see(self, event):
        ...

    def _end(self):
        ...

    def __iter__(self):
        ...

    async def __aiter__(self):
        ...

    def __enter__(self):
        ...

    def __exit__(self, *error):
        ...

    async def __aenter__(self):
        ...

    async def __aexit__(self, *error):
        ...

class _Passed:
    _inner: _Any
    _ours: _Any

    def __init__(self, inner, **ours):
        ...

    def __getattr__(self, name):
        ...

    def __dir__(self):
        ...

def _checked(client):
    ...

class _Always:
    store: _Any
    scopes: _Any
    cursor: _Any
    held: _Any
    _lock: _Any

    def __init__(self, store, scopes):
        ...

    def __call__(self):
        ...

    def _read(self):
        ...

    def forget(self, texts=..., ids=...):
        ...

class WrappedClient(Remembers):
    unsure: _Any
    scopes: _Any
    lookup: _Any
    always: _Any
    chat: _Any
    _client: _Any
    store: _Any
    memory: _Any
    log: _Any
    reward: _Any
    prompts: _Any
    last: _Any
    responses: _Any

    def __init__(self, client, store=..., scope=..., lookup=..., embedder=..., reward=..., prompts=..., log: bool=..., memory: bool=..., unsure: str=...):
        ...

    def __getattr__(self, name):
        ...

    def __repr__(self):
        ...

    def _repr_html_(self):
        ...

    async def _later(self, kind, call, request):
        ...

    def clarify(self, response, text: str, author: str=...) -> Clarification:
        ...

    def verdict(self, response, verdict: str):
        ...

    def accept(self, response):
        ...

    def reject(self, response):
        ...

def _create(w, kind):
    ...

def _prepare(w, kind, request):
    ...

def _chosen(w, question):
    ...

def _finish(w, response, receipt):
    ...

def _logged(w, text, model, usage, receipt):
    ...

def wrap(client, store=..., scope=..., lookup=..., embedder=..., reward=..., prompts=..., log: bool=..., memory: bool=..., unsure: str=...) -> WrappedClient:
    ...

def _receipt_of(w, response):
    ...
