# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from fastcore.basics import patch
import numpy as np
import pandas as pd
from ..arguments import COLUMN, COUNT, FLAG, LISTED, TEXT, Kind, either, having, maybe, number, one_of, told, whole
from ..core import InvalidData, brief, identity_key, quoted
from ..panel import parts, static_page
from .features import embed
_TEXTS: _Any
_COSTS: _Any
_told: _Any

def _numbered(i, texts, what):
    ...

class RewardComparison:
    prompts: _Any
    costs: _Any
    known: _Any
    rm: _Any
    queries: _Any
    p: _Any
    lo: _Any
    hi: _Any

    def __init__(self, rm, queries, prompts=..., outcomes=..., costs=..., level: float=...):
        ...

    def _known(self, outcomes):
        ...

    def __len__(self):
        ...

    def _choices(self):
        ...

    def parts(self) -> list:
        ...

    def __repr__(self):
        ...

    def _repr_html_(self):
        ...

    @property
    def verdict(self):
        ...

    def table(self, query) -> pd.DataFrame:
        ...

    def matrix(self, different_only: bool=..., by: float=..., values: str=...) -> pd.DataFrame:
        ...

    def why(self, query, prompt) -> pd.DataFrame:
        ...

    def neighbours(self, query, k: int=...) -> pd.DataFrame:
        ...
