"""The memory widgets as a person uses them, in a real browser."""
import pytest

expect = pytest.importorskip("playwright.sync_api").expect

HOSTILE = ["<script>alert(1)</script><img src=x onerror=alert(2)>", "שלום < w > abc", "🎈" * 30, "x" * 3000,
           "a\u202eb & \"quoted\" 'too'"]

MODEL = '''
import promptmem as pm
from promptmem.memory import Assistant, ClarifyWidget, MemoryInspector
def model(prompt):
    word = prompt.split("< ")[-1].split(" >")[0]
    return f" the homonym for {word} is sunny END" if "homonym" in prompt else f" the synonym for {word} is boy END"
store = pm.Store("memory.db")
'''


def focus_is_in(page, selector):
    "After an action the focus is where it was; lost, the next key would be a command to the notebook"
    page.wait_for_function("""s => document.querySelectorAll('.pm-busy').length === 0
        && document.activeElement.closest(s) !== null && !document.activeElement.disabled""", arg=selector)


def test_a_person_is_misread_says_so_and_is_understood(notebook):
    notebook.open(
        "clarify.ipynb",
        MODEL,
        'w = ClarifyWidget(Assistant(pm.CallableLM(model, format="published"), store=store, scope="alice"))\nw',
    )
    page = notebook.page
    page.locator(".pm-question input").fill("what has a < sonny > like ring to it ?")
    page.locator(".pm-question input").press("Enter")
    expect(page.locator(".pm-understanding").first).to_contain_text("the synonym for sonny")
    expect(page.locator(".pm-nomemory").first).to_contain_text("no memory fitted")
    page.locator(".pm-meant input").fill("when I ask for a like ring to it, I want a homonym")
    page.locator(".pm-meant input").press("Enter")
    expect(page.locator(".pm-understanding").first).to_contain_text("the homonym for sonny")
    expect(page.locator(".pm-memory-hit").first).to_contain_text("when I ask for a like ring to it")
    focus_is_in(page, ".pm-meant")
    page.locator(".pm-right-button").click()
    expect(page.locator(".pm-accuracy").first).to_contain_text("1 of 2 right")
    expect(page.locator(".pm-accuracy").first).to_contain_text("Asked before")
    focus_is_in(page, ".pm-right-button")
    page.keyboard.press("Tab")                                                   # and on by keyboard: Wrong
    page.keyboard.press("Enter")
    expect(page.locator(".pm-accuracy").first).to_contain_text("0 of 2 right")
    # the panel is ready again, and the focus is back
    focus_is_in(page, ".pm-wrong-button")
    page.locator(".pm-undo").press("Enter")
    expect(page.locator(".pm-accuracy").first).to_contain_text("1 of 2 right")
    notebook.shot("clarify")
    assert (
        notebook.kernel("print([c.text for c in store.clarifications(scope='alice')])")
        == "['when I ask for a like ring to it, I want a homonym']"
    )
    assert notebook.kernel("print([i.verdict for i in store.interactions('alice')])") == "['wrong', 'right']"

    notebook.open(
        "second.ipynb",
        MODEL,
        'w = ClarifyWidget(Assistant(pm.CallableLM(model, format="published"), store=store, scope="alice"))\nw',
    )
    page.locator(".pm-question input").fill("what has a < night > like ring to it ?")
    page.locator(".pm-ask").click()
    expect(page.locator(".pm-memory-hit").first).to_contain_text("I want a homonym")  # another kernel, the same memory


