"""The widgets of reward, recall and edit as a person uses them: clicked in a browser, checked in the kernel."""
import pytest

from tests.e2e.axe import faultless_in_both_themes

expect = pytest.importorskip("playwright.sync_api").expect

REWARD = """
import numpy as np
from promptmem.reward import Outcomes, PromptReward, RewardComparer
rng = np.random.default_rng(0)
questions = [f"what is {a} {op} {b} ?" for op in ("plus", "times") for a in range(2, 10) for b in range(3, 7)]
p = {"Think step by step.": dict(plus=.9, times=.3), "Use a table.": dict(plus=.3, times=.85),
     "Answer at once.": dict(plus=.5, times=.1)}
log = [dict(question=q, prompt_id=t, verdict="right" if rng.random() < p[t][q.split()[3]] else "wrong")
       for q in questions for t in p]
out = Outcomes.from_interactions(log)
rm = PromptReward(embedder="hash:64").fit(out)
"""


def test_comparing_prompts(notebook):
    notebook.open("compare.ipynb", REWARD, "w = RewardComparer(rm, questions[::3], outcomes=out, costs=[3, 5, 1])\nw")
    page = notebook.page
    view, matrix = page.locator(".pm-prompts").first, page.locator(".pm-matrix").first
    expect(view).to_contain_text("what is 2 plus 3 ?")
    expect(view.locator("tr.pm-best")).to_contain_text("Think step by step.")
    page.locator(".pm-pick-question select").select_option(label="22. what is 9 times 6 ?")
    expect(view).to_contain_text("what is 9 times 6 ?")
    expect(view).to_contain_text("seen in training")
    expect(view.locator("tr.pm-best")).to_contain_text("Use a table.")
    expect(matrix).to_contain_text("22 of these 22 questions were in the training data")
    assert notebook.kernel("print(w.table().prompt[0])") == "Use a table."
    page.locator(".pm-typed-question input").fill("what is 20 plus <i>30</i> ?")
    page.locator(".pm-compare").click()
    expect(view).to_contain_text("what is 20 plus <i>30</i> ?")
    expect(view).to_contain_text("new")
    expect(matrix).to_contain_text("questions 22")
    page.locator(".pm-filter input").fill("times")
    page.locator(".pm-filter input").press("Enter")
    expect(matrix).to_contain_text("questions 11")
    page.locator(".pm-different input").check()
    expect(matrix).not_to_contain_text("questions 11")
    shown = int(notebook.kernel("print(len(w.matrix()))"))
    expect(matrix).to_contain_text(f"questions {shown}")
    expect(matrix.locator("svg.pm-chart")).to_have_count(2)
    notebook.shot("reward")
    page.locator(".pm-different input").uncheck()
    matrix.locator("tr[data-row]").nth(1).click()                                # a row of the matrix is looked at
    expect(view).to_contain_text("seen in training")
    expect(view.locator(".pm-outcome").first).to_contain_text("Best here: ")
    page.locator(".pm-typed-question input").fill("half a question")
    page.locator(".pm-typed-question input").press("Escape")
    expect(page.locator(".pm-typed-question input")).to_have_value("")
    page.locator(".pm-typed-question input").fill(" ")
    page.locator(".pm-typed-question input").press("Control+Enter")
    expect(page.locator(".pm-message .pm-error").first).to_contain_text("type a question first")
    page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    page.wait_for_function("""() => Math.min(...[...document.querySelectorAll(
            '.pm-panel td, .pm-panel .pm-heading, .pm-panel svg text')]
        .map(n => n instanceof SVGElement ? getComputedStyle(n).fill : getComputedStyle(n).color)
        .map(c => c.match(/[0-9.]+/g).slice(0, 3).map(Number))
        .map(c => (c[0] + c[1] + c[2])/3)) > 110""")                             # no dark text on a dark page
    notebook.shot("reward_dark")
    faultless_in_both_themes(notebook, "reward")


