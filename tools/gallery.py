"""The pictures of nbs/images, made afresh from the panels as they are: light, 256 colours, less than 150 kB each.

    python tools/gallery.py                  # all
    python tools/gallery.py clarify edit     # some

A JupyterLab and a Chromium are started (`CHROMIUM` says where it is, when it is not on the path). The first two panels
show SmolLM2 (a crane on a building site, as in the tour), the others the demo model. Needs Pillow and playwright, which
nothing else here needs to run.
"""
import argparse
import io
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
TARGET, MOST = ROOT/"nbs"/"images", 150_000

START = '''
import random, tempfile
from pathlib import Path
import torch
import promptmem as pm
from promptmem.core import read_jsonl
from promptmem.data import shipped
from promptmem.memory import Assistant, ClarifyWidget, MemoryInspector
torch.set_num_threads(1)
general = [r["text"][:300] for r in read_jsonl(shipped("text/heldout.jsonl"))[:40]]
'''
TALK = '''
ana = Assistant(pm.load_lm("smollm2"), store=pm.Store(Path(tempfile.mkdtemp())/"memory.db"), scope="ana", max_tokens=40)
panel = ClarifyWidget(ana)
panel.ask("What is a crane?")
panel.reject()
panel.clarify("a crane, the machine on a building site")
'''
CELLS = dict(
    clarify=(TALK, "panel"),
    inspector=('''
for q, t in (("When does the shop open on 03/04?", "dates are day first and month second"),
             ("How far is it to the next town?", "distances in kilometres"),
             ("", "answers in one short sentence")):
    ana.store.add(scope="ana", text=t, **(dict(key=q) if q else dict(kind="always")))
keeper = MemoryInspector(ana)
keeper.select(keeper.rows[-1].id)
''', "keeper"),
    reward=('''
import numpy as np
from promptmem.reward import Outcomes, PromptReward, RewardComparer
rng = np.random.default_rng(0)
questions = [f"what is {a} {op} {b} ?" for op in ("plus", "times") for a in range(2, 10) for b in range(3, 7)]
right = {"Think step by step.": dict(plus=.9, times=.3), "Use a table.": dict(plus=.3, times=.85),
         "Answer at once.": dict(plus=.5, times=.1)}
log = [dict(question=q, prompt_id=t, verdict="right" if rng.random() < right[t][q.split()[3]] else "wrong")
       for q in questions for t in right]
outcomes = Outcomes.from_interactions(log)
reward = PromptReward(embedder="hash:64").fit(outcomes)
''', "RewardComparer(reward, questions[::6], outcomes=outcomes, costs=[3, 5, 1])"),
    recall=('''
from promptmem.recall import RecallTester
student = pm.load_lm("demo")
tester = RecallTester(student.model, student.tokenizer, other=general)
for n in (1, 2, 4): tester.study(n)
tester.forget(10)
tester.pick.value = 1
''', "tester"),
    edit=('''
from promptmem.demo.world import facts
from promptmem.edit import EditCompare, edit, from_table
lm = pm.load_lm("demo")
known, new = facts("head", trained=True, paraphrases="all"), facts("head", trained=False, paraphrases="all")[0]
stay = random.Random(0).sample(known, 6)
ways = [p.replace(new["subject"], "{subject}") for p in new["prefixes"]]
examples = from_table([(new["subject"], new["object"])], ways[0], ways[1:5],
                      neighbours=[(f["subject"], f["object"]) for f in stay])
e = edit(lm.model, lm.tokenizer, examples, "full", degradation=1e-2, general_text=general)
window = EditCompare(e, examples, general, prompt=ways[0].replace("{subject}", new["subject"]))
window.ask()
window.evaluate()
window.curve()
''', "window"),
)


def small(png):
    "PNG bytes with a palette"
    from PIL import Image
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def pictures(names):
    "`(name, PNG bytes)` of the live panels"
    from tests.e2e.conftest import Notebook, find_chromium, open_browser, running_lab
    setup = START + "".join(CELLS[n][0] for n in CELLS if n in names or n == "clarify" and "inspector" in names)
    with (tempfile.TemporaryDirectory() as tmp, running_lab(Path(tmp)) as (base, folder),
          open_browser(find_chromium()) as browser):
        page = browser.new_page(viewport=dict(width=1100, height=1000))
        page.set_default_timeout(900_000)
        Notebook(page, base, folder).open("gallery.ipynb", setup, *[CELLS[n][1] for n in names])
        page.set_viewport_size(dict(width=1100, height=3000))
        page.wait_for_timeout(1000)
        for i, n in enumerate(names): yield n, page.locator(".pm-panel:not(.pm-static)").nth(i).screenshot()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("names", nargs="*", help=f"which: {', '.join(CELLS)}; all when none is named")
    names = ap.parse_args().names or list(CELLS)
    if unknown := set(names) - set(CELLS): sys.exit(f"no picture is called {', '.join(sorted(unknown))}")
    for name, png in pictures(names):
        data = small(png)
        if len(data) > MOST: sys.exit(f"{name}: {len(data):,} bytes, more than {MOST:,}")
        (TARGET/f"widget_{name}.png").write_bytes(data)
        print(f"widget_{name}.png {len(data):,} bytes")


if __name__ == "__main__":
    main()
