"""Erasures among links, forks, other handles, clocks that go back, killed processes and odd names."""
import os
import shutil
import time
import unicodedata

import pytest

import promptmem as pm
from promptmem.core import InvalidData
from promptmem.lm.embed import HashEmbedder
from promptmem.record import Interaction, Retrieval
from promptmem.store import Store
from tests.raw_files import raw_files

SIGN = b"Qsecret7"
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


def left(folder, sign=SIGN):
    "The files that hold the text; links are not followed"
    return [p.name for p, content in raw_files(folder) if sign in content and not p.is_symlink()]


def sent(c):
    "An interaction that was sent the entry"
    return Interaction("what", scope="x", prompt=f"what {c.text}", answer=f"so: {c.text}", verdict="right",
                       retrieval=Retrieval(hit=True, id=c.id, key=c.key, text=c.text))


def test_an_id_of_two_scopes_is_deleted_in_none_until_it_is_said_whose():
    s = Store(":memory:")
    s.import_([dict(type="clarification", id="c1", scope=scope, key="k", text=scope) for scope in ("a", "b")])
    for how in (dict(), dict(dry_run=True), dict(earlier=True)):
        with pytest.raises(InvalidData, match="say whose"): s.forget(id="c1", **how)
    assert s.forget(id="c1", scope="b").clarifications == 1 and s.get("c1", "a").text == "a"
    assert s.forget(id="c1").scope == "a"                                  # one has it now


def test_what_another_handle_forgot_is_gone_here(tmp_path):
    a, b = Store(tmp_path/"m.db"), Store(tmp_path/"m.db")
    c = a.add(scope="x", key="how warm is it outside", text="Qsecret7")
    looks = [pm.memory.ClosestLookup(), pm.memory.SemanticLookup(embedder=HashEmbedder(16), threshold=.1),
             pm.memory.AutoLookup(HashEmbedder(16), second=None)]
    for look in looks: assert look.bind(b, "x").query(c.key).hit
    assert a.forget(id=c.id).complete and not b.search(c.key, scope="x") and b.get(c.id) is None
    for look in looks: assert not look.query(c.key).hit and "Qsecret7" not in repr(vars(look))
    with pytest.raises(KeyError): b.supersede(c.id, "other words", scope="x")
    b.log(sent(c))
    assert not left(tmp_path) and b.interactions("x")[0].answer == "[forgotten]"


@needs_fork
@pytest.mark.parametrize("who", ["child", "parent"])
def test_a_fork_with_an_open_store_brings_nothing_back(who, tmp_path):
    s = Store(tmp_path/"m.db")
    c = s.add(scope="x", key="k", text="Qsecret7")
    s.search("k", scope="x")
    go, ready = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if who == "child": s.forget(id=c.id)
            else:
                os.read(go, 1)
                assert s.get(c.id) is None and not s.search("k", scope="x")
                s.log(sent(c))
            os._exit(0)
        except BaseException: os._exit(3)
    if who == "parent": s.forget(id=c.id)
    os.write(ready, b"x")
    assert os.waitpid(pid, 0)[1] == 0 and s.get(c.id) is None and not s.search("k", scope="x")
    s.close()
    assert not left(tmp_path)


@needs_fork
def test_what_a_killed_process_left_in_its_log_goes_too(tmp_path):
    pid = os.fork()
    if pid == 0:
        Store(tmp_path/"m.db").add(scope="x", key="k", text="Qsecret7")
        os._exit(9)
    os.waitpid(pid, 0)
    assert left(tmp_path)
    with Store(tmp_path/"m.db") as s: assert s.forget(scope="x").complete and not left(tmp_path)


def test_a_store_behind_a_link_is_one_store(tmp_path):
    (tmp_path/"real").mkdir()
    with Store(tmp_path/"real"/"m.db") as s: c = s.add(scope="x", key="k", text="Qsecret7")
    (tmp_path/"link.db").symlink_to(tmp_path/"real"/"m.db")
    with Store(tmp_path/"link.db") as s: assert s.forget(id=c.id).complete
    assert not left(tmp_path)


