"""Wrong input is refused with a clear error before any training starts."""
import json

import pytest
import torch

from promptmem.core import InvalidData
from promptmem.edit import CanonicalExamples, edit, load_edit, read_config
from promptmem.edit.deltas import Delta, Edit

from . import small


def write(path, *rows):
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    return path


@pytest.mark.parametrize("row,direction,says", [
    (dict(prefix="The capital is", suffix="Rome"), "good", "must begin with a blank"),
    (dict(prefix="The capital is", suffix=""), "good", "'suffix' is empty"),
    (dict(prefix="The capital is", suffix="  "), "good", "'suffix' is empty"),
    (dict(prefix="The capital is"), "good", "'suffix' is missing"),
    (dict(prefix="", suffix=" Rome"), "good", "'prefix' is empty"),
    (dict(prefix="The capital is", suffix=3), "good", "must be text, found int"),
    (dict(prefix="The capital is", suffix=" Rome"), "balance", "'suffix1' is missing"),
    (dict(prefix="a", suffix1=" b", suffix2=" c"), "good", "is the direction right"),
])
def test_rows(tmp_path, row, direction, says):
    f = write(tmp_path/"train.jsonl", dict(prefix="x y", suffix=" z", suffix1=" a", suffix2=" b") if direction != "good"
              else dict(prefix="x y", suffix=" z"), row)
    with pytest.raises(InvalidData, match=says) as e: CanonicalExamples.read(f, direction=direction, quiet=True)
    assert "train.jsonl" in str(e.value) and "2" in str(e.value)


def test_files(tmp_path):
    (tmp_path/"a.jsonl").write_text('{"prefix": "a", "suffix": " b"}\n{oops\n')
    with pytest.raises(InvalidData, match="a.jsonl:2"): CanonicalExamples.read(tmp_path/"a.jsonl")
    (tmp_path/"b.jsonl").write_text("\n")
    with pytest.raises(InvalidData, match="no rows"): CanonicalExamples.read(tmp_path/"b.jsonl")
    with pytest.raises(InvalidData, match="direction is one of"):
        CanonicalExamples.read(tmp_path/"b.jsonl", direction="better")


def test_calls_that_cannot_work():
    m, tok, ex = small.model(), small.Chars(), small.examples()
    before = small.state(m)
    long = CanonicalExamples.read([dict(prefix="a"*100, suffix=" b")], quiet=True)
    lost = CanonicalExamples.read([dict(prefix="the tower is in", suffix=" Mel", subject="Orun")], quiet=True)
    for method in ("lora", "full", "memit", "rome", "ft-l"):
        with pytest.raises(InvalidData, match="the model reads at most 64"): edit(m, tok, long, method)
    with pytest.raises(InvalidData, match="has no senses"): edit(m, tok, ex, "senses")
    with pytest.raises(InvalidData, match="not in the prefix"): edit(m, tok, lost, "memit", subject="subject")
    with pytest.raises(MemoryError, match="ridge"): edit(m, tok, ex, "memit", max_mb=.001)
    with pytest.raises(MemoryError, match="ridge"): edit(m, tok, ex, "rome", max_mb=.001)
    with pytest.raises(InvalidData, match="method is one of"): edit(m, tok, ex, "magic")
    with pytest.raises(TypeError, match="no option rnk"): edit(m, tok, ex, "lora", rnk=3)
    with pytest.raises(InvalidData, match="no layer to adapt"):
        edit(m, tok, ex, "lora", target_modules=["nothing"], general_text=small.texts(8))
    with pytest.raises(InvalidData, match="what to avoid"):
        edit(m, tok, CanonicalExamples.read([dict(prefix="a", suffix=" b")], direction="bad", quiet=True), "in-context")
    assert small.same(m, before)


def test_ridge_needs_no_memory():
    m = small.model()
    with edit(
        m,
        small.Chars(),
        small.examples(),
        "memit",
        degradation=None,
        general_text=small.texts(8),
        covariance="ridge",
        max_mb=0.001,
        contexts=0,
    ) as e:
        assert e.delta.factors


@pytest.mark.parametrize("name", ["best.pt", "pytorch_model.bin", "edit.pkl"])
def test_pickles_are_refused(tmp_path, name):
    (tmp_path/name).write_bytes(b"\x80\x04.")
    with pytest.raises(InvalidData, match="is a pickle file"): load_edit(tmp_path, small.model())
    with pytest.raises(InvalidData, match="is a pickle file"): load_edit(tmp_path/name, small.model())


def test_damaged_and_foreign_files(tmp_path):
    m = small.model()
    w = "gpt_neox.layers.0.mlp.dense_4h_to_h.weight"
    Edit(m, None, Delta({w: torch.ones(16, 32)}), "full").save(tmp_path/"a")
    Edit(m, None, Delta({w: torch.zeros(16, 32)}), "full").save(tmp_path/"b")
    (tmp_path/"a"/"edit.safetensors").write_bytes((tmp_path/"b"/"edit.safetensors").read_bytes())
    with pytest.raises(InvalidData, match="is not the file"): load_edit(tmp_path/"a", m)
    (tmp_path/"b"/"edit.safetensors").write_bytes(b"nonsense")
    with pytest.raises(InvalidData, match="cannot be read"): load_edit(tmp_path/"b", m)
    with pytest.raises(InvalidData, match="another base model"):
        Edit(small.model("gpt2"), None, Delta({w: torch.ones(16, 32)}), "full")
    with pytest.raises(InvalidData, match="holds no edit"): load_edit(tmp_path/"nowhere", m)


