"""Does recognition's printed interval hold its level, for shares and for d', when sentences meet several foils?"""
import math

import numpy as np
import pytest

from promptmem.recall.recognition import Recognition
from promptmem.stats import wilson

pd = pytest.importorskip("pandas")
pytestmark = pytest.mark.slow


def recognition(seen, unseen, seen_score, unseen_score):
    "A result with these scores; lower is more familiar"
    margin = unseen_score - seen_score
    f = pd.DataFrame(dict(seen=seen, unseen=unseen, seen_score=seen_score, unseen_score=unseen_score, why="",
                          correct=np.where(margin > 0, 1., np.where(margin < 0, 0., .5)), seen_loss=seen_score,
                          unseen_loss=unseen_score))
    return Recognition(f, "loss", len(f))


def world(rng, sentences, foils, true, shared=False):
    "`sentences` studied ones with `foils` foils each, their own or the same for all"
    s = np.repeat(rng.normal(-true, 1, sentences), foils)
    u = np.tile(rng.normal(0, 1, foils), sentences) if shared else rng.normal(0, 1, sentences*foils)
    names = np.tile(np.arange(foils), sentences) if shared else np.arange(sentences*foils)
    return recognition([f"s{i}" for i in np.repeat(np.arange(sentences), foils)], [f"u{i}" for i in names], s, u)


def coverage(runs, true, seed=0, **how):
    "Shares of runs in which the interval of the share, and that of d', hold the truth"
    rng, share = np.random.default_rng(seed), .5*(1+math.erf(true/2))
    inside = []
    for _ in range(runs):
        r = world(rng, true=true, **how)
        (lo, hi), (d_lo, d_hi) = r.interval, r.dprime_interval
        inside.append((lo <= share <= hi, d_lo <= true <= d_hi))
    return np.mean(inside, 0)


RUNS = 80
LEAST = .95 - 3*math.sqrt(.95*.05/RUNS)


@pytest.mark.parametrize("sentences,foils,true", [
    (20, 5, 1.), (10, 5, 2.), (20, 1, 1.)])
def test_level_is_kept(sentences, foils, true):
    share, d = coverage(RUNS, true, sentences=sentences, foils=foils)
    assert share >= LEAST and d >= LEAST, (share, d)


def test_level_is_kept_where_every_sentence_meets_the_same_foils():
    share, d = coverage(RUNS, 1., sentences=12, foils=6, shared=True)
    assert share >= LEAST and d >= LEAST, (share, d)


def test_what_was_printed_before_did_not_hold():
    "Wilson over pairs that share their sentence: the fault that the grouped interval mends shows in this world"
    rng, share, inside = np.random.default_rng(0), .5*(1+math.erf(.5)), []
    for _ in range(RUNS):
        r = world(rng, 20, 10, 1.)
        lo, hi = wilson(float(r.frame.correct.sum()), len(r.frame))
        inside.append(lo <= share <= hi)
    assert np.mean(inside) < .85


def test_one_sentence_with_one_foil_is_wilson():
    r = world(np.random.default_rng(3), 30, 1, 1.)
    assert tuple(r.interval) == pytest.approx(wilson(float(r.counted.correct.sum()), 30))


def test_one_sentence_alone_has_no_interval():
    r = world(np.random.default_rng(3), 1, 10, 1.)
    assert math.isnan(r.interval.lo) and math.isnan(r.dprime_interval.lo) and "no interval" in repr(r)


def test_told_apart_without_a_fault_has_no_upper_end():
    r = recognition(list("abcdefghijkl"), list("mnopqrstuvwx"), -np.arange(12.)-20, np.arange(12.))
    lo, hi = r.dprime_interval
    assert 0 < lo < r.dprime and hi == math.inf
