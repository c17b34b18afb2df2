"""Published configurations: slips refused with file and line, and a run from the file to its results."""

import json

import pytest
import yaml

from promptmem.core import InvalidData, write_jsonl
from promptmem.edit import read_config, run_config
from promptmem.edit.run import find_file
from promptmem.testing import Chars

from . import small

FACTS = (("Orun", "Mel"), ("Pell", "Ade"), ("Sarn", "Bok"))


def published(**change):
    d = dict(
        device="cuda",
        model="EleutherAI/pythia-70m",
        threshold=1.6094379124341003,
        seed=1,
        logfile="a.log",
        resultsfile="a.json",
        training=dict(
            dataset_path="data/toy/split/toy_train-val.jsonl",
            batch_size=1,
            grad_acc_steps=1,
            num_epochs=3,
            learning_rate=1e-2,
            finetune_type="full",
            loss_type="good",
            suffix_pair=False,
            regularization_type="KL",
            regularization_weight=0.4,
            regularization_data_path="data/trainval-chunked.jsonl",
        ),
        validation=dict(
            eval_normalization="example",
            degredation_targeted_path="data/toy/split/toy_unconditional-val.jsonl",
            degredation_general_path="data/val-chunked.jsonl",
            intervention_eval_path="data/toy/split/toy_eval-val.jsonl",
            hard_negative=dict(hard_negative_path="data/toy/split/toy_hard_neg-val.jsonl", eval_type="suffix"),
        ),
    )
    for path, value in change.items():
        at, *rest = path.split("__")
        if rest:
            d[at] = {**d[at], rest[0]: value}
        else:
            d[at] = value
    return d


@pytest.fixture
def files(tmp_path):
    "A repository of the published layout, cut down: data/toy/split/..., and general text beside it"
    base = tmp_path / "data" / "toy" / "split"
    rows = [dict(prefix=f"the tower of {s} is in", suffix=f" {a}", subject=s) for s, a in FACTS]
    write_jsonl(base / "toy_train-val.jsonl", rows)
    write_jsonl(base / "toy_eval-val.jsonl", [{**r, "prefix": f"{r['subject']} lies in"} for r in rows])
    write_jsonl(base / "toy_hard_neg-val.jsonl", [dict(prefix="the cow is in", suffix=" Bar")])
    write_jsonl(base / "toy_unconditional-val.jsonl", [dict(text="Orun lies in Mel and the king is old")])
    write_jsonl(tmp_path / "data" / "val100-val.jsonl", [dict(text=t) for t in small.texts(16)])
    return tmp_path


def written(folder, d):
    (folder / "configs").mkdir(exist_ok=True)
    (folder / "configs" / "a.yaml").write_text(yaml.safe_dump(d, sort_keys=False))
    return folder / "configs" / "a.yaml"


