"""The room recall: bad input, batch independence, published scores, resuming, and the phenomenon on a tiny model."""
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from promptmem.core import InvalidData  # noqa: E402
from promptmem.recall import (
    audit_foils,
    condition,
    make_foils,
    read_pairs,
    recall_test,
    recognition_test,  # noqa: E402
    retention_curve,
    rouge,
    study,
)

SEEN = ["The lamp by the door hums.", "Nobody paints a fence.", "Eleven geese crossed.", "My aunt keeps letters."]
UNSEEN = ["The clock in the hall stops.", "Nobody waters a cactus.", "Seven crows watched.", "Your uncle hides medals."]


def tiny(arch="gpt_neox", pad=True, **kw):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import AutoModelForCausalLM, CONFIG_MAPPING, PreTrainedTokenizerFast
    torch.set_num_threads(1)
    vocab = {b: i for i, b in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    t = Tokenizer(models.BPE(vocab=vocab | {"<eos>": 256}, merges=[]))
    t.pre_tokenizer, t.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    torch.manual_seed(0)
    config = CONFIG_MAPPING[arch](vocab_size=257, hidden_size=64, num_hidden_layers=2, num_attention_heads=4,
                                  intermediate_size=128, max_position_embeddings=256, **kw)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=t, **(dict(eos_token="<eos>") if pad else {}))
    return AutoModelForCausalLM.from_config(config).eval(), tokenizer


def weights(model): return torch.cat([p.detach().flatten() for p in model.parameters()])


@pytest.fixture(scope="module")
def studied():
    "A model before and after 40 exposures, without any padding token"
    model, tokenizer = tiny(pad=False)
    r, t = recognition_test(model, tokenizer, SEEN, UNSEEN), recall_test(model, tokenizer, SEEN)
    study(model, tokenizer, SEEN, exposures=50, lr=3e-3)
    return model, tokenizer, r, t


def test_recognition_and_recall_rise(studied):
    model, tokenizer, r, t = studied
    now = recognition_test(model, tokenizer, SEEN, UNSEEN, before=r)
    assert now.accuracy == now.calibrated == 1. and now.auc == 1. and now.interval.lo > .5
    said = recall_test(model, tokenizer, SEEN, before=t)
    assert said.rouge > .9 and said.exact > .7 and t.rouge < .3 and t.exact == 0
    assert recall_test(model, tokenizer, SEEN, prefix_words=2).rouge > .9
    assert tokenizer.pad_token_id is None


def test_results_do_not_depend_on_the_batch(studied):
    model, tokenizer, *_ = studied
    a, b = (recognition_test(model, tokenizer, SEEN, UNSEEN, batch_tokens=n).frame for n in (1, 10**6))
    assert abs(a.seen_loss-b.seen_loss).max() < 1e-5 and abs(a.unseen_loss-b.unseen_loss).max() < 1e-5
    a, b = (recall_test(model, tokenizer, UNSEEN, batch_tokens=n).frame for n in (1, 10**6))
    assert a.said.tolist() == b.said.tolist()


def test_published_average_is_only_an_option():
    "Losses averaged over a batch hide half of the errors; per sentence they are counted"
    import pandas as pd
    from promptmem.recall.recognition import Recognition

    f = pd.DataFrame(
        dict(
            seen=list("abcd"),
            unseen=list("efgh"),
            seen_loss=[1.0, 1, 1, 3],
            unseen_loss=[2.0, 2, 2, 2],
            seen_tokens=10,
            unseen_tokens=10,
            why="",
            correct=[1.0, 1, 1, 0],
        )
    )
    r = Recognition(f, "loss", 4)
    assert r.accuracy == .75 and r.published(1) == .75 and r.published(4) == 1.


@pytest.mark.parametrize("seen,unseen,message", [
    (SEEN, UNSEEN[:3], "4 seen but 3 unseen"), (["a b", " "], ["c d", "e f"], r"\[1\] is empty"),
    (["a b"], ["a b"], "every foil is also"), ([], [], "are empty")])
def test_bad_pairs(seen, unseen, message):
    model, tokenizer = tiny()
    with pytest.raises(ValueError, match=message): recognition_test(model, tokenizer, seen, unseen)


def test_overlap_is_told_and_not_counted():
    model, tokenizer = tiny()
    with pytest.warns(UserWarning, match="1 of 4 foils were studied"):
        r = recognition_test(model, tokenizer, SEEN, UNSEEN[:3]+[SEEN[0]])
    assert r.n == 3 and len(r.frame) == 4


