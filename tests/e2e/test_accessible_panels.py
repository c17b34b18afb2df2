"""Panels in JupyterLab, and what they leave in a notebook without a kernel: axe-core finds no serious fault in them."""
import pytest

from tests.e2e.axe import serious_faults
from tests.e2e.test_static_twins import SOURCE

pytestmark = pytest.mark.slow
STATIC = '''
from promptmem.panel.widget import static_page
from promptmem.panel.charts import bar_chart, chart
from promptmem.panel.parts import facts, heading, paragraph, table
parts = [heading("A panel"), paragraph("right", "pm-right"), paragraph("wrong", "pm-wrong"),
         facts(hits=3, model="demo"),
         table([dict(question="what is <b>x</b>?", score=.52, right=True)]),
         bar_chart("shares", [("a", .5, .4, .6, True)]),
         chart("lines", [dict(name="one", x=[0, 1], y=[0, 1], lo=[0, .9], hi=[.1, 1])])]
'''


def test_panels_in_jupyterlab(notebook):
    notebook.open("panels.ipynb", SOURCE, "w", "MemoryInspector(a)")
    page = notebook.page
    page.wait_for_selector(".pm-panel")
    assert page.locator(".pm-panel").count() >= 2
    assert serious_faults(page, ".pm-panel") == [], "light"
    page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    page.wait_for_selector("body[data-jp-theme-light=false]", state="attached")
    assert serious_faults(page, ".pm-panel") == [], "dark"


@pytest.mark.parametrize("dark", [False, True])
def test_static_panels(browser, dark):
    namespace = {}
    exec(STATIC, namespace)
    html = namespace["static_page"](namespace["parts"])
    colors = "#e6ebf1; background: #13171c" if dark else "#1c2430; background: #fff"
    page = browser.new_page(viewport=dict(width=480, height=800))
    page.set_content(
        f"<!DOCTYPE html><html lang=en><title>t</title><body style='color: {colors}'><main>{html}</main></body>"
    )
    faults = serious_faults(page, ".pm-panel")
    page.close()
    assert faults == []
