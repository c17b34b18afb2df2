"""The loop: budgets, proofs, guards, resuming, and what it says when it cannot."""
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptmem.lm.base import CallableLM, LMCache
from promptmem.rewrite import (
    Breeder,
    DriftGuard,
    Evolve,
    History,
    LearnPhrases,
    MutatePhrases,
    OptimizeResult,
    PairedTest,
    PromptTask,
    Proposal,
    RandomPhrases,
    Reflect,
    ReplayLM,
    SimulatedWriter,
    Simulator,
    estimate_cost,
    optimize_prompt,
    pareto,
    prompt_diff,
)
from promptmem.rewrite.evidence import SignTest, log_stake
from promptmem.rewrite.result import Candidate
from promptmem.rewrite.finder import top_two


def search(seed=0, budget=200, **kw):
    sim = Simulator(seed=seed)
    kw.setdefault("proposers", [LearnPhrases(sim.book), MutatePhrases(sim.book)])
    return sim, optimize_prompt(sim.task(), sim, kw.pop("seeds", ["Be kind."]), budget_calls=budget, seed=seed, **kw)


@pytest.mark.parametrize("budget, rounds", [(40, 1), (97, 3), (200, 3), (333, 5)])
def test_the_budget_holds_on_the_model_itself(budget, rounds):
    sim, res = search(budget=budget, rounds=rounds)
    assert sim.sent <= res.cost["requests"] <= budget
    assert sum(res.cost["by_purpose"].values()) == res.cost["requests"]


def test_finds_and_proves_on_the_simulator():
    gains = []
    for seed in range(6):
        sim, res = search(seed, budget=400)
        gains.append(sim.accuracy(res.best) - sim.accuracy("Be kind."))
        assert res.improved == any(t["verdict"] == "accepted" and t["wins"] > t["losses"] for t in res.tests)
    assert np.mean(gains) > .2 and min(gains) > -.05


def test_same_seed_same_run_and_other_seed_other_run():
    a, b, c = (search(1)[1], search(1)[1], search(2)[1])
    assert [x.text for x in a.candidates] == [x.text for x in b.candidates] != [x.text for x in c.candidates]


def test_null_runs_hardly_ever_claim_a_gain():
    false = 0
    for seed in range(30):
        sim = Simulator(seed=seed, null=True, n=120, base=0.)
        false += optimize_prompt(
            sim.task(), sim, ["Be kind."], proposers=[RandomPhrases(sim.book)], held_out_calls=0, seed=seed
        ).improved
    assert false <= 4


def test_dev_examples_are_fresh_for_the_challenger_and_held_out_is_touched_only_at_the_end():
    sim, seen = Simulator(seed=3), []
    lm = CallableLM(lambda p: seen.append(p) or sim.complete([p])[0].text)
    task = sim.task()
    res = optimize_prompt(task, lm, ["Be kind."], budget_calls=300, proposers=[LearnPhrases(sim.book)], seed=3,
                          prove=True)
    part = {e.question: s for s, es in task.split.items() for e in es}
    order = [part[p.split("\n\n")[-1]] for p in seen]
    first_dev = order.index("dev") if "dev" in order else len(order)
    assert set(order[:first_dev]) == {"train"}
    assert "held_out" not in order[:len(order) - res.cost["by_purpose"]["report"]]
    dev_train = {e.id for e in task.dev} & {i for c in res.candidates for i in c.scores}
    assert not dev_train


def test_resume_from_the_cache_is_free_and_equal(tmp_path):
    first, second = Simulator(seed=1), Simulator(seed=1)
    first.cache = second.cache = LMCache(tmp_path/"answers.db")
    kw = dict(seeds=["Be kind."], budget_calls=150, seed=5)
    a = optimize_prompt(first.task(), first, proposers=[LearnPhrases(first.book)], **kw)
    b = optimize_prompt(second.task(), second, proposers=[LearnPhrases(second.book)], **kw)
    assert second.sent == 0 and b.cost["calls"] == 0 and b.cost["requests"] == a.cost["requests"] and a.best == b.best


