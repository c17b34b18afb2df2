"""What a cell ends in opens with a sentence, is safe, and is complete without JavaScript."""
import importlib
import inspect
import pkgutil
import re
from html import unescape

import pytest

import promptmem as pm
from promptmem.logs import UserLog
from promptmem.memory import ClosestLookup, GrowingPrompt, JsonCheck, Log, MemPrompt, NoMemory, Says
from promptmem.panel.reprs import page_of
from promptmem.panel.views import VIEWS
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


NOT_SHOWN = {
    "the network's own view": "BackpackConfig BackpackLM BackpackMLP BackpackModel BackpackPreTrainedModel SenseBlock "
                              "SenseNetwork SenseWeightNetwork LogitDifference",
    "a contract or a base, never an object": "ChooserLike LookupLike RewriterLike TaskLike Remembers",
    "shows itself to nobody": "Secret",
    "a lock, a file, a bar, a context": "ForkGate ForkLock SharedFile Prepared VectorColumn progress_bar ClusterBuild "
                                        "LogFile PackedLinear evaluating",
    "a piece of a computation": "Decoding Prefix Spelling KeysValues LeanModel Packed Collected Failure KLReference "
                                "SenseDelta edit.Ledger edit.Job edit.Request memory.Request Said Bounds Difficulty "
                                "Fit Inputs Ridge Words Isotonic Platt Abilities Finder Screen SearchState State "
                                "Prover Ran Deletion Target Forest Lexicon Metric Question Weights Near Figure Measure "
                                "EachKind",
    "a table of commands, tools or kinds": "Kind Command Provider GraphMemory MemoryMagics MemoryTools",
    "for tests": "Chars",
}


def public_classes():
    "Every class of the package that has a public name, by 'room.Class'"
    found = {}
    for module in pkgutil.walk_packages(pm.__path__, "promptmem."):
        if module.name.endswith("__main__"): continue
        for name, c in vars(importlib.import_module(module.name)).items():
            if inspect.isclass(c) and c.__module__.startswith("promptmem.") and not name.startswith("_"):
                if not issubclass(c, BaseException): found[f"{c.__module__.split('.')[1]}.{c.__name__}"] = c
    return found


def has_view(c):
    return any(hasattr(c, n) for n in ("_repr_html_", "_repr_mimebundle_", "_ipython_display_"))


def test_every_public_class_has_a_view_or_a_reason_for_none():
    pytest.importorskip("torch")
    named = {n for names in NOT_SHOWN.values() for n in names.split()}
    known = public_classes()
    assert len(known) > 200
    without = {k for k, c in known.items() if not has_view(c)}
    assert {k for k in without if k not in named and k.split(".")[1] not in named} == set()
    assert not has_view(type("NewOne", (), {}))                                  # the test can fail
    stale = {n for n in named if not any(k == n or k.split(".")[1] == n for k in known)}
    assert stale == set()
    assert {k for k in VIEWS if k not in known} == {"rewrite._Pairs"}            # no view of what is not there


