"""Pairs and the rewriter: reading, cleaning, masks, training, saving."""
from collections import Counter

import pytest

from promptmem.core import InvalidData
from promptmem.data import data_dir, local_data
from promptmem.lm.base import CallableLM
from promptmem.rewrite import PromptRewriter, PromptTask, clean_pairs, load_pairs
from promptmem.rewrite.pairs import Pair
from promptmem.rewrite.task import Ledger
from promptmem.rewrite.student import Rewrite, StudentConfig, encode_pair, faithful, rouge_l, tiny_causal_lm

TOY = [(f"{a} {b}", f"What is {a} {b}?") for a in "red blue green old".split() for b in "tea car hat dog".split()]


@pytest.fixture(scope="module")
def base():
    pytest.importorskip("peft")
    import torch
    torch.set_num_threads(1)
    return tiny_causal_lm([f"Bad prompt: {a}\nBetter prompt: {b}" for a, b in TOY], width=32)


@pytest.fixture(scope="module")
def student(base): return PromptRewriter.train(TOY, base=base, epochs=3, lr=5e-3, rank=8)


def test_own_pairs_are_clean_and_many():
    pairs = load_pairs(data_dir()/"rewrite_pairs.jsonl")
    done = clean_pairs(pairs)
    assert len(pairs) >= 80 and not done.dropped and len({p.id for p in pairs}) == len(pairs)


def test_published_counts():
    "The oracle: an independent reading of the file"
    folder = local_data("promptimal")
    if folder is None: pytest.skip("no local copy of the published pairs: set PROMPTMEM_DATA")
    pairs = load_pairs(folder/"training_pairs.csv")
    done = clean_pairs(pairs)
    assert len(pairs) == 1328
    assert done.dropped == {
        "repeated": 4,
        "output is False": 3,
        "input is empty": 4,
        "changes nothing": 10,
        "cut off": 14,
    }
    assert len(done.pairs) == 1293 and len(done.suspects) == 76
    assert len(clean_pairs(pairs, drop_suspects=True).pairs) == 1293-76
    firsts = Counter(p.after.split()[0] for p in pairs)
    assert firsts["What"] == 382


def test_two_column_layout_strips_blanks(tmp_path):
    f = tmp_path/"final.csv"
    f.write_text("Bad Prompt,Improved Prompt\nname bird, Name a bird.\n")
    assert [(p.before, p.after, p.row) for p in load_pairs(f)] == [("name bird", "Name a bird.", 1)]


@pytest.mark.parametrize("name, text, message", [
    ("a.csv", "x,y\n1,2\n", "expected the column 'Formatted Prompts'"),
    ("a.csv", "Formatted Prompts\n<s>[INST] a [/INST] b\n", "a.csv:1: does not read"),
    ("a.csv", "Bad Prompt,Improved Prompt\n,b\n", "a.csv:1: 'before' or 'after' is empty"),
    ("a.jsonl", '{"before": "a"}\n', "a.jsonl:1: 'before' or 'after' is empty"),
    ("a.jsonl", "not json\n", "a.jsonl:1"),
])
def test_bad_files_name_file_and_row(tmp_path, name, text, message):
    (tmp_path/name).write_text(text)
    with pytest.raises(InvalidData, match=message): load_pairs(tmp_path/name)


def test_prompt_is_masked_from_the_loss(base):
    head, _ = encode_pair(base[1], "red tea", None, StudentConfig())
    ids, labels = encode_pair(base[1], "red tea", "What is red tea?", StudentConfig())
    assert (
        labels[: len(head)] == [-100] * len(head)
        and labels[len(head) :] == ids[len(head) :]
        and ids[-1] == base[1].eos_token_id
    )


def test_training_learns_and_leaves_the_base_alone(base, student):
    assert not any("lora" in n for n, _ in base[0].named_parameters())
    assert student.info["last_loss"] < student.info["first_loss"]
    assert student.loss([Pair(*t) for t in TOY]) < student.loss([Pair(*t) for t in TOY], adapted=False)


def test_training_is_seeded(base, student):
    import torch
    state = torch.get_rng_state()
    again = PromptRewriter.train(TOY, base=base, epochs=3, lr=5e-3, rank=8)
    assert again.info["last_loss"] == pytest.approx(student.info["last_loss"], abs=1e-6)
    assert torch.equal(state, torch.get_rng_state())