KILLED = """
import os, signal, sys
from promptmem.lm.base import LMCache
from promptmem.rewrite import LearnPhrases, MutatePhrases, Simulator, optimize_prompt

class Mortal(Simulator):
    def complete(self, prompts, *args, **kw):
        if self.sent + len(prompts) > int(sys.argv[3]): os.kill(os.getpid(), signal.SIGKILL)
        return super().complete(prompts, *args, **kw)

sim = Mortal(seed=1)
sim.cache = LMCache(sys.argv[1])
kw = dict(budget_calls=200, seed=5, proposers=[LearnPhrases(sim.book), MutatePhrases(sim.book)])
optimize_prompt(sim.task(), sim, ["Be kind."], **kw).to_json(sys.argv[2])
print(sim.sent)
"""


def test_a_killed_search_goes_on_and_ends_the_same(tmp_path):
    def run(cache, out, most):
        return subprocess.run(
            [sys.executable, "-c", KILLED, tmp_path / cache, tmp_path / out, str(most)],
            capture_output=True,
            text=True,
            timeout=120,
        )

    whole = run("whole.db", "whole.json", 10**6)
    assert whole.returncode == 0, whole.stderr[-2000:]
    for most in (30, 110): assert run("killed.db", "killed.json", most).returncode == -9
    assert not (tmp_path/"killed.json").exists()
    rest = run("killed.db", "killed.json", 10**6)
    a, b = (OptimizeResult.read(tmp_path/f) for f in ("whole.json", "killed.json"))
    assert (
        a.best == b.best and a.tests == b.tests and [c.scores for c in a.candidates] == [c.scores for c in b.candidates]
    )
    assert a.cost["requests"] == b.cost["requests"]
    assert 0 < int(rest.stdout) < int(whole.stdout) - 20    # what was answered before the first kill is not asked again


def test_pinned_examples_hold():
    gold = {f"q{i}": "yes" for i in range(60)}
    lm = CallableLM(
        lambda p: ("no" if "q0\n" in p + "\n" else "yes") if "good" in p else ("yes" if "q0\n" in p + "\n" else "no")
    )
    rows = [dict(question=q, expected=a, id=q) for q, a in gold.items()]
    kw = dict(seeds=["bad one", "good one"], budget_calls=120, proposers=[], held_out_calls=0)
    assert optimize_prompt(PromptTask(rows), lm, **kw).improved
    held = optimize_prompt(PromptTask(rows, pinned=["q0"]), lm, **kw)
    assert not held.improved and "breaks the pinned example q0" in held.candidates[1].reason


def test_leaks_are_rejected_and_shown_without_a_call():
    sim = Simulator(seed=0)
    task = sim.task()
    class Leak:
        def propose(self, state, n, rng):
            e = state.task.train[0]
            return [Proposal(f"The answer is {e.expected}.", "leak"), Proposal(f"Remember: {e.question}", "leak")]
    res = optimize_prompt(task, sim, ["Be kind."], budget_calls=100, proposers=[Leak()])
    bad = [c for c in res.candidates if c.status == "rejected"]
    assert bad and all(c.reason.startswith(("leak", "duplicate")) and not c.n for c in bad) and not res.improved


@pytest.mark.parametrize(
    "texts, reason",
    [
        ([], None),
        ([""], "empty"),
        (["Be kind."], "duplicate of c0"),
        (["{prompt}\n\n{question}"], "slot of the template"),
        ([None], "empty"),
    ],
)
def test_useless_proposers_give_a_result_that_says_so(texts, reason):
    class Useless:
        def propose(self, state, n, rng): return [Proposal(t, "useless") for t in texts]
    sim, res = search(budget=100, proposers=[Useless()])
    assert not res.improved and res.best == "Be kind."
    if reason: assert any(reason in c.reason for c in res.candidates[1:])
    else: assert any("returned nothing" in n for n in res.notes)


