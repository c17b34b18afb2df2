# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import copy
from fastcore.basics import patch
from ..core import InvalidData, require
from .deltas import Edit
from .scores import fit_general
from .editor import fit_scale
torch: _Any
_transformers: _Any
outputs: _Any

class LogitDifference(_transformers.PreTrainedModel, _transformers.GenerationMixin):
    edited: _Any
    large: _Any
    small: _Any
    edit: _Any
    w: _Any
    shared: _Any
    config_class: _Any
    main_input_name: _Any
    _supports_sdpa: _Any
    _supports_flash_attn: _Any
    _supports_flex_attn: _Any
    _supports_attention_backend: _Any

    def __init__(self, large, edit: Edit, w: float=...):
        ...

    def _copy(self, edit):
        ...

    def get_output_embeddings(self):
        ...

    def combine_logits(self, input_ids, attention_mask=...):
        ...

    def forward(self, input_ids=..., attention_mask=..., **kw):
        ...

    def prepare_inputs_for_generation(self, input_ids, attention_mask=..., **kw):
        ...

    def difference(self, input_ids, attention_mask=...):
        ...

    def _sense_difference(self, input_ids, attention_mask, logp):
        ...

class WeightedDifference(Edit):
    _scale: _Any

    def __init__(self, ensemble, tokenizer):
        ...

    @property
    def active(self):
        ...

    @property
    def scale(self):
        ...

    @scale.setter
    def scale(self, s):
        ...

    def apply(self, scale=...):
        ...

    def undo(self):
        ...

    def save(self, folder):
        ...

def fit_weight(ensemble: LogitDifference, tokenizer, general_text, limit: float=..., max_weight: float=...) -> WeightedDifference:
    ...
