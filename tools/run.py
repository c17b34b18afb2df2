"""Execute notebooks in place, so that a reader sees what their cells give.

    python tools/run.py nbs/lm/01_base.ipynb nbs/store     # files or folders
    python tools/run.py                                    # every notebook of nbs/ and tutorials/ (not tutorials/batch)

Outputs are cleaned: no progress bars, no times of execution, no paths of this machine, no widget state. A notebook
that raises is left as it was, and the run ends with an error that names it. Notebooks that train the shipped models
carry the tag `long` and are left out.
"""
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parent.parent
LONG = ("tutorials/train_demo_lm.ipynb", "tutorials/make_outcomes.ipynb")
BAR = re.compile(r"\d+%\|.*?\||it/s|s/it|\r")
HEX = re.compile(r" at 0x[0-9a-fA-F]+")


def notebooks(names):
    "The notebooks named, or all"
    if not names:
        found = [*sorted((ROOT/"nbs").rglob("*.ipynb")), *sorted((ROOT/"tutorials").glob("*.ipynb"))]
        return [p for p in found if str(p.relative_to(ROOT)) not in LONG]
    return [p for n in names for p in (sorted(Path(n).rglob("*.ipynb")) if Path(n).is_dir() else [Path(n)])]


def clean(cell):
    "Take out what changes from run to run"
    kept = []
    for o in cell.get("outputs", []):
        if o.output_type == "stream":
            if o.name == "stderr": continue  # warnings and progress: what a reader needs stands in the text
            o.text = _text(o.text)
            if not o.text.strip(): continue
        elif "data" in o:
            o.data.pop("application/vnd.jupyter.widget-view+json", None)
            for kind in ("text/plain", "text/html", "text/markdown"):
                if kind in o.data: o.data[kind] = _text(o.data[kind])
            if not any(str(v).strip() for v in o.data.values()): continue
        if "execution_count" in o: o.execution_count = None
        o.pop("metadata", None) if o.output_type == "stream" else o.update(metadata={})
        kept.append(o)
    cell.outputs, cell.execution_count = kept, None


def _text(s):
    s = "\n".join(line for line in s.split("\n") if not BAR.search(line)) if BAR.search(s) else s
    home = str(ROOT.parent)
    return HEX.sub("", s.replace(str(ROOT)+"/", "").replace(home+"/", "").replace(tempfile.gettempdir()+"/", ""))


def skipped(cell):
    return bool(re.search(r"^#\|\s*eval:\s*false", cell.source, re.M))


def run(path):
    "Execute one notebook in place"
    nb = nbformat.read(path, 4)
    # cells that are not for evaluation stay as they are
    todo = [c for c in nb.cells if c.cell_type == "code" and not skipped(c)]
    held = {c.id: c.source for c in nb.cells if c.cell_type == "code" and skipped(c)}
    for c in nb.cells:
        if c.id in held: c.source = "pass"
    env_cell = nbformat.v4.new_code_cell("import os\nos.environ.setdefault('TQDM_DISABLE', '1')")
    nb.cells.insert(0, env_cell)
    NotebookClient(
        nb,
        timeout=1200,
        kernel_name="python3",
        record_timing=False,
        resources=dict(metadata=dict(path=str(path.parent))),
    ).execute()
    nb.cells.pop(0)
    for c in nb.cells:
        if c.id in held: c.source = held[c.id]
    for c in todo: clean(c)
    nb.metadata.pop("widgets", None)
    nb.metadata = nbformat.from_dict(dict(kernelspec=dict(display_name="python3", language="python", name="python3")))
    text = nbformat.writes(nb, indent=1)
    path.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")


def main(names):
    failed = []
    for p in notebooks(names):
        try: run(p)
        except CellExecutionError as e:
            failed.append(p)
            print(f"{p}: {str(e)[-1500:]}")
        else: print(f"{p}: ran")
    if failed: sys.exit(f"{len(failed)} notebooks failed: {', '.join(map(str, failed))}")


if __name__ == "__main__":
    main(sys.argv[1:])