def test_mistakes_are_shown_in_the_panel(notebook):
    notebook.open(
        "mistakes.ipynb",
        MODEL,
        'w = ClarifyWidget(Assistant(pm.CallableLM(model, format="published"), store=pm.Store(":memory:"), '
        'scope="alice"))\nw',
    )
    notebook.page.locator(".pm-ask").click()
    expect(notebook.page.locator(".pm-message .pm-error").first).to_contain_text("the question is empty")
    expect(notebook.page.locator(".pm-ask")).to_be_enabled()
    for name in (".pm-right-button", ".pm-meant", ".pm-expected", ".pm-suggest"):
        expect(notebook.page.locator(name).first).to_be_hidden()
    # what goes wrong is said below the row that was used, not below everything
    page = notebook.page
    page.locator(".pm-question input").fill("what is like < glad > ?")
    page.locator(".pm-ask").click()
    expect(page.locator(".pm-answer").first).to_be_visible()
    page.locator(".pm-question input").fill(" ")
    page.locator(".pm-ask").click()
    expect(page.locator(".pm-message .pm-error").first).to_have_text("the question is empty")
    assert page.evaluate("""() => {
        const top = s => document.querySelector(s).getBoundingClientRect().top;
        return top(".pm-question") < top(".pm-message") && top(".pm-message") < top(".pm-answer-view"); }""")
    expect(page.locator(".pm-undo")).to_be_hidden()                              # nothing was said yet


def test_looking_after_the_memory(notebook):
    fill = (
        MODEL
        + 'store = pm.Store(":memory:")\nfor i in range(30): store.add(scope="alice", key=f"what is like < w{i:02} > '
          '?", text=f"note {i:02}")\n'
    )
    notebook.open("inspect.ipynb", fill, "m = MemoryInspector(store)\nm")
    page = notebook.page
    expect(page.locator(".pm-list").first).to_contain_text("1 to 20")
    page.locator(".pm-next").click()
    expect(page.locator(".pm-list").first).to_contain_text("21 to 30")
    page.locator(".pm-search input").fill("note 07")
    page.locator(".pm-search input").press("Enter")
    expect(page.locator(".pm-list").first).to_contain_text("1 to 1")
    page.locator(".pm-list tr[data-row]").first.click()                          # a row is looked at by a click
    expect(page.locator(".pm-detail").first).to_contain_text("Not used yet")
    page.locator(".pm-edit input").fill("note seven")
    page.locator(".pm-save-edit").click()
    expect(page.locator(".pm-message").first).to_contain_text("the earlier wording is kept")
    page.locator(".pm-search input").fill("seven")
    page.locator(".pm-search input").press("Enter")
    page.locator(".pm-list tr[data-row]").first.focus()
    page.keyboard.press("Enter")                                                 # or by keyboard
    expect(page.locator(".pm-detail").first).to_contain_text("superseded")
    page.locator(".pm-would input").fill("what is like < w07 > ?")
    page.locator(".pm-would-button").click()
    expect(page.locator(".pm-would-view").first).to_contain_text("note seven")
    notebook.shot("inspector")
    page.locator(".pm-forget").click()
    expect(page.locator(".pm-confirm-text").first).to_contain_text("Sure?")
    assert notebook.kernel("print(store.count(scope='alice'))") == "30"
    page.locator(".pm-confirm").click()
    expect(page.locator(".pm-message").first).to_contain_text("Deleted")
    assert notebook.kernel("print(store.count(scope='alice'))") == "29"


def test_hostile_text_is_text(notebook):
    setup = (
        MODEL
        + f"hostile = {HOSTILE!r}\nstore = pm.Store(':memory:')\na = Assistant(pm.CallableLM(lambda p: p[-400:], "
          f"format='published'), "
        f"store=store, scope='alice')\n"
    )
    notebook.open("hostile.ipynb", setup, "w = ClarifyWidget(a)\nw", "m = MemoryInspector(store, scope='alice')\nm")
    page = notebook.page
    for text in HOSTILE:
        page.locator(".pm-question input").fill(text)
        page.locator(".pm-ask").click()
        expect(page.locator(".pm-question-shown").first).to_contain_text(text[:20])
        page.locator(".pm-meant input").fill(text[:400])
        page.locator(".pm-remember").click()
        expect(page.locator(".pm-message").first).to_contain_text("Remembered")
    stored = notebook.kernel(
        "print(sorted(c.text for c in store.clarifications(scope='alice')) == sorted(t[:400] for t in hostile))"
    )
    assert stored == "True"
    notebook.kernel("m.scope.options = store.scopes(); m.scope.value = 'alice'; m.refresh()")
    expect(page.locator(".pm-list").first).to_contain_text("<script>alert(1)</script>")
    assert page.locator(".pm-panel script, .pm-panel img").count() == 0
    notebook.shot("hostile")


