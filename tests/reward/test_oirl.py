"""Prompt-OIRL's files: read, given roles without leaks, written, and refused where they do not fit together."""
import json
import pickle

import numpy as np
import pandas as pd
import pytest

from promptmem.core import InvalidData
from promptmem.reward import (evaluate_reward, LeakedRows, PromptReward, read_gsm8k, read_judgments, read_oirl,
                              read_pairs, read_selections, read_svamp, tidy_oirl, with_roles, write_oirl)

THINGS = ["kites", "lamps", "spoons", "bells", "boats", "hats", "drums", "nails", "rings", "masks"]
SCRIPT = 'PROMPT_LIST = ["Plainly:", "Slowly: ", "As a song: "]\nALIAS_LIST = ["nan", "CoT", "gpt4_0"]\n'


def labels(folder, name, values): np.save(folder/f"{name}.npy", np.asarray(values, bool))


@pytest.fixture()
def repo(tmp_path):
    "Small copies of the three repositories: 24 training rows and 6 test rows of svamp, of which all repeat a story"
    r = np.random.default_rng(0)
    lm, folds = tmp_path/"OIRL/llama_exps/LMllama2", tmp_path/"SVAMP/data/cv_svamp_augmented"
    lm.mkdir(parents=True)
    (lm.parent/"llama_step1_gen_offline.py").write_text(SCRIPT)
    rows = [f"mia has number0 {t} and finds number1 more . how many {t} has mia ?,{3+k} {5+i},+,{8+k+i}.0"
            for k in range(3) for i, t in enumerate(THINGS)]
    for f in range(2):
        (folds/f"fold{f}").mkdir(parents=True)
        (folds/f"fold{f}/train.csv").write_text("Question,Numbers,Equation,Answer\n" + "\n".join(rows[15*f:15*f+15])
                                                + "\n")
    for name in ("nan", "CoT"):
        labels(lm, f"svamp_train_{name}", r.random(24) < .5)
        labels(lm, f"svamp_test_{name}", r.random(6) < .5)
    labels(lm, "svamp_test_gpt4_0", r.random(6) < .5)
    (lm/"svamp_names.json").write_text(json.dumps(dict(
        prompts=["Plainly:", "Slowly, as recorded: "],
        training_set=["LMllama2/svamp_train_nan.npy", "LMllama2/svamp_train_CoT.npy"],
        test_set=["LMllama2/svamp_test_nan.npy", "LMllama2/svamp_test_CoT.npy"])))
    return tmp_path


def test_published_layout_becomes_tidy(repo):
    out = tidy_oirl(repo/"OIRL", svamp=repo/"SVAMP")
    assert len(out) == 24*2 + 6*3 and len(out.queries) == 30
    assert out.prompts.text.tolist() == ["Plainly:", "Slowly: ", "As a song: "]          # as sent, not as recorded
    assert out.prompts.text_recorded.tolist()[1] == "Slowly, as recorded: "
    row = out.frame[(out.frame.split == "test") & (out.frame.row == 0) & (out.frame.prompt_id == 1)].iloc[0]
    asked = out.texts([row.query_id])[0]
    assert asked == "mia has 5 boats and finds 9 more . how many boats has mia ?"       # row 24: the first test row
    stored = np.load(next((repo/"OIRL").rglob("svamp_test_CoT.npy")))
    assert bool(row.correct) == bool(stored[0])
    groups = out.queries.groupby(out.queries.text.str.extract(r"\d+ (\w+) ")[0]).group_id
    assert groups.nunique().max() == 1                                                   # one thing, one story
    sides = out.queries.groupby("group_id").role.nunique()
    assert sides.max() == 1 and set(out.queries.role) == {"train", "calib", "test"}
    rm = PromptReward(model="mean", embedder="hash:16").fit(out.by_role("train", "calib", split="train"))
    with pytest.raises(LeakedRows): evaluate_reward(PromptReward(model="mean", embedder="hash:16").fit(out), out)
    assert evaluate_reward(rm, out.by_role("test"), n_boot=10).meta["seen"] == 0


def test_a_clean_published_test_half_stays_the_test(tmp_path):
    lm = tmp_path/"LMllama2"
    lm.mkdir()
    for split, n in (("train", 8), ("test", 3)):
        (tmp_path / f"{split}.jsonl").write_text(
            "".join(
                json.dumps(dict(question=f"{split} story {i} of {THINGS[i]}?", answer=f"think\nmore\n#### {i},000"))
                + "\n"
                for i in range(n)
            )
        )
        for name in ("nan", "CoT"): labels(lm, f"gsm8k_{split}_{name}", np.arange(n) % 2)
    (lm/"gsm8k_names.json").write_text(json.dumps(dict(prompts=["a", "b"],
                                                       training_set=["x/gsm8k_train_nan.npy", "x/gsm8k_train_CoT.npy"],
                                                       test_set=["x/gsm8k_test_nan.npy", "x/gsm8k_test_CoT.npy"])))
    out = tidy_oirl(tmp_path, gsm8k=tmp_path)
    assert out.queries.role.eq("test").sum() == 3 and out.queries.in_test[out.queries.role == "test"].all()
    assert out.queries.gold.iloc[1] == "1,000" and out.queries.n_gold_steps.eq(2).all()
    with pytest.raises(ValueError, match="give gsm8k= or svamp="): tidy_oirl(tmp_path)


