# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import atexit
import math
import time
from pathlib import Path
import numpy as np
from fastcore.basics import patch
from ..lm.arguments import Kind, told
from ..core import HasPage, InvalidData, NotFound, WrongArgument, brief, plain, progress_bar, require, stable_hash, warn
from ..panel import parts as pages
from ..panel.widget import static_page
from ..lm.base import LMError
from ..lm.chat import chat_ids, frame
from ..lm.matmul import fast_linear
from ..lm.scoring import OutOfMemory, context_length, encode, evaluating
from ..lm.scoring import is_oom, pad_id, pad_right, split_head
from ..lm.weights import WeightDelta, checked_parameters, put_back, read_tensors, trainable, write_tensors

def check_sentences(sentences, name: str=...) -> list:
    ...

def tokenize(tokenizer, sentences, model=..., max_length: int=..., name: str=...) -> list:
    ...
CHAT_CUE: _Any

class Said(list):
    start: _Any

    def __init__(self, head, ids=...):
        ...

def first_counted(row) -> int:
    ...

def context_ids(tokenizer, text, chat=...) -> list:
    ...

def per_sentence(contexts, n: int) -> list:
    ...

def after_contexts(tokenizer, sentences, ids, contexts=..., chat=...) -> list:
    ...

def exposure_batches(lengths, batch_size: int, seed: int=..., exposure: int=..., bucket: int=...) -> list:
    ...

def _loss_module(model):
    ...

def _rate(schedule, warmup, total):
    ...

class Learner(HasPage):
    model: _Any
    pad: _Any
    lr: _Any
    clip: _Any
    dtype: _Any
    seed: _Any
    rate: _Any
    updates: _Any
    rows: _Any

    def __init__(self, model, tokenizer, lr: float=..., weight_decay: float=..., betas: tuple=..., schedule: str=..., warmup: int=..., total: _Optional[int]=..., clip: _Optional[float]=..., dtype: str=..., seed: int=...):
        ...

    def step(self, ids) -> float:
        ...

def _prepare(self, weight_decay, betas):
    ...

def _backward(self, ids, total, weight=...):
    ...

def _gradients(self, ids, total):
    ...

def stable_seed(*parts) -> int:
    ...

def save_state(learner, path, note: dict) -> Path:
    ...

def load_state(learner, path, note: dict) -> dict:
    ...

def with_lora(model, lora, seed: int=...):
    ...

class StudyRun:
    trained: _Any
    model: _Any
    settings: _Any
    base: _Any
    probes: _Any
    log: _Any
    kept: _Any
    seconds: _Any
    stopped: _Any

    def __init__(self, model, settings, base):
        ...

    @property
    def updates(self):
        ...

    @property
    def frame(self):
        ...

    @property
    def losses(self):
        ...

    @property
    def worked(self):
        ...

    @property
    def verdict(self) -> str:
        ...

    def __repr__(self):
        ...

    def parts(self) -> list:
        ...

    def _repr_html_(self):
        ...

    def restore(self, exposure: int):
        ...

    def undo(self):
        ...

def _recognised(p):
    ...

def _moments(probe, at_exposures, at_updates, exposures, per):
    ...

def _probe(run, learner, probe, at, per):
    ...

def _save(run, learner, checkpoint):
    ...

def _resume(run, learner, checkpoint):
    ...

def _run(run, learner, ids, probe, at, keep, checkpoint, on_update, bar):
    ...

def _give_back(run, learner):
    ...

def study(model, tokenizer, sentences, exposures: int=..., lr: float=..., batch_size: int=..., seed: int=..., max_length: int=..., bucket: int=..., lora=..., probe=..., probe_exposures=..., probe_updates=..., keep=..., reversible: bool=..., checkpoint=..., on_update=..., progress: _Optional[bool]=..., chat=..., **training) -> StudyRun:
    ...
