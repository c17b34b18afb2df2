"""Worlds with a known truth, and how often each interval or bound of the library holds in them.

    python -m tests.statistics.coverage          # the figures of the table in nbs/01_stats.ipynb

Every world is a function (generator, n) -> what the tool is given; its truth is written beside it.
"""
import math
from functools import lru_cache

import numpy as np

from promptmem import stats


def binomial(k, n, p):
    "Probability of each count 0..n"
    log = np.array([math.lgamma(n+1) - math.lgamma(i+1) - math.lgamma(n-i+1) for i in range(n+1)])
    p = min(max(p, 1e-300), 1-1e-16)
    return np.exp(log + np.arange(n+1)*math.log(p) + (n-np.arange(n+1))*math.log1p(-p))[k]


def upper(k, n): return 0., stats.share_upper(k, n)
def lower(k, n): return stats.share_lower(k, n), 1.


@lru_cache
def ends(bounds, n): return np.array([bounds(k, n) for k in range(n+1)])


def exact(bounds, n, p):
    "Exact coverage of bounds(k, n) -> (low, high) at the share p"
    lo, hi = ends(bounds, n).T
    return float(binomial(np.arange(n+1), n, p)[(lo-1e-12 <= p) & (p <= hi+1e-12)].sum())


def share(rate, runs, level=.95):
    "Is a coverage below the level by more than chance? The least that `runs` runs may show"
    return level - rate*math.sqrt(level*(1-level)/runs)


# ---- means of anything: (draw, truth)
NUMBERS = {
    "normal": (lambda r, n: r.normal(size=n), 0.),
    "heavy tails (t, 3 degrees)": (lambda r, n: r.standard_t(3, n), 0.),
    "exponential": (lambda r, n: r.exponential(size=n), 1.),
    "log-normal": (lambda r, n: r.lognormal(0, 1, n), math.exp(.5)),
    "tied": (lambda r, n: r.choice([1., 2., 5.], n, p=[.5, .3, .2]), 2.1),
    "deterministic": (lambda r, n: np.full(n, 3.), 3.),
}
# ---- grades between 0 and 1
GRADES = {
    "right or wrong, .5": (lambda r, n: (r.random(n) < .5)*1., .5),
    "right or wrong, .95": (lambda r, n: (r.random(n) < .95)*1., .95),
    "grades around .9": (lambda r, n: r.beta(9, 1, n), .9),
    "mostly 0": (lambda r, n: (r.random(n) < .1)*r.random(n), .05),
    "0, a half, 1": (lambda r, n: r.choice([0, .5, 1], n, p=[.05, .15, .8]), .875),
}


def covers(i, truth): return i.lo - 1e-12 <= truth <= i.hi + 1e-12


def of_means(world, n, runs, seed=0):
    "Coverage of `interval` for numbers"
    draw, truth = NUMBERS[world]
    r = np.random.default_rng(seed)
    return float(np.mean([covers(stats.interval(draw(r, n), n=500, seed=s), truth) for s in range(runs)]))


def of_grades(world, n, runs, seed=0):
    "Coverage of `interval` for shares and grades"
    draw, truth = GRADES[world]
    r = np.random.default_rng(seed)
    return float(np.mean([covers(stats.interval(draw(r, n), bounds=(0, 1)), truth) for _ in range(runs)]))


def grouped_answers(r, g, k, p, alike):
    "Right and wrong in g groups of k; `alike` is the correlation inside a group"
    if alike == 1: return np.repeat(r.random((g, 1)) < p, k, 1)*1.
    rate = p if alike == 0 else r.beta(p*(1/alike-1), (1-p)*(1/alike-1), (g, 1))
    return (r.random((g, k)) < rate)*1.


def of_groups(g, k, p, alike, runs, seed=0):
    "Coverage of `interval` for shares by group"
    r, groups = np.random.default_rng(seed), np.repeat(np.arange(g), k)
    return float(np.mean([covers(stats.interval(grouped_answers(r, g, k, p, alike).ravel(), groups), p)
                          for _ in range(runs)]))


def of_grouped_numbers(g, k, runs, seed=0):
    "Coverage of `interval` for numbers that share their group's deviation"
    r, groups = np.random.default_rng(seed), np.repeat(np.arange(g), k)
    def draw(): return (r.normal(size=(g, 1)) + .5*r.normal(size=(g, k))).ravel()
    return float(np.mean([covers(stats.interval(draw(), groups), 0.) for _ in range(runs)]))