def test_written_files_are_read_back(repo, tmp_path):
    out = with_roles(read_oirl(repo/"OIRL", "svamp", read_svamp(sorted((repo/"SVAMP").rglob("train.csv")))))
    folder = write_oirl(out, tmp_path/"LMmine", "svamp")
    again = read_oirl(folder, "svamp", read_svamp(sorted((repo/"SVAMP").rglob("train.csv"))),
                      dict(gpt4_0="As a song: "))
    pd.testing.assert_frame_equal(again.frame, out.frame)
    for ids in ("0", "1", "0_1"):
        pairs = read_pairs(folder/f"svamp_training_data_{ids}.npy")
        assert len(pairs) == 24*len(ids.split("_")) and np.load(folder/f"svamp_method_index_{ids}.npy").tolist() == [
            int(i) for i in ids.split("_")]
        train = out.frame[out.frame.split == "train"].set_index(["row", "prompt_id"]).correct
        assert train.loc[list(zip(pairs.row, pairs.prompt_id))].tolist() == pairs.correct.tolist()
    vectors = [np.load(next((repo/"OIRL").rglob(f"svamp_train_{n}.npy"))) for n in ("nan", "CoT")]
    assert np.isclose(np.load(folder/"svamp_corr_sum_0_1.npy"), abs(np.corrcoef(vectors)[0, 1]))
    assert np.load(folder/"svamp_corr_sum_0.npy").tolist() == [0.]


def test_any_full_log_can_be_written(tmp_path):
    from .worlds import kinds
    out = kinds(12)
    folder = write_oirl(out, tmp_path/"mine", "own", sizes=[3])
    assert read_pairs(folder/"own_training_data_0_1_2.npy").correct.mean() == pytest.approx(out.frame.correct.mean())
    assert not (folder/"own_training_data_0.npy").exists()
    with pytest.raises(InvalidData, match="lacks prompt"):
        write_oirl(out.where(np.arange(36) != 5), tmp_path/"no", "own")


@pytest.mark.parametrize("change, message", [
    (lambda lm: labels(lm, "svamp_train_CoT", [1]), "svamp_train_CoT.npy: 1 rows, but svamp_train_nan.npy has 24"),
    (lambda lm: (lm/"svamp_names.json").write_text("[]"), "expected the lists prompts, training_set and test_set"),
    (lambda lm: (lm/"svamp_names.json").unlink(), "no names file of mawps, svamp"),
    (lambda lm: (lm/"svamp_train_nan.npy").write_bytes(b"\x93NUMPY junk"), "not a vector that numpy wrote"),
    (lambda lm: (lm.parent/"llama_step1_gen_offline.py").unlink(), "no text of the prompts gpt4_0"),
    (lambda lm: labels(lm, "svamp_test_nan", [1]*9), "svamp_test_CoT.npy: 6 rows, but svamp_test_nan.npy has 9")])
def test_files_that_do_not_fit_are_named(repo, change, message):
    change(next((repo/"OIRL").rglob("LMllama2")))
    with pytest.raises((InvalidData, FileNotFoundError), match=message): tidy_oirl(repo/"OIRL", svamp=repo/"SVAMP")


def test_bad_questions_are_named(tmp_path):
    (tmp_path/"q.jsonl").write_text('{"question": "why?", "answer": "because"}\n')
    with pytest.raises(InvalidData, match="q.jsonl:1: expected an answer that ends in"): read_gsm8k(tmp_path/"q.jsonl")
    (tmp_path/"q.jsonl").write_text('["why?"]\n')
    with pytest.raises(InvalidData, match="q.jsonl:1: expected a JSON object"): read_gsm8k(tmp_path/"q.jsonl")
    (tmp_path/"q.csv").write_text("Question,Answer\na,1\n")
    with pytest.raises(InvalidData, match="expected the columns"): read_svamp(tmp_path/"q.csv")


class Evil:
    "What a pickle must not be able to do"
    def __reduce__(self): return print, ("ran",)


def test_selections_let_only_arrays_in(tmp_path, capsys):
    five = {k: np.array([True, False, True]) for k in ("baseline_test", "only_combined", "combined_test",
                                                       "smart_combined", "active_combined")}
    np.save(tmp_path/"ALL.npy", {"gsm8k_xgboost_0_2_5.model_10": five}, allow_pickle=True)
    table = read_selections(tmp_path/"ALL.npy")
    assert set(table.rule) == {"train", "heldout", "all", "gated", "pool"} and table.k.eq(3).all()
    assert table.attrs["right"]["0_2_5", "pool"].tolist() == [True, False, True]
    for bad in (np.array({"x_xgboost_0.model": Evil()}, dtype=object), np.array({"x": 1}, dtype=object)):
        np.save(tmp_path/"bad.npy", bad, allow_pickle=True)
        with pytest.raises(InvalidData, match="bad.npy"): read_selections(tmp_path/"bad.npy")
    (tmp_path/"bad.npy").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(InvalidData, match="bad.npy"): read_selections(tmp_path/"bad.npy")
    assert "ran" not in capsys.readouterr().out


def test_judgments(repo):
    lm = next((repo/"OIRL").rglob("LMllama2"))
    out = tidy_oirl(repo/"OIRL", svamp=repo/"SVAMP")
    for i in range(3):
        np.save(lm/f"Processed_llama_svamp_prompt_{i}_critic.npy", np.arange(6) % 2)
        np.save(lm/f"Processed_llama_svamp_prompt_{i}_confidence.npy", np.linspace(.1, .9, 6))
    j = read_judgments(repo/"OIRL", "svamp", out=out)
    assert len(j) == 18 and j.query_id.notna().all() and j.critic.sum() == 9
    with pytest.raises(FileNotFoundError, match="Processed_gpt_svamp"): read_judgments(repo/"OIRL", "svamp", "gpt")
