"""Whatever people, files or models write is shown as text by every widget, live and in the static twin, and stored
unchanged."""

from html.parser import HTMLParser

import pytest

W = pytest.importorskip("ipywidgets")
import promptmem as pm
from promptmem.core import InvalidData
from promptmem.memory import Assistant, ClarifyWidget, MemoryInspector

HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "attribute": "' onmouseover='alert(3)' x=\"",
    "closing": "</div></table></style><iframe src=javascript:alert(4)>",
    "svg": "</text></svg><svg onload=alert(5)>",
    "entity": "&lt;b&gt; &amp; &#60;i&#62;",
    "rtl": "שלום \u202e < w > \u202c abc",
    "emoji": "🎈👩‍👩‍👧 é́",
    "long": "x" * 3000,
    "lines": "one\ntwo\r\n\tthree",
    "markdown": "**[a](javascript:alert(6))** $\\frac{1}{2}$ `c`",
}
TAGS = set(
    "style div span b bdi table thead tbody tr th td p s mark svg g title text line rect circle polyline "
    "polygon details summary input strong em del code pre ul ol li br hr blockquote".split()
)
ATTRIBUTES = set(
    "class dir open style title role aria-label aria-level aria-current scope tabindex data-label data-row data-mark "
    "data-lm-suppress-shortcuts type checked "
    "viewbox width height fill stroke font-size font-family font-weight text-anchor "
    "transform x y x1 x2 y1 y2 r cx cy "
    "points stroke-width stroke-opacity stroke-dasharray fill-opacity".split()
)


class Audit(HTMLParser):
    "Tags, attributes and visible text of a piece of HTML"
    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.names, self.text, self.open = set(), set(), "", []
        self.feed(html)
    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}
        if tag not in ("input", "br", "hr"): self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes something else"
    def handle_data(self, data):
        if "style" not in self.open: self.text += data


def everything(widget):
    "All HTML below a live widget"
    if isinstance(widget, W.HTML): yield widget.value
    for child in getattr(widget, "children", ()): yield from everything(child)


def assert_only_text(panel, *texts):
    for html in [*everything(panel), panel.static_html()]:
        a = Audit(html)
        assert a.tags <= TAGS, a.tags - TAGS
        assert a.names <= ATTRIBUTES, a.names - ATTRIBUTES
        assert not a.open, a.open
    shown = "".join(Audit(panel.static_html()).text.split())
    for t in texts:
        assert "".join(t.split()) in shown, f"{t!r} is not shown"
    assert len(panel.static_html()) < 300_000 and isinstance(repr(panel), str)


MARKDOWN = {
    "script": "<script>alert(1)</script>", "handler": "<b onclick=alert(1)>x</b>",
    "link": "[a](javascript:alert(1))", "reference": "[a][1]\n\n[1]: javascript:alert(1)",
    "autolink": "<javascript:alert(1)>", "image": "![a](data:image/svg+xml;base64,PHN2Zz4=)",
    "remote image": "![a](https://example.org/a.png)", "frame": "<iframe srcdoc='<script>alert(1)</script>'>",
    "broken": "</div></div></table><style>*{display:none}</style>", "code": "```html\n<script>alert(1)</script>\n```",
    "table": "|a|b|\n|-|-|\n|<img src=x onerror=alert(1)>|`<b>`|", "title": "[a](x \"' onmouseover='alert(1)\")",
}


@pytest.mark.parametrize("answer", MARKDOWN.values(), ids=MARKDOWN)
def test_markdown_of_a_model_is_laid_out_and_inert(answer):
    w = ClarifyWidget(Assistant(pm.CallableLM(lambda p: f"**so**\n\n{answer}\n\n- one\n- two"), format="chat"))
    w.ask("what?")
    assert_only_text(w)
    assert "<strong>so</strong>" in w.view.value and "<li>one</li>" in w.view.value


@pytest.fixture(params=HOSTILE.values(), ids=HOSTILE)
def text(request): return request.param


