"""batch: notebooks run with parameters: grids, clusters, results, pages, the report"""
from promptmem.core import lazy_exports

_names = {
    **{m: None for m in ("parameters", "results", "run", "clusters", "pages", "grid", "report", "sweeps")},
    "Parameter": "parameters", "read_notebook": "parameters", "notebook_parameters": "parameters",
    "read_grid": "parameters", "read_value": "parameters", "check_settings": "parameters",
    "redact": "results", "write_result": "results", "read_result": "results", "run_id": "results",
    "code_hash": "results", "is_finished": "results", "load_runs": "results",
    "run_notebook": "run",
    "make_cluster": "clusters", "open_executor": "clusters",
    "PLOTLY": "pages", "page": "pages", "number": "pages", "table": "pages", "figure_html": "pages",
    "notebook_figures": "pages",
    "plotly_script": "pages", "notebook_html": "pages", "metric_text": "pages", "cards": "pages",
    "title_of": "pages", "run_page": "pages", "metric_figure": "pages", "grid_figures": "pages",
    "write_grid_index": "pages",
    "run_grid": "grid",
    "ROOMS": "report", "read_plan": "report", "write_report": "report",
    "memory_sweep": "sweeps", "reward_sweep": "sweeps", "recall_sweep": "sweeps", "edit_sweep": "sweeps",
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)
