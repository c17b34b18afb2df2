# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from contextlib import contextmanager
from pathlib import Path
from fastcore.basics import patch
from ..core import InvalidData, require
torch: _Any
_transformers: _Any
GPT2Config: _Any
GPT2Model: _Any
PreTrainedModel: _Any
GenerationMixin: _Any
Conv1D: _Any
outputs: _Any
nn: _Any
F: _Any

class BackpackConfig(GPT2Config):
    num_senses: _Any
    sense_intermediate_scale: _Any
    model_type: _Any

    def __init__(self, num_senses: int=..., sense_intermediate_scale: int=..., vocab_size: int=..., n_positions: int=..., scale_attn_by_inverse_layer_idx: bool=..., **kw):
        ...

class BackpackMLP(nn.Module):
    dropout: _Any
    c_fc: _Any
    c_proj: _Any

    def __init__(self, n_in: int, n_mid: int, n_out: int, dropout: float=...):
        ...

    def forward(self, x):
        ...

class SenseBlock(nn.Module):
    mlp: _Any
    ln_1: _Any
    ln_2: _Any

    def __init__(self, config: BackpackConfig):
        ...

    def forward(self, h, residual):
        ...

class SenseNetwork(nn.Module):
    ln: _Any
    block: _Any
    final_mlp: _Any
    k: _Any

    def __init__(self, config: BackpackConfig):
        ...

    def forward(self, e):
        ...

class SenseWeightNetwork(nn.Module):
    c_attn: _Any
    k: _Any
    d: _Any

    def __init__(self, config: BackpackConfig):
        ...

    def forward(self, h, attention_mask=...):
        ...

class BackpackPreTrainedModel(PreTrainedModel):
    config_class: _Any
    base_model_prefix: _Any
    supports_gradient_checkpointing: _Any
    _supports_sdpa: _Any
    _keys_to_ignore_on_load_unexpected: _Any

    def _init_weights(self, module):
        ...

class SenseDelta:
    values: _Any
    row: _Any
    tokens: _Any
    senses: _Any

    def __init__(self, tokens, senses, values, vocab_size: int, num_senses: int):
        ...

    def add(self, ids, senses):
        ...

class BackpackModel(BackpackPreTrainedModel):
    gpt2_model: _Any
    sense_network: _Any
    sense_weight_net: _Any
    sense_delta: _Any
    _table: _Any

    def __init__(self, config: BackpackConfig):
        ...

    def get_input_embeddings(self):
        ...

    def set_input_embeddings(self, value):
        ...

    def senses(self, ids):
        ...

    def contextualization(self, input_ids, attention_mask=..., position_ids=...):
        ...

    def forward(self, input_ids, attention_mask=..., position_ids=..., **kw):
        ...

class BackpackLM(BackpackPreTrainedModel, GenerationMixin):
    backpack: _Any
    lm_head: _Any
    _tied_weights_keys: _Any
    _supports_cache_class: _Any

    def __init__(self, config: BackpackConfig):
        ...

    def get_output_embeddings(self):
        ...

    def set_output_embeddings(self, value):
        ...

    def forward(self, input_ids=..., attention_mask=..., position_ids=..., labels=..., logits_to_keep=..., **kw):
        ...

    def prepare_inputs_for_generation(self, input_ids, attention_mask=..., **kw):
        ...

    def senses(self, token):
        ...

    def contextualization(self, input_ids, attention_mask=...):
        ...

    def sense_table(self, chunk: int=..., max_gb: float=...):
        ...

    @contextmanager
    def cached_senses(self, max_gb: float=...):
        ...

    def set_sense_delta(self, tokens=..., senses=..., values=...):
        ...

    def load_state_dict(self, state_dict, strict=..., assign=...):
        ...

    @classmethod
    def from_state_dict(cls, config: BackpackConfig, state: dict):
        ...

    @classmethod
    def from_pretrained(cls, path, *args, **kw):
        ...
_WTE: _Any
_ALIASES: _Any

def published_names(state: dict) -> dict:
    ...
