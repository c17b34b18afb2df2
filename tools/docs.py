"""API pages without Quarto: run nbdev's processor over nbs/ and write plain HTML pages to _docs/ with an index."""
import html
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main():
    os.chdir(ROOT)
    from nbdev.serve import proc_nbs
    proc_nbs("nbs", n_workers=0, force=True)
    out = ROOT / "_docs"
    pages = sorted(p for p in (ROOT / "_proc").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
    rows = []
    for page in pages:
        rel = page.relative_to(ROOT / "_proc").with_suffix(".html")
        (out / rel.parent).mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "nbconvert", "--to", "html", "--log-level", "ERROR", str(page), "--output", rel.name,
                        "--output-dir", str(out / rel.parent)], check=True)
        rows.append(f"<li><a href='{html.escape(str(rel))}'>{html.escape(str(rel.with_suffix('')))}</a></li>")
    (out / "index_of_pages.html").write_text(f"<title>promptmem</title><h1>promptmem</h1><ul>{''.join(rows)}</ul>", encoding="utf-8")
    print(f"{len(pages)} pages in {out}")


if __name__ == "__main__":
    main()