def changed(r, shape, up, down): # -> differences
    u = r.random(shape)
    return np.where(u < up, 1., np.where(u < up+down, -1., 0.))


def of_pairs(n, up, down, runs, seed=0, grades=False):
    "Coverage of `paired_interval`: a share `up` of the items gets right, a share `down` gets wrong"
    r, out = np.random.default_rng(seed), []
    for _ in range(runs):
        d, base = changed(r, n, up, down), (r.random(n) < .7)*1.
        before = np.where(d == 1, 0., np.where(d == -1, 1., base))
        scale = r.random(n) if grades else 1.
        out.append(covers(stats.paired_interval(before + d*scale, before, bounds=(0, 1)),
                          (up-down)*(.5 if grades else 1)))
    return float(np.mean(out))


def of_grouped_pairs(g, k, change, alike, runs, seed=0):
    "Coverage of `paired_interval` by group, no difference on average"
    r, groups, out = np.random.default_rng(seed), np.repeat(np.arange(g), k), []
    for _ in range(runs):
        d = np.where(r.random((g, k)) < alike, changed(r, (g, 1), change, change),
                     changed(r, (g, k), change, change)).ravel()
        before = np.where(d == 1, 0., 1.)
        out.append(covers(stats.paired_interval(before+d, before, groups), 0.))
    return float(np.mean(out))


# ---- damages: rise of each text, its true mean 1
DAMAGES = {
    "every text a little": lambda r, n: 1 + 20*r.normal(size=n),
    "heavy tails": lambda r, n: r.lognormal(0, 2, n)/math.exp(2),
    "one text in 20": lambda r, n: (r.random(n) < .05)*20.,
    "one text in 100": lambda r, n: (r.random(n) < .01)*100.,
    "one text in 300": lambda r, n: (r.random(n) < 1/300)*300.,
    "Pareto tail of index 1.5": lambda r, n: (1 + r.pareto(1.5, n))/3,
    "a little, and one text in 20 much": lambda r, n: .5 + .2*r.normal(size=n) + (r.random(n) < .05)*10.,
}


def of_damages(world, n, runs, seed=0):
    "How often `damage_upper` at .95 is not below the true mean, `unseen` left to its default"
    draw, r = DAMAGES[world], np.random.default_rng(seed)
    return float(np.mean([stats.damage_upper(draw(r, n)) >= 1-1e-9 for _ in range(runs)]))


def of_looks(world, n, runs, seed=0):
    "How often no look of `bound_test` at a third of `n` texts, two thirds or all finds the true mean above its bound"
    from promptmem.edit.scores import _analyses
    draw, r, out = DAMAGES[world], np.random.default_rng(seed), []
    for _ in range(runs):
        x = np.asarray(draw(r, n), float)
        out.append(all(stats.damage_upper(x[:k], level) >= 1-1e-9 for k, level in _analyses(n, 128, .95)))
    return float(np.mean(out))


def of_population(total, changed_texts, read, runs, seed=0):
    "How often `damage_upper` holds for the mean over all of `total` texts when `read` of them were drawn"
    r, out = np.random.default_rng(seed), []
    for _ in range(runs):
        rise = np.zeros(total)
        rise[r.choice(total, changed_texts, replace=False)] = 1.
        out.append(stats.damage_upper(r.permutation(rise)[:read], unseen=1., population=total) >= rise.mean()-1e-9)
    return float(np.mean(out))


def of_thresholds(n, risk, runs, tied=False, level=.9, seed=0):
    "How often `risk_threshold` keeps the accepted risk"
    from promptmem.reward.choose import risk_threshold
    r, kept = np.random.default_rng(seed), 0
    lattice = np.arange(0, 1.01, .1)
    for _ in range(runs):
        c = np.round(r.random(n), 1) if tied else r.random(n)
        wrong = np.clip(.7-c, 0, 1)*.6 if tied else np.full(n, risk+.01)
        t = risk_threshold(c, r.random(n) >= wrong, risk, level)
        if not tied: kept += math.isinf(t)
        else:
            at, weight = lattice[lattice >= t-1e-9], np.where((lattice < .05) | (lattice > .95), .5,
                                                              1.)[lattice >= t-1e-9]
            kept += not len(at) or (weight*np.clip(.7-at, 0, 1)*.6).sum()/weight.sum() <= risk
    return kept/runs


