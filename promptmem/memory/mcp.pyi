# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import functools
from typing import Any
from fastcore.basics import patch
from ..arguments import NOTHING, TEXT, either, having, told
from ..core import InvalidData, KeyFree, require
from .auto import AutoLookup
from .prompt import applying
_STORE: _Any
_LOOKUP: _Any
_told: _Any

class MemoryTools:
    lookup: _Any
    store: _Any
    scope: _Any

    def __init__(self, store, scope: str=..., lookup=...):
        ...

    def clarify(self, question: str, meaning: str) -> str:
        ...

    def recall(self, question: str) -> dict[str, Any]:
        ...

    def memories(self) -> list[dict[str, Any]]:
        ...

    def forget(self, id: str) -> bool:
        ...

def _key_free(tool):
    ...

def make_server(store, scope: str=..., lookup=...):
    ...

def serve(store=..., scope: str=..., embedder=...):
    ...
