"The demo language model, its data and the notebook that trains it."
import json
import random
from itertools import islice
from pathlib import Path

import pytest

from promptmem import demo
from promptmem.core import read_jsonl
from promptmem.data import data_dir

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
ROOT = Path(__file__).resolve().parents[1]
FOLDER = data_dir()/"models"/"demo_lm"


@pytest.fixture(scope="module")
def lm():
    tok = transformers.AutoTokenizer.from_pretrained(FOLDER)
    return transformers.AutoModelForCausalLM.from_pretrained(FOLDER, dtype=torch.float32).eval(), tok


@pytest.fixture(scope="module")
def corpus():
    "Plain text of 8000 training documents"
    return ["".join(t for t, _ in d) for d in demo.documents(0, 8000)]


def test_size_and_format(lm):
    model, tok = lm
    assert model.config.model_type == "gpt_neox"
    assert (FOLDER/"model.safetensors").stat().st_size <= 12e6
    assert model.config.max_position_embeddings >= 768
    assert not list(FOLDER.glob("*.bin")) + list(FOLDER.glob("*.pt"))
    assert None not in (tok.pad_token_id, tok.eos_token_id, tok.bos_token_id) and tok.pad_token_id != tok.eos_token_id
    assert len(tok(demo.SEP).input_ids) == len(tok(demo.END).input_ids) == 1
    text = 'Ünïcode & symbols\n\n###\n\n/ the synonym for x is y END  two  blanks'
    assert tok.decode(tok(text).input_ids) == text


def test_chat_template_writes_the_completions_format(lm):
    _, tok = lm
    messages = [
        dict(role="system", content="what is a synonym of < big > ?" + demo.SEP + " the synonym for big is large END"),
        dict(role="user", content="define < sad > ."),
        dict(role="assistant", content="the definition of sad is feeling sorrow"),
        dict(role="user", content="what now ?"),
    ]
    text = tok.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    S = demo.SEP
    assert (
        text
        == f"what is a synonym of < big > ?{S} the synonym for big is large END{S}define < sad > .{S} the definition "
           f"of sad is feeling sorrow END{S}what now ?{S}"
    )


@pytest.mark.parametrize(
    "condition,low,high", [("none", 0, 0.6), ("right", 0.9, 1), ("new frame", 0.85, 1), ("wrong", 0.9, 1)]
)
def test_understanding_of_wordings_and_words_never_seen(lm, condition, low, high):
    rows = demo.items(condition, demo.own_templates()["own"], demo.heldout_words(), 100, seed=3)
    s = demo.score(*lm, rows)
    assert low <= s["understood"] <= high, s


def test_plain_question_is_understood_without_help(lm):
    rng, rows = random.Random(0), []
    for w in demo.wordings()["wordings"]:
        if w["group"] == "plain" and w["type"] in demo.LEXICAL:
            word = rng.choice(demo.heldout_words())
            rows.append((w["question"].replace("{w}", word), word, w["type"], None))
    assert demo.score(*lm, rows)["understood"] >= .9


@pytest.mark.parametrize("relation", list(demo.RELATIONS))
def test_it_knows_its_world_and_not_the_rest(lm, relation):
    assert demo.score_facts(*lm, relation, per_fact=1)["recalled"] >= .9
    assert demo.score_facts(*lm, relation, trained=False, per_fact=1)["recalled"] <= .4


def test_long_prompt(lm):
    model, tok = lm
    rng = random.Random(1)
    few = "".join("".join(t for t, _ in demo.example(rng))+demo.SEP for _ in range(14))
    prompt = few+"what goes hand in hand with < violin > ? | clarification: I want an antonym."+demo.SEP
    assert 350 < len(tok(prompt).input_ids) < 1000
    assert demo.understanding(demo.generate(model, tok, [prompt])[0], "violin") == "ant"


def test_training_never_sees_what_is_held_out(corpus):
    text = "\n".join(corpus)
    for family in demo.own_templates().values():
        for t in family:
            for part in demo.evaluate._fill(t["question"], "|").split("< | >"):
                if len(part.split()) > 3: assert part.strip(" ?") not in text, part
    for frame in demo.wordings()["heldout_frames"]:
        bits = [b for b in frame.replace("{n}", "{x}").split("{x}") if len(b.split()) > 3]
        assert not any(b in text for b in bits)
    for r in demo.lexicon("heldout"):
        assert f"the definition of {r['word']} is {r['definition']}" not in text
        assert demo.corpus._bracket(r["sentence"], r["word"]) not in text
    untrained = demo.facts(trained=False)
    assert untrained and not any(f["subject"] in text for f in untrained)
    for f in demo.facts("capital", trained=True, paraphrases="heldout"):
        assert not any(p in text for p in f["prefixes"])


