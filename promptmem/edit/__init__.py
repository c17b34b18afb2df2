"""Change a model's weights from one example per behaviour, within a limit on damage, and take it back."""
from promptmem.core import lazy_exports

_names = {
    "CanonicalExamples": "examples", "CRITERIA": "examples", "Criterion": "examples", "overlap": "examples",
    "BackpackLM": "backpack", "BackpackConfig": "backpack",
    "Edit": "deltas", "Delta": "deltas", "load_edit": "deltas", "merge": "deltas", "conflicts": "deltas",
    "Recipe": "finetune", "select_senses": "senses", "module_map": "modules",
    "edit": "editor", "InContextEdit": "editor", "METHODS": "editor", "GeneralText": "scores", "limit_test": "scores",
    "evaluate_edit": "evaluate", "degradation_curve": "evaluate", "plot_curve": "evaluate", "EditReport": "evaluate",
    "LogitDifference": "ensemble", "fit_weight": "ensemble",
    "from_table": "examples", "from_clarifications": "examples", "from_interactions": "examples",
    "read_config": "config", "EditConfig": "config",
    "run_config": "run", "ConfigRun": "run",
    "sequential_edits": "sweeps", "plot_sequential": "sweeps", "sample_options": "sweeps", "result_table": "sweeps",
    "published_layout": "sweeps",
    "latex_table": "sweeps", "plot_results": "sweeps",
    "widgets": None, "EditCompare": "widgets", "EditComparison": "compare",
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)
