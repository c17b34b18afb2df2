"""Remember what people meant, and find it again: look-ups, prompts, tasks, streams, and the assistant."""
from promptmem.core import lazy_exports

_names = {
    "lookup": None, "semantic": None, "retriever": None, "prompt": None, "tasks": None, "logs": None, "streaming": None,
    "calibration": None, "assistant": None,
    "Lookup": "lookup", "ClosestLookup": "lookup", "aligned": "lookup", "normalizer": "lookup",
    "SemanticLookup": "semantic", "TransformLookup": "semantic",
    "make_pairs": "retriever", "split_pairs": "retriever", "train_retriever": "retriever", "fine_tune": "retriever",
    "load_head": "retriever", "pair_scores": "retriever", "DenseHead": "retriever",
    "SEP": "prompt", "END": "prompt", "parse_reply": "prompt", "neutralize": "prompt", "few_shot": "prompt", "read_few_shot": "prompt",
    "assemble": "prompt", "enrich": "prompt", "Strategy": "prompt", "NoMemory": "prompt", "GrowingPrompt": "prompt", "MemPrompt": "prompt",
    "load_strategy": "prompt",
    "Task": "tasks", "Tasks": "tasks", "load_tasks": "tasks", "make_tasks": "tasks", "templates": "tasks", "render": "tasks", "checker": "tasks",
    "keyword_check": "tasks", "strict_check": "tasks",
    "SimulatedUser": "streaming", "stream": "streaming", "TooManyErrors": "streaming",
    "Calibration": "calibration", "calibrate": "calibration", "pair_distances": "calibration", "answer_with": "calibration",
    "promise": "calibration", "poisoning_test": "calibration", "PoisoningReport": "calibration",
    "wrong_memory_drill": "calibration", "learning_curve": "calibration", "plot_learning_curve": "calibration",
    "Assistant": "assistant", "contracts": None, "LookupLike": "contracts", "ChooserLike": "contracts", "RewriterLike": "contracts", "TaskLike": "contracts", "Check": "contracts",
    "checkers": None, "own_tasks": "tasks", "Says": "checkers", "JsonCheck": "checkers", "JudgeCheck": "checkers", "read_score": "checkers",
    "contains_check": "checkers", "exact_check": "checkers", "regex_check": "checkers", "choice_check": "checkers",
    "widgets": None, "ClarifyWidget": "widgets", "inspector": None, "MemoryInspector": "inspector",
    "teach": None, "teach_following": "teach", "load_taught": "teach", "Teaching": "teach",
    "gate": None, "auto": None, "Gate": "gate", "load_pairs": "gate", "train_gate": "gate", "AutoLookup": "auto", "wrap": None, "mcp": None, "magics": None, "adapters": None, "langgraph_store": "adapters", "llamaindex_block": "adapters", "WrappedClient": "wrap",
    "Log": "logs", "Logs": "logs", "compare_logs": "logs",
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)
