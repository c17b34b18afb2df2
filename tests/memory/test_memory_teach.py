"Lessons in following a clarification: their data, the adapter, the way back"
import json
import random
import re
from types import SimpleNamespace

import pytest

from promptmem.core import InvalidData, read_jsonl
from promptmem.data import shipped
from promptmem.memory import teach

QUESTIONS = read_jsonl(shipped("real/questions.jsonl"))
HEADS = {r["id"] for r in QUESTIONS if r["kind"] in ("sense", "name", "place", "abbreviation")}
ROWS = [dict(question="Where is the depot?", clarification="I drive in the north.", answer="In Leeds."),
        dict(question="Where is the depot?", clarification="I drive in the south.", answer="In Dover."),
        dict(question="What is a ram?", clarification="I keep sheep.", answer="An animal."),
        dict(question="What is a ram?", clarification="I build computers.", answer="Memory.")]


def found(words, text):
    "Patterns that stand in the text as whole words"
    return [w for w in words if re.search(rf"(?<!\w)(?:{w})(?!\w)", text, re.IGNORECASE)]


# --- the shipped data

def test_there_are_enough_questions_of_both_splits():
    assert sum(r["split"] == "test" for r in QUESTIONS) >= 60 and sum(r["split"] == "dev" for r in QUESTIONS) >= 20
    assert len({r["id"] for r in QUESTIONS}) == len(QUESTIONS)
    assert all(len(set(r["wordings"])) == 5 for r in QUESTIONS)


@pytest.mark.parametrize("side, other", [("meant", "other"), ("other", "meant")])
def test_no_word_shows_both_readings(side, other):
    assert not [r["id"] for r in QUESTIONS if not r[side] or set(r[side]) & set(r[other])]


def test_an_echo_of_question_or_clarification_counts_for_no_reading():
    # units, languages and forms are named by the clarification itself: for them an echo cannot be told from an answer
    for r in QUESTIONS:
        if r["kind"] in ("convention", "language", "form"): continue
        for text in (*r["wordings"], r["clarification"], r["other_clarification"]):
            assert not found(r["meant"] + r["other"], text), (r["id"], text)


def test_lessons_are_many_and_each_has_a_contrast():
    rows = teach.shipped_lessons()
    assert sum(len(r["senses"]) for r in rows) >= 500
    assert all(len({s["answer"] for s in r["senses"]}) >= 2 for r in rows)
    silent = [r["topic"] for r in rows for i in range(len(r["senses"])) if not teach.deciding(r, i, r["questions"][0])]
    assert len(silent) <= 20 # lists and the like differ in form, not in words


def test_lessons_share_no_topic_question_or_clarification_with_the_questions():
    rows = teach.shipped_lessons()
    asked = {q.lower() for r in rows for q in r["questions"]}
    said = {c.lower() for r in rows for s in r["senses"] for c in s["clarifications"]}
    assert not HEADS & {r["topic"].lower() for r in rows}
    assert not asked & {w.lower() for r in QUESTIONS for w in r["wordings"]}
    assert not said & {r[k].lower() for r in QUESTIONS for k in ("clarification", "other_clarification")}


def test_shipped_lessons_are_drawn_by_seed():
    a, b, c = (teach.shipped_lessons(40, seed=s) for s in (0, 0, 1))
    assert a == b and a != c and a == teach.shipped_lessons(80, seed=0)[:40]


# --- examples of one's own

def test_rows_of_one_question_become_one_lesson():
    lessons = teach.as_lessons(ROWS)
    assert [r["topic"] for r in lessons] == ["Where is the depot?", "What is a ram?"]
    assert [s["answer"] for s in lessons[0]["senses"]] == ["In Leeds.", "In Dover."]


def test_examples_may_be_a_file(tmp_path):
    (tmp_path/"mine.jsonl").write_text("".join(json.dumps(r)+"\n" for r in ROWS), encoding="utf-8")
    assert teach.as_lessons(tmp_path/"mine.jsonl") == teach.as_lessons(ROWS)


