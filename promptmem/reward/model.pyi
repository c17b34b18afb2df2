# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

from dataclasses import dataclass
import numpy as np
import pandas as pd
from fastcore.basics import patch
from ..core import InvalidData, fold, require
from ..lm.embed import load_embedder
from .choose import best_of_n as pick_best_of_n, choose_margin, choose_prompt
from .features import SURFACE, embed, prompt_features, prompt_weights, question_space
from .fits import Fit, Inputs, fit_hierarchical, fit_lightgbm, fit_logistic, fit_mlp, fit_stack, fit_xgboost, prompt_rates
from .outcomes import Outcomes, group_folds, nearest
from ..stats import expit, logit
sk: _Any

def question_effects(z, right, tried, cov, start=..., steps: int=...):
    ...

def fit_effects(z, right, tried, prior: float=..., rounds: int=..., work: float=..., seed: int=..., start=...) -> np.ndarray:
    ...

@dataclass
class Platt:
    a: float = ...
    b: float = ...

    def __call__(self, z):
        ...

def fit_platt(z, right, tried, pull: float=...) -> Platt:
    ...

class Isotonic:
    map: _Any

    def __init__(self, z, right, tried):
        ...

    def __call__(self, z):
        ...
CALIBRATIONS: _Any
HEADS: _Any
MODELS: _Any

class PromptReward(sk.ClassifierMixin, sk.BaseEstimator):
    model: _Any
    embedder: _Any
    calibration: _Any
    memory: _Any
    near: _Any
    near_weight: _Any
    folds: _Any
    landmarks: _Any
    prompt_side: _Any
    question_side: _Any
    params: _Any
    seed: _Any

    def __init__(self, model=..., embedder=..., calibration=..., memory=..., near=..., near_weight=..., folds=..., landmarks=..., prompt_side=..., question_side=..., params=..., seed=...):
        ...

    def __sklearn_clone__(self):
        ...

    def __sklearn_tags__(self):
        ...

    def fit(self, out, y=..., groups=...) -> PromptReward:
        ...

    def _prompt_x(self, prompts):
        ...

    def _fit_prompts(self):
        ...

    def _mix(self, prompts):
        ...

    def _inputs(self, texts):
        ...

    def _fit_head(self):
        ...

    def _fit_published(self, out):
        ...

    def _published_logits(self, texts, prompts):
        ...

    def _logits(self, texts, mix):
        ...

    def predict_proba(self, queries, prompts=...) -> np.ndarray:
        ...

    def _predict_pairs(self, X):
        ...

    def predict(self, X) -> np.ndarray:
        ...

    def predict_outcomes(self, out: Outcomes) -> np.ndarray:
        ...

    def _fit_memory(self):
        ...

    def _recall(self, texts):
        ...

    def _blend(self, texts, prompts):
        ...

    def _remember(self, z, seen, weight, mix):
        ...

    def _fit_open(self):
        ...

    def _fit_margin(self, out):
        ...

    def prompt_probability(self, prompts) -> np.ndarray:
        ...

    def choose(self, query: str, prompts=..., costs=..., tradeoff: float=..., **kw):
        ...

    def best_of_n(self, queries, prompts=..., rule: str=..., **kw) -> list:
        ...

    def explain(self, query: str, prompt: str) -> pd.DataFrame:
        ...

    def predict_interval(self, queries, prompts, level: float=...):
        ...

    def _counted(self, mix):
        ...

    def calibrate(self, out: Outcomes, method: _Optional[str]=...) -> PromptReward:
        ...

    def prompt_error(self, prompts) -> np.ndarray:
        ...

def _pairs(X):
    ...

def _pairs_to_outcomes(X, y, groups=...):
    ...

class _Scaled:
    embedder: _Any
    weight: _Any

    def __init__(self, embedder, weight):
        ...

    def __call__(self, texts):
        ...

def sk_check(rm):
    ...

def _texts(texts, what):
    ...
