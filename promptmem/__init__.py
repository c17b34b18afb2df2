"""promptmem: turn what people say about a language model's answers into better behaviour, and measure it."""
__version__ = "0.1.0"

from promptmem.core import alias_modules, lazy_exports

# where modules stood before they moved into folders: these names go on working
alias_modules({f"promptmem.{old}": f"promptmem.{new}" for old, new in dict(
    embed="lm.embed", linear="lm.matmul", scoring="lm.scoring", plots="panel.plots", sweeps="batch.sweeps",
    report="batch",
    about="panel.about", storedb="store", storefind="store.search", storeerase="store.erase",
    storefile="store.transfer",
    **{"edit.builders": "edit"}).items()})

_rooms = {name: None for name in (
    "core", "stats", "record", "grade", "lm", "embed", "index", "store", "data", "batch", "panel", "plots", "demo",
    "logs", "memory", "reward", "rewrite", "recall", "edit", "testing")}
_names = {
    **_rooms,
    "load_lm": "lm", "LM": "lm", "OpenAILM": "lm", "TransformersLM": "lm", "CallableLM": "lm", "LMCache": "lm",
    "load_embedder": "lm", "Store": "store", "Assistant": "memory", "wrap": "memory.wrap", "read_log": "logs",
    "run_grid": "batch", "load_runs": "batch",
    "settings": "panel.about",
    "Query": "record", "Completion": "record", "Retrieval": "record", "Interaction": "record",
    "Clarification": "record", "Outcome": "record", "Usage": "record",
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)

def load_ipython_extension(shell):
    "`%load_ext promptmem`"
    from promptmem.memory.magics import register
    register(shell, lambda: globals().get("default_assistant"))
