"""Export and import: round trips between engines, bad lines, and files made of anything."""
import json
import multiprocessing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promptmem.core import InvalidData
from promptmem.record import Candidate, Interaction, Retrieval
from promptmem.store.store import Store
from promptmem.store.transfer import parse_line
from tests.raw_files import raw_bytes

GOOD = [
    dict(scope="s", key="k1", text="t1", id="c1", time="2026-01-01T00:00:00+00:00", active=False),
    dict(scope="s", key="K1!", text="t2", id="c2", supersedes="c1"),
    dict(type="interaction", question="q", scope="s", id="i1"),
]


def write(path, lines):
    path.write_text(
        "".join((x if isinstance(x, str) else json.dumps(x, ensure_ascii=False)) + "\n" for x in lines),
        encoding="utf-8",
    )
    return path


def fill(store):
    a = store.add(scope="alice", key="What is < समान > ?", text="<b>synonym</b> 🙂\u2028")
    store.add(scope="alice", key="what is समान", text="two")
    store.add(scope="bob", key="k" * 5000, text="t")
    store.deactivate(store.add(scope="bob", key="gone", text="t").id)
    i = store.log(
        Interaction(
            "q",
            scope="alice",
            retrieval=Retrieval(True, a.key, a.text, 1.0, (Candidate(a.key, a.text, 1.0, a.id),), "near", 6, a.id),
        )
    )
    store.set_verdict(i.id, "right", expected="e")
    return a


def everything(store):
    return {s: (store.clarifications(s, active=None), store.interactions(s)) for s in store.scopes()}


def test_round_trip_between_engines(store, tmp_path):
    a = fill(store)
    assert store.export(tmp_path/"one.jsonl") == 5
    with Store(":memory:") as middle:
        report = middle.import_(tmp_path/"one.jsonl")
        assert (report.clarifications, report.interactions, report.skipped) == (4, 1, [])
        assert everything(middle) == everything(store) and middle.uses(a.id) == store.uses(a.id)
        assert middle.search("what is समान", scope="alice") == store.search("what is समान", scope="alice")
        middle.export(tmp_path/"two.jsonl")
        assert (tmp_path/"two.jsonl").read_bytes() == (tmp_path/"one.jsonl").read_bytes()
        again = middle.import_(tmp_path/"one.jsonl")  # a second time changes nothing
        assert (again.clarifications, again.interactions, again.already) == (0, 0, 5) and everything(
            middle
        ) == everything(store)
    assert store.import_(tmp_path/"two.jsonl").already == 5
    assert store.export(tmp_path/"bob.jsonl", scope="bob") == 2 and b"alice" not in (tmp_path/"bob.jsonl").read_bytes()
    with pytest.raises(FileNotFoundError): store.import_(tmp_path/"nope.jsonl")


def test_import_continues_chains_and_the_later_word_stays_active(store, tmp_path):
    old = store.add(scope="s", key="k", text="here")
    report = store.import_(
        write(
            tmp_path / "x.jsonl",
            [
                dict(scope="s", key="K", text="later", id="new", time="2999-01-01T00:00:00Z"),
                dict(scope="t", key="K", text="elsewhere", id="t"),
            ],
        )
    )
    assert (report.clarifications, report.retired) == (2, 1)
    assert [(c.text, c.active) for c in store.history("k", scope="s")] == [("here", False), ("later", True)]
    assert store.get("new").supersedes == old.id and [c.text for c in store.search("k", scope="s")] == ["later"]
    store.import_(write(tmp_path/"y.jsonl", [dict(scope="s", key="k", text="ancient", time="1999-01-01")]))
    assert [c.text for c in store.search("k", scope="s")] == ["later"] and len(store.history("new")) == 3