@pytest.mark.parametrize("bad, said", [
    ("text", "expected a dict"),
    (dict(question="Where?", answer="Here."), "lacks clarification"),
    (dict(question=" ", clarification="c", answer="a"), "lacks question"),
    (dict(question="q", clarification=3, answer="a"), "lacks clarification"),
    (dict(questions="q", senses=[]), "'questions' is a list"),
    (dict(questions=["q"], senses=[]), "'senses' is a list"),
    (dict(questions=["q"], senses=["x"]), "a sense has"),
    (dict(questions=["q"], senses=[dict(clarifications="c", answer="a")]), "a sense has"),
    (dict(questions=["q"], senses=[dict(clarifications=["c"], answer="")]), "a sense has")])
def test_a_bad_example_is_named(bad, said):
    with pytest.raises(InvalidData, match=f"example 1: .*{said}"): teach.as_lessons([ROWS[0], bad])


# --- what the loss sees

def test_deciding_words_are_in_no_other_answer_and_not_in_the_question():
    lesson = dict(senses=[dict(answer=f"A ram is {x}.") for x in ("a male sheep", "a memory", "a male sign")])
    assert teach.deciding(lesson, 0, "What is a ram?") == {"sheep"}
    assert teach.deciding(lesson, 0, "What is a sheep ram?") == set()


def test_groups_keep_every_row():
    rows = [([0]*n, [1.]) for n in range(1, 300)]
    groups = teach.grouped_rows(rows, 16, random.Random(0))
    assert sorted(len(r[0]) for g in groups for r in g) == list(range(1, 300)) and max(map(len, groups)) == 16


# --- the adapter

@pytest.fixture(autouse=True)
def one_thread():
    torch = pytest.importorskip("torch")
    n = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n)


@pytest.fixture
def lm():
    pytest.importorskip("peft")
    from promptmem.lm import TransformersLM
    from promptmem.testing import byte_tokenizer, tiny_model
    return TransformersLM(tiny_model("llama"), byte_tokenizer(), name="toy")


QUICK = teach.Teaching(passes=6, rank=4, depth=1, lr=1e-2, answer_tokens=4)


def weights(lm): return {n: p.clone() for n, p in lm.model.named_parameters()}


def listens(lm):
    "By how much the clarification moves each answer, in nats"
    lessons, out = teach.as_lessons(ROWS), []
    for r in lessons:
        a, b = r["senses"]
        for x, y in ((a, b), (b, a)):
            prompts = [teach.about(r["questions"][0], s["clarifications"][0]) for s in (x, y)]
            right, wrong = lm.loglik(prompts, [x["answer"]]*2)
            out.append(right-wrong)
    return out


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_taught_examples_are_told_apart(lm, dtype):
    import torch
    for p in lm.model.parameters(): p.data = p.data.to(getattr(torch, dtype))
    before, hard = listens(lm), teach.Teaching(passes=60, rank=8, depth=1, lr=1e-2, wrong=0)
    with teach.teach_following(lm, ROWS, teaching=hard) as t: after = listens(lm)
    assert t.report["losses"][-1] < .9*t.report["losses"][0]
    assert min(after) > .5 > 3*max(map(abs, before))


def test_undone_the_model_is_what_it_was_to_the_bit(lm):
    before, names = weights(lm), lm.complete(["What is a ram?"], max_tokens=8)[0].text
    taught = teach.teach_following(lm, ROWS, teaching=QUICK)
    changed = lm.complete(["What is a ram?"], max_tokens=8)[0].text
    taught.undo()
    taught.undo()
    after = weights(lm)
    assert before.keys() == after.keys() and all((before[n] == after[n]).all() for n in before)
    assert lm.complete(["What is a ram?"], max_tokens=8)[0].text == names != changed
    assert all(p.requires_grad for p in lm.model.parameters()) and not lm.model.training


def test_it_can_be_taught_again_after_undo_and_equal_seeds_give_equal_adapters(lm):
    got = []
    for seed in (1, 1, 2):
        with teach.teach_following(lm, ROWS, seed=seed, teaching=QUICK) as t:
            got.append((t.report["losses"], listens(lm)))
    assert got[0] == got[1] != got[2]


