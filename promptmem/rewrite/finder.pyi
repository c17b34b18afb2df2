# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import math
from collections import Counter
from dataclasses import dataclass
from ..core import HasPage
from fastcore.basics import patch
import numpy as np
from ..arguments import COUNT, SEED, SHARE, either, hold_fields, maybe, number, whole
from ..core import InvalidData
from .ability import Abilities
from .guards import first_objection
from ..lm.base import LMError, PromptTooLong
from .propose import Proposal, State
from .result import Candidate
_COUNTS: _Any
_SHARES: _Any
_WHOLES: _Any
_FIELDS: _Any

@dataclass(frozen=True)
class SearchSettings(HasPage):
    rounds: int = ...
    alpha: float = ...
    held_out_calls: int = ...
    batch_pairs: int = ...
    max_candidates: int = ...
    seed: int = ...
    screen_keep: _Optional[float] = ...
    screen_error: _Optional[float] = ...
    proof_share: float = ...
    proof_least: float = ...
    proof_margin: float = ...
    proof_chance: float = ...
    wave_calls: int = ...
    imagined: int = ...
    imagined_last: int = ...
    least_answers: int = ...
    incumbent_questions: int = ...
    known_best: float = ...
    prove: object = ...
    likely: float = ...
    duel_share: float = ...

    def __post_init__(self):
        ...

class _Trouble:
    role: _Any
    needed: _Any
    n: _Any
    failed: _Any
    row: _Any
    last: _Any

    def __init__(self, role, needed):
        ...

    def add(self, o):
        ...

    @property
    def hopeless(self):
        ...

    @property
    def gave_up(self):
        ...

    @property
    def text(self):
        ...

class SearchState:
    said: _Any
    task: _Any
    lm: _Any
    seeds: _Any
    ledger: _Any
    settings: _Any
    guards: _Any
    listener: _Any
    rng: _Any
    unit: _Any
    calls_saved: _Any
    candidates: _Any
    proved: _Any
    notes: _Any
    incumbent: _Any
    chance: _Any
    tests: _Any
    answers: _Any
    fresh: _Any
    texts: _Any
    failed: _Any
    trouble: _Any

    def __init__(self, task, lm, seeds, ledger, settings: SearchSettings, guards=..., listener=...):
        ...

    @property
    def left(self) -> int:
        ...

    def scores_of(self, pairs, purpose: str) -> list:
        ...

    def heard(self, role: str, out, needed: bool=...) -> list:
        ...

    def note(self, text: str):
        ...

def admit(state: SearchState, proposal: Proposal, round: int) -> Candidate:
    ...

def posterior_mean(state: SearchState, c: Candidate) -> float:
    ...

def lower_estimate(c: Candidate) -> float:
    ...

def leader(state: SearchState) -> Candidate:
    ...

def report(state: SearchState, phase: str, round: int) -> _Any:
    ...

def keep_for(predicted, error, probability: float=..., seed: int=..., draws: int=...) -> int:
    ...

class Screen:
    model: _Any
    state: _Any
    questions: _Any

    def __init__(self, model, state: SearchState, questions):
        ...

    def predict(self, new) -> _Any:
        ...

    def select(self, new) -> list:
        ...

def top_two(first, second, rng) -> np.ndarray:
    ...

class Finder:
    questions: _Any
    screen: _Any
    state: _Any
    proposers: _Any
    proposer_lm: _Any
    made_by: _Any
    tried: _Any
    abilities: _Any
    sample: _Any

    def __init__(self, state: SearchState, proposers, proposer_lm=..., screen=...):
        ...

    def start(self) -> list:
        ...

    def score(self, pairs) -> _Any:
        ...

    def best_is_known(self, waiting) -> bool:
        ...

def _ask(finder, pairs):
    ...

def proposer_shares(finder: Finder) -> np.ndarray:
    ...

def view_for_proposers(finder: Finder, calls_left: int) -> State:
    ...

def propose(finder: Finder, n: int, round: int, limit: int) -> list:
    ...

def _screened(finder, n, round, limit):
    ...

def allocate(finder: Finder, n: int, imagined: int) -> tuple:
    ...

def find_round(finder: Finder, round: int, waiting, calls: int, proof_calls) -> list:
    ...

def _questions(finder, wave, further):
    ...
