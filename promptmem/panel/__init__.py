"""panel: what the rooms' widgets share: parts, charts, the live half, plotly figures"""
from promptmem.core import lazy_exports

_names = {
    **{m: None for m in ("parts", "charts", "widget", "plots", "about", "views")},
    "shown": "parts", "esc": "parts", "heading": "parts", "paragraph": "parts", "facts": "parts", "table": "parts",
    "markup": "parts", "columns": "parts", "moment": "parts", "as_html": "parts", "as_text": "parts",
    "chart": "charts", "bar_chart": "charts",
    "CSS": "widget", "static_page": "widget", "panel_base": "widget", "controls": "widget", "tagged": "widget",
    "label": "widget", "button": "widget", "on_enter": "widget",
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)
