"""How long a click takes to show in a real browser, and how soon each widget is painted, with 100,000 memories in the
store.

    python benchmarks/widgets_browser.py --json benchmarks/results/widgets_browser.json

A JupyterLab and a Chromium are started. First paint: from the request to run the cell that builds and shows the widget
until its last control is laid out in the page. A click: from the click until the page shows its effect (and the
controls are enabled again), the language model being a function that answers at once. Medians of `--repeats`, and the
slowest.
"""
import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.e2e.conftest import Notebook, find_chromium, open_browser, running_lab

SETUP = """
import sqlite3, random, torch
torch.set_num_threads(1)
import numpy as np
import promptmem as pm
from promptmem.memory import Assistant, ClarifyWidget, MemoryInspector
from promptmem.reward import Outcomes, PromptReward, RewardComparer
from promptmem.recall import RecallTester
from promptmem.edit import CanonicalExamples, EditCompare, edit
rng = random.Random(0)
store = pm.Store("big.db")
words = [f"{a}{b}" for a in "bcdfghklmnprst" for b in ("ab", "el", "in", "or", "un", "ay", "eck", "ist")]
if not store.count(scope="alice"):
    ask = lambda: " ".join(rng.choice(words) for _ in range(6))
    store.add_many([dict(scope="alice", key=f"{ask()} {i} ?", text=f"I mean {ask()}") for i in range(SIZE)])
a = Assistant(pm.CallableLM(lambda p: " the synonym for x is y END", format="published"), store=store, scope="alice")
a.would_retrieve("warm")
questions = [f"what is {i} {op} {j} ?" for op in ("plus", "times") for i in range(10) for j in range(10)]
prompts = ("Think.", "Answer.", "Use a table.", "Be brief.")
out = Outcomes.from_interactions([dict(question=q, prompt_id=p, verdict="right" if rng.random() < .6 else "wrong")
                                  for q in questions for p in prompts])
rm = PromptReward(embedder="hash:64").fit(out)
lm = pm.load_lm("demo")
examples = CanonicalExamples.read([dict(prefix="The head of Nobody Works is", suffix=" Ann Other")], quiet=True)
e = edit(lm.model, lm.tokenizer, examples, "full", degradation=None, epochs=2)
"""
PAINT = [  # name, cell, the control that comes last
    ("ClarifyWidget", "ClarifyWidget(a)", ".pm-ask"),
    ("MemoryInspector", "MemoryInspector(a)", ".pm-export"),
    ("RewardComparer", "RewardComparer(rm, questions, outcomes=out)", ".pm-matrix table"),
    ("RecallTester", "RecallTester(lm.model, lm.tokenizer)", ".pm-sentence select"),
    ("EditCompare", "EditCompare(e, prompt='The head of Nobody Works is')", ".pm-edit-view div"),
]
CLICKS = [  # widget, what, how: JavaScript that acts, the place that changes
    ("ClarifyWidget", "ask", ".pm-ask", ".pm-answer-view"),
    ("ClarifyWidget", "right", ".pm-right-button", ".pm-answer-view"),
    ("ClarifyWidget", "undo", ".pm-undo", ".pm-answer-view"),
    ("ClarifyWidget", "I meant this", ".pm-remember", ".pm-answer-view"),
    ("MemoryInspector", "next page", ".pm-next", ".pm-list"),
    ("MemoryInspector", "search", ".pm-search-button", ".pm-list"),
    ("MemoryInspector", "say it differently", ".pm-save-edit", ".pm-detail"),
    ("MemoryInspector", "forget …", ".pm-forget", ".pm-confirm-text"),
    ("MemoryInspector", "what would be retrieved", ".pm-would-button", ".pm-would-view"),
    ("RewardComparer", "compare", ".pm-compare", ".pm-prompts"),
    ("RewardComparer", "filter", ".pm-filter-button", ".pm-matrix"),
    ("EditCompare", "undo", ".pm-undo", ".pm-edit-state"),
    ("EditCompare", "apply", ".pm-apply", ".pm-edit-state"),
]
CLICK_JS = """([button, place]) => new Promise((done, fail) => {
    const panel = document.querySelector('.pm-panel.pm-now');
    const target = panel.querySelector(place), control = panel.querySelector(button);
    const start = performance.now();
    const seen = new MutationObserver(() => { changed = true; settle(); });
    let changed = false;
    const settle = () => { if (changed && !control.disabled) {
        seen.disconnect(); requestAnimationFrame(() => done(performance.now() - start)); } };
    seen.observe(target, {childList: true, subtree: true, characterData: true});
    new MutationObserver(settle).observe(control, {attributes: true});
    setTimeout(() => fail('nothing changed'), 15000);
    control.click(); })"""
