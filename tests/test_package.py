"""The package as users get it: light to import, complete in its wheel, every module importable."""
import importlib
import pkgutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import promptmem

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("torch", "transformers", "sentence_transformers", "lightgbm", "sklearn", "plotly", "ipywidgets", "pandas", "openai",
         "peft", "distributed", "papermill", "sqlalchemy")
ROOMS = ("memory", "reward", "rewrite", "recall", "edit")


def loaded_by(statement):
    code = f"import sys\n{statement}\nprint(','.join(m for m in {HEAVY!r} if m in sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return [m for m in out.stdout.strip().split(",") if m]


def test_import_promptmem_loads_nothing_heavy():
    assert loaded_by("import promptmem") == []


@pytest.mark.parametrize("room", ROOMS)
def test_import_of_a_room_loads_nothing_heavy(room):
    heavy = set(loaded_by(f"import promptmem.{room}")) - {"pandas"}
    assert heavy == set()


def modules():
    return [m.name for m in pkgutil.walk_packages(promptmem.__path__, "promptmem.") if not m.name.startswith("promptmem._data")]


@pytest.mark.parametrize("name", modules())
def test_every_module_imports(name):
    importlib.import_module(name)


@pytest.mark.parametrize("package", ["promptmem", *(f"promptmem.{r}" for r in ROOMS)])
def test_every_public_name_resolves(package):
    mod = importlib.import_module(package)
    assert mod.__all__
    for name in mod.__all__:
        assert getattr(mod, name) is not None, name
    with pytest.raises(AttributeError, match="no_such_name"):
        mod.no_such_name


@pytest.mark.slow
def test_wheel_and_sdist_build_and_the_wheel_stands_alone(tmp_path):
    subprocess.run([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)],
                   check=True, capture_output=True, text=True)
    wheel, = tmp_path.glob("*.whl")
    assert list(tmp_path.glob("*.tar.gz"))
    names = zipfile.ZipFile(wheel).namelist()
    for needed in ("promptmem/memory/__init__.py", "promptmem/py.typed", "promptmem/_data/sources.json",
                   "promptmem/_data/models/demo_lm/model.safetensors"):
        assert needed in names, needed
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    code = (f"import sys; sys.path.insert(0, {str(site)!r})\n"
            "import promptmem, promptmem.data as d\n"
            f"assert promptmem.__file__.startswith({str(site)!r}), promptmem.__file__\n"
            f"assert str(d.data_dir()).startswith({str(site)!r}), d.data_dir()\n"
            "print(promptmem.load_lm('demo').complete(['hello'], max_tokens=1)[0].usage.completion_tokens)")
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert out.stdout.strip() == "1", out.stderr
