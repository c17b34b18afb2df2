"""The best guess beside what is proved; sentences of tried wordings put together; answers by the likeliest label."""
import numpy as np
import pytest

from promptmem.lm.base import CallableLM
from promptmem.rewrite import (
    Evolve,
    LearnPhrases,
    LearnSentences,
    LikeliestLabel,
    OptimizeResult,
    PromptTask,
    RandomPhrases,
    SimulatedWriter,
    Simulator,
    optimize_prompt,
)
from promptmem.rewrite.propose import State
from promptmem.rewrite.result import Candidate


def run(seed, calls=100, **kw):
    sim = Simulator(n=300, seed=seed)
    proposers = [RandomPhrases(sim.book), LearnPhrases(sim.book)]
    kw = dict(budget_calls=calls, held_out_calls=0, proposers=proposers, seed=seed) | kw
    return sim, optimize_prompt(sim.task(), sim, ["Be kind."], **kw)


def test_without_proof_all_calls_find_and_the_start_stays_best():
    gains = []
    for seed in range(6):
        sim, res = run(seed, prove=False)
        assert res.best == "Be kind." and not res.improved and not res.tests
        assert set(res.cost["by_purpose"]) == {"find"} and res.cost["requests"] <= 100
        assert f"best guess, not proved, about {res.candidate.candidate.expected:.0%}" in res.verdict
        gains.append(sim.accuracy(res.candidate) - sim.accuracy("Be kind."))
    assert np.mean(gains) > .15          # .39 on other seeds


def test_what_was_proved_is_the_best_guess_or_looks_worse_than_it():
    for seed in range(4):
        _, res = run(seed, 200)
        assert res.candidate.candidate.status != "refuted"
        if res.improved: assert res.candidate.candidate.shrunk >= res.best.candidate.shrunk - .25


def test_the_guess_is_saved_and_older_files_have_none(tmp_path):
    _, res = run(1, prove=False)
    res.to_json(tmp_path/"new.json")
    assert OptimizeResult.read(tmp_path/"new.json").candidate == res.candidate
    import json
    old = json.loads((tmp_path/"new.json").read_text())
    del old["guess_id"]
    (tmp_path/"old.json").write_text(json.dumps(old))
    assert OptimizeResult.read(tmp_path/"old.json").candidate == "Be kind."


def test_what_is_likely_better_is_kept_and_luck_is_not():
    changed, gains = 0, []
    for seed in range(40, 52):
        null = Simulator(n=300, seed=seed, null=True)
        proposers = [RandomPhrases(null.book), LearnPhrases(null.book)]
        kw = dict(budget_calls=100, held_out_calls=0, proposers=proposers, seed=seed, prove="likely")
        res = optimize_prompt(null.task(), null, ["Be kind."], **kw)
        assert res.improved == (res.chance > .5) and not res.tests and 0 <= res.chance <= 1
        changed += res.improved
        sim, res = run(seed, prove="likely")
        assert res.best == (res.candidate if res.improved else "Be kind.")
        assert res.improved == ("A prompt was found that is better" in res.verdict)
        gains.append(sim.accuracy(res.best) - sim.accuracy("Be kind."))
    assert changed <= 4          # about one in nine: 5 or more of 12 have a chance of 1 in 100
    assert np.mean(gains) > .12 and min(gains) > -.1


def test_a_chance_is_shown_as_a_figure_from_one_half_on_only():
    _, res = run(1, prove=False)
    unlikely = "not likely to be really better"
    for chance, said in ((.9, "really better with a chance of 90%"), (.5, unlikely), (.02, unlikely)):
        res.chance = chance
        assert said in res.verdict and ("chance of" in res.verdict) == (chance > .5)


def test_likely_keeps_pinned_examples_and_its_chance_is_saved(tmp_path):
    sim = Simulator(n=300, seed=41)
    task = sim.task(pinned=[dict(question="Q7: a box holds 5 pens and 2 are taken out. How many stay?", expected="3")])
    class Strict(Simulator):
        "Answers the pinned question right with the wording at the start alone"
        def _answer(self, requests):
            for i, c in super()._answer(requests):
                if "holds 5 pens" in requests[i]["prompt"]:
                    c = type(c)("3" if requests[i]["prompt"].startswith("Be kind.\n") else "9", c.usage, c.model)
                yield i, c
    strict = Strict(n=300, seed=41)
    res = optimize_prompt(task, strict, ["Be kind."], budget_calls=300, held_out_calls=0, seed=1, prove="likely",
                          proposers=[RandomPhrases(sim.book), LearnPhrases(sim.book)])
    assert res.chance > .5 and res.best == "Be kind." and res.cost["requests"] <= 300
    assert res.candidate.candidate.status != "accepted"
    assert "no wording is likely better and known to keep the pinned examples" in res.verdict
    res.to_json(tmp_path/"r.json")
    assert OptimizeResult.read(tmp_path/"r.json").chance == res.chance
    with pytest.raises(ValueError, match="prove is 'maybe': expected True or False or 'auto' or 'likely'"):
        optimize_prompt(task, strict, ["Be kind."], prove="maybe")