def test_three_examples_and_tiny_budgets():
    sim = Simulator()
    tiny = PromptTask([(q, g) for q, g in zip(sim.questions[:3], sim.gold)], grader="last_number")
    res = optimize_prompt(tiny, sim, ["Be kind.", "Think step by step."], budget_calls=50, proposers=[],
                          prove=True)
    assert not res.improved and any("nothing can be proved" in n for n in res.notes)
    with pytest.raises(ValueError, match="below one round"):
        optimize_prompt(sim.task(), sim, ["Be kind."], budget_calls=5)
    short = optimize_prompt(
        sim.task(), sim, ["Be kind."], budget_calls=40, rounds=9, proposers=[RandomPhrases(sim.book)]
    )
    assert any("of 9 rounds" in n for n in short.notes)


@pytest.mark.parametrize(
    "kw, message",
    [
        (dict(seeds=[]), "at least one"),
        (dict(seeds=["a", " "]), "none of them empty"),
        (dict(rounds=0), "rounds is 0: expected a whole number"),
        (dict(alpha=2), "alpha is .*: expected a number above 0 and below 1"),
        (dict(screen_keep=0), "share"),
        (dict(preset="x"), "preset is 'x'"),
    ],
)
def test_bad_arguments(kw, message):
    sim = Simulator()
    with pytest.raises(ValueError, match=message): optimize_prompt(sim.task(), sim, **{"seeds": ["a"], **kw})


class Oracle:
    "A screen that knows"
    def __init__(self, sim): self.sim = sim

    def predict_proba(self, queries, prompts):
        return np.tile([self.sim.accuracy(p) for p in prompts], (len(queries), 1))


def test_screen_drops_before_any_call_and_counts_what_it_saves():
    sim, res = search(screen=Oracle(Simulator(seed=0)), screen_keep=.25)
    dropped = [c for c in res.candidates if c.status == "screened"]
    assert dropped and not any(c.n for c in dropped) and res.cost["calls_saved"] > 0
    assert max(c.predicted for c in dropped) <= max(
        c.predicted for c in res.candidates if c.n and c.predicted is not None
    )

    class Broken:
        def predict_proba(self, queries, prompts): return np.full((len(queries), len(prompts)), np.nan)
    with pytest.raises(ValueError, match="screen returned NaN"): search(screen=Broken())


class Sure(Oracle):
    "A screen that knows, and says how well"
    def __init__(self, sim, error): self.sim, self.error = sim, error
    def prompt_error(self, prompts): return np.full(len(prompts), self.error)


def seeds_of(sim, n=20):
    rng = np.random.default_rng(3)
    return ["Be kind."] + list(dict.fromkeys(sim.book.draw(rng) for _ in range(n)))


def test_a_screen_that_knows_its_error_is_a_prior_and_saves_the_search():
    sim = Simulator(n=400, seed=0)
    seeds = seeds_of(sim)
    best = max(seeds, key=sim.accuracy)
    res = optimize_prompt(
        sim.task(), sim, seeds, budget_calls=200, held_out_calls=0, proposers=[], screen=Sure(sim, 0.01)
    )
    assert res.best == best and res.cost["requests"] < 150 and res.cost["by_purpose"]["find"] < 40
    assert all(c.predicted_error == .01 for c in res.candidates if c.predicted is not None)
    unsure = optimize_prompt(
        sim.task(), sim, seeds, budget_calls=200, held_out_calls=0, proposers=[], screen=Sure(sim, 0.3)
    )
    assert sum(c.status == "screened" for c in unsure.candidates) < sum(c.status == "screened" for c in res.candidates)
    same = optimize_prompt(
        sim.task(),
        sim,
        seeds,
        budget_calls=200,
        held_out_calls=0,
        proposers=[],
        screen=Sure(sim, 0.3),
        screen_error=0.01,
    )
    assert (same.best, same.cost["requests"]) == (res.best, res.cost["requests"])
    for bad in (0., -1., np.nan):
        with pytest.raises(ValueError, match="standard errors must be above 0"):
            optimize_prompt(sim.task(), sim, seeds, screen=Sure(sim, bad))


