"""reward: which prompt suits this question? Outcomes, prompt reward models, choice, and honest evaluation."""
from promptmem.core import lazy_exports

_names = {
    "Outcomes": "outcomes", "availability": "outcomes", "find_leaks": "outcomes", "near_groups": "outcomes",
    "LeakedRows": "outcomes", "PromptReward": "model",
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)
