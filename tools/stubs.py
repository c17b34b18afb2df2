"""Type stubs for what type checkers and editors can't see: public names that load on first use, and methods that a
later cell adds.

    python tools/stubs.py          # write promptmem/**/*.pyi
    python tools/stubs.py --check  # say which would change, and end with an error

A package whose names load lazily gets an `__init__.pyi` with plain imports. A module in which `@patch` adds methods to
a class gets a stub in which the class is whole. All other modules are read by type checkers as they are.
"""
import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIB = ROOT/"promptmem"
HEAD = "# made by tools/stubs.py; do not edit\n"


def lazy_names(tree):
    """The literal dict `_names` of a package's `__init__`, with the entries of `**{m: None for m in (...)}` and
    `_rooms` filled in"""
    tables = {}
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, (ast.Dict, ast.DictComp))
        ):
            tables[node.targets[0].id] = eval(compile(ast.Expression(node.value), "names", "eval"), dict(tables))
    return tables.get("_names")


def package_stub(path):
    "The stub of a package with lazy names, or None"
    source = path.read_text(encoding="utf-8")
    if "lazy_exports" not in source: return None
    names = lazy_names(ast.parse(source))
    if not names: return None
    lines = []
    for name, home in sorted(names.items(), key=lambda kv: (kv[1] or "", kv[0])):
        if home: lines.append(f"from .{home} import {name} as {name}")
        elif (path.parent/f"{name}.py").exists() or (path.parent/name).is_dir():
            lines.append(f"from . import {name} as {name}")
        else: lines.append(f"{name}: _Any")
    version = ["__version__: str"] if "__version__" in source else []
    return HEAD + "from typing import Any as _Any\n\n" + "\n".join(lines + version) + "\n"


def patched(node):
    "The class that `@patch def f(self:Class)` adds to, else None"
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)): return None
    if not any(
        isinstance(d, ast.Name)
        and d.id.startswith("patch")
        or isinstance(d, ast.Call)
        and getattr(d.func, "id", "") == "patch"
        for d in node.decorator_list
    ): return None
    first = (node.args.posonlyargs + node.args.args)[0].annotation
    return first.value if isinstance(first, ast.Constant) else first.id if isinstance(first, ast.Name) else None


def annotation(node, default):
    "An annotation that type checkers accept: no builtin functions as types, and None allowed where it is the default"
    if node is None: return None
    text = ast.unparse(node)
    if text in ("callable", "any"): return ast.Name("_Any")
    if isinstance(node, (ast.Constant, ast.Tuple)) and not isinstance(getattr(node, "value", None), str):
        return ast.Name("_Any")
    if isinstance(default, ast.Constant) and default.value is None and "None" not in text and "Optional" not in text:
        return ast.parse(f"_Optional[{text}]", mode="eval").body
    return node


def stub_function(node, method=False):
    "A function without its body"
    a, decorators = (
        node.args,
        [
            d
            for d in node.decorator_list
            if getattr(d, "id", "") in ("property", "classmethod", "staticmethod")
            or ast.unparse(d) in ("cached_property", "functools.cached_property", "contextmanager")
            or ast.unparse(d).endswith(".setter")
        ],
    )
    for call in node.decorator_list:
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "patch":
            for k in call.keywords:
                if k.arg == "as_prop": decorators.append(ast.Name("property"))
                if k.arg == "cls_method": decorators.append(ast.Name("classmethod"))
    positional = a.posonlyargs + a.args
    defaults = [None]*(len(positional) - len(a.defaults)) + list(a.defaults)
    for arg, default in [*zip(positional, defaults), *zip(a.kwonlyargs, a.kw_defaults)]:
        arg.annotation = annotation(arg.annotation, default)
    if method and positional and "staticmethod" not in map(ast.unparse, decorators): positional[0].annotation = None
    for arg in (a.vararg, a.kwarg):
        if arg is not None: arg.annotation = annotation(arg.annotation, None)
    a.defaults = [ast.Constant(...) for _ in a.defaults]
    a.kw_defaults = [d and ast.Constant(...) for d in a.kw_defaults]
    new = type(node)(name=node.name, args=a, body=[ast.Expr(ast.Constant(...))], decorator_list=decorators,
                     returns=annotation(node.returns, None), type_comment=None, type_params=[])
    return ast.fix_missing_locations(new)