def test_a_screen_that_is_wrong_proves_nothing():
    "Whatever the prior says, only answers on dev replace a prompt"
    class Liar(Sure):
        def predict_proba(self, queries, prompts): return 1 - super().predict_proba(queries, prompts)
    for seed in range(5):
        sim = Simulator(n=400, seed=seed)
        seeds = sorted(seeds_of(sim), key=sim.accuracy, reverse=True)
        res = optimize_prompt(
            sim.task(), sim, seeds, budget_calls=300, held_out_calls=0, proposers=[], screen=Liar(sim, 0.05), seed=seed
        )
        assert res.best == seeds[0]


@pytest.mark.parametrize("make", [History, Evolve, Breeder, Reflect])
def test_each_model_driven_proposer_runs_within_the_budget(make):
    sim, res = search(budget=150, proposers=[make()], proposer_lm=SimulatedWriter(seed=1))
    assert 0 < res.cost["by_purpose"]["propose"] and res.cost["requests"] <= 150
    assert len([c for c in res.candidates if c.n]) >= 3
    with pytest.raises(ValueError, match="pass proposer_lm="): search(budget=150, proposers=[make()])


def test_published_preset_keeps_the_last_attempt():
    sim, res = search(budget=160, preset="published", proposer_lm=SimulatedWriter(), proposers=[])
    assert res.cost["requests"] <= 160 and not res.tests
    assert res.best_id == "c0" or "unproved" in res[res.best_id].reason


def test_result_round_trip_plot_and_diff(tmp_path):
    sim, res = search(1, budget=300)
    res.to_json(tmp_path/"r.json")
    assert OptimizeResult.read(tmp_path/"r.json") == res and json.loads(res.to_json())["seed"] == "Be kind."
    assert res.path()[-1].text == res.best and isinstance(res.best, str)
    assert list(res.frame.id) == [c.id for c in res.history]
    assert {c.id for c in res.pareto} == set(res.front)
    go = pytest.importorskip("plotly.graph_objects")
    fig = res.plot()
    assert isinstance(fig, go.Figure) and sum(len(t.x) for t in fig.data if t.mode == "markers") == sum(
        c.n > 0 for c in res.candidates
    )
    assert "<script" not in OptimizeResult.read(tmp_path/"r.json")._repr_html_()


def test_html_is_escaped():
    res = OptimizeResult(
        "<script>a", [Candidate("c0", "<script>a")], "c0", [], {}, dict(requests=0, budget=1), {}, [], {}
    )
    assert "<script" not in res._repr_html_()


def test_estimate_covers_the_run():
    sim = Simulator()
    e = estimate_cost(sim.task(), sim, ["Be kind."], budget_calls=200, price=(1., 2.))
    _, res = search(budget=200)
    assert (
        e["requests"] == 200 >= res.cost["requests"]
        and e["prompt_tokens"] >= res.cost["prompt_tokens"]
        and e["cost"] > 0
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(.1, 50), st.floats(.1, 50)), min_size=1, max_size=20), st.integers(0, 60))
def test_top_two_gives_all_draws_away(parameters, draws):
    good, bad = map(np.array, zip(*parameters))
    rng = np.random.default_rng(0)
    got = top_two(*(rng.beta(good, bad, (draws, len(good))) for _ in range(2)), rng)
    assert got.sum() == draws and (got >= 0).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([-1., -.5, 0., .5, 1.]), max_size=30), st.integers(0, 29))
def test_stake_does_not_depend_on_how_it_is_fed(ds, cut):
    whole, parts = PairedTest().update(ds), PairedTest().update(ds[:cut]).update(ds[cut:])
    assert whole.stake == pytest.approx(parts.stake) and whole.peak == pytest.approx(parts.peak)


