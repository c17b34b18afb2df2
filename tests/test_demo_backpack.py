"The demo Backpack and the notebook that trains it."
import json
from pathlib import Path

import pytest

from promptmem import demo
from promptmem.core import read_jsonl
from promptmem.data import data_dir

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
ROOT = Path(__file__).resolve().parents[1]
FOLDER = data_dir()/"models"/"demo_backpack"


@pytest.fixture(scope="module")
def backpack():
    from promptmem.edit.backpack import BackpackLM

    return BackpackLM.from_pretrained(FOLDER, dtype=torch.float32).eval(), transformers.AutoTokenizer.from_pretrained(
        FOLDER
    )


def test_size_and_shared_tokenizer(backpack):
    model, tok = backpack
    assert (FOLDER/"model.safetensors").stat().st_size <= 12e6
    other = transformers.AutoTokenizer.from_pretrained(data_dir()/"models"/"demo_lm")
    assert tok.get_vocab() == other.get_vocab()
    assert model.config.vocab_size == len(tok)


def test_it_reads_better_than_a_bigram(backpack):
    texts = [r["text"] for r in read_jsonl(data_dir()/"text"/"heldout.jsonl")][:20]
    assert demo.text_loss(*backpack, texts) < 1.2


@pytest.mark.parametrize("relation", list(demo.RELATIONS))
def test_it_knows_facts_it_was_taught_and_not_the_others(backpack, relation):
    taught, other = (demo.score_facts(*backpack, relation, trained=t, per_fact=1)["recalled"] for t in (True, False))
    assert taught >= .75 and other <= .4, (taught, other)


def test_training_notebook_smoke(tmp_path):
    papermill = pytest.importorskip("papermill")
    papermill.execute_notebook(
        str(ROOT / "tutorials" / "train_demo_backpack.ipynb"),
        str(tmp_path / "run.ipynb"),
        cwd=str(tmp_path),
        progress_bar=False,
        parameters=dict(
            shipped=False,
            steps=3,
            tokens=768,
            width=48,
            senses=4,
            layers=1,
            per_fact=1,
            model_dir=str(tmp_path / "model"),
            out=str(tmp_path / "out"),
            threads=2,
        ),
    )
    metrics = json.loads((tmp_path/"out"/"result.json").read_text())["metrics"]
    assert metrics["megabytes"] <= 12 and (tmp_path/"model"/"model.safetensors").exists()
