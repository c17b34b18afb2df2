"""After an erasure no index file holds the vector, its centre or a number of the row; what stays is told."""
import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from promptmem.index import vectors
from promptmem.lm.embed import HashEmbedder
from promptmem.store import Store

SECRET, EMBED = "zebra quokka xylophone", HashEmbedder(32)
MINE = np.asarray(EMBED([SECRET]), np.float32)[0]


def indexed(folder, scopes=("alice",)):
    "A store with an index of clusters for each scope, and the entry that will go"
    s = Store(folder/"m.db", embedder=EMBED, exact_limit=20)
    for scope in scopes:
        s.add_many([dict(scope=scope, key=f"word{i*7919 % 1000} about thing{i}", text=f"t{i}") for i in range(150)])
    c = s.add(scope="alice", key=SECRET, text="Qsecret")
    for scope in scopes: s.search("word thing", scope=scope, method="semantic", k=3)
    return s, c


def held_by(folder):
    "The index files that hold the vector, or a mean that is nothing else"
    out = []
    for p in sorted(folder.rglob("*.npy")):
        a = np.load(p)
        if a.ndim == 2 and (a @ MINE > .9999*np.maximum(np.linalg.norm(a, axis=1), 1e-9)).any(): out.append(p.name)
        if a.ndim == 2 and MINE.tobytes() in p.read_bytes(): out.append(p.name)
    return out


FORGET = dict(id=lambda s, c: s.forget(id=c.id), wordings=lambda s, c: s.forget(id=c.id, scope="alice", earlier=True),
              key=lambda s, c: s.forget(scope="alice", key=SECRET), scope=lambda s, c: s.forget(scope="alice"))


@pytest.mark.parametrize("what", FORGET)
def test_no_index_file_holds_what_is_gone(what, tmp_path):
    s, c = indexed(tmp_path, ("alice", "bob"))
    assert held_by(tmp_path)
    folder = next(p.parent for p in tmp_path.rglob("meta.json") if held_by(p.parent))
    # what a crash and other processes may have left beside it
    shutil.copytree(next(folder.glob("g*")), folder/"building-0123")
    shutil.copytree(next(folder.glob("g*")), folder/"gone-0123")
    shutil.copytree(next(folder.glob("g*")), folder/"g000")
    shutil.copytree(folder, folder.parent.parent/"gone-4567")
    (folder/".meta.json.abc.tmp").write_text(json.dumps(dict(n=1)))
    receipt = FORGET[what](s, c)
    assert receipt.complete and not held_by(tmp_path)
    left = [p.name for p in tmp_path.rglob("*") if p.name.startswith(("building-", "gone-", ".meta"))]
    assert not left and not (folder/"g000").exists()
    assert all(SECRET not in h.key for h in s.search(SECRET, scope="alice", method="semantic", k=3))
    assert len(s.search("word thing", scope="bob", method="semantic", k=3)) == 3
    s.close()
    assert not held_by(tmp_path)


def test_an_entry_alone_in_its_cluster_leaves_no_centre(tmp_path):
    s = Store(tmp_path/"m.db", embedder=EMBED, exact_limit=5)
    for key in ("a b", "a b c", "a c", "b c d", "a b d", "b d", SECRET): c = s.add(scope="alice", key=key, text="t")
    s.search("a", scope="alice", method="semantic", k=3)
    assert held_by(tmp_path)
    assert s.forget(id=c.id).complete and not held_by(tmp_path)


def stuck(monkeypatch, *names):
    "The operating system refuses: another owner, a file that is held, a disk for reading only"
    def no(*args, **kw):
        if not kw.get("ignore_errors"): raise PermissionError(13, "refused")
    calls = dict(rmtree=(shutil, "rmtree"), rename=(Path, "rename"), erase=(vectors.ClusterIndex, "erase"))
    for name in names: monkeypatch.setattr(*calls[name], no)


@pytest.mark.parametrize("what", ["id", "scope"])
@pytest.mark.parametrize("names", [("rmtree", "erase"), ("rmtree", "rename", "erase")], ids="-".join)
def test_what_cannot_be_removed_is_told_and_tried_again(what, names, tmp_path, monkeypatch):
    s, c = indexed(tmp_path)
    with monkeypatch.context() as m:
        stuck(m, *names)
        receipt = FORGET[what](s, c)
        assert not receipt.complete and "index files could not be removed" in receipt.note and held_by(tmp_path)
        assert s.get(c.id) is None                                       # out of the record all the same
        s.close()
        with Store(tmp_path/"m.db") as again: assert again.scopes() == ([] if what == "scope" else ["alice"])
        assert held_by(tmp_path)
    Store(tmp_path/"m.db").close()
    assert not held_by(tmp_path) and not list(tmp_path.rglob("gone-*"))


def test_a_folder_whose_name_cannot_change_is_emptied_where_it_stands(tmp_path, monkeypatch):
    s, c = indexed(tmp_path)
    with monkeypatch.context() as m:
        stuck(m, "rename")
        assert s.forget(scope="alice").complete and not held_by(tmp_path)
    (tmp_path/"a"/"b").mkdir(parents=True)
    assert vectors.remove_folder(tmp_path/"a") is True and vectors.remove_folder(tmp_path/"a") is True


def test_tidying_keeps_what_is_in_use_and_what_is_being_built(tmp_path):
    def blocks(): yield np.arange(40), np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    vectors.build_clusters(tmp_path, blocks)
    for name in ("g1", "gone-1", "building-1"): (tmp_path/name).mkdir()
    (tmp_path/".meta.json.x.tmp").write_text("{}")
    vectors.tidy_clusters(tmp_path)
    there = {p.name for p in tmp_path.iterdir()}
    assert "building-1" in there and ".meta.json.x.tmp" in there and not {"g1", "gone-1"} & there
    long_ago = time.time() - 7200
    for name in ("building-1", ".meta.json.x.tmp"): os.utime(tmp_path/name, (long_ago, long_ago))
    vectors.tidy_clusters(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2 and len(vectors.ClusterIndex(tmp_path)) == 40
