"""Damage of an edit: how often is an edit whose true damage is on or above the limit called inside?

    python -m tests.statistics.test_edit_bounds          # the table

Stated: at most one in twenty for `bound_test` and `fit_scale` (texts like these), next to never for `limit_test`
(these texts).
"""
import sys

import numpy as np
import pytest

pytest.importorskip("torch")
deltas, scores, editor = (pytest.importorskip(f"promptmem.edit.{m}") for m in ("deltas", "scores", "editor"))
LIMIT = 1e-4


class Known:
    "An edit that is its scale"
    active, scale, delta, model = True, 1., deltas.Delta(), None
    def apply(self): return self
    def undo(self): return self


class World:
    "Texts whose losses and rises at scale 1 are known; `curve` is the part that grows with the square of the scale"
    chunk = 64
    def __init__(self, old, rise, curve=0.): self.old, self.rise, self.curve = old, rise, curve
    def __len__(self): return len(self.old)
    def holds(self, e): return None
    def pair(self, e, n=None):
        s = e.scale
        return self.old[:n], self.old[:n] + (s*(1-self.curve) + s*s*self.curve)*self.rise[:n]


def losses(r, n): return r.lognormal(5, .6, n)


def rare(share):
    "A share of the texts carries all the damage"
    return lambda r, n, true: (r.random(n) < share)*true/share


class Counted(World):
    "A world in which it is known which texts hold an edited word; the others cannot change"
    def __init__(self, old, rise, hit, stand): super().__init__(old, rise); self.hit, self.stand = hit, stand
    def holds(self, e): return self.hit
    def sums(self, model, n=None): return self.old[:n]
    def held(self, e, n):
        i = np.flatnonzero(self.hit)[:n]
        return self.old[i], self.old[i] + e.scale*self.rise[i]
    def written(self, e, n): return self.stand[0][:n], self.stand[0][:n] + e.scale*self.stand[1][:n]


WORLDS = {
    "every text a little": lambda r, n, true: true + .002*r.normal(size=n),
    "heavy tails": lambda r, n, true: true*r.lognormal(0, 2, n)/np.exp(2),
    "one text in twenty": rare(.05),
    "one in a hundred": rare(.01),
    "three in a thousand": rare(.003),
    "deterministic": lambda r, n, true: np.full(n, true),
}


def draw(world, r, n, times):
    old = losses(r, n)
    return World(old, old*WORLDS[world](r, n, times*LIMIT))


HELD = {  # rise of a text that holds the word, in units of its loss, mean 1
    "each alike": lambda r, n: 1 + .3*r.normal(size=n),
    "spread": lambda r, n: 1 + 3*r.normal(size=n),
    "heavy tails": lambda r, n: r.lognormal(0, 2, n)/np.exp(2),
    "one in ten": lambda r, n: (r.random(n) < .1)*10.,
}


def counted(world, r, n, share, times):
    "A share of the texts holds an edited word; stand-ins come from the same world"
    old, hit = losses(r, n), r.random(n) < share
    stand = losses(r, 24)
    size = times*LIMIT/share
    return Counted(old, np.where(hit, old*size*HELD[world](r, n), 0.), hit, (stand, stand*size*HELD[world](r, 24)))


def counted_inside(world, n, share, times, runs, seed=0):
    "Share of edits of rare or common words that are called inside"
    r, e = np.random.default_rng(seed), Known()
    return float(np.mean([scores.bound_test(e, counted(world, r, n, share, times), LIMIT).inside for _ in range(runs)]))


def called_inside(world, n, times, runs, seed=0):
    r = np.random.default_rng(seed)
    return float(np.mean([scores.bound_test(Known(), draw(world, r, n, times), LIMIT).inside for _ in range(runs)]))


def scaled_too_far(world, n, times, runs, seed=0):
    "Share of line searches that leave a scale whose true damage is above the limit"
    r, far = np.random.default_rng(seed), 0
    for _ in range(runs):
        e = Known()
        editor.fit_scale(e, draw(world, r, n, times), LIMIT)
        far += e.scale*times > 1.0001
    return far/runs


def settled_wrongly(n, hit, runs, seed=0):
    "Share of `limit_test`s that say inside though the change over all `n` texts is three times the limit"
    r, wrong = np.random.default_rng(seed), 0
    for _ in range(runs):
        old, rise = r.lognormal(5, .3, n), np.zeros(n)
        rise[r.choice(n, hit, replace=False)] = 1.
        wrong += scores.limit_test(Known(), World(old, rise*3*LIMIT*old.sum()/rise.sum()), LIMIT).inside
    return wrong/runs


