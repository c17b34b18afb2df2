"""The habits of this house, held against every notebook.

    python tools/habits.py                # what is wrong, and the figures
    python tools/habits.py nbs/store      # one folder
    python tools/habits.py --figures      # the figures only

Wrong is: a code line over 120 characters, in notebooks, tests, benchmarks and tools; a shown expression without its
output; a public definition without docstring or a public parameter without a comment; a tuple used as a statement; a
method put into a class by assignment; `@patch` for a private helper; a chapter that switches warnings off for whatever
runs after it in the same process, or that records warnings without asking for all of them. The figures say how large
exported cells are, how many are followed by an example or a test, and how many notebooks show outputs.
"""
import ast
import re
import statistics
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
WIDEST = 120
# methods whose result is there to be seen
SHOWS = {"plot", "frame", "head", "table", "summary", "to_frame", "describe", "tail"}


def is_exported(cell): return cell.cell_type == "code" and bool(re.search(r"^#\|\s*exports?\b", cell.source, re.M))


def tree_of(cell):
    "The cell's syntax tree without magics, or None"
    try: return ast.parse(cell.source)
    except SyntaxError: pass
    try: return ast.parse(re.sub(r"^\s*[%!].*$", "pass", cell.source, flags=re.M))
    except SyntaxError: return None


def only_imports(tree): return all(isinstance(n, (ast.Import, ast.ImportFrom)) for n in tree.body)


def is_shown(node):
    """Does a notebook show the value of this last statement? Calls may return nothing, so only those whose result is
    meant to be seen count"""
    if not isinstance(node, ast.Expr) or isinstance(node.value, (ast.Await, ast.Yield)): return False
    value = node.value
    if isinstance(value, ast.Constant): return value.value is not None and value.value is not ...
    if not isinstance(value, ast.Call): return True
    name = value.func.id if isinstance(value.func, ast.Name) else getattr(value.func, "attr", "")
    return name == "print" or name in SHOWS


def patches(node):
    "Is this a function under `@patch`?"
    names = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    return any(getattr(d, "id", "") == "patch" for d in names)


def documented(node, lines):
    "Names of the public parameters without a comment on their line"
    a = node.args
    params = [
        p
        for p in a.posonlyargs + a.args + a.kwonlyargs + [x for x in (a.vararg, a.kwarg) if x]
        if p.arg not in ("self", "cls")
    ]
    return [p.arg for p in params if not p.arg.startswith("_") and "#" not in lines[p.lineno-1]]


def definition_faults(node, lines, owner=""):
    "What a public function or class lacks"
    if node.name.startswith("_") and node.name != "__init__": return
    name = f"{owner}{node.name}"
    if isinstance(node, ast.ClassDef):
        if not ast.get_docstring(node): yield f"class {name} has no docstring"
        for n in node.body:
            if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield from definition_faults(n, lines, f"{name}.")
        return
    if node.name != "__init__" and not ast.get_docstring(node): yield f"{name} has no docstring"
    if (bare := documented(node, lines)): yield f"{name}: no comment on {', '.join(bare)}"


def called(node, *names):
    "Is this statement or expression a call of `warnings.` one of `names`?"
    node = getattr(node, "value", node) if isinstance(node, ast.Expr) else node
    return isinstance(node, ast.Call) and ast.unparse(node.func) in {f"warnings.{n}" for n in names}


def warning_faults(i, tree):
    """Filters of warnings are the process's, and notebooks are tested several in a process: what one sets, the next one
    has. So a filter stands inside `catch_warnings`, and who records warnings says which"""
    for n in tree.body:
        if called(n, "simplefilter", "filterwarnings"): yield f"cell {i}: {ast.unparse(n)} stays for the next notebook"
    for n in ast.walk(tree):
        records = isinstance(n, ast.With) and any(
            called(w.context_expr, "catch_warnings") and w.context_expr.keywords for w in n.items)
        if records and not any(called(s, "simplefilter", "filterwarnings") for s in n.body):
            yield f"cell {i}: warnings are recorded, and no filter says which"