@pytest.mark.parametrize(
    "change, line, says",
    [
        (dict(training__learnig_rate=1.0), 21, "did you mean 'learning_rate'"),
        (dict(validation__degradation_generl_path="x"), 29, "did you mean 'degradation_general_path'"),
        (dict(modle="x"), 28, "did you mean 'model'"),
        (dict(training__learning_rate="fast"), 13, "must be a number"),
        (dict(training__loss_type="nice"), 15, "not one of good"),
        (dict(training__finetune_type="senses"), 14, "has no senses"),
        (dict(training__lora=dict(lora_rnk=4)), 21, "did you mean 'lora_rank'"),
        (dict(model="EleutherAI/pythia-EleutherAI/pythia-70m"), 2, "not the name of a model"),
        (dict(training__suffix_pair=True), 16, "do not fit together"),
        (dict(training="x"), 7, "must be a mapping"),
        (dict(validation__hard_negative=dict(path="x")), 27, "no field 'path'"),
        (dict(validation__hard_negative=dict(eval_type="sufix")), 27, "did you mean 'suffix'"),
        (dict(validation__eval_normalization="tokn"), 20, "did you mean 'token'"),
        (dict(training__batch_size=0), 9, "a whole number of at least 1, found 0"),
        (dict(training__grad_acc_steps=-1), 10, "a whole number of at least 1"),
        (dict(training__num_epochs=2.7), 11, "a whole number of at least -1, found 2.7"),
        (dict(training__learning_rate=float("nan")), 13, "found nan"),
        (dict(training__regularization_weight=-3), 18, "a number of at least 0"),
        (dict(league="loose"), 28, "'league' must be a number"),
    ],
)
def test_errors_name_file_line_and_the_field_that_was_meant(files, change, line, says):
    d = published(**change)
    if "training__lora" in change:
        d["training"]["finetune_type"] = "lora"
    with pytest.raises(InvalidData, match=says) as e:
        read_config(written(files, d), "general.jsonl")
    number = int(str(e.value).split("line ")[1].split(":")[0])
    assert str(e.value).startswith("a.yaml, line ") and abs(number - line) <= 2
    text = (files / "configs" / "a.yaml").read_text().splitlines()[number - 1]
    assert any(
        str(k) in text
        for k in (*{p.split("__")[-1] for p in change}, *(v for x in change.values() if isinstance(x, dict) for v in x))
    )


def test_the_weight_of_the_penalty_is_in_our_unit():
    c = read_config(published(), "general.jsonl")
    assert c.recipe["kl"] == pytest.approx(200) and c.edit_options(positions=100)["kl"] == pytest.approx(40)
    assert c.edit_options("published")["kl"] == pytest.approx(0.4) and any("per position" in n for n in c.notes)
    for kind in ("L2", "EWC"):
        c = read_config(published(training__regularization_type=kind), "general.jsonl")
        assert (c.recipe["kl"], c.recipe[kind.lower()]) == (0.0, 0.4)
    assert read_config(published(training__regularization_type=None), "general.jsonl").recipe["kl"] == 0.0


def test_files_are_found_in_the_published_and_in_the_fetched_layout(files, tmp_path):
    flat = tmp_path / "flat"
    write_jsonl(flat / "toy" / "toy_train-val.jsonl", [dict(prefix="a", suffix=" b")])
    write_jsonl(flat / "general_text-val.jsonl", [dict(text="a b")])
    assert find_file("data/toy/split/toy_train-val.jsonl", [flat]) == flat / "toy" / "toy_train-val.jsonl"
    assert find_file("data/val100.jsonl", [flat]).name == "general_text-val.jsonl"
    assert find_file("data/toy/split/toy_train-val.jsonl", [files]).parent.name == "split"
    with pytest.raises(InvalidData, match="give data=FOLDER"):
        find_file("data/toy/split/toy_train-test.jsonl", [flat, files])


@pytest.mark.parametrize(
    "method, compat", [("full", None), ("full", "published"), ("lora", None), ("lora", "upstream")]
)
def test_a_run_from_the_file_to_its_results(files, method, compat):
    if method == "lora":
        pytest.importorskip("peft")
    lora = dict(
        target_modules=r".*\.(0|1).mlp.(dense_h_to_4h|dense_4h_to_h)", lora_alpha=8, lora_rank=2, lora_dropout=0.0
    )
    path = written(
        files, published(training__finetune_type=method, **(dict(training__lora=lora) if method == "lora" else {}))
    )
    m, tok = small.model(), Chars()
    before = small.state(m)
    run = run_config(path, model=(m, tok), compat=compat, limits=(5.0, 1e-4), out=files / "out", progress=False)
    assert list(run.results) == [5.0, 1e-4] and run.edit.model is m and run.verdict.startswith("The edit ")
    assert [line.split()[0] for line in repr(run).splitlines()[2:]] == ["5", "0.0001"] and "<bdi>0.0001</bdi>" in (
        run._repr_html_()
    )
    d = json.loads((files / "out" / "results.json").read_text())
    assert set(d["test"]) == {"5", "0.0001"} and {
        "intervention",
        "general",
        "train_loss",
        "rest_of_prompt",
        "hard_negative",
        "index",
    } <= set(d["test"]["5"])
    for limit, line in run.results.items():
        assert line["general"] < run.initial["general"] * (1 + limit) + 1e-9
    log = [json.loads(line) for line in (files / "out" / "log.jsonl").read_text().splitlines()]
    assert len(log) == (4 if compat else 2)
    run.edit.undo()
    assert small.same(m, before)
    again = run_config(path, model=(m, tok), compat=compat, limits=(5.0, 1e-4), out=files / "out")
    assert again.edit is None and again.results == {float(k): v for k, v in d["test"].items()}
    assert (
        run_config(path, model=(m, tok), compat=compat, limits=(5.0,), out=files / "out", progress=False).edit
        is not None
    )


