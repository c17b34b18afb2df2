"""Nothing in the package can run code that stands in a file: no pickle, no eval, no shell."""
import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "promptmem"
BANNED_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
BANNED_CALLS = {"eval", "exec", "torch.load", "torch.save", "os.system", "pd.read_pickle", "yaml.load", "yaml.unsafe_load"}
SAFE = {"allow_pickle": False, "shell": False, "use_safetensors": True, "safe_serialization": True, "trust_remote_code": False}


def name_of(node):
    "Dotted name of what is called, or ''"
    if isinstance(node, ast.Name): return node.id
    return f"{name_of(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def dangers(source):
    "What in a module's source could run code out of a file"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            yield from (f"line {node.lineno}: imports {n}" for n in names if n.split(".")[0] in BANNED_MODULES)
        if not isinstance(node, ast.Call): continue
        called = name_of(node.func)
        if called in BANNED_CALLS or called.endswith(("read_pickle", "to_pickle")): yield f"line {node.lineno}: calls {called}"
        for k in node.keywords:
            if k.arg in SAFE and isinstance(k.value, ast.Constant) and k.value.value is not SAFE[k.arg]: yield f"line {node.lineno}: {called} with {k.arg}={k.value.value}"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_module_runs_code_from_files(path):
    assert list(dangers(path.read_text(encoding="utf-8"))) == []


def test_the_scan_sees_what_it_looks_for():
    bad = "import pickle\nfrom joblib import dump\ntorch.load(f)\nnp.load(f, allow_pickle=True)\neval(x)\nsubprocess.run(x, shell=True)\nx.from_pretrained(p, trust_remote_code=True)"
    assert len(list(dangers(bad))) == 7
    assert list(dangers("ast.literal_eval(x)\nmodel.eval()\nnp.load(f, allow_pickle=False)\nyaml.safe_load(x)")) == []


@pytest.mark.parametrize("kind", ["causal", "backpack", "sequence"])
def test_a_checkpoint_that_is_a_pickle_is_refused(tmp_path, kind):
    torch, tf = pytest.importorskip("torch"), pytest.importorskip("transformers")
    class Trap:
        def __reduce__(self): return (Path.touch, (tmp_path / "sprung",))
    if kind == "backpack":
        from promptmem.edit.backpack import BackpackConfig, BackpackLM
        BackpackConfig(vocab_size=8, n_embd=8, n_layer=1, n_head=1, num_senses=2, n_positions=8).save_pretrained(tmp_path)
        load = BackpackLM.from_pretrained
    else:
        tf.GPT2Config(vocab_size=8, n_embd=8, n_layer=1, n_head=1, n_positions=8).save_pretrained(tmp_path)
        from promptmem.lm.local import TransformersLM
        load = TransformersLM
        if kind == "sequence":
            from promptmem.rewrite.task import RewardScorer as load
    torch.save({"x": Trap()}, tmp_path / "pytorch_model.bin")
    with pytest.raises(Exception, match="safetensors|no file named|not find"): load(str(tmp_path))
    assert not (tmp_path / "sprung").exists()
