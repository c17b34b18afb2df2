"""Every panel from the first focus to the last act with keys alone: Tab, arrows, Space, Enter, Ctrl+Enter and Esc."""
import pytest

from tests.e2e.test_memory_widgets import CHAT
from tests.e2e.test_model_widgets import REWARD

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.slow

RECALL = '''
import torch
torch.set_num_threads(1)
import promptmem as pm
from promptmem.recall import RecallTester
lm = pm.load_lm("demo")
'''
EDIT = '''
import torch
torch.set_num_threads(1)
import promptmem as pm
from promptmem.core import read_jsonl
from promptmem.data import shipped
from promptmem.edit import EditCompare, edit
lm = pm.load_lm("demo")
general = [r["text"][:300] for r in read_jsonl(shipped("text/heldout.jsonl"))[:20]]
e = edit(lm, [("The head of Zulo Motors is", " Marta Lind")], "full", degradation=1e-2, general_text=general,
         progress=False)
'''
AT = "s => document.activeElement && (document.activeElement.matches(s) || !!document.activeElement.closest(s))"


class Keys:
    "Keys alone, in the first panel of a notebook"
    def __init__(self, notebook):
        self.notebook, self.page, self.press = notebook, notebook.page, notebook.page.keyboard.press
        self.panel = self.page.locator(".pm-panel").first
        # a page is entered once; from here on nothing is clicked
        self.panel.locator("input:visible, textarea:visible, button:visible, select:visible").first.focus()

    def to(self, selector, most=60):
        "Tab until the focus is in `selector`"
        self.notebook.ready()
        for key in ["Tab"]*most:
            if self.page.evaluate(AT, selector): return self
            self.press(key)
        raise AssertionError(f"{selector} is not reached by Tab")

    def back_to(self, selector, most=60):
        "The same, the other way round"
        self.notebook.ready()
        for key in ["Shift+Tab"]*most:
            if self.page.evaluate(AT, selector): return self
            self.press(key)
        raise AssertionError(f"{selector} is not reached by Shift+Tab")

    def type(self, text, *then):
        self.page.keyboard.type(text)
        for key in then: self.press(key)
        return self


def test_memories_are_looked_after(notebook):
    notebook.open("keys_inspector.ipynb", CHAT, "m = MemoryInspector(a)\nm")
    keys, page = Keys(notebook), notebook.page
    keys.to(".pm-examples").press("Enter")
    rows = page.locator(".pm-list tr[data-row]")
    expect(rows).to_have_count(3)
    keys.back_to(".pm-search input").type("town", "Enter")
    expect(rows).to_have_count(1)
    keys.to(".pm-list tr[data-row]").press("Enter")
    expect(page.locator(".pm-detail").first).to_contain_text("next town")
    keys.to(".pm-edit input").press("Control+a")
    keys.type("distances in miles")
    keys.to(".pm-save-edit").press("Enter")
    expect(page.locator(".pm-message").first).to_contain_text("the earlier wording is kept")
    keys.to(".pm-would input").type("How far is it to the next town?", "Enter")
    expect(page.locator(".pm-would-view").first).to_contain_text("distances in miles")
    keys.back_to(".pm-forget").press("Enter")
    expect(page.locator(".pm-confirm-text").first).to_contain_text("Sure?")
    keys.to(".pm-confirm").press("Enter")
    expect(page.locator(".pm-message").first).to_contain_text("Deleted")


def test_prompts_are_compared(notebook):
    notebook.open("keys_reward.ipynb", REWARD, "w = RewardComparer(rm, questions[::8], outcomes=out)\nw")
    keys, page = Keys(notebook), notebook.page
    view, matrix = page.locator(".pm-prompts").first, page.locator(".pm-matrix").first
    asked = view.locator(".pm-question-shown").first
    first = asked.inner_text()
    cells = page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length")
    keys.to(".pm-pick-question select").press("ArrowDown")
    expect(asked).not_to_have_text(first)
    for key in "dd": keys.press(key)                                             # goes to the list, not to the notebook
    assert page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length") == cells
    keys.to(".pm-typed-question input").type("what is 20 plus 30 ?", "Control+Enter")
    expect(view).to_contain_text("what is 20 plus 30 ?")
    keys.to(".pm-filter input").type("times", "Enter")
    expect(matrix).not_to_contain_text("plus 3 ?")
    keys.to(".pm-different input").press("Space")
    expect(page.locator(".pm-different input")).to_be_checked()
    keys.press("Space")
    keys.to(".pm-matrix tr[data-row]").press("ArrowDown")
    keys.press("Enter")
    expect(view).to_contain_text("times")


def test_a_model_studies_is_tested_and_put_back(notebook):
    notebook.open("keys_recall.ipynb", RECALL, "w = RecallTester(lm)\nw")
    keys, page = Keys(notebook), notebook.page
    view = page.locator(".pm-recall-view").first
    keys.to(".pm-seen textarea").press("Control+a")
    keys.type("The red lamp hums at noon.", "Enter").type("Nobody painted the old well.")
    keys.to(".pm-unseen textarea").press("Control+a")
    keys.type("The blue clock stops at dusk.", "Enter").type("Nobody watered the new garden.")
    keys.to(".pm-use").press("Enter")
    expect(view).to_contain_text("sentences 2")
    keys.to(".pm-test").press("Enter")
    expect(view).to_contain_text("0 exposures")
    keys.to(".pm-study").press("Enter")
    expect(page.locator(".pm-study")).to_be_enabled(timeout=30_000)
    expect(view).to_contain_text("exposure")
    expect(view.locator("tr[data-row]").first).to_be_visible(timeout=30_000)
    keys.to(".pm-reset").press("Enter")
    expect(view).to_contain_text("Not tested yet")


def test_an_edit_is_asked_scaled_and_taken_out(notebook):
    notebook.open("keys_edit.ipynb", EDIT, 'w = EditCompare(e, prompt="The head of Zulo Motors is")\nw')
    keys, page = Keys(notebook), notebook.page
    view, state = page.locator(".pm-edit-view").first, page.locator(".pm-edit-state").first
    keys.to(".pm-ask").press("Enter")
    expect(view).to_contain_text("With and without", timeout=30_000)
    keys.to(".pm-scale .noUi-handle").press("Home")
    expect(state).to_contain_text("scale 0.00")
    keys.to(".pm-undo").press("Enter")
    expect(state).to_contain_text("in the model no")
    keys.to(".pm-apply").press("Enter")
    expect(state).to_contain_text("in the model yes")
    assert notebook.kernel("print(e.active)") == "True"