def test_study_sentences_and_heldout_text_are_apart_from_training():
    train = {r["text"] for r in read_jsonl(data_dir()/"text"/"train.jsonl")}
    heldout = [r["text"] for r in read_jsonl(data_dir()/"text"/"heldout.jsonl")]
    assert len(heldout) >= 200 and not train & set(heldout)
    rows = read_jsonl(data_dir()/"study_sentences.jsonl")
    seen, unseen = ([r for r in rows if r["pool"] == p] for p in ("seen", "unseen"))
    assert len(seen) == len(unseen) == 600 and len({r["text"] for r in rows}) == 1200
    assert [r["n_words"] for r in seen] == [r["n_words"] for r in unseen]
    joined = "\n".join(train)
    assert not any(r["text"] in joined for r in rows)


def test_shipped_files_follow_from_their_generators():
    assert json.loads((data_dir()/"world.json").read_text()) == json.loads(json.dumps(demo.make_world()))
    train, heldout = demo.make_text()
    assert heldout == [r["text"] for r in read_jsonl(data_dir()/"text"/"heldout.jsonl")]
    assert train == [r["text"] for r in read_jsonl(data_dir()/"text"/"train.jsonl")]
    assert demo.make_study_sentences() == read_jsonl(data_dir()/"study_sentences.jsonl")


def test_world_is_large_enough():
    n = {r: len(demo.facts(r)) for r in demo.RELATIONS}
    assert min(n["capital"], n["head"], n["trade"], n["town"]) >= 60 and n["year"] >= 40
    assert all(len(r["train"]) >= 8 and r["heldout"] for r in demo.RELATIONS.values())


def test_same_seed_same_corpus_other_seed_another():
    take = lambda seed: list(islice(demo.documents(seed, 10**6), 60))
    assert take(4) == take(4) != take(5)


def test_training_is_repeatable_and_leaves_the_global_random_state_alone(lm):
    _, tok = lm
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    models = [demo.new_model(tok, 0, width=32, layers=1, heads=2) for _ in range(2)]
    losses = [demo.train_lm(m, tok, 0, steps=3, progress=False, tokens=768) for m in models]
    assert losses[0] == losses[1] and all(l == l for l in losses[0])
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize(
    "kind,word,inverse",
    [
        ("rev", "garden", lambda s: s[::-1] == "garden"),
        ("cyc", "garden", lambda s: s in "gardengarden" and s != "garden"),
        ("anag1", "garden", lambda s: s[0] + s[-1] == "gn" and sorted(s) == sorted("garden")),
        ("anag2", "gardens", lambda s: s[:2] + s[-2:] == "gans" and sorted(s) == sorted("gardens")),
        ("randsym", "garden", lambda s: s.replace(".", "").replace("/", "").replace("!", "") == "garden"),
    ],
)
def test_scrambles(kind, word, inverse): assert inverse(demo.scramble(kind, word, random.Random(2)))


def test_unknown_scramble_says_what_there_is():
    with pytest.raises(ValueError, match="anag1"): demo.scramble("mirror", "word", random.Random(0))


def test_understanding_wants_the_whole_pattern_and_the_right_word():
    assert demo.understanding(" the synonym for big is large END", "big") == "syn"
    assert demo.understanding(" the synonym for bag is large END", "big") is None
    assert demo.understanding("synonym antonym homonym definition sentence [", "big") is None


def test_training_notebook_smoke(tmp_path):
    papermill = pytest.importorskip("papermill")
    papermill.execute_notebook(
        str(ROOT / "tutorials" / "train_demo_lm.ipynb"),
        str(tmp_path / "run.ipynb"),
        cwd=str(tmp_path),
        progress_bar=False,
        parameters=dict(
            steps=4,
            tokens=768,
            tokenizer_documents=600,
            n_eval=4,
            model_dir=str(tmp_path / "model"),
            out=str(tmp_path / "out"),
            threads=2,
        ),
    )
    metrics = json.loads((tmp_path/"out"/"result.json").read_text())["metrics"]
    assert metrics["megabytes"] <= 12 and (tmp_path/"model"/"model.safetensors").exists()
    transformers.AutoTokenizer.from_pretrained(tmp_path/"model")
