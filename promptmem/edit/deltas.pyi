# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional
from promptmem.rewrite.task import *
import hashlib
import json
import math
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from fastcore.basics import patch
from ..arguments import FLAG, PATH, TEXT, Kind, one_of, told
from ..core import HasPage, InvalidData, brief, is_number, new_id, now, plain, require, versions, write_atomic
from ..panel import parts
from ..panel.reprs import count_of
from ..panel.widget import static_page
from ..lm.arguments import MODEL
_EDITS: _Any
_held: _Any
torch: _Any

@dataclass
class Delta(HasPage):
    dense: dict = ...
    factors: dict = ...
    senses: _Optional[tuple] = ...
    keys: dict = ...
    beginnings: int = ...

    def __post_init__(self):
        ...

    @property
    def names(self) -> list:
        ...

    @property
    def numbers(self) -> int:
        ...

    def of(self, name: str) -> torch.Tensor:
        ...

    def _factors(self, name):
        ...

    def shape(self, name: str) -> tuple:
        ...

    def tensors(self) -> dict:
        ...

    @classmethod
    def from_tensors(cls, tensors: dict) -> Delta:
        ...

    def digest(self) -> str:
        ...

def _bytes(t):
    ...

class Ledger:
    model: _Any
    base: _Any
    active: _Any

    def __init__(self, model):
        ...

    def parameters(self) -> dict:
        ...

    def original(self, name: str) -> torch.Tensor:
        ...

    def put(self, edit) -> _Any:
        ...

    def take(self, edit) -> _Any:
        ...

    def __deepcopy__(self, memo):
        ...

    def charge(self, n: int, purpose: str):
        ...

    def complete(self, lm, prompts, purpose: str, **options) -> list:
        ...

    def to_dict(self) -> dict:
        ...

def ledger(model) -> Ledger:
    ...

def _renew(book, delta):
    ...

def _renew_weight(book, name, p):
    ...

def _plus(w, scale, delta, name):
    ...

def _renew_senses(book):
    ...

def _sense_rows(delta):
    ...
_SAMPLE: _Any

def fingerprint(model) -> str:
    ...

def _factor(s):
    ...

def _heard(outcome):
    ...

def heard_lines(outcome: dict) -> list:
    ...

def verdict(outcome: dict) -> str:
    ...

def outcome_part(said: str) -> tuple:
    ...

def verdict_html(said: str) -> str:
    ...

def asked_parts(outcome: dict) -> list:
    ...

def require_senses(model) -> _Any:
    ...

def check_fits(delta: Delta, model) -> _Any:
    ...

class Edit:
    outcome: _Any
    _scale: _Any
    model: _Any
    tokenizer: _Any
    delta: _Any
    method: _Any
    config: _Any
    base: _Any
    history: _Any
    id: _Any
    made: _Any
    limit: _Any

    def __init__(self, model, tokenizer, delta: Delta, method: str, config: _Optional[dict]=..., base: _Optional[str]=..., scale: float=..., history: _Optional[list]=...):
        ...

    @property
    def scale(self) -> float:
        ...

    @scale.setter
    def scale(self, s):
        ...

    @property
    def active(self) -> bool:
        ...

    def apply(self, scale: _Optional[float]=...) -> Edit:
        ...

    def undo(self) -> Edit:
        ...

    def __enter__(self):
        ...

    def __exit__(self, *_):
        ...

    @property
    def verdict(self) -> str:
        ...

    def __repr__(self):
        ...

    def _repr_html_(self):
        ...

    @property
    def chat(self) -> bool:
        ...

    def context(self, prefix: str) -> str:
        ...

    def save(self, folder) -> Path:
        ...
_PICKLES: _Any

def _refuse_pickle(path):
    ...
_FIELDS: _Any

def _read_info(path):
    ...

def _read_edit(path):
    ...

def load_edit(folder, model, tokenizer=..., strict: bool=...) -> Edit:
    ...

def _cosine(a, b):
    ...

def _meeting(a, b):
    ...

def conflicts(edits) -> list:
    ...

def gathered_keys(deltas) -> tuple:
    ...

def _merge_weights(edits, how):
    ...

def _merge_senses(edits, how):
    ...

def merge(edits, how: str=...) -> Edit:
    ...
