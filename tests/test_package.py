"""The package as users get it: light to import, complete in its wheel, every module importable."""
import ast
import importlib
import json
import os
import pkgutil
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest

import promptmem

ROOT = Path(__file__).resolve().parent.parent
HEAVY = (
    "torch",
    "transformers",
    "sentence_transformers",
    "lightgbm",
    "sklearn",
    "plotly",
    "ipywidgets",
    "pandas",
    "openai",
    "peft",
    "distributed",
    "papermill",
    "sqlalchemy",
)
ROOMS = ("lm", "index", "store", "batch", "panel", "demo", "memory", "reward", "rewrite", "recall", "edit")
# every name that could be imported before modules moved into folders (version 0.1.0)
NAMES = json.loads((ROOT / "tests/public_names.json").read_text())


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
    return [
        m.name
        for m in pkgutil.walk_packages(promptmem.__path__, "promptmem.")
        if not m.name.startswith("promptmem._data")
    ]


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


def imports(root):
    "Module -> modules of the package that it imports anywhere, inside functions too"
    files = {str(p.relative_to(root.parent).with_suffix("")).replace(os.sep, ".").removesuffix(".__init__"): p
             for p in root.rglob("*.py") if "_modidx" not in p.name and "_data" not in p.parts}
    out = {}
    for name, path in files.items():
        package = name if path.name == "__init__.py" else name.rsplit(".", 1)[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import): found = [a.name for a in node.names]
            elif isinstance(node, ast.ImportFrom):
                above = package.split(".")[:len(package.split(".")) - node.level + 1] if node.level else []
                base = ".".join([*above, *([node.module] if node.module else [])])
                found = [f"{base}.{a.name}" if f"{base}.{a.name}" in files else base for a in node.names]
            else: continue
            out.setdefault(name, set()).update(m for m in found if m in files and m != name)
    return out


def circles(graph):
    "Modules from which imports lead back to themselves"
    def reached(start):
        seen, todo = set(), list(graph.get(start, ()))
        while todo:
            m = todo.pop()
            if m in seen: continue
            seen.add(m)
            todo.extend(graph.get(m, ()))
        return seen
    return sorted(m for m in graph if m in reached(m))


def test_no_module_imports_itself_through_others():
    graph = imports(ROOT / "promptmem")
    assert len(graph) > 80 and "promptmem.memory.checkers" in graph["promptmem.memory.tasks"]
    assert circles(graph) == []
    assert "promptmem.core" in circles({**graph, "promptmem.core": {"promptmem.memory.tasks"}})


def test_what_stands_below_leans_on_nothing_above():
    graph, below = imports(ROOT / "promptmem"), ("core", "arguments", "record", "stats", "grade", "index", "panel",
                                                 "store", "data", "logs")
    room = lambda m: (m.split(".") + [""])[1]
    assert {room(m) for m in graph} >= {*below}
    assert not [(m, x) for m in graph if room(m) in below for x in graph[m] if room(x) not in ("", *below)]
    import promptmem.arguments as own
    import promptmem.lm.arguments as old
    assert old.Kind is own.Kind and old.WrongArgument is own.WrongArgument and old.whole is own.whole


def test_eight_modules_at_the_top_and_a_number_for_each_notebook():
    modules = {p.stem for p in (ROOT / "promptmem").glob("*.py")} - {"__init__", "__main__", "_modidx"}
    assert len(modules) <= 8, modules
    numbered = [(p.parent, p.name.split("_")[0]) for p in (ROOT / "nbs").rglob("[0-9]*_*.ipynb")]
    twice = [f"{folder.name}/{n}" for (folder, n), k in Counter(numbered).items() if k > 1]
    assert len(numbered) > 80 and not twice, twice


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    "A folder with wheel and sdist, and an environment that holds the wheel as installed"
    folder = tmp_path_factory.mktemp("built")
    subprocess.run([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
                   check=True, capture_output=True, text=True)
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--system-site-packages", str(venv)], check=True)
    site = next(venv.glob("lib/python*/site-packages"))
    zipfile.ZipFile(next(folder.glob("*.whl"))).extractall(site)
    return folder, site


@pytest.mark.slow
def test_wheel_and_sdist_build_and_the_wheel_stands_alone(built, tmp_path):
    folder, site = built
    wheel, = folder.glob("*.whl")
    assert list(folder.glob("*.tar.gz"))
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "promptmem/memory/__init__.py",
        "promptmem/py.typed",
        "promptmem/store/store.pyi",
        "promptmem/_data/sources.json",
        "promptmem/_data/models/demo_lm/model.safetensors",
    ):
        assert needed in names, needed
    code = (f"import sys; sys.path.insert(0, {str(site)!r})\n"
            "import promptmem, promptmem.data as d\n"
            f"assert promptmem.__file__.startswith({str(site)!r}), promptmem.__file__\n"
            f"assert str(d.data_dir()).startswith({str(site)!r}), d.data_dir()\n"
            "print(promptmem.load_lm('demo').complete(['hello'], max_tokens=1)[0].usage.completion_tokens)")
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert out.stdout.strip() == "1", out.stderr


@pytest.mark.slow
def test_every_name_of_version_0_1_is_still_imported_from_the_wheel(built, tmp_path):
    _, site = built
    code = ("import importlib, json, sys\n"
            f"sys.path.insert(0, {str(site)!r})\n"
            f"names = json.loads(open({str(ROOT / 'tests/public_names.json')!r}).read())\n"
            "import promptmem\n"
            f"assert promptmem.__file__.startswith({str(site)!r}), promptmem.__file__\n"
            "lost = [f'{m}.{n}' for m, ns in names.items() for n in ns if not hasattr(importlib.import_module(m), n)]\n"
            "print(len(names), lost)")
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert out.stdout.strip() == f"{len(NAMES)} []", out.stdout + out.stderr


@pytest.mark.slow
def test_thirty_typed_calls_pass_the_type_checker_on_the_installed_wheel(built, tmp_path):
    pytest.importorskip("mypy")
    folder, _ = built
    argv = [
        sys.executable,
        "-m",
        "mypy",
        "--python-executable",
        str(folder / "venv/bin/python"),
        "--ignore-missing-imports",
        "--cache-dir",
        str(tmp_path),
        shutil.copy(ROOT / "tests/typed_calls.py", tmp_path),
    ]
    out = subprocess.run(
        argv, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": "", "MYPYPATH": ""}
    )
    assert out.returncode == 0, out.stdout + out.stderr
    # and a call that is not there is noticed
    wrong = tmp_path / "wrong.py"
    wrong.write_text("import promptmem as pm\npm.Store(':memory:').recall('x')\n")
    out = subprocess.run(
        argv[:-1] + [str(wrong)], capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": ""}
    )
    assert 'has no attribute "recall"' in out.stdout, out.stdout + out.stderr


def test_stubs_are_in_step():
    out = subprocess.run([sys.executable, "tools/stubs.py", "--check"], capture_output=True, text=True, cwd=ROOT)
    assert out.returncode == 0, out.stderr
