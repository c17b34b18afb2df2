# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from ..lm.arguments import NO_ARRAY, NOTHING, TEXT, Kind, either, some, told, whole
from .prompt import FEW_SHOT
_told: _Any
import weakref
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Optional, Union
from ..core import HasPage, InvalidData, NotFound, brief, fold, new_id, stable_hash
from ..lm.base import CallableLM, LMError
from .auto import DEFAULT_EMBEDDER, AutoLookup
from .contracts import ChooserLike, LookupLike, Remembers, RewriterLike, fits, position
from .lookup import ClosestLookup
from promptmem.memory.prompt import END, MAX_CLARIFICATION, PLACEMENTS, UNSURE, applying, as_clarification, as_is, as_question, as_text, assemble, chat, choose_format, enrich, few_shot as join_pairs, format_of, last_part, neutralize, read_pairs, read_reply, sendable, unsure
from .semantic import SemanticLookup
from ..record import Clarification, Completion, Interaction, Retrieval

class Assistant(Remembers):
    lm: _Any
    scopes: _Any
    reward: _Any
    rewriter: _Any
    format: _Any
    plain: _Any
    sure: _Any
    options: _Any
    lookup: _Any
    _done: _Any
    _asked: _Any
    few_shot: _Any
    embedder: _Any
    system: _Any
    placement: _Any
    scope: _Any
    store: _Any
    prompts: _Any
    understanding: _Any
    unsure: _Any
    turns: _Any
    history_tokens: _Any
    conversation: _Any

    def __init__(self, lm, store=..., scope: Union[str, tuple]=..., lookup: _Optional[Union[str, LookupLike]]=..., reward: _Optional[ChooserLike]=..., rewriter: _Optional[RewriterLike]=..., prompts=..., few_shot=..., embedder=..., max_tokens: _Optional[int]=..., stop=..., temperature: float=..., seed: int=..., format: str=..., placement: str=..., system: str=..., history: int=..., history_tokens: int=..., understanding: bool=..., unsure: str=...):
        ...

    def _repr_html_(self):
        ...

    def __repr__(self):
        ...

    def ask(self, question: str) -> Interaction:
        ...

    async def aask(self, question: str) -> Interaction:
        ...

    def stream(self, question: str) -> AnswerStream:
        ...

    def clarify(self, r, text: str, author: str=...) -> Clarification:
        ...

    def accept(self, r: Union[Interaction, str]) -> Interaction:
        ...

    def reject(self, r: Union[Interaction, str]) -> Interaction:
        ...

    def correct(self, r: Union[Interaction, str], answer: str) -> Interaction:
        ...

    def undo(self) -> Optional[Interaction]:
        ...

    def history(self, n: _Optional[int]=...) -> list:
        ...

    def new_conversation(self) -> str:
        ...

    def suggestions(self, question: str=..., k: int=...) -> list:
        ...

    def accuracy(self) -> tuple:
        ...

def as_scopes(scope) -> tuple:
    ...

def _model(lm):
    ...

def _stored(store):
    ...

def _options(a, max_tokens, stop, temperature, seed):
    ...

def _check(a):
    ...

def follows_store(lookup) -> bool:
    ...

def as_lookup(lookup, store, scope, embedder=...):
    ...

@dataclass
class Request:
    question: str
    retrieval: Retrieval
    sent: Any = ...
    text: str = ...
    prompt_id: Optional[str] = ...
    meta: dict = ...

def _prepare(a, question) -> Request:
    ...

def _reworded(a, r):
    ...

def _template(a, r):
    ...

def _filled(template, text):
    ...

def _put_published(a, r, worded, template):
    ...

def _put_chat(a, r, worded, template):
    ...

def _turns(a):
    ...

def _finish(a, r: Request, c: Completion) -> Interaction:
    ...
HOW: _Any
FOLLOWED: _Any

def _afterwards(a, r, c) -> dict:
    ...

def _yes(text):
    ...

def _one_sentence(a):
    ...

def _with_more(a, r, c, more):
    ...
from fastcore.basics import patch

def _complete(a, sent, **more):
    ...

def _more(a, r, c):
    ...

async def _acomplete(a, sent, **more):
    ...

class AnswerStream(HasPage):
    interaction: _Any
    assistant: _Any
    request: _Any
    text: _Any

    def __init__(self, assistant: Assistant, request: Request):
        ...

    def __iter__(self) -> Iterator[str]:
        ...

def _own(a, r):
    ...

def _noted(a, r, verdict, expected=..., clarification=...):
    ...

def _keep_in_step(r, now):
    ...

@dataclass
class _Done:
    interaction: str
    verdict: Optional[str]
    corrected: bool
    earlier: Optional[str]
    known: Any
    clarification: Optional[str]
    supersedes: Optional[str]

def _take_back(a, done):
    ...
