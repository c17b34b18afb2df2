"""promptmem: turn what people say about a language model's answers into better behaviour, and measure it."""
__version__ = "0.1.0"

from promptmem.core import lazy_exports

_rooms = {name: None for name in ("core", "stats", "record", "lm", "embed", "store", "data", "batch", "plots", "demo",
                                  "memory", "reward", "rewrite", "recall", "edit")}
_names = {
    **_rooms,
    "load_lm": "lm", "LM": "lm", "OpenAILM": "lm", "TransformersLM": "lm", "CallableLM": "lm", "LMCache": "lm",
    "load_embedder": "embed", "Store": "store", "Assistant": "memory", "run_grid": "batch", "load_runs": "batch",
    "Query": "record", "Completion": "record", "Retrieval": "record", "Interaction": "record",
    "Clarification": "record", "Outcome": "record", "Usage": "record",
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)