def allowed(runs, level=.05): return level + 2.6*(level*(1-level)/runs)**.5


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS)
def test_bound_on_unread_texts(world):
    for n in (10, 20, 50, 90, 300):
        for times in (1., 3.): assert called_inside(world, n, times, 150) <= allowed(150), (n, times)
    for n in (90, 300): assert scaled_too_far(world, n, 3., 40) <= allowed(40), n


@pytest.mark.slow
@pytest.mark.parametrize("world", HELD)
def test_counted_words(world):
    "Words in one text of a thousand, fifty, five: the level is kept, also where written texts stand in"
    for n, share in ((300, .02), (2000, .001), (2000, .02), (1000, .2)):
        assert counted_inside(world, n, share, 1., 100) <= allowed(100), (n, share)


def test_a_harmless_edit_of_senses_is_called_inside():
    "A tenth of the limit passes: where one text in two hundred holds the word, and where none of the texts does"
    for share in (.005, 1e-5): assert counted_inside("each alike", 4000, share, min(.1, 200*share), 10) == 1


@pytest.mark.parametrize("n,hit", [(600, 6), (600, 2), (300, 3)])
def test_texts_in_hand(n, hit): assert settled_wrongly(n, hit, 60) == 0


def test_few_texts_are_read_as_far_as_the_question_needs():
    "Far inside: a third; lost: a sixth; between: more. A lost test is outside, however low its bound"
    r, e = np.random.default_rng(0), Known()
    old = losses(r, 90)
    tests = [scores.bound_test(e, World(old, old*times*LIMIT*r.uniform(.5, 1.5, 90)), LIMIT) for times in (.1, .7, 5.)]
    assert [t.n for t in tests if t.n in (15, 30)] == [30, 15] and tests[1].n >= 60
    assert [t.inside for t in tests][::2] == [True, False]
    for t in tests[:2]: assert t.change < t.ahead <= t.upper
    assert tests[2].ahead > 1.2*LIMIT


def test_a_search_on_few_texts_reads_less_of_scales_that_are_lost():
    "And still ends near the largest scale that the texts show to be inside"
    class Counted(World):
        read = {}
        def pair(self, e, n=None): self.read[e.scale] = max(self.read.get(e.scale, 0), n); return super().pair(e, n)
    r, e = np.random.default_rng(0), Known()
    old = losses(r, 90)
    world = Counted(old, old*4*LIMIT*r.uniform(.5, 1.5, 90))
    seen = editor.fit_scale(e, world, LIMIT, 2., start=2.)
    assert .1 < e.scale < .25 and dict(seen)[e.scale].inside
    assert world.read[2.] == 15 and sum(world.read.values()) < 45*len(seen)


def test_nothing_changed_is_nothing_known():
    old = np.full(300, 150.)
    t = scores.bound_test(Known(), World(old, np.zeros(300)), LIMIT)
    assert not t.inside and t.upper > LIMIT and t.changed == 0


def test_a_change_that_the_first_texts_do_not_show_is_looked_for_in_the_others():
    old, rise = np.full(90, 150.), np.zeros(90)
    rise[20:] = 150*.1*LIMIT
    t = scores.bound_test(Known(), World(old, rise), LIMIT)
    assert t.inside and t.n > 15


def test_a_harmless_edit_is_still_called_inside():
    "The bound is no refusal: a small damage everywhere passes with enough texts"
    r = np.random.default_rng(0)
    old = losses(r, 300)
    rise = old*(.1*LIMIT + 2*LIMIT*r.normal(size=300))
    assert scores.bound_test(Known(), World(old, rise), LIMIT).inside


def main(runs=500):
    print("| damage | texts | true / limit | called inside | line search too far |\n|---|---|---|---|---|")
    for world in WORLDS:
        for n in (20, 100, 300, 1000):
            for times in (1., 3.):
                far = scaled_too_far(world, n, times, runs//5)
                print(f"| {world} | {n} | {times:g} | {called_inside(world, n, times, runs):.3f} | {far:.3f} |")
    print("\n| damage of texts that hold the word | texts | share that does | true / limit | called inside |")
    print("|---|---|---|---|---|")
    for world in HELD:
        for n, share in ((300, .02), (2000, .001), (2000, .02), (1000, .2)):
            for times in (.1, .5, 1.):
                inside = counted_inside(world, n, share, times, runs//2)
                print(f"| {world} | {n} | {share:g} | {times:g} | {inside:.3f} |")
    for n, hit in ((600, 6), (600, 2), (300, 3)):
        print(f"limit_test, {hit} of {n} texts: {settled_wrongly(n, hit, runs):.3f}")


if __name__ == "__main__": sys.exit(main())