def test_the_default_proves_where_the_calls_carry_a_proof():
    sim = Simulator(n=600, seed=60)
    kw = dict(held_out_calls=0, proposers=[RandomPhrases(sim.book), LearnPhrases(sim.book)], seed=60)
    few = optimize_prompt(sim.task(), sim, ["Be kind."], budget_calls=100, **kw)
    many = optimize_prompt(sim.task(), sim, ["Be kind."], budget_calls=300, **kw)
    assert few.config["prove"] == "likely" and any("100 calls carry no proof" in n for n in few.notes)
    assert many.config["prove"] is True and many.tests and not few.tests
    grouped = sim.task()
    for i, e in enumerate(grouped.dev): e.meta["group"] = i//3    # no independent answers to read a chance off
    assert optimize_prompt(grouped, sim, ["Be kind."], budget_calls=100, **kw).config["prove"] is True
    class Screen:
        def predict_proba(self, questions, prompts): return np.full((len(questions), len(prompts)), .5)
    screened = optimize_prompt(sim.task(), sim, ["Be kind."], budget_calls=100, screen=Screen(), **kw)
    assert screened.config["prove"] is True


def test_the_best_guess_answers_fresh_questions_beside_the_start_while_it_is_open_which_is_better():
    sim = Simulator(n=600, seed=61)
    res = optimize_prompt(sim.task(), sim, ["Be kind."], budget_calls=100, held_out_calls=0, seed=61, prove="likely",
                          proposers=[RandomPhrases(sim.book), LearnPhrases(sim.book)])
    asked = res.cost["by_purpose"]["settle"]
    assert 2 <= asked <= 15 and res.cost["requests"] <= 100       # .15 of the calls, in pairs
    assert asked >= 14 or res.chance > .98


def state_of(*rows):
    "Candidates with their scores on four questions"
    cs = [Candidate(f"c{i}", text, status="tried", scores={str(k): float(s) for k, s in enumerate(scores)})
          for i, (text, scores) in enumerate(rows)]
    return State(cs, cs[0])


def test_sentences_that_did_well_apart_are_put_together():
    state = state_of(("Be kind.", [0, 0, 0, 0]), ("Think first. Be kind.", [1, 1, 0, 1]),
                     ("Be kind. Write a number.", [1, 0, 1, 1]), ("Guess. Be kind.", [0, 0, 0, 0]))
    made = [p.text for p in LearnSentences(change=0).propose(state, 40, np.random.default_rng(0))]
    assert any("Think first." in t and t.endswith("Write a number.") for t in made)
    assert np.mean(["Guess." in t for t in made]) < np.mean(["Think first." in t for t in made])
    assert not {c.text for c in state.candidates} & set(made) and len(set(made)) == len(made)


@pytest.mark.parametrize("rows", [[("Be kind.", [0])], [("Be kind.", []), ("A.", []), ("B.", []), ("C.", [])]])
def test_too_little_to_learn_from(rows):
    assert LearnSentences().propose(state_of(*rows), 3, np.random.default_rng(0)) == []


def test_sentences_cost_no_request():
    sim = Simulator(seed=3)
    res = optimize_prompt(sim.task(), sim, ["Be kind."], budget_calls=120, proposer_lm=SimulatedWriter(),
                          proposers=[Evolve(), LearnSentences()], prove=False, seed=3)
    assert res.cost["by_purpose"]["propose"] < len([c for c in res.candidates if c.n])
    assert any(c.how == "sentences" and c.n for c in res.candidates)


def opposites():
    pairs = [("sad", "happy"), ("happy", "sad"), ("glum", "happy"), ("glad", "sad"), ("low", "happy"), ("merry", "sad")]
    rows = [dict(question=f"the opposite of {a} is", expected=b) for a, b in pairs]
    return PromptTask(rows, template="{prompt} {question}")


def test_likeliest_label_answers_with_labels_and_takes_off_what_a_wording_favours():
    pytest.importorskip("torch")
    import promptmem as pm
    lm, task = pm.load_lm("demo"), opposites()
    plain = LikeliestLabel(lm, ["happy", "sad"], " {}".format)
    even = LikeliestLabel(lm, ["happy", "sad"], " {}".format, task, questions=2)
    for wording in ("say it:", "now"):
        prompts = [task.render(wording, e.question) for e in task.train[:2]]
        np.testing.assert_allclose(even.scores(prompts).mean(0), 0, atol=1e-4)
        assert {c.text for c in plain.complete(prompts)} <= {"happy", "sad"}
        chats = [[dict(role="user", content=p)] for p in prompts]
        np.testing.assert_allclose(even.scores(chats).mean(0), 0, atol=1e-4)
    assert even.identity() != plain.identity() and len(even.favoured) == 4


def test_likeliest_label_needs_two_labels():
    with pytest.raises(ValueError, match="two labels"): LikeliestLabel(CallableLM(lambda p: "yes"), ["yes"])


def test_a_run_with_a_proof_says_how_likely_its_best_guess_is_better():
    better, sure = [], []
    for seed in range(8):
        sim = Simulator(n=600, seed=seed)
        res = optimize_prompt(sim.task(), sim, ["Be kind."], budget_calls=100, held_out_calls=0, seed=seed,
                              proposers=[RandomPhrases(sim.book), LearnPhrases(sim.book)], prove=True)
        assert res.best_guess == res.candidate and 0 <= res.chance <= 1
        better.append(sim.accuracy(str(res.best_guess)) >= sim.accuracy("Be kind."))
        if res.chance > .8: sure.append(better[-1])
        noted = any("prove='likely'" in n for n in res.notes)
        assert noted == (not res.improved and res.chance > .5)
        if not res.improved: assert res.best == "Be kind." and res.best_guess in res._repr_html_()
    assert sum(sure) >= len(sure) - 1 >= 2 and sum(better) >= 6
    for seed in range(6):                                         # where nothing is to be gained
        sim = Simulator(n=600, seed=seed, null=True)
        res = optimize_prompt(sim.task(), sim, ["Be kind."], budget_calls=200, held_out_calls=0, seed=seed,
                              proposers=[RandomPhrases(sim.book)], prove=True)
        assert not res.improved and res.chance < .5
