"""What a cell ends in opens with a sentence, is safe, and is complete without JavaScript."""
import pytest

import promptmem as pm
from promptmem.logs import UserLog
from promptmem.memory import ClosestLookup, GrowingPrompt, JsonCheck, Log, MemPrompt, NoMemory, Says
from promptmem.panel.reprs import knows, page_of
from promptmem.record import Completion, Interaction

BAD = "<script>alert(1)</script>"


@pytest.fixture
def assistant():
    store = pm.Store(":memory:")
    a = pm.Assistant(pm.CallableLM(lambda m: f"**20 °C** {BAD}"), store=store, scope=f"ana {BAD}", format="chat",
                     lookup="closest")
    a.clarify(a.ask(f"how warm? {BAD}"), f"in Celsius {BAD}")
    a.accept(a.ask(f"how warm? {BAD}"))
    return a


def opens_with(x, sentence):
    html = x._repr_html_()
    assert html == page_of(x) and "<script" not in html and len(html) < 60_000
    said = html.split("pm-outcome ", 1)[1].split("</div>")[0]
    assert sentence in said, (type(x), said)
    before = html.split("</style>", 1)[1].split("pm-outcome ", 1)[0]
    assert "<table" not in before and "pm-facts" not in before                   # the sentence comes first
    return html


def test_memory_objects_open_with_a_sentence(assistant):
    a, asked = assistant, assistant.history()
    opens_with(a, "Remembers 1 thing for")
    assert "1 of 2 judged answers were right" in opens_with(a, "judged answers")
    opens_with(a.store, "Keeps 1 clarification for 1 scope")
    opens_with(a.lookup, "Finds among 1 memory")
    opens_with(a.memories()[0], "in Celsius")
    opens_with(a.would_retrieve(f"how warm? {BAD}"), "From memory: in Celsius")
    opens_with(a.would_retrieve("something else entirely, about trains"), "No memory fitted")
    judged = {i.verdict: i for i in asked}
    assert "<strong>20 °C</strong>" in opens_with(judged["right"], "The answer was right")
    assert "pm-bad" in opens_with(judged["wrong"], "The answer was wrong")
    opens_with(Interaction("q", answer="a"), "nobody has said yet")


def test_empty_ones_say_what_to_do():
    opens_with(pm.Store(":memory:"), "Nothing is kept here yet")
    opens_with(ClosestLookup(), "Finds nothing: no memory yet")
    opens_with(pm.Assistant(pm.CallableLM(str), scope="b"), "ask, then clarify what you meant")
    opens_with(Log([]), "An empty log")
    opens_with(UserLog("x.csv"), "Read 0 questions")


def test_strategies_checkers_and_logs():
    for x, sentence in ((NoMemory(), "Each question alone"), (MemPrompt(ClosestLookup()), ""), (GrowingPrompt(), ""),
                        (Says(some=("x",)), "A check by words"), (JsonCheck("a.b"), "A check of one value")):
        opens_with(x, sentence)
    one = Interaction("q", answer="a", verdict="right")
    opens_with(UserLog("asked.csv", [one], dropped=[(3, "no question")]), "1 row left out")


def test_other_records_keep_their_table():
    assert ">Completion</caption>" in Completion("a")._repr_html_() and not knows(Completion("a"))