def own_attributes(node):
    "Names of `self.x = ...` in the methods of a class"
    found = {}
    for part in ast.walk(node):
        if (
            isinstance(part, ast.Attribute)
            and isinstance(part.ctx, ast.Store)
            and getattr(part.value, "id", "") == "self"
        ):
            found[part.attr] = None
    return list(found)


def stub_class(node, added):
    "A class with the methods that other cells add"
    names = {n.name for n in node.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))}
    names |= {n.target.id for n in node.body if isinstance(n, ast.AnnAssign)}
    names |= {t.id for n in node.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
    fields = [
        ast.parse(f"{x}: _Any").body[0]
        for x in own_attributes(node)
        if x not in names and x not in {f.name for f in added}
    ]
    body = []
    for n in node.body:
        if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)): body.append(stub_function(n, method=True))
        elif isinstance(n, ast.AnnAssign):
            n.annotation = annotation(n.annotation, n.value)
            n.value = n.value and ast.Constant(...)
            body.append(n)
        elif isinstance(n, ast.Assign):
            body += [ast.parse(f"{t.id}: _Any").body[0] for t in n.targets if isinstance(t, ast.Name)]
    node.bases = [ast.Name("_Any") if isinstance(b, ast.Call) else b for b in node.bases]
    node.body = fields + body + [stub_function(f, method=True) for f in added] or [ast.Expr(ast.Constant(...))]
    return ast.fix_missing_locations(node)


def module_stub(path, everywhere):
    "The stub of a module whose classes get methods by `@patch`, or None"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    classes = {n.name for n in tree.body if isinstance(n, ast.ClassDef)}
    if not any(everywhere.get(c) for c in classes) and not any(patched(n) for n in tree.body): return None
    out, sources = [], set()
    for n in tree.body:
        if isinstance(n, ast.ImportFrom) and n.module == "__future__": continue
        if isinstance(n, (ast.Import, ast.ImportFrom)): out.append(n)
        elif isinstance(n, ast.ClassDef):
            added = everywhere.get(n.name, [])
            sources |= {p for p, _ in added if p != path}
            out.append(stub_class(n, [f for _, f in added]))
        elif isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) and not patched(n): out.append(stub_function(n))
        elif isinstance(n, ast.Assign):
            out += [ast.parse(f"{t.id}: _Any").body[0] for target in n.targets for t in ast.walk(target)
                    if isinstance(t, ast.Name) and t.id != "__all__"]
        elif isinstance(n, ast.AnnAssign): out.append(ast.AnnAssign(n.target, annotation(n.annotation, None), None, 1))
    # what the annotations of methods from other modules need
    extra = [f"from {'.'.join(p.relative_to(ROOT).with_suffix('').parts)} import *" for p in sorted(sources)]
    body = ast.unparse(ast.fix_missing_locations(ast.Module(out, [])))
    return HEAD + "from typing import Any as _Any, Optional as _Optional\n" + "\n".join(extra) + "\n" + body + "\n"


def stubs():
    "Path -> text of every stub"
    everywhere, out = {}, {}
    for p in sorted(LIB.rglob("*.py")):
        for n in ast.parse(p.read_text(encoding="utf-8")).body:
            if (c := patched(n)): everywhere.setdefault(c, []).append((p, n))
    for p in sorted(LIB.rglob("*.py")):
        if p.name == "_modidx.py": continue
        text = package_stub(p) if p.name == "__init__.py" else module_stub(p, everywhere)
        if text: out[p.with_suffix(".pyi")] = text
    return out


def main(check=False):
    made = stubs()
    wrong = [p for p, text in made.items() if not p.exists() or p.read_text(encoding="utf-8") != text]
    gone = [p for p in LIB.rglob("*.pyi") if p not in made]
    if check:
        if wrong or gone:
            sys.exit("stubs are out of step: " + ", ".join(str(p.relative_to(ROOT)) for p in wrong + gone))
        return
    for p in wrong: p.write_text(made[p], encoding="utf-8")
    for p in gone: p.unlink()


if __name__ == "__main__":
    main("--check" in sys.argv)
