"""What results say, what a stopped study leaves, and the published result files."""
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from promptmem.core import InvalidData  # noqa: E402
from promptmem.lm.scoring import progress_bar  # noqa: E402
from promptmem.recall import (  # noqa: E402
    RecallSession,
    read_published,
    recall_test,
    recognition_test,
    retention_curve,
    study,
    write_published,
)
from promptmem.testing import byte_tokenizer, tiny_model  # noqa: E402

SEEN = ["The lamp by the door hums.", "Nobody paints a fence.", "Eleven geese crossed.", "My aunt keeps letters."]
UNSEEN = ["The clock in the hall stops.", "Nobody waters a cactus.", "Seven crows watched.", "Your uncle hides medals."]


@pytest.fixture
def small():
    torch.set_num_threads(1)
    return tiny_model("gpt_neox", 0), byte_tokenizer()


def weights(model): return torch.cat([p.detach().flatten() for p in model.parameters()])


@pytest.mark.parametrize("lora", [None, 2])
@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_stopped_study_leaves_the_model_as_it_was(small, lora, error):
    model, tokenizer = small
    first = weights(model).clone()
    def stop(row):
        if row["update"] == 3: raise error
    with pytest.raises(error): study(model, tokenizer, SEEN, 5, lr=1e-2, batch_size=2, lora=lora, on_update=stop)
    assert weights(model).equal(first) and not model.training
    assert all(p.grad is None for p in model.parameters())
    study(model, tokenizer, SEEN, 1, lr=1e-3)
    assert not weights(model).equal(first)


def test_a_stop_between_kept_nothing_goes_on_from_the_checkpoint(small, tmp_path):
    model, tokenizer = small
    def stop(row):
        if row["update"] == 3: raise KeyboardInterrupt
    options = dict(exposures=3, lr=1e-3, batch_size=2, checkpoint=tmp_path/"c.safetensors")
    with pytest.raises(KeyboardInterrupt): study(model, tokenizer, SEEN, on_update=stop, **options)
    run = study(model, tokenizer, SEEN, **options)
    whole = tiny_model("gpt_neox", 0)
    study(whole, tokenizer, SEEN, exposures=3, lr=1e-3, batch_size=2)
    assert run.updates == 6 and weights(model).equal(weights(whole))


def test_a_session_counts_what_was_done_before_the_stop_button(small, monkeypatch):
    model, tokenizer = small
    s = RecallSession(model, tokenizer, SEEN, UNSEEN, batch_size=2)
    assert repr(s).startswith("4 sentences, not tested yet")
    real, calls = s.learner.step, []
    def step(ids):
        calls.append(1)
        if len(calls) == 4: raise KeyboardInterrupt
        return real(ids)
    monkeypatch.setattr(s.learner, "step", step)
    assert s.study(4) == 4*3/8
    s.test()
    assert "of 4 sentences recognised" in repr(s)


def test_failures_say_so_in_light_and_dark(small):
    model, tokenizer = small
    r, t = recognition_test(model, tokenizer, SEEN, UNSEEN), recall_test(model, tokenizer, SEEN)
    assert r.verdict.startswith("Not told from chance") and t.verdict.startswith("Nothing recited: 0 of 4")
    for x in (r, t):
        page = x._repr_html_()
        assert "pm-bad" in page and x.verdict in page and "var(--jp-ui-font-color" in page
        assert repr(x).startswith(x.verdict)
    c = retention_curve(model, tokenizer, SEEN, UNSEEN, ["Snow fell.", "It rained."], 1, lr=1e-4, at=(0, 1),
                        other_batch_size=2)
    assert c.verdict.startswith("no review: after 1 updates") and c.verdict in c._repr_html_()


def test_with_a_test_from_before_the_adjusted_score_counts(small):
    model, tokenizer = small
    before = recognition_test(model, tokenizer, SEEN, UNSEEN)
    study(model, tokenizer, SEEN, 8, lr=3e-3)
    r = recognition_test(model, tokenizer, SEEN, UNSEEN, before=before)
    assert (before.best, r.best) == ("correct", "adjusted") and r.recognised == r.adjusted
    assert r.summary()["adjusted_lo"] <= r.adjusted <= r.summary()["adjusted_hi"]


