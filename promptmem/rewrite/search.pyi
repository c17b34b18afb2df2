# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import math
from collections import Counter
from fastcore.basics import patch
import numpy as np
from .ability import Abilities
from .evidence import PairedTest, least_pairs, pairs_expected
from .guards import FormGuard, LeakGuard, first_objection
from .propose import INSTRUCTIONS, CrossPhrases, Evolve, History, LastAttempt, LearnPhrases, MutatePhrases, PhraseBook, Proposal, Reflect, State, pareto
from .result import Candidate, OptimizeResult
from .task import Ledger

def keep_for(predicted, error, probability: float=..., seed: int=..., draws: int=...) -> int:
    ...

class Search:
    task: _Any
    lm: _Any
    seeds: _Any
    rounds: _Any
    ledger: _Any
    proposers: _Any
    proposer_lm: _Any
    guards: _Any
    on_event: _Any
    screen_model: _Any
    screen_keep: _Any
    screen_error: _Any
    alpha: _Any
    speculate: _Any
    held_out_calls: _Any
    max_candidates: _Any
    seed: _Any
    rng: _Any
    unit: _Any
    saved: _Any
    texts: _Any
    made_by: _Any
    candidates: _Any
    proved: _Any
    notes: _Any
    tests: _Any
    answers: _Any
    fresh: _Any
    order: _Any
    dev: _Any
    tried: _Any
    abilities: _Any
    sample: _Any
    most_proof: _Any
    proof: _Any
    slack: _Any
    wave_calls: _Any
    newcomers: _Any
    late: _Any
    hope: _Any
    seen: _Any
    asked: _Any
    sure: _Any

    def __init__(self, task, lm, seeds, rounds, ledger, proposers, proposer_lm, guards, screen, screen_keep, screen_error, alpha, held_out_calls, speculate, max_candidates, seed, tell=...):
        ...

    @staticmethod
    def _shuffled(examples, seed):
        ...

    @property
    def left(self):
        ...

    def note(self, text):
        ...

    def tell(self, phase, round):
        ...

    def worth(self, c) -> float:
        ...

    def leader(self):
        ...

    def admit(self, proposal, round):
        ...

    def shares(self) -> np.ndarray:
        ...

    def propose(self, n, round, limit):
        ...

    def _state(self, calls_left):
        ...

    def expect(self, new):
        ...

    def screen(self, new):
        ...

    def score(self, pairs):
        ...

    def share_out(self, n, newcomers):
        ...

    def settled(self, waiting) -> bool:
        ...

    def find(self, r, waiting, calls):
        ...

    def newborn(self, n, round, limit):
        ...

    def pairs_within(self, calls) -> int:
        ...

    def proof_calls(self) -> int:
        ...

    def challenger(self):
        ...

    def compare(self, candidates, examples, purpose) -> bool:
        ...

    def prove(self, c) -> bool:
        ...

    def out_of_reach(self, c, test) -> bool:
        ...

    def pinned_hold(self, c) -> bool:
        ...

    def run(self):
        ...

    def start(self):
        ...

    def settle(self):
        ...

    def finish(self, config) -> OptimizeResult:
        ...

    def run_published(self, versions: int=...):
        ...

def _cautious(c) -> float:
    ...

def top_two(first, second, rng) -> np.ndarray:
    ...
ALPHA_SHARES: _Any

def default_proposers(seeds, proposer_lm=...) -> list:
    ...

def _least_budget(task, alpha, rounds=...):
    ...

def _checked(seeds, rounds, alpha, screen_keep, preset, task):
    ...

def _plan(task, rounds, budget_calls, held_out_calls, alpha):
    ...

def _listener(progress, budget):
    ...

def optimize_prompt(task, lm, seeds, rounds: int=..., budget_calls: int=..., proposers=..., proposer_lm=..., guards=..., screen=..., screen_keep: _Optional[float]=..., screen_error: _Optional[float]=..., alpha: float=..., held_out_calls: _Optional[int]=..., speculate: int=..., max_candidates: int=..., seed: int=..., preset: _Optional[str]=..., progress=...) -> OptimizeResult:
    ...

def estimate_cost(task, lm, seeds, budget_calls: int=..., price=..., alpha: float=..., longest: int=..., asks: bool=...) -> dict:
    ...
