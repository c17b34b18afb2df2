"""Edit notebooks as text: py:percent scripts to clean notebooks with stable cell ids, and back.

    python tools/nbtext.py to-ipynb scratch/02_lm.py nbs/02_lm.ipynb
    python tools/nbtext.py to-py nbs/02_lm.ipynb scratch/02_lm.py

A cell's id is a hash of its first meaningful line, so editing a cell's body does not change the header
that nbdev writes above the exported code. Outputs of cells whose source did not change are kept.
"""
import argparse
import hashlib
import re
from pathlib import Path

import jupytext
import nbformat

KERNEL = dict(display_name="python3", language="python", name="python3")


def cell_id(source, seen):
    "A stable id: hash of the first definition or first line, numbered when repeated"
    lines = [line.strip() for line in source.splitlines() if line.strip() and not line.startswith("#|")]
    defs = [line for line in lines if re.match(r"(def|class|async def) ", line)]
    head = re.sub(r"\(.*", "", defs[0]) if defs else (lines[0] if lines else "")
    digest = hashlib.sha256(head.encode()).hexdigest()[:8]
    seen[digest] = seen.get(digest, 0) + 1
    return digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def to_ipynb(src, dst):
    "Write the notebook `dst` from the py:percent script `src`"
    nb = jupytext.read(src, fmt="py:percent")
    old = {}
    if Path(dst).exists():
        old = {c.source: c for c in nbformat.read(dst, 4).cells if c.cell_type == "code"}
    seen = {}
    for cell in nb.cells:
        cell.id = cell_id(cell.source, seen)
        cell.metadata = {k: v for k, v in cell.metadata.items() if k == "tags"}
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = old[cell.source].outputs if cell.source in old else []
    nb.metadata = nbformat.from_dict(dict(kernelspec=KERNEL))
    nb.nbformat, nb.nbformat_minor = 4, 5
    Path(dst).parent.mkdir(parents=True, exist_ok=True)
    text = nbformat.writes(nb, indent=1)
    Path(dst).write_text(text + "\n" if not text.endswith("\n") else text, encoding="utf-8")


def to_py(src, dst):
    "Write the py:percent script `dst` from the notebook `src`"
    nb = nbformat.read(src, 4)
    nb.metadata.pop("jupytext", None)
    Path(dst).parent.mkdir(parents=True, exist_ok=True)
    jupytext.write(nb, dst, fmt="py:percent")


if __name__ == "__main__":
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("direction", choices=["to-ipynb", "to-py"])
    ap.add_argument("src")
    ap.add_argument("dst")
    a = ap.parse_args()
    (to_ipynb if a.direction == "to-ipynb" else to_py)(a.src, a.dst)