def of_margins(groups, k, runs, seed=0):
    "How often `choose_margin` stays with the default where nothing is to be gained"
    from promptmem.reward.choose import choose_margin
    r, stays = np.random.default_rng(seed), 0
    for _ in range(runs):
        g = np.repeat(np.arange(groups), k)
        p = 1/(1+np.exp(-r.normal(0, .3, (groups, 6))))[g] + .001*r.random((groups*k, 6))
        stays += math.isinf(choose_margin(p, (r.random((groups, 6)) < .5)[g]*1., 0, g))
    return stays/runs


def of_two_prompts(groups, k, runs, seed=0):
    "The same where one of two prompts is right on a whole group, by a coin: few groups often all gain alike"
    from promptmem.reward.choose import choose_margin
    r, stays = np.random.default_rng(seed), 0
    for _ in range(runs):
        g, heads = np.repeat(np.arange(groups), k), r.random(groups) < .5
        p = np.clip(.5 + r.normal(0, .1, (groups, 2)), .01, .99)[g]
        stays += math.isinf(choose_margin(p, np.column_stack([heads, ~heads])[g]*1., 0, g))
    return stays/runs


def of_prompt_errors(questions, draws, own, runs, seed=0):
    "Root mean square of (rate found - true rate)/stated error; 1 is right"
    from promptmem.reward.model import design_effects
    r, z = np.random.default_rng(seed), []
    for _ in range(runs):
        rate = 1/(1+np.exp(-own*r.normal(size=(questions, 1))))
        right, tried = r.binomial(draws, rate).astype(float), np.full((questions, 1), float(draws))
        p = right.sum(0)/tried.sum(0)
        trials = tried.sum(0)/design_effects(right, tried, p, np.arange(questions))
        z.append((p - .5)/np.sqrt(p*(1-p)/trials + 1e-12))
    return float(np.sqrt(np.mean(np.square(z))))


def of_calibrated_limits(n, allowed, runs, seed=0):
    "How often memory's calibrated threshold keeps the false-injection rate it promises, on pairs yet to come"
    from statistics import NormalDist

    from promptmem.memory import ClosestLookup, calibration
    r, kept, real = np.random.default_rng(seed), 0, calibration.pair_distances
    calibration.pair_distances = lambda lookup, pairs: pairs
    try:
        for _ in range(runs):
            d = np.r_[np.floor(np.maximum(0, 20 + 5*r.normal(size=n))), np.floor(np.maximum(0, 8 + 4*r.normal(size=n)))]
            c = calibration.calibrate(ClosestLookup(), (d, np.arange(2*n) >= n), allowed)
            kept += NormalDist().cdf((np.ceil(c.threshold) - 20)/5) <= c.promised + 1e-12
    finally: calibration.pair_distances = real
    return kept/runs


def of_accepted_wordings(groups, runs, seed=0):
    "How often a rewrite search refuses a wording that is no better, one bet for each group of examples"
    from promptmem.rewrite.evidence import PairedTest
    r, false = np.random.default_rng(seed), 0
    for _ in range(runs):
        # one bet for each group, as the prover makes it
        better = r.choice([-1., 0., 1.], groups, p=[.25, .5, .25])
        false += PairedTest(.05).update(better).accepted
    return 1 - false/runs


