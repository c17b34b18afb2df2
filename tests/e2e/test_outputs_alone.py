"""What a cell leaves is read alone by Colab (a frame of its own), VS Code (no scripts of the page) and GitHub: each
committed output of ours on an empty page, light and dark, 480 px wide, is not blank, not cut, legible, and asks for
nothing."""
import json

import pytest

from tests.conftest import REPO
from tests.e2e.axe import serious_faults

pytestmark = pytest.mark.slow
PLACES = [*sorted((REPO / "tutorials").glob("0*.ipynb")), *sorted((REPO / "nbs" / "guides").glob("*.ipynb")),
          *(REPO / "nbs" / n for n in ("panel/04_plots.ipynb", "panel/06_stills.ipynb", "panel/07_about.ipynb",
                                        "memory/10_widgets.ipynb", "memory/11_inspector.ipynb",
                                        "reward/10_widgets.ipynb", "recall/08_widgets.ipynb", "edit/16_widgets.ipynb",
                                        "rewrite/06_result.ipynb", "memory/16_wrap.ipynb"))]
# as editors colour a cell's output
HOSTS = dict(light="background:#fff;color:#1f1f1f", dark="background:#1e1e1e;color:#d4d4d4")


def outputs():
    "(where, HTML) of every output of ours, each text once"
    seen = set()
    for path in PLACES:
        for i, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
            for o in cell.get("outputs", ()):
                data = {k: "".join(v) for k, v in o.get("data", {}).items() if isinstance(v, list)}
                html, svg = data.get("text/html", ""), data.get("image/svg+xml", "")
                if "pm-panel" in html or "pm-chart" in html: found = html
                elif "class='paper'" in svg: found = svg                       # a figure on paper of its own
                else: continue
                if found not in seen:
                    seen.add(found)
                    yield f"{path.stem} {i}", found


def page_of(body, theme):
    return (f"<!DOCTYPE html><html lang=en><title>output</title><body style='margin:0;{HOSTS[theme]}'>"
            f"<main>{body}</main></body></html>")


CUT = """() => [...document.querySelectorAll('main *')].filter(e => {
  const box = e.getBoundingClientRect();
  if (!box.width || box.right <= innerWidth + 1 || e.closest('svg svg, svg g, thead')) return false;
  for (let p = e.parentElement; p; p = p.parentElement)                     // what scrolls by itself is not cut
    if (['auto', 'scroll'].includes(getComputedStyle(p).overflowX) && p.getBoundingClientRect().right <= innerWidth + 1)
      return false;
  return true; }).map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture
def alone(browser):
    context = browser.new_context(viewport=dict(width=480, height=900), offline=True)
    page = context.new_page()
    page.asked = []
    page.on("request", lambda r: page.asked.append(r.url) if not r.url.startswith(("data:", "about:")) else None)
    yield page
    context.close()


@pytest.mark.parametrize("theme", list(HOSTS))
def test_each_output_alone(alone, theme):
    alone.emulate_media(color_scheme=theme)
    found, wrong = list(outputs()), []
    assert len(found) > 30
    for where, html in found:
        alone.set_content(page_of(html, theme))
        said, height = alone.inner_text("main"), alone.evaluate("document.querySelector('main').scrollHeight")
        drawn = alone.evaluate("document.querySelectorAll('main svg *').length")
        if height < 20 or len(said.strip()) < 3 and not drawn: wrong.append(f"{where}: blank")
        if cut := alone.evaluate(CUT): wrong.append(f"{where}: cut at 480 px: {cut[:2]}")
    assert wrong == [] and alone.asked == []


@pytest.mark.parametrize("theme", list(HOSTS))
def test_outputs_are_legible(alone, theme):
    alone.emulate_media(color_scheme=theme)
    bodies = [html for _, html in outputs()]
    alone.set_content(page_of("".join(bodies), theme))
    faults = [f for f in serious_faults(alone, "main") if f.startswith(("color-contrast", "svg-img-alt", "image-alt"))]
    assert faults == []


def test_the_checks_find_what_they_look_for(alone):
    bad = "<div style='width:700px'>wide</div><p style='color:#777;background:#888'>pale</p>"
    alone.set_content(page_of(bad, "light"))
    assert alone.evaluate(CUT) and any("contrast" in f for f in serious_faults(alone, "main"))
    scrolls = "<div style='overflow-x:auto'><div style='width:700px'>wide</div></div>"
    alone.set_content(page_of(scrolls, "light"))
    assert alone.evaluate(CUT) == []
