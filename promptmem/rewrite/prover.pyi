# made by tools/stubs.py; do not edit
from typing import Any as _Any, Optional as _Optional

import math
from fastcore.basics import patch
import numpy as np
from .evidence import PairedTest, SignTest, fewest_wins, least_pairs, pairs_expected, pairs_to_plan
from .finder import SearchState, leader, posterior_mean, report
from .result import Candidate
TESTS: _Any
ALPHA_SHARE: _Any
ALL_IN: _Any
ALPHA_SHARES: _Any

def bets_of(examples, seed: int) -> list:
    ...

class Prover:
    shares: _Any
    bet_size: _Any
    first_proof: _Any
    signs: _Any
    state: _Any
    bets: _Any

    def __init__(self, state: SearchState):
        ...

    @property
    def more_tests(self) -> bool:
        ...

    def next_alpha(self, calls: int=...) -> float:
        ...

    def new_test(self) -> object:
        ...

    def challenger(self) -> Candidate:
        ...

    def compare(self, candidates, examples, purpose: str) -> bool:
        ...

    def differences(self, c: Candidate, seed: Candidate, examples) -> list:
        ...

def pairs_within(prover: Prover, calls: int) -> int:
    ...

def proof_calls(prover: Prover) -> int:
    ...

def pinned_hold(prover: Prover, c: Candidate) -> bool:
    ...

def prove(prover: Prover, c: Candidate) -> bool:
    ...

def _conclude(prover, c, test):
    ...

def out_of_reach(prover: Prover, c: Candidate, test: PairedTest) -> bool:
    ...

def chance_to_prove(test: SignTest, base: float, better: float) -> float:
    ...

def settle(prover: Prover) -> _Any:
    ...
