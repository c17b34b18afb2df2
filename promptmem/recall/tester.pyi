# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import threading
from fastcore.basics import patch
from ..core import HasPage, progress_bar, require
from ..lm.arguments import told
from .generation import recalled_words
from .retention import Retention, interference_plan, make_probe
from .studying import Learner, StudyRun, check_sentences, exposure_batches, tokenize
from ..lm.weights import trainable

def _fresh(session):
    ...

class RecallSession(HasPage):
    model: _Any
    tokenizer: _Any
    other: _Any
    seen: _Any
    unseen: _Any
    lr: _Any
    batch_size: _Any
    seed: _Any
    prefix_words: _Any
    ids: _Any
    base: _Any
    _stop: _Any
    _armed: _Any

    def __init__(self, model, tokenizer, seen, unseen, other=..., lr: float=..., batch_size: int=..., seed: int=..., prefix_words=...):
        ...

    def __repr__(self):
        ...

    def stop(self):
        ...

    def arm(self):
        ...

    def study(self, exposures: int=..., on_progress=...) -> float:
        ...

    def reset(self):
        ...

    def forget(self, updates: int=..., batch_size: int=..., replay: float=..., on_progress=...) -> int:
        ...

    def test(self, phase: _Optional[str]=...) -> dict:
        ...

    def compare(self, edit) -> tuple:
        ...

    @property
    def frame(self):
        ...

    def words(self, i: int) -> list:
        ...

    def marked(self, i: int) -> str:
        ...

    def plot(self):
        ...

def _steps(self, batches, on_progress):
    ...

def _last(self):
    ...