@pytest.fixture(scope="module")
def tiny(tiny_checkpoint):
    tf = pytest.importorskip("transformers")
    return tf.AutoModelForCausalLM.from_pretrained(tiny_checkpoint).eval(), tf.AutoTokenizer.from_pretrained(
        tiny_checkpoint
    )


def test_clarify(text):
    store, scope = pm.Store(":memory:"), text.replace("\n", " ").replace("\r", " ").replace("\t", " ")[:100]
    w = ClarifyWidget(
        Assistant(
            pm.CallableLM(lambda p: f" {text[:200]} is {text[:200]} END", format="published"), store=store, scope=scope
        )
    )
    w.ask(text)
    assert_only_text(w, text.strip()[:40])
    said = text[:400]
    w.clarify(said)
    w.say(text)
    assert_only_text(w, text.strip()[:40])
    w.correct("x" + text[:100])
    last = w.interaction.id
    assert_only_text(w, "x" + text.strip()[:40])
    assert store.interaction(last).expected == ("x" + text[:100]).strip()
    w.ask("something else ?")                                                    # now it stands under 'asked before'
    assert_only_text(w, "x" + text.strip()[:40])
    assert [c.text for c in store.clarifications(scope)] == [said]
    assert store.interactions(scope)[0].question == text


def test_very_long_right_to_left_and_mixed():
    text = "שלום abc \u202e مرحبا 你好 " * 2500                                   # 50,000 characters and more
    store = pm.Store(":memory:")
    w = ClarifyWidget(Assistant(pm.CallableLM(lambda p: f"# {text}"), store=store, scope="a", format="chat"))
    w.ask(text)
    w.clarify(text[:400])
    assert_only_text(w, "שלום")
    assert f"the rest of {len(text) + 2:,} characters" in w.view.value
    assert w.interaction.answer.strip().endswith(text.strip())
    m = MemoryInspector(store, scope="a")
    m.add(text[:30_000], text[:30_000])
    m.select(m.rows[0].id)
    assert_only_text(m, "שלום")


def test_nothing_there_says_what_to_do(tmp_path, tiny):
    empty = MemoryInspector(pm.Store(tmp_path / "m.db"))
    assert "Add a memory" in repr(empty) and "load examples" in repr(empty)
    empty.load_examples()
    assert empty.total == 3 and "Nothing remembered" not in repr(empty)
    from promptmem.reward import Outcomes, PromptReward, RewardComparer
    log = [dict(question=f"q {i}", prompt_id=p, verdict="right" if i % 2 else "wrong") for i in range(6) for p in "ab"]
    rm = PromptReward(model="logistic", embedder="hash:32").fit(Outcomes.from_interactions(log))
    none = RewardComparer(rm, [])
    assert "type one and press Enter" in repr(none) and "give queries=" in repr(none)
    none.compare("q 1")
    assert "Best here" in repr(none)
    one = ClarifyWidget(Assistant(pm.CallableLM(lambda p: "yes"), format="chat"))
    assert "Nothing asked yet" in repr(one)
    one.ask("q")
    one.accept()
    assert "1 of 1 right" in one.static_html()                                   # one verdict
    from promptmem.edit import CanonicalExamples, EditCompare, edit
    example = CanonicalExamples.read([dict(prefix="what is", suffix=" it")], quiet=True)
    e = edit(*tiny, example, "full", degradation=None, epochs=1)
    bare = EditCompare(e)                                                        # zero examples
    assert "Type a prompt" in repr(bare)
    bare.buttons["ask"].click()
    assert "type a prompt first" in bare.message.value
    with pytest.raises(InvalidData, match="examples"): bare.evaluate()
    e.undo()


