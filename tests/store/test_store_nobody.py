"""What was looked up and not found never widens a call: None is an error wherever leaving out means everything."""
import argparse

import pytest

from promptmem.core import InvalidData
from promptmem.record import Interaction
from promptmem.store import Store


@pytest.fixture
def full(store):
    c = store.add(scope="alice", key="what is x", text="the letter")
    store.add(scope="bob", key="what is x", text="the social network")
    i = store.log(Interaction("what is x", scope="alice", answer="a letter", verdict="right"))
    return store, c, i


def held(store):
    return [(s, len(store.clarifications(s, active=None)), len(store.interactions(s))) for s in store.scopes()]


@pytest.mark.parametrize("what", [dict(id=None), dict(key=None), dict(id=None, key=None), 
                                  dict(id=None, key="what is x"),
                                  dict(key="")])
@pytest.mark.parametrize("dry_run", [False, True])
def test_forget_nothing_is_not_forget_everything(full, what, dry_run):
    store, c, _ = full
    before = held(store)
    with pytest.raises(InvalidData): store.forget(scope="alice", dry_run=dry_run, **what)
    with pytest.raises(InvalidData): store.forget(scope=None, id=c.id, dry_run=dry_run)
    with pytest.raises(InvalidData): store.forget(scope=None, dry_run=dry_run)
    assert held(store) == before
    with pytest.raises(InvalidData, match="leave id out to forget a whole scope"): store.forget(scope="alice", id=None)


def test_what_is_left_out_works_as_before(full):
    store, c, _ = full
    assert store.forget(scope="alice", dry_run=True).clarifications == 1
    assert store.forget(id=c.id).what == "id" and store.forget(scope="bob").what == "scope"
    assert store.forget(scope="alice", key="what is x").interactions == 1 and held(store) == []


@pytest.mark.parametrize("flag", [None, "", 0, 1, "no"])
def test_a_dry_run_is_said_with_true_or_false(full, flag):
    store, *_ = full
    before = held(store)
    with pytest.raises(InvalidData, match="dry_run"): store.forget(scope="alice", dry_run=flag)
    assert held(store) == before


def test_a_scope_that_is_none_is_refused_by_every_call(full, tmp_path):
    store, c, i = full
    calls = [lambda s: store.get(c.id, s), lambda s: store.interaction(i.id, s), lambda s: store.history(c.id, s),
             lambda s: store.supersede(c.id, "y", scope=s), lambda s: store.deactivate(c.id, s),
             lambda s: store.restore(c.id, s), lambda s: store.withdraw(c.id, s),
             lambda s: store.set_verdict(i.id, "wrong", scope=s), lambda s: store.judge(i.id, "wrong", scope=s),
             lambda s: store.uses(c.id, scope=s), lambda s: store.use_counts([c.id], s), store.outcomes,
             store.canonical_examples, store.study_sentences, store.interactions, store.clarifications,
             store.preferences, store.count, store.changes, lambda s: store.search("what is x", scope=s),
             lambda s: store.export(tmp_path/"all.jsonl", s), lambda s: store.add(scope=s, key="k", text="t")]
    before = held(store)
    for call in calls:
        with pytest.raises(InvalidData, match="scope"): call(None)
    assert held(store) == before and store.get(c.id).active and not (tmp_path/"all.jsonl").exists()
    assert store.interaction(i.id).verdict == "right"


@pytest.mark.parametrize("given", [dict(id=""), dict(id=" "), dict(question=""), dict(question=" ")])
def test_an_empty_argument_of_the_command_forgets_nothing(tmp_path, given):
    from promptmem.cli import _meant
    with Store(tmp_path/"m.db") as s:
        s.add(scope="alice", key="what is x", text="the letter")
        nothing = dict(scope="alice", id=None, question=None, everything=False, keep_earlier=False)
        a = argparse.Namespace(**(nothing | given))
        with pytest.raises(InvalidData): s.forget(**_meant(s, a))
        assert s.count("alice") == 1


def shared(store):
    "The same id in two scopes, that of bob first"
    store.import_([dict(type="clarification", id="c1", scope=s, key="what is x", text=f"of {s}") for s in
                   ("bob", "alice")])
    return store


@pytest.mark.parametrize("kind", ["closest", "semantic", "auto"])
def test_a_lookup_retires_what_is_its_own(store, kind):
    from promptmem.lm.embed import HashEmbedder
    from promptmem.memory import AutoLookup, ClosestLookup, SemanticLookup
    look = dict(closest=ClosestLookup, semantic=lambda: SemanticLookup(HashEmbedder(16), threshold=.5),
                auto=lambda: AutoLookup(None))[kind]().bind(shared(store), "alice")
    assert look.remove(key="what is x") is True
    assert not store.get("c1", "alice").active and store.get("c1", "bob").active


def test_a_lookup_over_layers_writes_to_the_first_only(store):
    from promptmem.memory import AutoLookup, ClosestLookup
    store.add(scope="team", key="what is y", text="the axis")
    for look in (ClosestLookup(), AutoLookup(None)):
        look.bind(store, ("alice", "team"))
        assert look.remove(key="what is y") is False
    assert store.count("team") == 1
