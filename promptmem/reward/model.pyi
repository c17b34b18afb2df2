# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import copy
import math
import re
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist
import numpy as np
import pandas as pd
from fastcore.basics import patch
from ..arguments import COUNT, DICT, FLAG, FUNCTION, LISTED, LIST_OF_TEXTS, SEED, SHARE, TEXT, Kind, either, having, hold_fields, maybe, number, one_of, told, whole
from ..core import InvalidData, WrongArgument, brief, identity_key, quoted, require
from ..panel import paragraph, static_page, table
from ..lm.embed import load_embedder
from .choose import PROVE, Choice, best_of_n as pick_best_of_n, choose_margin, choose_prompt
from .features import SURFACE, embed, prompt_features, prompt_weights, question_space
from .fits import Fit, Inputs, fit_hierarchical, fit_lightgbm, fit_logistic, fit_mlp, fit_stack, fit_xgboost, prompt_rates
from .outcomes import GROUPS, Outcomes, as_correct, group_folds, nearest, question_key, sorted_ids
from ..stats import expit, grouped_interval, logit, share_interval
sk: _Any
_OUTCOMES: _Any
_TEXTS: _Any
_told: _Any

def question_effects(z, right, tried, cov, start=..., steps: int=...):
    ...

def fit_effects(z, right, tried, prior: float=..., rounds: int=..., work: float=..., seed: int=..., start=...) -> np.ndarray:
    ...

def _weighted_moments(z, right, tried, cov, u, noise):
    ...

def open_effects(z, right, tried, prior: float=..., width: float=..., rounds: int=..., most: int=..., seed: int=...) -> np.ndarray:
    ...

@dataclass
class Platt:
    a: float = ...
    b: float = ...

    def __call__(self, z):
        ...

def _platt_targets(right, tried):
    ...

def fit_platt(z, right, tried, pull: float=..., steepest: float=...) -> Platt:
    ...

def _newton(z, k, n, pull):
    ...

class Isotonic:
    map: _Any
    share: _Any
    smooth: _Any

    def __init__(self, z, right, tried, enough: float=..., steepest: float=...):
        ...

    def __call__(self, z):
        ...

def _no_calibration(z, right, tried, steepest=...):
    ...
CALIBRATIONS: _Any
HEADS: _Any
MODELS: _Any

class PromptReward(sk.ClassifierMixin, sk.BaseEstimator):
    groups_: _Any
    one_class_: _Any
    folds_: _Any
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
    prove: _Any
    classes_: _Any
    is_right_: _Any
    query_ids_: _Any
    prompt_ids_: _Any
    right_: _Any
    tried_: _Any
    queries_: _Any
    prompts_: _Any
    base_: _Any
    rates_: _Any
    embedder_: _Any
    kept_params_: _Any

    def __init__(self, model=..., embedder=..., calibration=..., memory=..., near=..., near_weight=..., folds=..., landmarks=..., prompt_side=..., question_side=..., params=..., seed=..., prove=...):
        ...

    def fit(self, out, y=..., groups=...) -> 'PromptReward':
        ...

    def __sklearn_clone__(self):
        ...

    def __sklearn_tags__(self):
        ...

    def _recall(self, texts):
        ...

    def __getstate__(self):
        ...

    def __setstate__(self, state):
        ...

    @property
    def verdict(self):
        ...

    def parts(self) -> list:
        ...

    def _repr_html_(self):
        ...

    def _repr_mimebundle_(self, **kw):
        ...

    def column_of(self, prompt: str):
        ...

    def question_of(self, query: str) -> int:
        ...

    def seen(self, queries) -> np.ndarray:
        ...

    def predict_proba(self, queries, prompts=...) -> np.ndarray:
        ...

    def predict(self, X) -> np.ndarray:
        ...

    def predict_outcomes(self, out: Outcomes) -> np.ndarray:
        ...

    def prompt_probability(self, prompts) -> np.ndarray:
        ...

    def choose(self, query: str, prompts=..., costs=..., tradeoff: float=..., **kw) -> Choice:
        ...

    def best_of_n(self, queries, prompts=..., rule: str=..., pool=..., **kw) -> list:
        ...

    def predict_interval(self, queries, prompts, level: float=...):
        ...

    def explain(self, query: str, prompt: str) -> pd.DataFrame:
        ...

    def calibrate(self, out: Outcomes, method: _Optional[str]=...) -> PromptReward:
        ...

    def prompt_error(self, prompts) -> np.ndarray:
        ...

def _model_verdict(rm):
    ...

def _rate_interval(right, tried, groups):
    ...

def _model_parts(rm):
    ...

def _columns(X, fitted=...):
    ...

def _pairs(X, fitted=...):
    ...

def _labels(y):
    ...

def _pairs_to_outcomes(queries, prompts, correct, groups=...):
    ...

def _check_names(rm):
    ...

def _take_pairs(rm, X, y, groups):
    ...

def _as_outcomes(rm, X, y, groups):
    ...

def _known_texts(texts):
    ...

@dataclass(eq=False)
class _Scaled:
    embedder: object
    weight: float

    def __call__(self, texts):
        ...

def _prompt_x(rm, prompts):
    ...

def dependence(right, tried, rates, groups) -> float:
    ...

def trust(z, rates, right, tried, pull: float=...) -> float:
    ...

def _inputs(rm, texts):
    ...

def _fit_head(rm):
    ...

def _same_rates(rates, texts):
    ...

def _shared_head(rm, share, rates, fit, texts):
    ...

def _shared_spread(rm, share, fit, texts):
    ...

def _question_by_question(out):
    ...

def _fit_published(rm, out):
    ...

def _published_head(rm, texts):
    ...

def _published_logits(rm, texts, prompts):
    ...

def _texts(texts, what):
    ...

def _fit_memory(rm):
    ...
_NO_SIGN: _Any

def _signs(text):
    ...

def _fit_parts(rm, out):
    ...

def _mix(rm, prompts):
    ...

def _recall(rm, texts):
    ...

def _remember(rm, z, seen, weight, mix):
    ...

def _blend(rm, texts, prompts):
    ...

def sk_check(rm):
    ...

def _predict_pairs(rm, X):
    ...

def design_effects(right, tried, rates, groups) -> np.ndarray:
    ...

def _counted(rm, mix):
    ...