def test_a_link_in_the_index_leads_nowhere(tmp_path):
    (tmp_path/"outside").mkdir()
    (tmp_path/"outside"/"keep.txt").write_text("keep")
    s = Store(tmp_path/"m.db", embedder=HashEmbedder(16), exact_limit=5)
    for i in range(20): c = s.add(scope="x", key=f"w{i} a", text="t")
    s.search("w", scope="x", method="semantic")
    index = next((tmp_path/"m.db-index").iterdir())
    for place in (index, index.parent, next(index.iterdir())):
        for name in ("evil", "gone-1", "building-1"): (place/name).symlink_to(tmp_path/"outside")
    for what in (dict(id=c.id), dict(scope="x")):
        s.forget(**what)
        assert (tmp_path/"outside"/"keep.txt").read_text() == "keep"


def test_a_clock_that_goes_back_changes_no_order(monkeypatch):
    s, t = Store(":memory:"), time.time_ns
    a = s.add(scope="x", key="k", text="1")
    monkeypatch.setattr(time, "time_ns", lambda: t() - 10**15)
    b, c = (s.add(scope="x", key=key, text=text) for key, text in (("k", "2"), ("l", "3")))
    assert a.id < b.id < c.id and [h.text for h in s.history(a.id)] == ["1", "2"]
    assert s.forget(id=b.id, earlier=True).clarifications == 2


def test_scopes_are_compared_letter_by_letter():
    "Names that look alike are not one name: nothing of one is seen or deleted through another"
    names = ["ab", " ab", "AB", "a\nb", "a\u200bb", "\u202eab", "\u00e9", unicodedata.normalize("NFD", "\u00e9"),
             "../ab", "a/b", "a%2Fb", "ab\t", "*", "%", "a_"]
    s = Store(":memory:")
    for i, name in enumerate(names): s.add(scope=name, key="k", text=str(i))
    for i, name in enumerate(names):
        assert [c.text for c in s.clarifications(name)] == [str(i)]
        assert [c.text for c in s.search("k", scope=name)] == [str(i)]
    for i, name in enumerate(names):
        assert s.forget(scope=name).clarifications == 1 and len(s.scopes()) == len(names) - i - 1
    for name in ("", " ", "a\0b", "\ud83d", "a"*10_000, None, b"a", 3):
        for call in (lambda: s.add(scope=name, key="k", text="t"), lambda: s.clarifications(name),
                     lambda: s.forget(scope=name), lambda: s.export("x.jsonl", scope=name)):
            with pytest.raises(InvalidData): call()


def test_names_of_files_with_signs_of_addresses(tmp_path):
    for name in ("a b.db", "a?b.db", "a#b.db", "a%41b.db", "ü.db", "a;b.db", "file:x.db", "'q'.db", "-x.db",
                 "a&b=c.db"):
        folder = tmp_path/str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        with Store(folder/name) as s:
            assert s.forget(id=s.add(scope="x", key="k", text="Qsecret7").id).complete
        assert [p.name for p in folder.iterdir()] == [name] and not left(folder)


def test_outcomes_of_a_store_hold_nothing_that_was_erased(tmp_path):
    s = Store(tmp_path/"m.db")
    for i in range(3):
        c = s.add(scope="x", key=f"k{i}", text=f"Qsecret7 {i}")
        s.log(sent(c))
        s.forget(id=c.id)
    o = pm.reward.Outcomes.from_store(s, scope="x")
    assert len(o.frame) == 3 and "Qsecret7" not in o.frame.to_csv() + o.queries.to_csv() + o.prompts.to_csv()


def test_a_restored_backup_trusts_no_younger_index(tmp_path):
    how = dict(embedder=HashEmbedder(16), exact_limit=5)
    with Store(tmp_path/"m.db", **how) as s: s.add_many([dict(scope="x", key=f"w{i} a", text="t") for i in range(20)])
    shutil.copy(tmp_path/"m.db", tmp_path/"copy")
    with Store(tmp_path/"m.db", **how) as s:
        s.add(scope="x", key="zebra", text="Qsecret7")
        assert s.search("zebra", scope="x", method="semantic", k=1)[0].key == "zebra"
    shutil.copy(tmp_path/"copy", tmp_path/"m.db")
    with Store(tmp_path/"m.db", **how) as s:
        assert {c.text for c in s.search("zebra", scope="x", method="semantic")} == {"t"}
