"""README.md from nbs/index.ipynb, without Quarto.

    python tools/readme.py            write README.md
    python tools/readme.py --check    fail when README.md is not what the notebook says

Cells with `#| hide` are left out, directive lines are stripped, code is fenced, text outputs are indented by four
blanks, Markdown outputs are passed through, and links to `images/` beside the notebook become links from the root.
"""
import argparse
import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
STAMP = "<!-- made from nbs/index.ipynb by tools/readme.py; edit the notebook -->\n\n"


def output_text(output):
    "One output as Markdown"
    data = output.get("data", {})
    if output.output_type == "stream": text = "".join(output.text)
    elif "text/markdown" in data: return "".join(data["text/markdown"]) + "\n\n"
    else: text = "".join(data.get("text/plain", ""))
    return "".join(f"    {line}\n" for line in text.rstrip().splitlines()) + "\n" if text.strip() else ""


def cell_text(cell):
    "One cell as Markdown; empty for hidden cells"
    if cell.cell_type == "markdown": return cell.source.strip() + "\n\n"
    if cell.cell_type != "code" or re.search(r"^#\|\s*(hide|include:\s*false)\s*$", cell.source, re.M): return ""
    code = "\n".join(line for line in cell.source.splitlines() if not line.startswith("#|")).strip()
    fenced = f"```python\n{code}\n```\n\n" if code else ""
    return fenced + "".join(map(output_text, cell.outputs))


def readme(path):
    "The text of README.md"
    cells = nbformat.read(path, 4).cells
    text = "".join(map(cell_text, cells)).replace("](images/", "](nbs/images/")
    return STAMP + text.rstrip() + "\n"


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--check", action="store_true")
    a = ap.parse_args()
    text, target = readme(ROOT/"nbs"/"index.ipynb"), ROOT/"README.md"
    if not a.check: target.write_text(text, encoding="utf-8")
    elif target.read_text(encoding="utf-8") != text:
        sys.exit("README.md differs from nbs/index.ipynb; run: python tools/readme.py")


if __name__ == "__main__":
    main()
