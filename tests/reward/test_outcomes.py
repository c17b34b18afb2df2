import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptmem.core import InvalidData
from promptmem.lm.embed import load_embedder
from promptmem.reward.outcomes import LeakedRows, Outcomes, availability, find_leaks, group_folds, near_groups

from .worlds import kinds


@pytest.mark.parametrize("change, message", [
    (dict(query_id=777), "query_id .*777.* is not among"),
    (dict(prompt_id=9), "prompt_id .*9.* is not among"),
    (dict(correct=2.5), "'correct' is 2.5"),
    (dict(correct=np.nan), "'correct' is nan"),
])
def test_rows_that_do_not_fit_are_named(change, message):
    out = kinds(6)
    frame = out.frame.astype({k: object for k in change})
    for k, v in change.items(): frame.loc[4, k] = v
    with pytest.raises(InvalidData, match="row 4: " + message): Outcomes(frame, out.queries, out.prompts)


def test_duplicates_need_draw_numbers():
    out = kinds(6)
    twice = pd.concat([out.frame, out.frame.iloc[[3]]])
    with pytest.raises(InvalidData, match="row 18: query 1 with prompt 0 occurs twice"):
        Outcomes(twice, out.queries, out.prompts)
    with pytest.raises(InvalidData, match="number repeated draws"):
        Outcomes(twice.drop(columns="draw"), out.queries, out.prompts)
    twice.iloc[-1, twice.columns.get_loc("draw")] = 1
    assert len(Outcomes(twice, out.queries, out.prompts)) == 19


@pytest.mark.parametrize("table, column, value, message", [
    ("queries", "text", "", "queries: the text of"), ("queries", "text", None, "queries: the text of"),
    ("prompts", "prompt_id", 0, "prompts: the id 0 occurs twice")])
def test_tables_are_checked(table, column, value, message):
    out = kinds(6)
    t = getattr(out, table).astype({column: object})
    t.loc[1, column] = value
    with pytest.raises(InvalidData, match=message):
        Outcomes(out.frame, **{"queries": out.queries, "prompts": out.prompts, table: t})


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_round_trip(tmp_path, suffix):
    out = kinds(9)
    for name, t in (("outcomes", out.frame), ("queries", out.queries), ("prompts", out.prompts)):
        if suffix == ".csv": t.to_csv(tmp_path/f"{name}.csv", index=False)
        elif suffix == ".parquet": t.to_parquet(tmp_path/f"{name}.parquet")
        else: t.to_json(tmp_path/f"{name}.jsonl", orient="records", lines=True)
    back = Outcomes.read(tmp_path)
    pd.testing.assert_frame_equal(back.frame, out.frame, check_dtype=False)
    one = Outcomes.read(tmp_path/f"outcomes{suffix}", queries=tmp_path/f"queries{suffix}",
                        prompts=tmp_path/f"prompts{suffix}")
    assert one.texts() == out.texts()


def test_bad_files(tmp_path):
    with pytest.raises(FileNotFoundError): Outcomes.read(tmp_path/"none.csv")
    (tmp_path/"x.txt").write_text("hello")
    with pytest.raises(InvalidData, match="expected .parquet, .csv or .jsonl"): Outcomes.read(tmp_path/"x.txt")
    (tmp_path/"x.parquet").write_bytes(b"PAR1 but not really")
    with pytest.raises(InvalidData, match="x.parquet: could not be read"): Outcomes.read(tmp_path/"x.parquet")
    (tmp_path/"x.jsonl").write_text('{"query": "a", "prompt": "b", "correct": 1}\n{"query": \n')
    with pytest.raises(InvalidData, match="x.jsonl:2"): Outcomes.read(tmp_path/"x.jsonl")


def test_leaks_are_refused_unless_allowed():
    out = kinds(60)
    same = out.queries.assign(text=[out.queries.text[i % 30] for i in range(60)])
    leaky = Outcomes(out.frame, same, out.prompts)
    with pytest.raises(LeakedRows, match="copies in training"): leaky.split(groups=np.arange(60), seed=1)
    assert leaky.split(groups=np.arange(60), allow_leaks=True).check_leaks(allow_leaks=True).exact > 0
    assert not leaky.split(seed=1).check_leaks()  # grouped by text: no copies on both sides
    shout = find_leaks([out.queries.text[0].upper() + "!"], out.queries.text)
    assert (shout.exact, shout.normalized) == (0, 1)


def test_near_copies_by_embedding():
    e = load_embedder("hash")
    train = ["the farmer has three brown cows and one old horse in the stable"]
    test = ["the farmer has three brown cows and one old horse in his stable", "what is the capital of spain"]
    assert find_leaks(test, train, e, threshold=.8).near == 1
    groups = near_groups(train + test, e, threshold=.8)
    assert groups[0] == groups[1] != groups[2]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=2, max_size=80), st.integers(2, 5), st.integers(0, 3))
def test_folds_keep_groups_whole_and_balanced(groups, folds, seed):
    f = group_folds(groups, folds, seed)
    assert all(len({f[i] for i in range(len(f)) if groups[i] == g}) == 1 for g in set(groups))
    assert (f == group_folds(groups, folds, seed)).all()
    largest = max(groups.count(g) for g in groups)
    load = np.bincount(f, minlength=folds)
    assert load.max() - load.min() <= largest


def test_select_and_roles():
    out = kinds(30).split(test=.3, calib=.2, seed=3)
    assert set(out.by_role("test").column("role")) == {"test"}
    assert set(out.by_role("train", "calib", prompts=[0, 2]).frame.prompt_id) == {0, 2}
    assert len(out.by_role("train")) + len(out.by_role("calib")) + len(out.by_role("test")) == len(out)
    with pytest.raises(InvalidData, match="no column 'colour'"): out.select(colour="red")
    assert len(availability(range(6))) == 63 and len(set(availability(range(6)))) == 63


def test_store_and_stream_logs(tmp_path):
    store_module = pytest.importorskip("promptmem.store")
    from promptmem.record import Interaction
    store = store_module.Store(tmp_path/"m.db")
    for verdict, prompt in (("right", "a"), ("wrong", "a"), (None, "b"), ("right", "b")):
        store.log(Interaction("what is 2+2", scope="ann", prompt_id=prompt, answer="4", verdict=verdict))
    out = Outcomes.from_store(store, "ann")
    assert out.frame.correct.tolist() == [1, 0, 1] and out.frame.draw.tolist() == [0, 1, 0]
    stream = [dict(question="q", answer="x", is_correct=True), dict(question="q", answer="y", is_correct=False)]
    assert Outcomes.from_interactions(stream).frame.correct.tolist() == [1, 0]


def test_a_table_that_says_question_is_read_as_one_that_says_query(tmp_path):
    t = pd.DataFrame(dict(question=["01", "01", "b", "b"], prompt=["x", "y", "x", "y"], correct=[1, 0, 0, 1]))
    for name, frame in (("q.csv", t), ("p.csv", t.rename(columns=dict(question="query")))):
        frame.to_csv(tmp_path/name, index=False)
    a, b = Outcomes.read(tmp_path/"q.csv"), Outcomes.read(tmp_path/"p.csv")
    assert a.queries.equals(b.queries) and a.frame.equals(b.frame) and list(a.queries.text) == ["01", "b"]
    assert list(Outcomes.read(t).queries.text) == ["01", "b"] and "question" in t