CHAT = '''
import promptmem as pm
from promptmem.memory import Assistant, ClarifyWidget, MemoryInspector
def model(messages):
    if "Celsius" in str(messages): return "About **20 °C**:\\n\\n- 19 °C when you move\\n- 21 °C when you sit"
    return "About 68 °F. [Guide](javascript:alert(1)) <img src=x onerror=alert(2)>\\n\\n```python\\nprint(68)\\n```"
a = Assistant(pm.CallableLM(model), store=pm.Store(":memory:"), scope="ana", format="chat",
              lookup="closest")
'''


def to_480(notebook):
    "The same page, as narrow as a telephone's, its panel as wide as the page allows"
    notebook.page.set_viewport_size(dict(width=480, height=900))
    notebook.page.wait_for_function("""() => {
        const width = document.querySelector('.pm-panel').getBoundingClientRect().width;
        return width > 300 && width < 480; }""")


def test_a_conversation_by_keyboard_only(notebook):
    notebook.open("keys.ipynb", CHAT, "w = ClarifyWidget(a)\nw")
    page, keys = notebook.page, notebook.page.keyboard
    panel = page.locator(".pm-panel").first
    assert [b.inner_text() for b in panel.locator("button:visible").all()] == ["Ask"]   # before the first question
    page.locator(".pm-question input").focus()
    keys.type("How warm should a living room be?")
    keys.press("Control+Enter")
    answer = page.locator(".pm-answer-view").first
    expect(answer).to_contain_text("About 68 °F. Guide (javascript:alert(1)) <img src=x onerror=alert(2)>")
    expect(answer.locator("pre code")).to_have_text("print(68)\n")
    assert panel.locator("a, img, script").count() == 0
    for name in ("Right", "Wrong"):                                              # Tab from the box to the buttons
        while not page.evaluate("n => document.activeElement.textContent.trim() === n", name): keys.press("Tab")
    keys.press("Enter")
    expect(page.locator(".pm-message").first).to_contain_text("Say what you meant")
    focus_is_in(page, ".pm-wrong-button")
    assert [b.inner_text() for b in panel.locator("button.mod-primary:visible").all()] == ["I meant this"]
    page.locator(".pm-meant input").focus()
    keys.type("half a thought")
    keys.press("Escape")
    expect(page.locator(".pm-meant input")).to_have_value("")
    keys.type("temperatures in degrees Celsius")
    keys.press("Control+Enter")
    expect(answer.locator("strong")).to_have_text("20 °C")
    expect(answer.locator("li")).to_have_count(2)
    expect(answer.locator(".pm-chip")).to_have_text("from memory")
    expect(page.locator(".pm-chip-view .pm-chip").first).to_contain_text("remembered")
    assert notebook.kernel("print(len(a.history()))") == "2"                     # the keys did not run the cell again
    expect(page.locator(".pm-turn[open] summary")).to_contain_text("✗ wrong")     # the answer before, to compare with
    assert page.locator(".pm-question input").get_attribute("dir") == "auto"     # from the right as well
    assert page.locator("label:text-is('I meant')").count() == 1                 # a label that a screen reader reads
    expect(page.get_by_label("I meant", exact=True)).to_be_visible()
    to_480(notebook)
    page.wait_for_function("n => n.scrollWidth <= n.clientWidth", arg=panel.element_handle())   # nothing is cut


