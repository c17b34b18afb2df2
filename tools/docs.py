"""API pages from nbs/: `python tools/docs.py` writes plain HTML to _docs/ without Quarto; `--quarto` makes the whole site.

nbdev runs the cells that a page of functions needs: exported ones, imports, show_doc. It also runs each test cell that
holds an import, without the cells before it; `page_needs` leaves those alone, for `make test` runs them all in order."""
import ast
import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
SHOWN = {"export", "exports", "exporti", "exec_doc"}


def page_needs(cell):
    "Exported cells, cells of nothing but imports, and calls of show_doc"
    from nbdev import processors
    if cell.cell_type != "code" or processors.cell_lang(cell) != "python" or not cell.source: return False
    trees = cell.parsed_()
    if not trees or cell.directives_.get("eval:", [""])[0].lower() == "false": return False
    imports = all(isinstance(t, (ast.Import, ast.ImportFrom)) for t in trees)
    return bool(cell.directives_.keys() & SHOWN) or imports or bool(processors._show_docs(trees))


def forgiving(signature):
    "A signature whose annotations stay text where they name a class that the notebook defines further down"
    def found(f, **options):
        try: return signature(f, **options)
        except NameError: return signature(f)
    return found


def without_quarto(page):
    "What Quarto would read: the front matter becomes a heading, show_doc shows its result alone, link attributes go"
    nb = json.loads(re.sub(r'\{target=\\"_blank\\"[^}]*\}', "", page.read_text(encoding="utf-8")))
    for cell in nb["cells"]:
        if cell.pop("has_sd", False): cell["metadata"]["tags"] = ["remove_input"]
    first = nb["cells"][0]
    if first["cell_type"] == "raw":
        meta = yaml.safe_load("".join(first["source"]).strip("- \n"))
        first.update(cell_type="markdown", source=f"# {meta['title']}\n\n> {meta.get('description', '')}")
    page.write_text(json.dumps(nb), encoding="utf-8")


def plain_pages():
    "One HTML page a notebook and an index of them"
    from nbdev.serve import proc_nbs
    proc_nbs("nbs", n_workers=0, force=True)
    made, out = ROOT / "_proc", ROOT / "_docs"
    pages = sorted(p for p in made.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
    for p in pages: without_quarto(p)
    for folder in sorted({p.parent for p in pages}):
        to = out / folder.relative_to(made)
        to.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [
                sys.executable,
                "-m",
                "nbconvert",
                "--to",
                "html",
                "--log-level",
                "ERROR",
                "--no-prompt",
                "--TagRemovePreprocessor.enabled=True",
                "--TagRemovePreprocessor.remove_input_tags=remove_input",
                "--output-dir",
                str(to),
                *[str(p) for p in pages if p.parent == folder],
            ],
            check=True,
        )
    names = [p.relative_to(made).with_suffix("") for p in pages]
    rows = "".join(f"<li><a href='{html.escape(str(n))}.html'>{html.escape(str(n))}</a></li>" for n in names)
    (out / "index_of_pages.html").write_text(
        f"<!doctype html><title>promptmem</title><h1>promptmem</h1><ul>{rows}</ul>", encoding="utf-8"
    )
    print(f"{len(pages)} pages in {out.name}/")


def main():
    os.chdir(ROOT)
    from fastcore import docments
    from nbdev import processors
    processors._do_eval = page_needs
    docments.signature = forgiving(docments.signature)
    if "--quarto" in sys.argv:
        from nbdev.quarto import nbdev_docs
        nbdev_docs.__wrapped__(n_workers=0)
    else: plain_pages()


if __name__ == "__main__": main()
