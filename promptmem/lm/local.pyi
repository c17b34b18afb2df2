# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import threading
import time
import warnings
from pathlib import Path
from ..core import require, stable_hash
from ..record import Completion, Usage
from .base import LM, LMCache, LMError, PromptTooLong, cut_at_stop

class TransformersLM(LM):
    name: _Any
    context_length: _Any
    _lock: _Any
    model: _Any
    tokenizer: _Any
    cache: _Any
    batch_size: _Any

    def __init__(self, model, tokenizer=..., name: _Optional[str]=..., cache=..., batch_size: int=..., device: _Optional[str]=..., **load):
        ...

    def count_tokens(self, text):
        ...

    def _ids(self, prompt):
        ...

    def identity(self) -> str:
        ...

    def _answer(self, requests):
        ...

    def _batch(self, ids, requests):
        ...

    def _generate(self, ids, requests):
        ...

    def _completion(self, ids, row, eos, opt, seconds):
        ...

    def loglik(self, prefixes, suffixes):
        ...

def _load_checkpoint(path, tokenizer, load):
    ...
from fastcore.basics import patch

def _gumbel(requests, temperature):
    ...

def _stopper(tokenizer, stop, width):
    ...