def test_rows_are_gone_through_ticked_and_forgotten(notebook):
    notebook.open("rows.ipynb", CHAT, "m = MemoryInspector(a)\nm")
    page, keys = notebook.page, notebook.page.keyboard
    expect(page.locator(".pm-list").first).to_contain_text("Nothing remembered here yet")
    expect(page.locator(".pm-search")).to_be_hidden()                            # nothing to search
    page.locator(".pm-examples").click()
    rows = page.locator(".pm-list tr[data-row]")
    expect(rows).to_have_count(3)
    page.locator(".pm-new-key input").fill("Who is our biggest customer?")
    page.locator(".pm-new-text input").fill("by revenue, not by orders")
    page.locator(".pm-new-text input").press("Enter")
    expect(rows).to_have_count(4)
    rows.first.focus()
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.locator(".pm-detail").first).to_contain_text("How far is it to the next town?")
    page.wait_for_function("document.activeElement.dataset.row !== undefined")   # the focus is on the row again
    keys.press("ArrowUp")
    keys.press("Enter")
    expect(page.locator(".pm-detail").first).to_contain_text("(every question)")
    page.wait_for_function("document.activeElement.dataset.row !== undefined")
    keys.press("Escape")
    expect(page.locator(".pm-detail").first).not_to_contain_text("every question")
    page.get_by_label("tick row 2").check()
    expect(page.locator(".pm-forget-ticked")).to_have_text("Forget the 1 ticked …")
    page.get_by_label("tick row 3").check()
    page.locator(".pm-forget-ticked").click()
    expect(page.locator(".pm-confirm-text").first).to_contain_text("2 ticked memories")
    page.locator(".pm-cancel").press("Escape")                                   # Esc keeps them
    expect(page.locator(".pm-confirm")).to_be_hidden()
    assert notebook.kernel("print(m.store.count(scope='ana'))") == "4"
    page.locator(".pm-forget-ticked").click()
    page.locator(".pm-confirm").click()
    expect(rows).to_have_count(2)
    assert notebook.kernel("print(m.store.count(scope='ana'))") == "2"
    to_480(notebook)
    cell = rows.first.locator("td[data-label=question]")
    page.wait_for_function("n => getComputedStyle(n, '::before').content !== 'none'",   # its column stands in front
                           arg=cell.element_handle())
    page.wait_for_function("n => n.getBoundingClientRect().width > 250",         # a line, not one word a line
                           arg=cell.element_handle())


SLOW = '''
import time
import promptmem as pm
from promptmem.memory import Assistant, ClarifyWidget
def model(messages):
    time.sleep(2)
    return "About 68 °F."
a = Assistant(pm.CallableLM(model), store=pm.Store(":memory:"), scope="ana", format="chat", lookup="closest")
'''


def test_keys_typed_while_a_panel_is_busy_are_no_commands(notebook):
    notebook.open("busy.ipynb", SLOW, "w = ClarifyWidget(a)\nw")
    page, keys = notebook.page, notebook.page.keyboard
    cells = page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length")
    page.locator(".pm-question input").focus()
    keys.type("How warm should a living room be?")
    keys.press("Enter")
    page.wait_for_selector(".pm-panel.pm-busy[aria-busy=true]")
    for key in ("d", "d", "x", "b", "a", "r", "m"): keys.press(key)              # delete, cut, insert, raw, Markdown
    assert page.evaluate("document.activeElement.classList.contains('pm-panel')")
    focus_is_in(page, ".pm-question")                                            # and the field has it again
    kinds = page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.map(c => c.model.type)")
    assert kinds == ["code"]*cells
    page.locator(".jp-InputArea .cm-content").first.click()                      # who goes elsewhere is let go
    notebook.kernel("w.ask()")
    assert page.evaluate("document.activeElement.closest('.pm-panel') === null")


def test_a_button_acts_on_all_that_was_typed(notebook):
    "The kernel takes a while for each change, so most of the words are still on their way when the button is pressed"
    slow = """import time
from promptmem.panel.widget import controls
m = MemoryInspector(a)
for c in controls(m):
    if isinstance(getattr(c, "value", None), str): c.observe(lambda _: time.sleep(.4), "value")
m"""
    notebook.open("typed.ipynb", CHAT, slow)
    page = notebook.page
    page.locator(".pm-examples").click()
    expect(page.locator(".pm-list tr[data-row]")).to_have_count(3)
    page.locator(".pm-would input").click()
    page.keyboard.type("How far is it to the next town?")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator(".pm-would-view").first).to_contain_text("How far is it to the next town?")