PAINT_JS = """async ([index, last]) => {
    const app = window.jupyterapp, notebook = app.shell.currentWidget.content;
    notebook.activeCellIndex = index;
    await app.commands.execute('notebook:clear-cell-output');
    while (notebook.widgets[index].node.querySelector('.pm-panel')) await new Promise(requestAnimationFrame);
    const start = performance.now();
    app.commands.execute('notebook:run-cell');
    const cell = () => notebook.widgets[index].node.querySelector('.pm-panel ' + last);
    while (!(cell() && cell().getBoundingClientRect().height > 0)) {
        if (performance.now() - start > 60000) throw 'not painted';
        await new Promise(requestAnimationFrame); }
    const t = performance.now() - start;
    document.querySelectorAll('.pm-now').forEach(n => n.classList.remove('pm-now'));
    cell().closest('.pm-panel').classList.add('pm-now');
    return t; }"""
BEFORE = {
    "ask": "w.question.value = next(asked)",
    "right": "w.ask(next(asked))",
    "undo": "w.ask(next(asked)); w.accept()",
    "I meant this": "w.ask(next(asked)); w.meant.value = f'I mean {next(numbers)}'",
    "search": "w.search_box.value = next(syllables)",
    "say it differently": "w.search_box.value = ''; w.search(); w.select(w.rows[next(numbers) % 20].id); "
                          "w.edit_box.value = f'new {next(numbers)}'",
    "forget …": "w.select(w.rows[next(numbers) % 20].id); w.confirm_text.value = ''",
    "what would be retrieved": "w.would_box.value = next(asked); w.would_view.value = ''",
    "compare": "w.typed.value = next(asked)",
    "filter": "w.filter.value = f'is {next(numbers) % 10}'",
}


def ready(notebook, code):
    "Run `code` in the kernel and wait until the page has caught up"
    notebook.kernel(code)
    notebook.page.wait_for_timeout(250)


def measure(notebook, repeats):
    "Milliseconds of every paint and click"
    paint, click = {}, {}
    for i, (name, _, last) in enumerate(PAINT):
        paint[name] = [notebook.page.evaluate(PAINT_JS, [i + 1, last]) for _ in range(repeats)]
        for widget, what, button, place in CLICKS:
            if widget != name: continue
            times = []
            for k in range(repeats):
                before = BEFORE.get(what) if name != "EditCompare" else "w.apply()" if what == "undo" else "w.undo()"
                if before: ready(notebook, before)
                times.append(notebook.page.evaluate(CLICK_JS, [button, place]))
            click[f"{name}: {what}"] = times
    return paint, click


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--memories", type=int, default=100_000)
    ap.add_argument("--repeats", type=int, default=5)
    ap.add_argument("--json")
    a = ap.parse_args()
    with (
        tempfile.TemporaryDirectory() as tmp,
        running_lab(Path(tmp)) as (base, folder),
        open_browser(find_chromium()) as browser,
    ):
        page = browser.new_page(viewport=dict(width=1200, height=1000))
        notebook = Notebook(page, base, folder)
        setup = (
            SETUP.replace("SIZE", str(a.memories))
            + "from itertools import count\nasked = (f'what is like zork {i} ?' for i in count())\nnumbers = "
              "count()\nsyllables = (f'{x} {y}' for x in words for y in words)\n"
        )
        notebook.open("bench.ipynb", setup, *[f"w = {code}\nw" for _, code, _ in PAINT])
        paint, click = measure(notebook, a.repeats)
    each = lambda d, f: {k: round(f(v), 1) for k, v in d.items()}
    result = dict(memories=a.memories, repeats=a.repeats, first_paint_ms=each(paint, statistics.median),
                  first_paint_slowest_ms=each(paint, max), click_ms=each(click, statistics.median),
                  click_slowest_ms=each(click, max), bars=dict(first_paint_ms=1000, click_ms=200))
    for title, part, bar in (("first paint", "first_paint_ms", 1000), ("click", "click_ms", 200)):
        print(f"\n{title}, ms (target {bar})")
        for k, v in result[part].items():
            print(
                f"  {k:45} {v:8.1f} {'' if v <= bar else '  MISSED'}   slowest "
                f"{result[part.replace('_ms', '_slowest_ms')][k]:8.1f}"
            )
    if a.json: Path(a.json).write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
