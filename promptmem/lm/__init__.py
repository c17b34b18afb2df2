"""lm: one small interface to language models, local or behind an endpoint, and what the rooms compute with them."""
from promptmem.core import lazy_exports

_names = {
    **{m: None for m in ("base", "chat", "matmul", "scoring", "weights", "local", "endpoint", "load", "embed",
    "words", "use")},
    "LM": "base", "LMCache": "base", "LMError": "base", "PromptTooLong": "base", "CallableLM": "base",
    "TransformersLM": "local", "OpenAILM": "endpoint", "find_api_key": "endpoint", "load_lm": "load",
    "control_tokens": "chat", "chat_ids": "chat", "text_ids": "chat", "Stream": "base", "split_thinking": "base",
    "Embedder": "embed", "load_embedder": "embed", "WordReader": "words",
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)