@pytest.mark.parametrize("name, arrays, error", [
    ("short", dict(seen_losses=[1., 2.], unseen_losses=[1.]), "lengths differ"),
    ("train", dict(train_losses=[1.]), "neither a recognition test"),
    ("half", dict(ground_truths=["a"], prompts=["a"]), "neither a recognition test")])
def test_result_files_that_are_none(tmp_path, name, arrays, error):
    np.savez(tmp_path/f"{name}.npz", **arrays)
    with pytest.raises(InvalidData, match=error) as e: read_published(tmp_path/f"{name}.npz")
    assert name in str(e.value)


def test_a_pickle_in_a_result_file_is_not_opened(tmp_path):
    class Trap:
        def __reduce__(self): return (open, (str(tmp_path/"sprung"), "w"))
    np.savez(tmp_path/"r.npz", ground_truths=["one two three"], prompts=["one"], completions=["one two four"],
             results=np.array(Trap(), dtype=object))
    t = read_published(tmp_path/"r.npz")
    assert t.frame.said[0] == " two four" and not (tmp_path/"sprung").exists()


def test_result_files_there_and_back(small, tmp_path):
    model, tokenizer = small
    r, t = recognition_test(model, tokenizer, SEEN, UNSEEN), recall_test(model, tokenizer, SEEN)
    back = read_published(write_published(r, tmp_path/"a"), SEEN, UNSEEN)
    assert back.accuracy == r.accuracy and abs(back.frame.seen_loss-r.frame.seen_loss).max() < 1e-6
    with np.load(tmp_path/"a.npz") as z: assert float(z["mean_accuracy"]) == r.published(1)
    assert abs(read_published(write_published(t, tmp_path/"b.npz")).rouge - t.rouge) < 1e-12
    with pytest.raises(InvalidData, match="4 lines"): read_published(tmp_path/"a.npz", SEEN[:2], UNSEEN)


def test_bars_appear_only_where_it_takes_long(capsys):
    for progress, late, shows in ((None, False, False), (None, True, True), (False, True, False), (True, False, True)):
        with progress_bar(10, progress, "work") as bar:
            if bar.start and late: bar.start -= 10
            bar.update(3)
            assert (bar.bar is not None) == shows
            if shows: assert bar.bar.n == 3 and bar.bar.total == 10


@pytest.mark.parametrize("junk", [b"PK\x03\x04 and no more", b"", b"\x93NUMPY"])
def test_a_result_file_that_was_cut_is_named(tmp_path, junk):
    (tmp_path/"cut.npz").write_bytes(junk)
    with pytest.raises(InvalidData, match="cut.npz"): read_published(tmp_path/"cut.npz")


def test_sentences_of_a_text_file_and_of_a_table_are_read(tmp_path):
    from promptmem.recall import read_sentences
    (tmp_path/"a.txt").write_text("\n".join(SEEN) + "\n\n", encoding="utf-8")
    (tmp_path/"a.csv").write_text("id,text\n" + "".join(f'{i},"{s}"\n' for i, s in enumerate(SEEN)), encoding="utf-8")
    assert read_sentences(tmp_path/"a.txt") == read_sentences(tmp_path/"a.csv") == SEEN
    assert read_sentences(tmp_path/"a.csv", "id") == [*"0123"]
    (tmp_path/"a.csv").write_text("id,words\n1,hello\n")
    with pytest.raises(InvalidData, match=r"a.csv:2: no field 'sent' or 'text'"): read_sentences(tmp_path/"a.csv")


def test_recall_warns_of_nothing_that_its_reader_cannot_change():
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)
        assert len(recall_test(tiny_model("gpt_neox", 0), byte_tokenizer(), SEEN, progress=False).frame) == len(SEEN)
