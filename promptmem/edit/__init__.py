"""Change a model's weights from one example per behaviour, within a limit on damage, and take it back."""
from promptmem.core import lazy_exports

_names = {
    "BackpackLM": "backpack", "BackpackConfig": "backpack",
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)