def test_long_sentences_are_cut_and_told():
    model, tokenizer = tiny()
    with pytest.warns(UserWarning, match="2 of 2 seen and unseen sentences are cut at 128 tokens"):
        r = recognition_test(model, tokenizer, ["x"*128+"a"], ["x"*128+"b"])
    assert r.accuracy == .5 and r.ties == 1


def test_bad_study_arguments():
    model, tokenizer = tiny()
    with pytest.raises(TypeError, match="one string"): study(model, tokenizer, "abc")
    with pytest.raises(ValueError, match="is empty"): study(model, tokenizer, [])
    with pytest.raises(ValueError, match="lr is 0"): study(model, tokenizer, SEEN, lr=0)
    with pytest.raises(ValueError, match="dtype"): study(model, tokenizer, SEEN, dtype="int4")
    with pytest.raises(ValueError, match="2 words"): recall_test(model, tokenizer, ["too short"], prefix_words=4)


def test_resume_gives_the_same_weights(tmp_path):
    def end(path=None, stop=None):
        model, tokenizer = tiny(hidden_dropout=.1)
        study(
            model, tokenizer, SEEN, 4, lr=1e-3, batch_size=2, checkpoint=path, on_update=lambda r: r["update"] != stop
        )
        return weights(model)
    whole, path = end(), tmp_path/"c.safetensors"
    end(path, stop=3)
    assert torch.equal(end(path), whole)


def test_resume_after_a_crash_between_checkpoints(tmp_path):
    def end(path=None, crash=None):
        model, tokenizer = tiny(hidden_dropout=.1)
        def on_update(r):
            if r["update"] == crash: raise KeyboardInterrupt
        study(model, tokenizer, SEEN, 4, lr=1e-3, batch_size=2, checkpoint=path, on_update=on_update)
        return weights(model)
    path = tmp_path/"c.safetensors"
    with pytest.raises(KeyboardInterrupt):
        end(path, crash=5)  # two exposures are on disk, one update more was made
    assert torch.equal(end(path), end())


def test_checkpoint_of_another_architecture_or_run(tmp_path):
    path = tmp_path/"c.safetensors"
    model, tokenizer = tiny()
    study(model, tokenizer, SEEN, 1, checkpoint=path)
    with pytest.raises(InvalidData, match="another architecture"):
        study(tiny("llama")[0], tokenizer, SEEN, 1, checkpoint=path)
    with pytest.raises(InvalidData, match="of another run: lr differ"):
        study(tiny()[0], tokenizer, SEEN, 1, lr=1.0, checkpoint=path)
    path.write_bytes(b"broken")
    with pytest.raises(InvalidData, match="not a readable safetensors"):
        study(tiny()[0], tokenizer, SEEN, 1, checkpoint=path)


def test_out_of_memory_while_training(monkeypatch):
    import promptmem.recall.studying as s
    whole, real = tiny(), s._backward
    study(*whole, SEEN, 2, lr=1e-3)
    def tight(self, ids, total, weight=1.):
        if len(ids) > 2: raise torch.OutOfMemoryError("out of memory")
        return real(self, ids, total, weight)
    monkeypatch.setattr(s, "_backward", tight)
    model, tokenizer = tiny()
    with pytest.warns(UserWarning, match="going on with 2 at a time"): study(model, tokenizer, SEEN, 2, lr=1e-3)
    assert float((weights(model)-weights(whole[0])).abs().max()) < 1e-5


def test_out_of_memory_while_generating(studied, monkeypatch):
    model, tokenizer, *_ = studied
    whole, real = recall_test(model, tokenizer, SEEN), model.gpt_neox.forward
    def tight(*a, **kw):
        if len(kw["input_ids"]) > 1: raise torch.OutOfMemoryError("out of memory")
        return real(*a, **kw)
    monkeypatch.setattr(model.gpt_neox, "forward", tight)
    with pytest.warns(UserWarning, match="out of memory with 4"): halved = recall_test(model, tokenizer, SEEN)
    assert halved.frame.said.tolist() == whole.frame.said.tolist()


def test_undo_lora_and_other_architectures():
    for arch in ("llama", "gpt2"):
        model, tokenizer = tiny(arch)
        before = weights(model)
        run = study(model, tokenizer, SEEN, 2, lr=1e-3)
        assert not torch.equal(before, weights(model)) and torch.equal(weights(run.undo()), before)
    pytest.importorskip("peft")
    model, tokenizer = tiny()
    before = weights(model)
    run = study(model, tokenizer, SEEN, 2, lr=1e-2, lora=2)
    assert torch.equal(weights(run.undo()), before)


