# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from collections import Counter
from ..core import InvalidData
from .lookup import ClosestLookup
from .prompt import END, MAX_CLARIFICATION, as_clarification, assemble, enrich, last_part, neutralize, parse_reply
from .semantic import SemanticLookup
from ..record import Clarification, Interaction, Retrieval

class Assistant:
    options: _Any
    lm: _Any
    store: _Any
    scope: _Any
    few_shot: _Any
    reward: _Any
    rewriter: _Any
    prompts: _Any
    lookup: _Any
    _done: _Any

    def __init__(self, lm, store=..., scope: str=..., lookup=..., reward=..., rewriter=..., prompts=..., few_shot: str=..., embedder=..., max_tokens: int=..., stop=..., temperature: float=..., seed: int=...):
        ...

    def __repr__(self):
        ...

    def ask(self, question: str) -> Interaction:
        ...

    def _reworded(self, question, meta):
        ...

    def _with_prompt(self, question, text, meta):
        ...

    def _own(self, r):
        ...

    def _judge(self, r, verdict, expected=...):
        ...

    def clarify(self, r, text: str, author: str=...) -> Clarification:
        ...

    def _note(self, r, *judgement, clarification=...):
        ...

    def accept(self, r) -> Interaction:
        ...

    def reject(self, r) -> Interaction:
        ...

    def correct(self, r, answer: str) -> Interaction:
        ...

    def undo(self):
        ...

    def history(self, n: _Optional[int]=...) -> list:
        ...

    def memories(self) -> list:
        ...

    def suggestions(self, question: str=..., k: int=...) -> list:
        ...

    def accuracy(self) -> tuple:
        ...

    def would_retrieve(self, question: str) -> Retrieval:
        ...

def _bound(lookup, store, scope, embedder):
    ...

def _follows(lookup):
    ...
from fastcore.basics import patch