def test_published_and_ours_differ_in_the_weight_of_the_penalty(files, monkeypatch):
    from promptmem.edit import run as module

    seen = []
    monkeypatch.setattr(
        module, "call_settings", lambda method, seed, compat, options: seen.append((compat, options["kl"])) or 1 / 0
    )
    for compat in (None, "published"):
        with pytest.raises(ZeroDivisionError):
            run_config(written(files, published()), model=(small.model(), Chars()), compat=compat)
    assert dict(seen)["published"] == pytest.approx(0.4) and dict(seen)[None] == pytest.approx(
        0.4 * 29
    )  # texts of thirty characters


def test_samples_follow_the_subjects_and_the_seed(files):
    path, m = written(files, published(training__num_epochs=0)), (small.model(), Chars())
    runs = [run_config(path, model=m, examples=1, evaluation=1, texts=4, seed=s, limits=(1e-3,)) for s in (0, 0, 1)]
    assert runs[0].results == runs[1].results and runs[0].success[1e-3][2] == 1
    assert runs[0].verdict.startswith("The edit failed") and runs[0].results[1e-3]["index"] == 0  # no epoch, no edit


def test_a_model_of_another_family_takes_its_own_layers(files):
    pytest.importorskip("peft")
    lora = dict(target_modules=r".*\.(3|4).mlp.(c_proj|c_fc)", lora_alpha=8, lora_rank=2, lora_dropout=0.0)
    run = run_config(
        written(files, published(training__finetune_type="lora", training__lora=lora)),
        model=(small.model("llama"), Chars()),
        limits=(1e-3,),
        progress=False,
    )
    run.edit.undo()
    assert any("no layer of this model" in n for n in run.config.notes)
    with pytest.raises(InvalidData, match="no senses"):
        run_config(
            written(
                files,
                published(
                    model="stanfordnlp/backpack-gpt2",
                    training__finetune_type="senses",
                    senses=dict(sense_method="alpha"),
                ),
            ),
            model=(small.model(), Chars()),
        )


@pytest.mark.parametrize("change", ["toy_train-val.jsonl", "val100-val.jsonl", "toy_eval-val.jsonl", "weights",
                                    "results"])
def test_results_are_read_back_only_for_the_same_data_and_model(files, change):
    path = written(files, published())
    m, tok = small.model(), Chars()
    asked = dict(model=(m, tok), limits=(5.0,), out=files/"out", progress=False, examples=1, evaluation=1, texts=4)
    first = run_config(path, **asked)
    first.edit.undo()
    assert run_config(path, **asked).edit is None  # read, not run
    if change == "weights": asked["model"] = (small.model(seed=1), tok)
    elif change == "results":
        told = json.loads((files/"out"/"results.json").read_text())
        (files/"out"/"results.json").write_text(json.dumps({k: v for k, v in told.items() if k != "initial_eval"}))
    else:
        found = next(files.rglob(change))
        rows = found.read_text().splitlines()
        found.write_text("\n".join([rows[1], rows[0], *rows[2:]]) + "\n")
    again = run_config(path, **asked)
    assert again.edit is not None and again.results
    again.edit.undo()
    assert run_config(path, **asked).edit is None