def of_guesses(runs, strengths=(0., .1, .3, 1.), calls=(40, 100), first=7000):
    """[runs, 2] what searches say of their best guess (the chance that it is better than the start) and whether it is,
    in worlds in which wordings matter not at all, hardly, somewhat and much, from a plain start and a random one"""
    from promptmem.rewrite import LearnPhrases, RandomPhrases, Simulator, optimize_prompt

    class Weak(Simulator):
        "A simulator whose wordings matter less"
        def __init__(self, strength, **kw):
            super().__init__(**kw)
            self.strength = strength
        def logit(self, prompt): return self.strength*super().logit(prompt)
        def identity(self): return f"{super().identity()}|{self.strength}"

    out = []
    for i, seed in enumerate(range(first, first+runs)):
        sim = Weak(strengths[i % len(strengths)], n=300, seed=seed)
        draw, k = RandomPhrases(sim.book), i//len(strengths)
        start = "Be kind." if k % 2 else draw.propose(None, 1, np.random.default_rng(seed))[0].text
        r = optimize_prompt(sim.task(), sim, [start], budget_calls=calls[k//2 % len(calls)], held_out_calls=0,
                            prove="likely", proposers=[draw, LearnPhrases(sim.book)], seed=seed)
        out.append((r.chance, sim.accuracy(r.candidate) > sim.accuracy(start) + 1e-9))
    return np.array(out, float)


def of_bins(questions, prompts, runs, seed=0):
    "Coverage of the bins of `reliability` by question, where a question is right or wrong under all prompts alike"
    r, q, inside = np.random.default_rng(seed), np.repeat(np.arange(questions), prompts), []
    for _ in range(runs):
        p = np.repeat(r.choice([.25, .75], questions), prompts)
        y = np.repeat(r.random(questions), prompts) < p
        for row in stats.reliability(p, y, groups=q): inside.append(row["y_lo"] <= row["p"] <= row["y_hi"])
    return float(np.mean(inside))


def table(runs=1000):
    "Lines of the table"
    sizes = (10, 20, 50, 300)
    ps = np.linspace(.02, .98, 49)
    yield "Wilson, mean over shares of .02 to .98", [np.mean([exact(stats.wilson, n, p) for p in ps]) for n in sizes]
    yield "Clopper-Pearson upper end, least", [min(exact(upper, n, p) for p in ps) for n in sizes]
    for w in NUMBERS: yield f"mean: {w}", [of_means(w, n, runs//2) for n in sizes]
    for w in GRADES: yield f"grades: {w}", [of_grades(w, n, runs) for n in sizes]
    for up, down in ((.25, .25), (.3, .1), (.05, .05), (.02, 0)):
        yield f"pairs: {up} up, {down} down", [of_pairs(n, up, down, runs) for n in sizes]
    yield "graded pairs: .25 up, .25 down", [of_pairs(n, .25, .25, runs, grades=True) for n in sizes]
    for p, alike in ((.5, 1), (.8, .3), (.95, .3), (.95, 1)):
        yield f"groups of 10 (2, 5, 10, 30 of them), share {p}, alike {alike}", [of_groups(g, 10, p, alike, runs)
                                                                                 for g in (2, 5, 10, 30)]
    yield "groups of 10 (2, 5, 10, 30 of them), numbers", [of_grouped_numbers(g, 10, runs) for g in (2, 5, 10, 30)]
    yield "paired, groups of 10 (2, 5, 10, 30 of them)", [of_grouped_pairs(g, 10, .25, .5, runs)
                                                          for g in (2, 5, 10, 30)]
    for w in DAMAGES:
        yield f"damage bound: {w} (100, 300, 1000 texts)", [of_damages(w, n, runs//4) for n in (100, 300, 1000)]
    for w in DAMAGES: yield f"damage bound, up to three looks: {w} (90, 120 texts)", [of_looks(w, n, runs//4)
                                                                                          for n in (90, 120)]
    yield "damage of all 600 texts, 6 changed (100, 300, 500 read)", [of_population(600, 6, n, runs//4)
                                                                      for n in (100, 300, 500)]
    for risk in (.1, .2, .3):
        yield f"risk threshold {risk}, stated .90 (100, 300, 1000)", [of_thresholds(n, risk, runs//3)
                                                                      for n in (100, 300, 1000)]
    yield "risk threshold .1, tied, stated .90 (100, 300, 1000)", [of_thresholds(n, .1, runs//3, True)
                                                                   for n in (100, 300, 1000)]
    yield "margin stays, groups of 20 (1, 2, 5, 15 of them)", [of_margins(g, 20, runs//3) for g in (1, 2, 5, 15)]
    yield "memory's calibrated limit, .01 allowed (60, 300, 600 pairs)", [of_calibrated_limits(n, .01, runs//3)
                                                                          for n in (60, 300, 600)]
    yield "rewrite refuses what is no better (8, 20, 40, 300 groups)", [of_accepted_wordings(g, runs)
                                                                        for g in (8, 20, 40, 300)]
    guess = of_guesses(runs)
    said, sure = guess[:, 0], guess[:, 0] > .5
    yield "rewrite: guesses called likely: said, true", [said[sure].mean(), guess[sure, 1].mean()]
    yield "reliability by question, 8 prompts (10, 20, 50, 300 questions)", [of_bins(n, 8, runs//4) for n in sizes]
    yield "prompt error, 10 draws (10, 30, 100 questions): 1 is right", [of_prompt_errors(n, 10, 2., runs)
                                                                         for n in (10, 30, 100)]


if __name__ == "__main__":
    for name, values in table(): print(f"{name:72}", "  ".join(f"{v:.3f}" for v in values), flush=True)
