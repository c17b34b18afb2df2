"""The report and the index of a grid in a browser: read as a person would, on a phone, in the dark, without scripts."""
import json

import nbformat
import pytest

from promptmem.batch.pages import write_grid_index
from promptmem.batch.report import write_report
from promptmem.batch.results import write_result
from tests.e2e.axe import serious_faults

FIGURE = dict(data=[dict(type="scatter", mode="lines+markers", x=[0, 1, 2], y=[0.1, 0.5, 0.8], name="after the edit")],
              layout=dict(title=dict(text="Success against damage"),
                          yaxis=dict(tickformat=".0%", title=dict(text="right"))))
EDIT = f'''
from IPython.display import display
from promptmem.batch.results import write_result
if method == "nonsense": raise ValueError("there is no method 'nonsense'")
display({{"application/vnd.plotly.v1+json": {FIGURE!r}, "text/plain": "figure"}}, raw=True)
write_result(out, metrics=dict(success_initial=0., success=.8, change=dict(estimate=.8, lo=.5, hi=.95, n=20),
                               inside=True, general_change=.0004, degradation_limit=.001,
                               note="a long word " + "x"*400),
             parameters=dict(method=method))
'''
MINE = '''
from promptmem.batch.results import write_result
write_result(out, metrics=dict(words_found=.4),
             verdict=dict(text="Nothing was learnt: 40 % of words, as by chance.", state="bad"),
             measures=dict(words_found=dict(label="words found", unit="%", good="higher", beside={"by chance": .4})))
'''


def notebook(path, parameters, code, title):
    cells = [nbformat.v4.new_markdown_cell(f"# {title}"), nbformat.v4.new_code_cell(parameters),
             nbformat.v4.new_code_cell(code)]
    cells[1].metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    "A report of two rooms: one with a run that fails, one with words of its own"
    pytest.importorskip("papermill")
    folder = tmp_path_factory.mktemp("report")
    notebook(folder / "edit.ipynb", 'method: str = "full"\nout: str = ""', EDIT, "Edit")
    notebook(folder / "mine.ipynb", 'out: str = ""', MINE, "Mine")
    plan = {"edit": {"title": "Edit: into the weights", "says": "What is tried.",
                     "grid": {"method": ["full", "nonsense"]}}}
    (folder / "plan.yaml").write_text(json.dumps(plan))
    index, failed = write_report(folder / "out", folder, folder / "plan.yaml", executor="threads", progress=False)
    assert failed == 1
    return index


@pytest.fixture
def open_page(browser):
    "A function that opens a page without a network: width, dark, scripts"
    made = []

    def opened(path, width=1100, dark=False, scripts=True):
        context = browser.new_context(viewport=dict(width=width, height=1000), offline=True,
                                      java_script_enabled=scripts, color_scheme="dark" if dark else "light")
        context.set_default_timeout(40_000)
        page = context.new_page()
        page.asked, page.problems = [], []
        page.on("request", lambda r: page.asked.append(r.url))
        page.on("pageerror", lambda e: page.problems.append(str(e)))
        page.on("dialog", lambda d: (page.problems.append(d.message), d.accept()))
        made.append((context, page))
        page.goto(path.as_uri())
        return page
    yield opened
    for context, page in made:
        context.close()
        assert not page.problems, page.problems
        assert all(u.startswith("file://") for u in page.asked)


def test_the_first_screen_says_what_came_out(report, open_page):
    page = open_page(report)
    assert page.locator("h1").inner_text().startswith("promptmem: report of ")
    first, second = page.locator(".verdicts li").all_inner_texts()
    assert (
        "Edit: into the weights" in first and "The edit works for 80 % of questions in other words, 0 % before" in first
    )
    assert "95 % interval 50 to 95" in first and "1 of 2 runs failed: method nonsense." in first
    assert "Nothing was learnt: 40 % of words, as by chance." in second


def test_figures_have_words_a_unit_a_direction_and_something_beside_them(report, open_page):
    page = open_page(report)
    cards = {c.split("\n")[0]: c for c in page.locator(".card").all_inner_texts()}
    after = cards["asked in other words, right after the edit"]
    assert "80 %" in after and "before the edit: 0 %" in after and "higher is better" in after
    damage = cards["rise of the loss on general text, as a share of it"]
    assert "0.04 %" in damage and "allowed: 0.1 %" in damage and "lower is better" in damage
    assert "by chance: 40 %" in cards["words found"]
    gain = page.locator(".card", has_text="gained by the edit")
    assert "good" in gain.get_attribute("class") and "(better)" in gain.inner_text()


