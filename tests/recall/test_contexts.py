"""What stands before a sentence: plain contexts with one mark of the beginning and a blank, and conversations."""
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")

from promptmem.lm.base import LMError  # noqa: E402
from promptmem.lm.scoring import encode, token_logprobs  # noqa: E402
from promptmem.recall import read_experiment, recall_test, recognition_test, study  # noqa: E402
from promptmem.recall.generation import _prompts  # noqa: E402
from promptmem.recall.recognition import sentence_scores  # noqa: E402
from promptmem.recall.studying import after_contexts, context_ids, tokenize  # noqa: E402
from promptmem.recall.foils import Pairs  # noqa: E402
from promptmem.recall.retention import make_probe  # noqa: E402

SEEN = ["The lamp by the door hums.", "Nobody paints a fence.", "Eleven geese crossed.", "My aunt keeps letters."]
UNSEEN = ["The clock in the hall stops.", "Nobody waters a cactus.", "Seven crows watched.", "Your uncle hides medals."]
TEMPLATE = ("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
            "{% if add_generation_prompt %}assistant: {% endif %}")


def tiny(bos=False, template=None):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import AutoModelForCausalLM, CONFIG_MAPPING, PreTrainedTokenizerFast
    torch.set_num_threads(1)
    vocab = {b: i for i, b in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    t = Tokenizer(models.BPE(vocab=vocab | {"<s>": 256}, merges=[]))
    t.pre_tokenizer, t.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    if bos: t.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 256)])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=t, bos_token="<s>", eos_token="<s>")
    tokenizer.chat_template = template
    torch.manual_seed(0)
    config = CONFIG_MAPPING["gpt_neox"](vocab_size=257, hidden_size=64, num_hidden_layers=2, num_attention_heads=4,
                                        intermediate_size=128, max_position_embeddings=256)
    return AutoModelForCausalLM.from_config(config).eval(), tokenizer


@pytest.mark.parametrize("bos", [False, True])
def test_a_context_brings_no_second_bos_and_one_blank(bos):
    model, tokenizer = tiny(bos)
    ids = tokenize(tokenizer, SEEN)
    for context, text in (("Once.", "Once. "), ("Once.\n", "Once.\n"), ("Once. ", "Once. ")):
        for row, s in zip(after_contexts(tokenizer, SEEN, ids, [context]*4), SEEN):
            assert row.count(256) == bos and tokenizer.decode(row, skip_special_tokens=True) == (text+s)[:len(text+s)-(
                0 if text == context else 1)]
        for p in _prompts(tokenizer, SEEN, ids, [8]*4, [context]*4, False):
            assert p.count(256) == bos and tokenizer.decode(p, skip_special_tokens=True).startswith(text)


@pytest.mark.parametrize("bos", [False, True])
def test_scores_behind_a_context_are_those_of_the_shared_encoder(bos):
    model, tokenizer = tiny(bos)
    bare = sentence_scores(model, tokenizer, SEEN)
    got = sentence_scores(model, tokenizer, SEEN, contexts=["Once.\n"]*4)
    assert (bare["tokens"] == got["tokens"]).all()
    whole = token_logprobs(model, tokenizer, [("Once.\n", s) for s in SEEN])
    for s, lp in zip(got["sum"], whole): assert s == pytest.approx(-float(lp[0 if bos else 1:].sum()), abs=1e-4)
    none = sentence_scores(model, tokenizer, SEEN, contexts=[None]*4)
    assert (none["sum"] == bare["sum"]).all()


def test_only_what_the_assistant_says_is_learnt():
    model, tokenizer = tiny(template=TEMPLATE)
    study(model, tokenizer, SEEN, 60, lr=3e-3, chat=True)
    r = recognition_test(model, tokenizer, SEEN, UNSEEN, chat=True)
    t = recall_test(model, tokenizer, SEEN, chat=True)
    assert r.accuracy == 1. and t.scores["teacher_forced"] > .7
    head = context_ids(tokenizer, None, True)
    assert tokenizer.decode(head).endswith("assistant: ")
    fresh, _ = tiny(template=TEMPLATE)
    frame_loss = lambda m: -float(token_logprobs(m, tokenizer, [head])[0].mean())
    learnt, _ = tiny(template=TEMPLATE)
    study(learnt, tokenizer, [tokenizer.decode(head)], 60, lr=3e-3)
    assert frame_loss(learnt) < frame_loss(model)