def test_configs(tmp_path):
    base = dict(model="EleutherAI/pythia-70m", training=dict(dataset_path="t", learning_rate=1e-3, finetune_type="full",
                                                             loss_type="good", suffix_pair=False),
                validation=dict(degredation_general_path="val100.jsonl", intervention_eval_path="e"), league="1e-05")
    c = read_config(base)
    assert (c.degradation, c.paths["general"], c.threshold) == (1e-5, "val100.jsonl", pytest.approx(1.6094379))
    assert any("no threshold" in n for n in c.notes)
    for change, says in (
        (dict(model=None), "not the name"),
        (dict(training={}), "finetune_type"),
        (dict(training=dict(base["training"], finetune_type="senses")), "has no senses"),
        (dict(training=dict(base["training"], regularization_type="L7")), "not KL, L2 or EWC"),
        (dict(validation=dict(degredation_general_path="data/val-chunked.jsonl")), "never published"),
    ):
        with pytest.raises(InvalidData, match=says): read_config({**base, **change})


@pytest.mark.parametrize("change, says", [
    (lambda d: [1], "no object"), (lambda d: "x", "no object"), (lambda d: None, "no object"),
    (lambda d: 5, "no object"),
    *[(lambda d, k=k: {n: v for n, v in d.items() if n != k}, f"'{k}' must be") for k in
      ("base", "method", "config", "history", "id", "made", "limit", "scale")],
    *[(lambda d, v=v: d | dict(scale=v), "'scale' must be a finite") for v in
      ("x", None, [1], float("nan"), float("inf"), -float("inf"))],
    (lambda d: d | dict(config=[1]), "'config' must be dict"), (lambda d: d | dict(base=3), "'base' must be str"),
    (lambda d: d | dict(method=None), "'method' must be str"),
    (lambda d: d | dict(outcome=3), "'outcome' must be dict"),
    (lambda d: d | dict(digest=3), "is not the file"), (lambda d: {}, "must be"),
])
def test_what_an_edit_file_says_is_looked_at(tmp_path, change, says):
    m = small.model()
    Edit(m, None, Delta({"gpt_neox.layers.0.mlp.dense_4h_to_h.weight": torch.ones(16, 32)}), "full").save(tmp_path)
    told = json.loads((tmp_path/"edit.json").read_text())
    (tmp_path/"edit.json").write_text(json.dumps(change(told)))
    with pytest.raises(InvalidData, match=says): load_edit(tmp_path, m)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_none_never_reach_the_weights(tmp_path, odd):
    m, name = small.model(), "gpt_neox.layers.0.mlp.dense_4h_to_h.weight"
    before, one = small.state(m), torch.ones(16, 32)
    one[3, 4] = odd
    Edit(m, None, Delta({name: one}), "full").save(tmp_path/"dense")
    Edit(m, None, Delta(factors={name: (one[:, :2].clone(), one[:2] + odd)}), "full").save(tmp_path/"factors")
    for kind in ("dense", "factors"):
        with pytest.raises(InvalidData, match="holds nan or infinity"): load_edit(tmp_path/kind, m)
    good = Edit(m, None, Delta({name: torch.ones(16, 32)}), "full")
    for f in (lambda: good.apply(odd), lambda: setattr(good, "scale", odd), lambda: setattr(good, "scale", "2"),
              lambda: Edit(m, None, Delta(), "full", scale=odd)):
        with pytest.raises(InvalidData, match="a scale is a finite number"): f()
    assert small.same(m, before)


@pytest.mark.parametrize("call,says", [
    (lambda m, t: edit(m, t, [None]), "an example is a dict"),
    (lambda m, t: edit(m, t, ["the king is Ade"]), "an example is a dict"),
    (lambda m, t: edit(m, t, [("a b", "c")], degradation="1e-4"), "degradation is '1e-4': expected None or a number"),
    (lambda m, t: edit(m, t, [("a b", "c")], epochs="3"), "epochs is '3': expected a whole number"),
    (lambda m, t: edit(m, t, [("a b", "c")], method="lora", rank=0), "rank is 0: expected a whole number from 1"),
    (lambda m, t: edit(m, t, [("a b", "c")], general_text=["a b c", None]), "text 1 is a NoneType"),
    (lambda m, t: CanonicalExamples.read([None]), "a row is a NoneType: expected a dict with prefix and suffix"),
    (lambda m, t: CanonicalExamples.read([dict(prefix="a", suffix=" b")], targeted=[3]), "text 0 is a int"),
    (lambda m, t: CanonicalExamples.from_table([("a", "b")], [], "{subject} is"), "train is empty"),
    (lambda m, t: CanonicalExamples.from_table(3, "{subject} is", "{subject} was"), "rows is a int"),
    (lambda m, t: Delta().of("w"), "changes no parameter 'w'"),
])
def test_what_does_not_fit_is_named(call, says):
    with pytest.raises(InvalidData, match=says): call(small.model("gpt2"), small.Chars())