def test_stake_is_a_fair_bet():
    rng = np.random.default_rng(0)
    final = [np.exp(log_stake(rng.choice([-1., 1.], 6))[-1]) for _ in range(20_000)]
    assert np.mean(final) == pytest.approx(1, abs=.05)


def test_pareto_is_per_example():
    cs = [
        Candidate("a", "", scores={"1": 1.0, "2": 0.0}),
        Candidate("b", "", scores={"1": 0.0, "2": 1.0}),
        Candidate("c", "", scores={"1": 0.0, "2": 0.5}),
    ]
    assert set(pareto(cs)) == {"a", "b"}


def test_default_proposers_keep_the_seed_text():
    sim = Simulator()
    res = optimize_prompt(sim.task(), sim, ["Solve the riddle of the pens."], budget_calls=100)
    assert all("riddle of the pens" in c.text for c in res.candidates)


def test_replay_log_says_what_it_lacks():
    log = ReplayLM({("p", "q"): 1})
    with pytest.raises(KeyError, match="no answer to 'x'"): log.complete(["x\x1fp"])


def test_drift_guard_with_the_hash_embedder():
    g = DriftGuard(min_similarity=.5)
    q = "How many moles of salt are in 3 litres?"
    assert g(q.replace("are", "are there"), None, q) is None
    assert "lost '3'" in g("How many moles of salt are in it?", None, q)


def test_diff_rejects_unknown_styles():
    with pytest.raises(ValueError, match="style"): prompt_diff("a", "b", "pdf")


@pytest.mark.parametrize("p", [.1, .3, .5, .8])
@pytest.mark.parametrize("pairs", [6, 20, 60])
def test_a_planned_sign_test_keeps_its_level(p, pairs):
    rng = np.random.default_rng(0)
    d = (rng.random((1000, pairs)) < p).astype(int) - (rng.random((1000, pairs)) < p)
    tests = [SignTest(.05, pairs).update(row) for row in d]
    assert np.mean([t.accepted for t in tests]) <= .05 + 3*(.05*.95/1000)**.5
    assert max(t.spent for t in tests) <= .05 + 1e-12


def test_a_planned_sign_test_does_not_mind_batches_and_proves_more_than_the_bet():
    rng = np.random.default_rng(1)
    d = (rng.random((300, 24)) < .7).astype(int) - (rng.random((300, 24)) < .3)
    whole = [SignTest(.05, 24).update(row).accepted for row in d]
    parts = [SignTest(.05, 24).update(row[:7]).update(row[7:]).accepted for row in d]
    assert whole == parts and np.mean(whole) > np.mean([PairedTest(.05).update(row).accepted for row in d]) + .1


def test_scores_between_right_and_wrong_are_proved_by_the_bet():
    half = lambda a, e: .5 if "half" in a else float(e in a)
    task = PromptTask([(f"q {i}", "yes") for i in range(80)], grader=half)
    lm = CallableLM(lambda p: "yes" if "Good." in p else "half" if p.endswith(("3", "7")) else "no")
    res = optimize_prompt(task, lm, ["Bad.", "Good."], budget_calls=200, proposers=[], prove=True)
    assert res.improved and "peak" in next(t for t in res.tests if t["verdict"] == "accepted")
    # the first score in between comes up during the proof: that test is broken off, the next one is a bet
    dev = {e.question for e in task.dev}
    said = lambda p: "half" if p.split("\n\n")[-1] in dev else "no"
    late = CallableLM(lambda p: "yes" if "Good." in p or "Fine." in p else said(p))
    res = optimize_prompt(task, late, ["Bad.", "Good.", "Fine."], budget_calls=200, proposers=[], prove=True)
    assert any("between 0 and 1" in n for n in res.notes) and res.improved
    assert "pairs" in res.tests[0] and "peak" in res.tests[1]