def cell_faults(i, cell, shows=True):
    "What is wrong in one code cell"
    for line in cell.source.splitlines():
        if len(line) > WIDEST: yield f"cell {i}: a line of {len(line)} characters: {line.strip()[:50]}"
    tree = tree_of(cell)
    if tree is None or not tree.body: return
    lines = cell.source.splitlines()
    if not is_exported(cell):
        hidden = re.search(r"^#\|\s*(hide|eval:\s*false)", cell.source, re.M)
        if (
            shows
            and not hidden
            and is_shown(tree.body[-1])
            and not cell.source.rstrip().endswith(";")
            and not cell.outputs
        ):
            yield f"cell {i}: nothing is shown for {lines[-1].strip()[:60]}"
        return
    classes = {n.name for n in tree.body if isinstance(n, ast.ClassDef)}
    for n in ast.walk(tree):
        if isinstance(n, ast.Expr) and isinstance(n.value, ast.Tuple):
            yield f"cell {i}: a tuple as a statement: {ast.unparse(n)[:60]}"
    for n in tree.body:
        if (
            isinstance(n, ast.Assign)
            and isinstance(n.targets[0], ast.Attribute)
            and isinstance(n.targets[0].value, ast.Name)
            and (n.targets[0].value.id in classes or n.targets[0].value.id[:1].isupper())
        ):
            yield f"cell {i}: {ast.unparse(n)[:60]} puts a method into a class"
        if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if (
                not isinstance(n, ast.ClassDef)
                and patches(n)
                and n.name.startswith("_")
                and not n.name.endswith("_")
            ):
                yield f"cell {i}: @patch for the private {n.name}"
            for fault in definition_faults(n, lines): yield f"cell {i}: {fault}"


def faults(path):
    "What is wrong in one notebook"
    nb, path = nbformat.read(path, 4), Path(path).resolve()
    # batch notebooks are run by papermill, the two others make what ships: their outputs are the runs' results
    shows = "batch" not in path.parts and path.name not in (
        "train_demo_lm.ipynb",
        "make_outcomes.ipynb",
    )
    for i, cell in enumerate(nb.cells):
        if cell.cell_type != "code": continue
        yield from cell_faults(i, cell, shows or "nbs" in path.parts)
        # tutorials and batch runs have a kernel each
        if "nbs" in path.parts and (tree := tree_of(cell)): yield from warning_faults(i, tree)


def long_lines(path):
    "Lines of a hand-written module that are too wide"
    for i, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if len(line) > WIDEST: yield f"line {i} has {len(line)} characters"


def figures(paths):
    "Sizes of exported cells, and what follows them"
    sizes, followed, shown = [], [], []
    for p in paths:
        nb = nbformat.read(p, 4)
        code = [c for c in nb.cells if c.cell_type == "code"]
        shown.append(any(c.outputs for c in code))
        cells = [c for c in code if (t := tree_of(c)) is None or t.body]
        for k, c in enumerate(cells):
            if not is_exported(c) or only_imports(tree_of(c)): continue
            sizes.append(sum(1 for line in c.source.splitlines() if line.strip() and not line.startswith("#|")))
            followed.append(k + 1 < len(cells) and not is_exported(cells[k+1]))
    if not sizes: return {}
    return {"exported cells": len(sizes), "median lines": statistics.median(sizes),
            "90th percentile": sorted(sizes)[int(.9*(len(sizes)-1))], "longest": max(sizes),
            "followed by an example or test": f"{sum(followed)/len(followed):.0%}",
            "notebooks with outputs": f"{sum(shown)/len(shown):.0%}"}


def notebooks(names=()):
    "Notebooks below the named places, or all of nbs/ and tutorials/"
    places = [Path(n) for n in names] or [ROOT/"nbs", ROOT/"tutorials"]
    found = [q for p in places for q in (sorted(p.rglob("*.ipynb")) if p.is_dir() else [p])]
    return [p for p in found if ".ipynb_checkpoints" not in p.parts]


def main(argv):
    quiet = "--figures" in argv
    paths = notebooks([a for a in argv if not a.startswith("-")])
    wrong = [] if quiet else [f"{p.relative_to(ROOT) if p.is_absolute() else p}: {f}" for p in paths for f in faults(p)]
    if not quiet:
        by_hand = [f for place in ("tests", "benchmarks", "tools") for f in sorted((ROOT/place).rglob("*.py"))]
        wrong = [*wrong, *(f"{f.relative_to(ROOT)}: {fault}" for f in by_hand for fault in long_lines(f))]
    if wrong: print("\n".join(wrong))
    source = [p for p in paths if "nbs" in p.resolve().relative_to(ROOT).parts[:1]]
    for name, value in figures(source).items(): print(f"{name}: {value}")
    if wrong: sys.exit(f"{len(wrong)} faults")


if __name__ == "__main__":
    main(sys.argv[1:])