def test_rouge_equals_the_package():
    scorer = pytest.importorskip("rouge_score.rouge_scorer").RougeScorer(
        ["rouge1", "rouge2", "rougeL"], use_stemmer=False
    )
    rng = np.random.default_rng(0)
    pool = "the a lamp Door's hums, night-time 3 of of in.".split()
    for _ in range(300):
        a, b = (" ".join(rng.choice(pool, rng.integers(0, 9))) for _ in range(2))
        ours = rouge(a, b)
        assert all(abs(ours[k]-v.fmeasure) < 1e-9 for k, v in scorer.score(a, b).items())


def test_foils(tmp_path):
    assert (
        make_foils(SEEN, "gibberish", seed=1)
        == make_foils(SEEN, "gibberish", seed=1)
        != make_foils(SEEN, "gibberish", seed=2)
    )
    with pytest.raises(ValueError, match="no foils of kind"): make_foils(SEEN, "nonsense")
    with pytest.raises(ValueError, match="10 pairs wanted"): condition(1, SEEN, n=10)
    assert not audit_foils(SEEN, [u*3 for u in UNSEEN]).ok
    (tmp_path/"s.json").write_text('{"sent": "a b"}\n{"wrong": 1}\n')
    (tmp_path/"u.json").write_text('{"sent": "c d"}\n')
    with pytest.raises(InvalidData, match="s.json:2.*sent"): read_pairs(tmp_path/"s.json", tmp_path/"u.json")
    (tmp_path/"s.json").write_text('{"sent": "a b"}\n{"sent": "e f"}\n')
    with pytest.raises(InvalidData, match="has 2 sentences.*has 1"): read_pairs(tmp_path/"s.json", tmp_path/"u.json")


def test_retention_puts_the_weights_back_and_drops_overlap():
    model, tokenizer = tiny()
    before = weights(model)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        c = retention_curve(
            model, tokenizer, SEEN, UNSEEN, ["Snow fell.", "The road was long.", SEEN[0]], exposures=2, at=(0, 2)
        )
    assert any("1 other texts are studied" in str(w.message) for w in seen)
    assert torch.equal(before, weights(model)) and c.frame.phase.tolist() == ["study", "other", "other"]


def test_bf16_learns_what_fp32_learns():
    def end(dtype):
        model, tokenizer = tiny()
        run = study(model, tokenizer, SEEN, 10, lr=3e-3, dtype=dtype)
        assert all(p.dtype == torch.float32 for p in model.parameters())
        return run.losses.loss
    full, half = end("fp32"), end("bf16")
    assert half.iloc[-1] < half.iloc[0]-1 and abs(full-half).max() < .1


def test_adjusted_score_is_between_raw_and_calibrated(studied):
    model, tokenizer, r, _ = studied
    now = recognition_test(model, tokenizer, SEEN, UNSEEN, before=r)
    assert now.adjusted == 1. and now.summary()["adjusted_auc"] == 1.
    same = recognition_test(model, tokenizer, SEEN, UNSEEN, before=now)
    assert same.calibrated == .5 and abs(same.frame.unseen_rest).max() < 1e-6      # nothing changed: the slope is one


def test_memory_against_weights_takes_a_real_edit():
    from promptmem.edit import CRITERIA, CanonicalExamples, edit
    from promptmem.recall import cut_words, memory_against_weights
    model, tokenizer = tiny()
    before = weights(model)
    def write(model, tokenizer, sentences):
        ex = CanonicalExamples(
            [dict(zip(("prefix", "suffix"), cut_words(s, 0.5))) for s in sentences], CRITERIA["company"]
        )
        return edit(
            model,
            tokenizer,
            ex,
            method="full",
            degradation=None,
            general_text=["Snow fell on the mill."] * 4,
            lr=3e-3,
            epochs=60,
            kl=0.0,
        )

    t = memory_against_weights(
        model,
        tokenizer,
        (SEEN, UNSEEN),
        ["Snow fell on the mill.", "The road was long."],
        edit=write,
        prefix_words=0.5,
        exposures=30,
        lr=3e-3,
    )
    assert t.index.tolist() == ["nothing", "memory in the prompt", "study", "edit"] and torch.equal(
        weights(model), before
    )
    assert t.recall["edit"] > t.recall["nothing"]+.2 and t.write_seconds["edit"] > 0 and t.lost["edit"] != 0
