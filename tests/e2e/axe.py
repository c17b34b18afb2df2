"""axe-core, the accessibility checker, by npm into a cache; tests that need it skip where it cannot be had."""
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest

VERSION = "4.10.3"
# what a single part of somebody else's page (a cell's output) cannot be held to
WHOLE_PAGE = ["region", "page-has-heading-one", "landmark-one-main", "bypass", "document-title", "html-has-lang"]


def axe_script():
    "The text of axe.min.js"
    folder = Path(tempfile.gettempdir()) / f"promptmem-axe-{VERSION}"
    script = folder / "axe.min.js"
    if not script.exists():
        if not shutil.which("npm"): pytest.skip("axe-core comes by npm, which is not installed")
        folder.mkdir(exist_ok=True)
        try:
            subprocess.run(["npm", "pack", f"axe-core@{VERSION}"], cwd=folder, check=True, capture_output=True,
                           timeout=90)
        except (subprocess.SubprocessError, OSError) as e: pytest.skip(f"axe-core cannot be had: {e}")
        with tarfile.open(folder / f"axe-core-{VERSION}.tgz") as packed:
            script.write_bytes(packed.extractfile("package/axe.min.js").read())
    return script.read_text(encoding="utf-8")


def serious_faults(page, only=None):
    "What axe finds that is serious or critical, as lines; `only`: a selector of the part to look at"
    if not page.evaluate("typeof window.axe !== 'undefined'"): page.evaluate(axe_script())
    off = {rule: dict(enabled=False) for rule in WHOLE_PAGE} if only else {}
    found = page.evaluate("([only, rules]) => axe.run(only || document, {rules, resultTypes: ['violations']})",
                          [only, off])
    return [f"{v['id']}: {v['help']}: {n['target']} {n['html'][:160]}" for v in found["violations"]
            if v["impact"] in ("serious", "critical") for n in v["nodes"][:3]]


def faultless_in_both_themes(notebook, name):
    "axe finds nothing serious in the panels of a notebook, light and dark, wide and at 480 px; a picture of each theme"
    page = notebook.page
    for theme, light in (("JupyterLab Light", "true"), ("JupyterLab Dark", "false")):
        page.evaluate("t => window.jupyterapp.commands.execute('apputils:change-theme', {theme: t})", theme)
        page.wait_for_selector(f"body[data-jp-theme-light={light}]", state="attached")
        assert not (faults := serious_faults(page, ".pm-panel")), f"{theme}: {faults}"
        wide = page.viewport_size
        page.set_viewport_size(dict(width=480, height=900))
        assert not (faults := serious_faults(page, ".pm-panel")), f"{theme}, 480 px: {faults}"
        notebook.shot(f"{name}_480_{'light' if light == 'true' else 'dark'}")
        page.set_viewport_size(wide)