def test_failures_are_red_and_named(report, open_page):
    for dark in (False, True):
        page = open_page(report, dark=dark)
        told = page.locator(".bad", has_text="there is no method 'nonsense'")
        assert told.count() >= 1 and "ValueError" in told.first.inner_text()
        red, green, blue = (
            int(x) for x in told.first.evaluate("e => getComputedStyle(e).color").strip("rgb()").split(",")
        )
        assert red > green + 60 and red > blue + 60


@pytest.mark.parametrize("width", [500, 1600])
def test_nothing_is_cut_and_the_width_is_used(report, open_page, width):
    page = open_page(report, width)
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert size[0] <= size[1], "the page is wider than the window"
    cut = page.evaluate("""() => {
        const seen = [...document.querySelectorAll('p, li, h1, h2, h3, figcaption, svg, .card span, .card b')];
        return seen.filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.wide, pre'))
            .map(e => e.textContent.slice(0, 60)) }""")
    assert cut == []
    used = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.card, .verdicts li')].map(e => e.getBoundingClientRect().right))"
    )
    assert used > .8*width


def test_a_page_without_scripts_is_complete(report, open_page):
    page = open_page(report, scripts=False)
    assert (
        page.locator("svg.still").count() == 1
        and page.locator("svg.still").get_attribute("aria-label") == "Success against damage"
    )
    assert "100 %" in page.locator("svg.still").inner_html() or "80 %" in page.locator("svg.still").inner_html()
    page.get_by_text("the numbers").click()
    assert "0.8" in page.locator("figure table").inner_text()
    assert page.locator("button:visible, input:visible").count() == 0            # nothing that would need a script
    page.get_by_role("link", name="all runs of edit").click()
    assert "failed" in page.locator("#runs tbody").inner_text()


def test_zoom_draws_with_plotly_when_asked(report, open_page):
    page = open_page(report)
    assert not any(u.endswith("plotly.min.js") for u in page.asked)              # 4.9 MB that most readers never need
    page.get_by_role("button", name="zoom").click()
    page.wait_for_selector("figure .main-svg")
    assert page.locator("svg.still").count() == 0


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_no_serious_fault(report, open_page, dark):
    run = next((report.parent / "edit").glob("*/report.html"))
    for path in (report, report.parent / "edit" / "index.html", run):
        page = open_page(path, dark=dark)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert serious_faults(page) == [], path.name


def test_grid_page(open_page, tmp_path):
    who = ["ann", "<img src=x onerror=alert(1)>", "</script><script>alert(2)</script>"]
    for i in range(6):
        write_result(tmp_path / f"run{i}", metrics=dict(score=[10, 9, 100, 1, 55, 7][i]), status="ok",
                     notebook="a <b>.ipynb", parameters=dict(n=i % 2, who=who[i // 2], seed=i))
    write_grid_index(tmp_path)
    page = open_page(tmp_path / "index.html")
    assert page.locator("#metric-0 svg.still polyline").count() == 3             # one line per person
    head = lambda name: page.get_by_role("button", name=name, exact=True).first
    column = page.locator("#runs thead th").all_inner_texts().index("score")
    shown = lambda: [r.split("\t")[column] for r in page.locator("#runs tbody tr:visible").all_inner_texts()]
    head("score").click()
    assert shown() == ["1", "7", "9", "10", "55", "100"]                         # numbers, not text
    head("score").press("Enter")                                                 # and by keyboard
    assert shown() == ["100", "55", "10", "9", "7", "1"]
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("score")
    page.get_by_label("filter rows").fill("ann")
    assert sorted(shown()) == ["10", "9"]
    page.get_by_role("button", name="zoom").click()
    page.wait_for_selector("#metric-0 .main-svg")
    assert page.locator("#metric-0 .scatterlayer .trace").count() == 3


def test_long_and_mixed_texts_stay_in_their_card(open_page, tmp_path):
    "50,000 characters, right-to-left, mixed scripts: shown as text, within the page"
    told = dict(long="word " * 10_000, one="x" * 50_000, arabic="من قال ذلك؟ " * 40,
                mixed="abc שלום नमस्ते 你好 \u202e<b>", verdict_=1.5)
    write_result(tmp_path / "run", metrics=told, status="ok", notebook="texts.ipynb", parameters={})
    from promptmem.batch.pages import page as whole, result_cards
    from promptmem.batch.results import read_result
    (tmp_path / "page.html").write_text(whole("texts", result_cards(read_result(tmp_path / "run"))), encoding="utf-8")
    assert (tmp_path / "page.html").stat().st_size < 40_000
    page = open_page(tmp_path / "page.html", 500)
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert size[0] <= size[1]
    assert page.locator(".card b *:not(bdi)").count() == 0 and "שלום" in page.locator(".card").nth(3).inner_text()