def everyday():
    "(object, words of the sentence it opens with) of what else a cell ends in"
    from promptmem.batch import Parameter
    from promptmem.batch.verdicts import Verdict
    from promptmem.demo import Workday
    from promptmem.edit import CRITERIA, CanonicalExamples
    from promptmem.edit.evaluate import Change
    from promptmem.edit.scores import LimitTest
    from promptmem.index import LevenshteinIndex, VectorIndex
    from promptmem.memory import Calibration, Check, Gate, PoisoningReport, SimulatedUser, make_tasks
    from promptmem.memory.gate import Verdict as Said
    from promptmem.memory.wrap import Receipt
    from promptmem.record import Candidate as Near
    from promptmem.record import Outcome, Query, Retrieval, Usage
    from promptmem.rewrite import (Candidate, Example, LeakGuard, Ledger, PairedTest, PhraseBook, PromptTask,
                                   Proposal, RandomPhrases)
    from promptmem.rewrite.pairs import Cleaned, Improved, Pair
    from promptmem.rewrite.published import Attempt
    from promptmem.rewrite.result import Wording
    from promptmem.rewrite.student import Rewrite
    from promptmem.stats import CalibrationError, Interval
    from promptmem.store.database import Changes
    book = PhraseBook({f"role {BAD}": [f"You are {BAD}.", ""]})
    won = PairedTest()
    for _ in range(40): won.update([1.])
    asked = [dict(right_before=True, right_after=i > 1, planted_used=i < 2) for i in range(10)]
    example = CanonicalExamples([dict(prefix=f"A {BAD}", suffix=" b"), dict(prefix="C", suffix=" d")],
                                CRITERIA["country"])
    yield PromptTask([(f"{i} {BAD}", str(i)) for i in range(10)]), "10 questions with the right answers"
    yield example, "2 examples whose endings should become likely"
    yield example.criterion, "Endings should become likely"
    yield pm.CallableLM(str.upper, name=f"shout {BAD}"), "shout"
    yield pm.OpenAILM("m", base_url="http://me:secret@127.0.0.1/v1", api_key="k" * 30), "m, asked at"
    yield pm.load_embedder("hash:16"), "vectors of 16 numbers"
    yield Calibration(.8, .01, (0., .03), .9, (100, 300), promised=.03), "90.0 % of the fitting questions"
    yield PoisoningReport([1, 2], asked), "2 wrong clarifications broke 2 of 10 questions"
    yield Check(True, True, True), "The reply is right"
    yield Check(False, True, False), "its answer is wrong"
    yield Check(False, False, False), "misunderstood"
    yield Gate(), "Decides whether"
    yield Said("ask", 0., "tense"), "may fit"
    yield SimulatedUser(.5), "after 50 % of the wrong replies"
    yield make_tasks(8), "8 tasks"
    yield Receipt("q", Retrieval(False, why="no"), ""), "No memory fitted"
    yield Near(f"k {BAD}", "text", .1), "Said for"
    yield Outcome("q", f"p {BAD}", False), "wrong on this question"
    yield Query(f"q {BAD}"), "Asked: q"
    yield Usage(1200, 1), "1 call: 1,200 tokens sent, 1 token written"
    yield Completion(f"a {BAD}", Usage(3, 4), model="demo"), "demo answered"
    yield Completion("", refusal="no", model="demo"), "demo refused"
    yield Candidate("c1", f"Think. {BAD}", how="History", scores={"a": 1., "b": 0.}), "right on 50 % of 2 questions"
    yield Wording(Candidate("c1", f"Think. {BAD}", how="History")), "not tried on a question yet"
    yield Example("q", f"a {BAD}", "1"), "Right is: a"
    yield LeakGuard(), "Refuse candidates"
    yield Ledger(20), "0 requests so far, 20 of 20 are left"
    yield PairedTest(), "No pair has been seen yet"
    yield won, "Proved better: won 40, lost 0, 0 alike"
    yield book, "2 prompts can be made of 1 slot"
    yield RandomPhrases(book), "Random prompts"
    yield Proposal(f"Think. {BAD}", "History"), "A wording by History"
    yield Pair("a", f"b {BAD}"), "before and after"
    yield Rewrite("a", "a", "c", False, f"too long {BAD}"), "Left as it was: too long"
    yield Improved(Pair("a", "b"), .25, .75, []), "right 25 % before, 75 % after"
    yield Attempt("p", f"a {BAD}", .5), "Scored 50 %"
    yield Cleaned([Pair("a", "b")], {"repeated": 2}, []), "1 pair kept, 2 left out"
    yield Interval(.45, .3, .6, 40), "with 95 % confidence 0.300 to 0.600"
    yield Interval(.45, float("nan"), float("nan"), 1), "too few for an interval"
    yield CalibrationError(.2, .03, .05, .1, 200, 200), "20.0 % off on average, more than chance brings"
    yield LimitTest(False, .04, .01, .07, 200, 400), "Outside the limit"
    yield Change("success", .1, .6, Interval(.5, .2, .8, 9), "share"), "10.0 % to 60.0 %"
    yield LevenshteinIndex(), "among 0 keys"
    yield VectorIndex(4), "among 0 vectors"
    yield Changes([1], None, False), "1 change since the last time"
    yield pm.Store(":memory:").db, "The database"
    yield Parameter("seed", "int", 0, f"of {BAD}"), "seed is 0"
    yield Verdict(f"It worked {BAD}", "good"), "It worked"
    yield Workday("no", ["a"], ["b"], {"c": ["d"]}), "Said once: no"


def test_the_others_open_with_a_sentence_too():
    for x, sentence in everyday():
        html = x._repr_html_()
        assert "<script" not in html and "secret" not in html and "kkkk" not in html and len(html) < 30_000, x
        assert sentence in unescape(html.split("pm-outcome ", 1)[1].split("</div>")[0]), html.split("</style>")[1][:300]


def test_a_viewer_without_styles_still_sets_things_apart():
    html = re.sub(r"<style>.*?</style>| (class|style)='[^']*'", "", pm.CallableLM(str, name="fn")._repr_html_())
    assert "<strong><bdi>fn: " in html                       # what opens is bold by itself
    plain = unescape(re.sub(r"<[^<>]+>", "", html))
    assert "text kept answers" in re.sub(r"\s+", " ", plain)                     # and facts do not run together