def test_the_stop_button_leaves_everything_usable():
    stopped = []
    def model(prompt):
        if not stopped:
            stopped.append(1)
            raise KeyboardInterrupt
        return "Paris."
    for format in ("chat", "published"):
        stopped.clear()
        store = pm.Store(":memory:")
        a = Assistant(pm.CallableLM(model), store=store, scope="a", format=format)
        w = ClarifyWidget(a)
        with pytest.raises(KeyboardInterrupt): w.ask("What is the capital of France?")   # in a cell it is raised
        assert store.interactions("a") == [] and w.interaction is None
        assert w.ask("What is the capital of France?").answer                    # and the next question is answered
        stopped.clear()
        w.question.value = "What is the capital of France?"
        w.buttons["ask"].click()                                                 # in a click the panel says so
        assert "Stopped" in w.message.value and not w.buttons["ask"].disabled
        assert w.interaction.answer and "on its way" not in w.view.value
        w.buttons["ask"].click()
        assert len(store.interactions("a")) == 2 and w.message.value == ""
        w.clarify("the capital as one word")
        assert [c.text for c in a.memories()] == ["the capital as one word"]


def test_inspector(text, tmp_path):
    store = pm.Store(tmp_path / "m.db")
    c = store.add(
        scope="alice", key=text, text=text, author=text.replace("\n", " ").replace("\r", " ").replace("\t", " ")[:150]
    )
    m = MemoryInspector(store, scope="alice")
    m.select(c.id)
    assert_only_text(m, text.strip()[:40])
    new = m.edit(text + "!")
    m.would_retrieve(text)
    assert_only_text(m, text.strip()[:40])
    m.search(text[:50])
    assert_only_text(m)
    m.path_box.value = str(tmp_path / "out.jsonl")
    m.export()
    other = pm.Store(":memory:")
    other.import_(tmp_path / "out.jsonl")
    assert other.get(new.id, scope="alice").text == text + "!" and other.get(c.id, scope="alice").key == text
    m.ask_forget()
    m.confirm_forget()
    assert_only_text(m)
    assert store.count(scope="alice") == 0


def test_reward(text):
    from promptmem.reward import Outcomes, PromptReward, RewardComparer
    questions = [f"{text} {i}" for i in range(6)]
    out = Outcomes.from_interactions([dict(question=q, prompt_id=p, verdict="right" if (i + j) % 2 else "wrong")
                                      for i, q in enumerate(questions) for j, p in enumerate((text, f"two {text}"))])
    w = RewardComparer(PromptReward(model="logistic", embedder="hash:32").fit(out), questions, outcomes=out)
    assert_only_text(w, text.strip()[:40])
    w.compare(text + "?")
    w.filter.value = text[:30]
    w.values.value = "known"
    assert_only_text(w, text.strip()[:40])


def test_recall(text, tiny):
    from promptmem.recall import RecallTester
    sentence = " ".join(text.split())[:60]
    w = RecallTester(*tiny, [f"{sentence} one", f"two {sentence} three"], [f"{sentence} four", f"five {sentence} six"])
    w.test()
    w.pick.value = 1
    assert_only_text(
        w, f"two {sentence[:20] if sentence.isascii() else sentence[0]}"
    )  # the cue may end inside an emoji
    w.say(text)
    w.seen_box.value = f"{sentence} and more\nthe second line"
    w.write_foils("gibberish")
    w.use()
    assert_only_text(w)
    assert w.session.seen[0] == f"{sentence} and more".strip()


def test_edit(text, tiny):
    from promptmem.edit import CanonicalExamples, EditCompare, edit
    prefix = text[:60]
    ex = CanonicalExamples.read(
        [dict(prefix=prefix + " is", suffix=" " + prefix)],
        evaluation=[dict(prefix="so " + prefix + " is", suffix=" " + prefix)],
        hard_negatives=[dict(prefix=prefix + " was", suffix=" " + prefix)],
        quiet=True,
    )
    e = edit(*tiny, ex, "full", degradation=None, epochs=1)
    w = EditCompare(e, ex, ["some text to read", prefix + " and more"], prompt=prefix)
    w.ask(), w.evaluate(), w.curve((0., 1.))
    assert_only_text(w, prefix.strip()[:30])
    e.undo()
