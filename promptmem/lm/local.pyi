# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import os
import threading
import time
import weakref
from contextlib import contextmanager
from pathlib import Path
from ..arguments import COUNT, FLAG, LIST_OF_TEXTS, NAMED, PATH, TEXT, Kind, maybe, told
from .arguments import TOKENIZER
from ..core import InvalidData, brief, progress_bar, require, stable_hash, warn, well_formed
from ..record import Completion, Usage
from .base import LM, LMCache, LMError, PromptTooLong, WRITING, cut_at_stop
from .chat import chat_ids, text_ids
from .decode import Decoding, Prefix, Spelling, cache_argument, cache_of, common_prefix, picker
from .lean import LeanModel, from_layers, lean_model
from .matmul import PackedLinear, fast_products
from .scoring import context_length, is_oom, pad_id
from fastcore.basics import patch
_told: _Any
_LARGE: _Any

def fast_bfloat16(device: str=...) -> bool:
    ...

def auto_dtype(parameters: int, device: str=...):
    ...

@contextmanager
def quiet_loading(local: bool):
    ...

def _cast(model, dtype):
    ...

def _forget_quantization(model):
    ...

def _first_line(e):
    ...

def load_checkpoint(path: str, tokenizer=..., dtype=..., device: str=..., gguf_file: _Optional[str]=..., **load) -> tuple:
    ...
_locks: _Any

def _new_locks():
    ...

class TransformersLM(LM):
    name: _Any
    context_length: _Any
    format: _Any
    chat: _Any
    _kept: _Any
    _mark: _Any
    _packed: _Any
    _steps: _Any
    cache: _Any
    batch_size: _Any
    _lock: _Any
    _pid: _Any
    model: _Any
    tokenizer: _Any
    max_chat_tokens: _Any
    max_raw_tokens: _Any

    def __init__(self, model, tokenizer=..., name: _Optional[str]=..., cache=..., batch_size: int=..., device: _Optional[str]=..., chat: _Optional[bool]=..., dtype=..., gguf_file: _Optional[str]=..., **load):
        ...

    @property
    def dtype(self) -> str:
        ...

    def __repr__(self):
        ...

    def _answer(self, requests):
        ...

    def _stream(self, request):
        ...

    def prompt_ids(self, prompt, raw: bool=...) -> list:
        ...

    def count_tokens(self, text: str) -> int:
        ...

    def loglik(self, prefixes, suffixes):
        ...

    def identity(self) -> str:
        ...

def _fitted(lm, i, r):
    ...

def _after_fork(lm):
    ...

def _fingerprint(model):
    ...
_SHARED: _Any
_KEPT_BYTES: _Any

def _bits(t):
    ...

def _weights_mark(model):
    ...
_PACK_AFTER: _Any
_PACK_BYTES: _Any

def _lay_out(lm, steps):
    ...

def _lean(lm):
    ...

def _products(lm):
    ...

def _keep_prefix(lm, prefix):
    ...

def _read(lm, ids, before):
    ...

def _read_lean(lean, x, before):
    ...

def _kept_prefix(lm, cache, ids):
    ...

def _shared_prefix(lm, rows):
    ...

def _opened(lm, ids):
    ...

def _tokens_to_stop(tokenizer, row, end, stop):
    ...

def _completion(lm, ids, row, eos, opt, seconds):
    ...

def end_ids(model, tokenizer) -> set:
    ...

def _stops(tokenizer, ids, stop):
    ...

def _decoding(lm, ids, requests, prefix):
    ...

def _generate(lm, ids, requests, prefix=...):
    ...

@contextmanager
def _plain_generation(model, eos, pad):
    ...

def _stopper(tokenizer, stop, width):
    ...

def _generate_whole(lm, ids, requests):
    ...

def _beginning(lm, rows, steps):
    ...

def _batch(lm, ids, requests, prefix=...):
    ...

def _answers(lm, requests):
    ...

def _pieces(lm, request):
    ...