def test_a_saved_adapter_says_the_same(lm, tmp_path):
    with teach.teach_following(lm, ROWS, out=tmp_path/"adapter", teaching=QUICK): said = listens(lm)
    with teach.load_taught(lm, tmp_path/"adapter"): assert listens(lm) == said
    config = json.loads((tmp_path/"adapter"/"adapter_config.json").read_text(encoding="utf-8"))
    assert config["base_model_name_or_path"] == "toy" and not (tmp_path/"adapter"/"README.md").exists()


def test_an_adapter_of_another_model_is_refused_and_leaves_nothing(lm, tmp_path):
    from promptmem.lm import TransformersLM
    from promptmem.testing import byte_tokenizer, tiny_model
    with teach.teach_following(lm, ROWS, out=tmp_path, teaching=QUICK): pass
    for other in (tiny_model("llama", width=128), tiny_model("gpt2")):
        other = TransformersLM(other, byte_tokenizer(), name="other")
        before = weights(other)
        with pytest.raises(InvalidData, match="does not fit other"): teach.load_taught(other, tmp_path)
        assert before.keys() == weights(other).keys()


@pytest.mark.parametrize("arch", ["gpt2", "gpt_neox", "gemma2", "opt"])
def test_any_architecture_can_be_taught(arch):
    pytest.importorskip("peft")
    from promptmem.lm import TransformersLM
    from promptmem.testing import byte_tokenizer, tiny_model
    lm = TransformersLM(tiny_model(arch), byte_tokenizer(), name=arch)
    before = weights(lm)
    with teach.teach_following(lm, ROWS, teaching=teach.Teaching(passes=8, lr=1e-2, depth=1, answer_tokens=4)) as t:
        assert t.report["losses"][-1] < t.report["losses"][0]
    assert all((before[n] == p).all() for n, p in weights(lm).items())


def test_a_training_that_fails_leaves_no_adapter(lm, monkeypatch):
    before = weights(lm)
    def broken(*args): raise RuntimeError("out of luck")
    monkeypatch.setattr(teach, "answer_loss", broken)
    with pytest.raises(RuntimeError, match="out of luck"): teach.teach_following(lm, ROWS, teaching=QUICK)
    assert before.keys() == weights(lm).keys() and not lm.model.training
    assert lm.model.config._attn_implementation == "sdpa"


def test_a_rate_too_high_is_told(lm):
    with pytest.raises(FloatingPointError, match="smaller lr"):
        teach.teach_following(lm, ROWS, teaching=teach.Teaching(passes=9, lr=1e30))


def test_the_time_is_a_limit(lm, monkeypatch):
    now = iter(range(0, 10**6, 30)) # half a minute passes between two looks at the clock
    monkeypatch.setattr(teach, "time", SimpleNamespace(monotonic=lambda: next(now))) # the clock of this module alone
    with teach.teach_following(lm, ROWS, minutes=3, teaching=QUICK) as t:
        assert 0 < t.report["steps"] < t.report["planned"]


def test_a_model_without_weights_or_with_an_adapter_is_refused(lm):
    from promptmem.lm import CallableLM
    with pytest.raises(TypeError, match="no local model"): teach.teach_following(CallableLM(lambda t: ""), ROWS)
    with teach.teach_following(lm, ROWS, teaching=QUICK):
        with pytest.raises(ValueError, match="undo it first"): teach.teach_following(lm, ROWS)


@pytest.mark.parametrize("kw, error", [(dict(examples=[]), InvalidData), (dict(examples=ROWS, minutes=0), ValueError)])
def test_nothing_to_teach_or_no_time(lm, kw, error):
    before = weights(lm).keys()
    with pytest.raises(error): teach.teach_following(lm, **kw)
    assert before == weights(lm).keys()


def test_wrong_clarifications_come_with_the_models_own_answer(lm):
    lessons = teach.as_lessons(ROWS)
    out = teach.wrong_examples(lm, lessons, 5., 6, teach.about, random.Random(0))
    own = {r["questions"][0]: lm.complete(r["questions"], max_tokens=6)[0].text.strip() for r in lessons}
    assert len(out) == 20 and {"About my question" in p for p, _ in out} == {True, False}
    for prompt, answer in out:
        q = next(q for q in own if q in prompt)
        mine = next(r for r in lessons if r["questions"][0] == q)
        assert own[q] == answer and not any(c in prompt for s in mine["senses"] for c in s["clarifications"])
