"""The API pages build: the cells that a page needs run on their own."""
import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def docs(monkeypatch):
    spec = importlib.util.spec_from_file_location("docs_tool", ROOT / "tools/docs.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    from fastcore import docments
    from nbdev import processors
    monkeypatch.setattr(processors, "_do_eval", tool.page_needs)
    monkeypatch.setattr(docments, "signature", tool.forgiving(docments.signature))
    return tool


@pytest.mark.parametrize("name, shown", [("05_store", "Store"), ("edit/06_senses", "train_senses"), ("recall/05_retention", "retention_curve")])
def test_a_page_shows_its_functions(docs, tmp_path, monkeypatch, name, shown):
    from nbdev.processors import FilterDefaults
    from nbdev.serve_drv import exec_nb
    monkeypatch.chdir(ROOT / "nbs")
    page = tmp_path / "page.ipynb"
    exec_nb(ROOT / "nbs" / f"{name}.ipynb", page, FilterDefaults)
    docs.without_quarto(page)
    cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
    said = ["".join(o.get("text") or o.get("data", {}).get("text/markdown", "")) for c in cells if "remove_input" in c["metadata"].get("tags", ())
            for o in c["outputs"]]
    assert any(shown in s and "def" in s for s in said)
    assert cells[0]["cell_type"] == "markdown" and "".join(cells[0]["source"]).startswith("# ")