def test_studying_and_forgetting(notebook):
    notebook.open("recall.ipynb", '''
import torch
torch.set_num_threads(1)
import promptmem as pm
from promptmem.core import read_jsonl
from promptmem.data import shipped
from promptmem.recall import RecallTester
lm = pm.load_lm("demo")
other = [r["text"][:200] for r in read_jsonl(shipped("text/heldout.jsonl"))[:40]]
weights = lambda: sum(float(p.double().sum()) for p in lm.model.parameters())
before = weights()
''', "w = RecallTester(lm.model, lm.tokenizer, other=other)\nw")
    page = notebook.page
    view = page.locator(".pm-recall-view").first
    expect(view).to_contain_text("Not tested yet")
    page.locator(".pm-seen textarea").fill(
        "The red lamp hums at noon.\nNobody painted the old well.\nGeese crossed the frozen lake."
    )
    page.locator(".pm-unseen textarea").fill(
        "The blue clock stops at dusk.\nNobody watered the new garden.\nCrows watched the empty road."
    )
    page.locator(".pm-use").click()
    expect(view).to_contain_text("sentences 3")
    page.locator(".pm-test").click()
    expect(view).to_contain_text("0 exposures")
    notebook.kernel("w.exposures.value = 20")
    page.locator(".pm-seen textarea").press("Control+Enter")                     # from a box of several lines
    page.wait_for_function(
        "document.querySelector('.pm-progress progress, .pm-progress .progress-bar, .pm-progress [role=progressbar]')",
        timeout=5_000,
    )
    expect(page.locator(".pm-study")).to_be_enabled(timeout=30_000)
    expect(view).to_contain_text("20 exposures")
    assert notebook.kernel("print(w.session.rows[-1]['recognition'], w.session.rows[-1]['rouge1'] > .9)") == "1.0 True"
    view.locator("tr[data-row]").nth(1).click()                                  # a row is chosen by a click
    expect(view.locator("mark").first).to_be_visible()
    expect(view.locator(".pm-outcome").first).to_contain_text("3 of 3 sentences recognised")
    notebook.kernel("w.updates.value = 30")
    page.locator(".pm-forget-more").click()
    expect(view).to_contain_text("20 exposures, 30 updates", timeout=60_000)
    expect(view.locator("svg.pm-chart")).to_have_count(2)
    notebook.shot("recall")
    faultless_in_both_themes(notebook, "recall")
    notebook.kernel("w.updates.value = 200")
    page.locator(".pm-forget-more").click()
    page.locator(".pm-stop").press("Escape")                                     # Esc stops, as the button does
    expect(page.locator(".pm-study")).to_be_enabled(timeout=30_000)
    assert int(notebook.kernel("print(w.session.updates)")) < 230                # stopped on the way
    page.locator(".pm-reset").click()
    expect(view).to_contain_text("Not tested yet")
    assert notebook.kernel("print(weights() == before)") == "True"               # the model as it was


def test_an_edit_in_and_out(notebook):
    notebook.open(
        "edit.ipynb",
        """
import random, torch
torch.set_num_threads(1)
import promptmem as pm
from promptmem.demo.world import facts
from promptmem.edit import EditCompare, edit, from_table
from promptmem.core import read_jsonl
from promptmem.data import shipped
lm = pm.load_lm("demo")
general = [r["text"][:300] for r in read_jsonl(shipped("text/heldout.jsonl"))[:40]]
known = facts("head", trained=True, paraphrases="all")
new = facts("head", trained=False, paraphrases="all")[0]
stay = random.Random(0).sample(known, 6)
ways = [p.replace(new["subject"], "{subject}") for p in new["prefixes"]]
ex = from_table([(new["subject"], new["object"])], ways[0], ways[1:5],
                neighbours=[(f["subject"], f["object"]) for f in stay])
e = edit(lm.model, lm.tokenizer, ex, "full", degradation=1e-2, general_text=general)
""",
        'w = EditCompare(e, ex, general, prompt=ways[0].replace("{subject}", new["subject"]))\nw',
    )
    page = notebook.page
    view, state = page.locator(".pm-edit-view").first, page.locator(".pm-edit-state").first
    name = notebook.kernel("print(new['object'])")
    page.locator(".pm-ask").click()
    expect(view).to_contain_text("With and without")
    expect(view.locator("tr.pm-best")).to_contain_text(name)                     # with the edit it says the name
    page.locator(".pm-evaluate").click()
    expect(view).to_contain_text("Should have stayed", timeout=60_000)
    page.locator(".pm-curve").click()
    expect(view.locator("svg.pm-chart")).to_be_visible(timeout=60_000)
    expect(view).to_contain_text("limit")
    notebook.shot("edit")
    faultless_in_both_themes(notebook, "edit")
    notebook.ready()
    page.locator(".pm-scale .noUi-handle").press("Home")                         # the slider, by keyboard, to 0
    expect(state).to_contain_text("scale 0.00")
    expect(view.locator("tr.pm-best")).not_to_contain_text(name)                 # asked again: the model as it was
    assert notebook.kernel("print(e.scale, e.active)") == "0.0 True"
    page.locator(".pm-evaluate").click()                                         # no effect: it failed, and looks it
    bad = view.locator(".pm-outcome.pm-bad")
    expect(bad).to_contain_text("The edit failed: 0 of", timeout=60_000)
    line = bad.evaluate("n => getComputedStyle(n).borderLeftColor")              # a red line
    red, green, blue = (int(x) for x in line.strip("rgb()").split(","))
    assert red > 2*green and red > 2*blue
    notebook.ready()
    page.locator(".pm-scale .noUi-handle").press("End")
    expect(state).to_contain_text("scale 2.00")
    page.locator(".pm-undo").click()
    expect(state).to_contain_text("in the model no")
    assert notebook.kernel("print(e.active)") == "False"
    page.locator(".pm-apply").click()
    expect(state).to_contain_text("in the model yes")
