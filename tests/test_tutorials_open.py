"""Every tutorial opens in Colab with one badge and one install cell, and carries no widget state."""
import json

import pytest

from tests.conftest import REPO

FILES = [p for p in sorted((REPO / "tutorials").rglob("*.ipynb")) if ".ipynb_checkpoints" not in p.parts]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(REPO / "tutorials")))
def test_badge_and_install_cell(path):
    nb = json.loads(path.read_text())
    text = ["".join(c["source"]) for c in nb["cells"]]
    target = (
        f"https://colab.research.google.com/github/promptmem/promptmem/blob/main/{path.relative_to(REPO).as_posix()}"
    )
    badges = [i for i, t in enumerate(text) if target in t and "colab-badge.svg" in t]
    installs = [i for i, t in enumerate(text) if '"google.colab" in sys.modules' in t]
    assert len(badges) == 1 and len(installs) == 1 and installs[0] <= 2, (badges, installs)
    assert "promptmem[" in text[installs[0]] and "git+https://github.com/promptmem/promptmem" in text[installs[0]]
    assert "widgets" not in nb["metadata"]
    assert not any(
        "widget-view" in mime for c in nb["cells"] for o in c.get("outputs", []) for mime in o.get("data", {})
    )
