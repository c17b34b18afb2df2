"""Does recognition's printed interval hold its level, for shares and for d', when sentences meet several foils?"""
import math

import numpy as np
import pytest

from promptmem.recall.recognition import CalibratedRecognition, Recognition
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


def studied_later(rng, n, gap, effect, left=.5, noise=.6):
    """`n` pairs before and after: studied sentences were harder by `gap` from the start, `left` of the first score is
    still there, and what was studied is lower by `effect`"""
    first, now = np.stack([rng.normal(gap, 1, n), rng.normal(0, 1, n)]), rng.normal(0, noise, (2, n))
    r = recognition([f"s{i}" for i in range(n)], [f"u{i}" for i in range(n)], *(left*first + now - [[effect], [0]]))
    slope, f = np.polyfit(first[1], r.frame.unseen_score, 1)[0], r.frame
    rest = [f.seen_score - slope*first[0], f.unseen_score - slope*first[1]]
    f = f.assign(seen_drop=first[0]-f.seen_score, unseen_drop=first[1]-f.unseen_score, seen_rest=rest[0],
                 unseen_rest=rest[1], adjusted=(rest[0] < rest[1])*1.)
    return CalibratedRecognition(f, "loss", n, .5)


@pytest.mark.parametrize("n, runs", [(5, 100), (10, 100), (50, 80), (300, 30)])
@pytest.mark.parametrize("gap, effect", [(0., 0.), (2., 0.), (2., .6)])
def test_the_adjusted_share_counts_that_its_slope_is_estimated(n, runs, gap, effect):
    "Wilson over pairs covers .72 to .88 where foils differ from the studied sentences"
    rng, true, inside, alone = np.random.default_rng(0), .5*(1 + math.erf(effect/1.2)), [], []
    for _ in range(runs):
        r = studied_later(rng, n, gap, effect)
        (lo, hi), (low, high) = r.adjusted_interval, wilson(float(r.frame.adjusted.sum()), n)
        inside.append(lo <= true <= hi)
        alone.append(low <= true <= high)
        assert lo - 1e-9 <= low <= high <= hi + 1e-9 and r.recognised_interval == (lo, hi)
    assert np.mean(inside) >= .95 - 2*math.sqrt(.95*.05/len(inside))
    if gap and not effect: assert np.mean(alone) < .9


def test_foils_that_leave_the_slope_open_promise_nothing_where_it_matters():
    r = studied_later(np.random.default_rng(1), 2, 1., 0.)
    assert r.adjusted_interval.lo == 0 or r.adjusted_interval.hi == 1