BAD = [
    ('{"scope": "s"', "not JSON"),
    ("[1]", "expected an object, found list"),
    (dict(scope="s", key="k"), "field 'text' is missing"),
    (dict(scope="s", key="k", text=""), "field 'text': expected a text, found ''"),
    (dict(scope=1, key="k", text="t"), "field 'scope': expected a text, found 1"),
    (dict(scope="s", key="k", text="t", time="noon"), "field 'time': expected an ISO 8601 time, found 'noon'"),
    (dict(scope="s", key="k", text="t", active=1), "field 'active': expected true or false, found 1"),
    (dict(scope="s", key="k", text="t", colour="red"), "no field 'colour'"),
    (dict(type="memory", scope="s"), "field 'type': expected clarification or interaction"),
    (dict(scope="s", key="k\0", text="t"), "field 'key' holds '\\\\x00'"),
    ('{"scope": "s", "key": "k", "text": "\\ud800"}', "field 'text' holds"),
    (dict(scope="s", key="k", text="t", id="c1"), "field 'id': 'c1' stands on line 1 already"),
    (dict(scope="s", key="k1?", text="t"), "field 'active': line 2 holds an active entry"),
    (
        dict(scope="s", key="k", text="t", supersedes="c9"),
        "field 'supersedes': 'c9' is neither on an earlier line nor in the store",
    ),
    (dict(question="q", scope="s", verdict="maybe"), "field 'verdict': expected"),
    (dict(question="q", scope="s", retrieval=dict(hit=True, candidates=["x"])), "field 'retrieval.candidates'"),
    (dict(question="q", scope="s", usage=dict(tokens=1)), "no field 'tokens'"),
    (dict(scope="s" * 300, key="k", text="t"), "at most 200"),
    (dict(scope="known", key="k", text="other", id="known"), "the store holds another record under 'known'"),
]


@pytest.mark.parametrize("line, message", BAD, ids=[m[:40] for _, m in BAD])
def test_a_bad_line_is_named_and_nothing_is_imported(tmp_path, line, message):
    path = write(tmp_path/"in.jsonl", [*GOOD, "", line, dict(scope="after", key="k", text="t")])
    with Store(tmp_path/"m.db") as s:
        s.import_(write(tmp_path/"known.jsonl", [dict(scope="known", key="k", text="t", id="known")]))
        with pytest.raises(InvalidData, match=f"in.jsonl:5: .*{message}.*; nothing was imported"): s.import_(path)
        assert s.scopes() == ["known"]
        report = s.import_(path, skip_invalid=True)
        assert (report.clarifications, report.interactions, [n for n, _ in report.skipped]) == (3, 1, [5])
        assert s.scopes() == ["after", "known", "s"] and len(s.history("c2")) == 2


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=5), x, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(
    "type scope key text id author time source supersedes active question answer prompt retrieval usage verdict meta "
    "expected latency_s model normalized_key".split()
)


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=60)
    | st.dictionaries(fields, json_values, max_size=8).map(lambda d: json.dumps(d).encode())
    | st.dictionaries(fields, json_values, max_size=4).map(
        lambda d: json.dumps(dict(scope="s", key="k", text="t") | d).encode()
    )
    | st.dictionaries(fields, json_values, max_size=4).map(
        lambda d: json.dumps(dict(scope="s", question="q") | d).encode()
    )
)
def test_any_line_is_read_or_refused(raw):
    try: record = parse_line(raw)
    except InvalidData: return
    assert type(record).from_dict(record.to_dict()).to_dict() == record.to_dict()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.dictionaries(fields, st.sampled_from(["s", "k", "c1", "2026-01-01", True, None, 3]), max_size=5).map(
            lambda d: dict(scope="s", key="k", text="t") | d
        ),
        max_size=5,
    ),
    st.booleans(),
)
def test_any_file_is_imported_whole_or_not_at_all(tmp_path, rows, skip):
    path = write(tmp_path/"any.jsonl", rows)
    with Store(":memory:") as s:
        try: report = s.import_(path, skip_invalid=skip)
        except InvalidData:
            assert not skip and s.scopes() == []
            return
        n = sum(len(c) + len(i) for c, i in everything(s).values())
        assert n == report.clarifications + report.interactions and n + len(report.skipped) == len(rows)


def _import(place, path): Store(place).import_(path)


def test_two_imports_at_once(place, tmp_path):
    Store(place).close()
    for w in range(3):
        write(tmp_path / f"{w}.jsonl", [dict(scope="s", key=f"k{i}", text=f"{w}", id=f"{w}-{i}") for i in range(40)])
    workers = [
        multiprocessing.get_context("fork").Process(target=_import, args=(place, tmp_path / f"{w}.jsonl"))
        for w in range(3)
    ]
    for w in workers: w.start()
    for w in workers: w.join(60)
    with Store(place) as s:
        done = sum(w.exitcode == 0 for w in workers)
        assert done >= 1 and s.count("s") == 40 and s.count("s", active=None) == 40 * done


def test_an_export_that_fails_leaves_the_old_file(store, tmp_path, monkeypatch):
    fill(store)
    store.export(tmp_path/"x.jsonl")
    before = raw_bytes(tmp_path)
    monkeypatch.setattr("promptmem.store.transfer.json.dumps", lambda *a, **k: 1/0)
    with pytest.raises(ZeroDivisionError): store.export(tmp_path/"x.jsonl")
    assert (tmp_path/"x.jsonl").read_bytes() in before and not list(tmp_path.glob(".x*"))