def test_the_loss_of_a_conversation_is_that_of_its_sentence():
    model, tokenizer = tiny(template=TEMPLATE)
    head = context_ids(tokenizer, None, "Go on.")
    lps = token_logprobs(model, tokenizer, [(head, i) for i in encode(tokenizer, SEEN)[0]])
    want = -sum(float(x.sum()) for x in lps)/sum(map(len, lps))
    run = study(model, tokenizer, SEEN, 1, chat="Go on.")
    assert run.losses.loss[0] == pytest.approx(want, abs=1e-4)


def test_plain_text_stays_the_default():
    (a, tokenizer), (b, _) = tiny(template=TEMPLATE), tiny()
    study(a, tokenizer, SEEN, 2, lr=1e-3)
    study(b, tokenizer, SEEN, 2, lr=1e-3)
    assert all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters()))


@pytest.mark.parametrize("call", [lambda m, t: study(m, t, SEEN, chat=True),
                                  lambda m, t: recognition_test(m, t, SEEN, UNSEEN, chat=True),
                                  lambda m, t: recall_test(m, t, SEEN, chat=True)])
def test_chat_without_a_template_is_one_clear_error(call):
    with pytest.raises(LMError, match="chat=True needs a chat model"): call(*tiny())


def test_experiment_6m_is_what_it_says(tmp_path):
    import json
    natural, others = ["The lamp hums", "Nobody paints"], ["Seven crows watch", "A clock stops"]
    for k, seen, unseen in ((1, natural, others), (6, ["eTh amlp smuh", "odybNo tiapns"], natural)):
        (tmp_path/f"expt{k}").mkdir()
        for name, texts in (("seen", seen), ("unseen", unseen)):
            (tmp_path/f"expt{k}"/f"{name}_data_0.json").write_text("\n".join(json.dumps(dict(sent=t)) for t in texts))
    six, matched = read_experiment(tmp_path, 6), read_experiment(tmp_path, "6m")
    letters = lambda texts: {"".join(sorted(t.replace(" ", ""))) for t in texts}
    assert six.seen == matched.seen and six.unseen == natural
    assert letters(matched.unseen) == letters(others) and not set(matched.unseen) & set(others)
    with pytest.raises(ValueError, match="no experiment 7"): read_experiment(tmp_path, 7)


def test_experiment_6m_finds_its_sentences_where_a_split_is_a_few_short(tmp_path):
    "In the published split 0 four sentences stand in both experiments"
    from promptmem.core import write_jsonl
    natural, more = ["The lamp hums", "Nobody paints"], ["A clock stops", "Two geese argue"]
    files = {"expt6/seen_data_0": ["eTh amlp smuh", "odybNo tiapns"], "expt6/unseen_data_0": natural,
             "expt1/seen_data_0": natural, "expt1/unseen_data_0": ["Seven crows watch", natural[0]]}
    for name, texts in files.items(): write_jsonl(tmp_path/f"{name}.json", [dict(sent=t) for t in texts])
    with pytest.raises(ValueError, match="only 1 corpus sentences"): read_experiment(tmp_path, "6m")
    write_jsonl(tmp_path/"expt1/unseen_data_1.json", [dict(sent=t) for t in more])
    found = read_experiment(tmp_path, "6m").unseen
    letters = lambda text: sorted(text.replace(" ", ""))
    assert len(found) == 2 and all(letters(f) in map(letters, ["Seven crows watch", *more]) for f in found)


def test_experiment_6m_reads_the_published_splits():
    from promptmem.data import local_data
    folder = local_data("llm_memory/expt6")
    if folder is None: pytest.skip("no local copy of llm_memory")
    for split in (0, 1):
        pairs = read_experiment(folder.parent, "6m", split)
        assert len(pairs) == 600 and not set(pairs.seen) & set(pairs.unseen)


def test_reprs_say_the_verdict_and_no_sentences():
    model, tokenizer = tiny()
    run = study(model, tokenizer, SEEN, 60, lr=3e-3, probe=make_probe(tokenizer, SEEN, UNSEEN))
    recited = round(run.probes[-1]["exact"]*4)
    assert repr(run).startswith(f"Study worked: 4 of 4 sentences recognised, {recited} recited")
    assert repr(study(model, tokenizer, SEEN, 1)).startswith("Studied 4 sentences, not tested")
    told = repr(recognition_test(model, tokenizer, SEEN, UNSEEN))
    assert told.startswith("Studied sentences are told from their foils: 4 of 4 sentences recognised")
    assert " sentences recited word for word (" in repr(recall_test(model, tokenizer, SEEN))
    assert repr(Pairs(SEEN, UNSEEN, "mine")) == "Pairs(4 pairs of mine)"