def test_one_text_many_texts_and_bad_texts(student):
    one, many = student("red tea", max_tokens=8), student(["red tea", "blue car"], max_tokens=8)
    assert isinstance(one, str) and isinstance(many, list) and many[0] == one
    with pytest.raises(ValueError, match="prompt 1 is empty"): student(["a", " "])


def test_unfaithful_rewritings_are_not_used(student, monkeypatch):
    from promptmem.lm.local import TransformersLM
    from promptmem.record import Completion

    says = lambda text, reason="stop": monkeypatch.setattr(
        TransformersLM, "complete", lambda self, ps, **kw: [Completion(text, finish_reason=reason) for _ in ps]
    )
    says("What is the sum?")
    assert (
        student("Add 3 and 4.") == "Add 3 and 4."
        and student.rewrite(["Add 3 and 4."])[0].why == "loses a number or a name"
    )
    says("What is 3 plus 4?")
    assert student("Add 3 and 4.") == "What is 3 plus 4?"
    says("")
    assert student("Add.") == "Add."
    says("What is 3 plus", "length")
    assert student.rewrite(["Add 3"])[0].why == "not ended"


def test_save_and_load(base, student, tmp_path):
    student.save(tmp_path)
    assert not list(tmp_path.glob("*.bin")) and not list(tmp_path.glob("*.pkl"))
    assert PromptRewriter.load(tmp_path, base=base)("red tea", max_tokens=8) == student("red tea", max_tokens=8)
    with pytest.raises(ValueError, match="pass it as base="): PromptRewriter.load(tmp_path)
    with pytest.raises(InvalidData, match="no saved rewriter"): PromptRewriter.load(tmp_path/"nothing")


def test_bad_training_input(base):
    with pytest.raises(InvalidData, match="at least 4 pairs"): PromptRewriter.train(TOY[:2], base=base)
    with pytest.raises(InvalidData, match="at least 4 pairs"): PromptRewriter.train([("a", "a")]*9, base=base)
    with pytest.raises(InvalidData, match="longer than max_tokens=2"):
        PromptRewriter.train(TOY, base=base, max_tokens=2)
    with pytest.raises(ValueError, match="all-linear"):
        PromptRewriter.train(TOY, base=base, targets=("q_proj",), epochs=1)
    import torch
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="needs a GPU"): PromptRewriter.train(TOY, base=base, preset="published")


def test_measures():
    assert rouge_l("What is tea?", "what is tea") == 1 and rouge_l("", "a") == 0
    assert faithful("Ask Bob 3 times.", "Ask Bob three or 3 times") and not faithful("Ask Bob.", "Then ask him.")


@pytest.mark.parametrize("place, right", [("question", "What is {q}?"), ("prompt", "What is {q}?|{q}")])
def test_effect_counts_what_the_model_then_answers(student, monkeypatch, place, right):
    asked, texts = [], ["red tea", "blue car", "old hat"]
    after = {"red tea": "What is red tea?", "blue car": "", "old hat": "Nonsense?"}
    monkeypatch.setattr(
        student,
        "rewrite",
        lambda qs: [Rewrite(q, after[q] or q, after[q], bool(after[q]), "" if after[q] else "empty") for q in qs],
    )
    lm = CallableLM(lambda p: asked.append(p) or ("yes" if p.startswith("What") else "no"))
    task = PromptTask([dict(question=q, expected="yes", id=q) for q in texts], template="{prompt}{question}")
    ledger = Ledger(6)
    got = student.effect(
        task,
        lm,
        examples=[e for s in task.split.values() for e in s],
        place=place,
        prompt="" if place == "question" else "Please|",
        ledger=ledger,
    )
    row = {r["id"]: r for r in got.rows}
    assert {k: (r["before"], r["after"], r["used"]) for k, r in row.items()} == {
        "red tea": (0, 1, True),
        "blue car": (0, 0, False),
        "old hat": (0, 0, True),
    }
    assert got.gain.estimate == pytest.approx(1/3) and got.used == pytest.approx(2/3) and ledger.requests == 6
    assert right.replace("|", "").format(q="red tea") in asked and any(p.endswith("blue car") for p in asked)
    assert "gain 0.333" in repr(got) and len(got.frame) == 3
