"""What people and programs put where something else belongs: one list for all sweeps, and the sweep."""
import datetime
import decimal
import inspect
import linecache
import tempfile
import traceback
from pathlib import Path

import numpy as np
import pandas as pd

import promptmem as pm

PACKAGE = str(Path(pm.__file__).parent)

NUMBERS = [True, False, -1, 0, 7, 2**70, 1e308, .5, -.5, 1.5, float("nan"), float("inf"), 1 + 2j,
           decimal.Decimal("NaN"), np.int64(3), np.float64("nan"), np.bool_(True)]
OBJECTS = [None, b"bytes\xff", object(), ValueError("x"), Ellipsis, datetime.date(2024, 1, 1),
           datetime.datetime.max, Path("."), Path("/dev/null/at/all"), pd.NaT]
GROUPS = [[], [[]], [None], [-1], [float("nan")], [""], ["\ud83d"], ["a", "a"], [1, "a"], ["a", ["b", ["c"]]], (),
          ((),), {}, {1: 2}, {None: None}, {"a": {"b": object()}}, {"a": float("nan")},
          {"question": "q", "answer": None}, set(), {1, "a"}, frozenset(), range(3)]
ARRAYS = [np.array([]), np.array(3), np.array([[1., np.nan]]), np.array(["a"]), np.zeros((0, 3)), pd.DataFrame(),
          pd.DataFrame({"a": [1]}), pd.Series([1])]
STRINGS = ["", " ", ".", "\0", "a\0b", "\ud83d", "\x1b[2J\x07", "\u202eabc", "a" * 3000, "../outside",
           "/dev/null/file", "nan", "[SEP]", "<|endoftext|>", "abc", "short text"]
ODD = [*NUMBERS, *OBJECTS, *GROUPS, *ARRAYS, *STRINGS]
ONCE = [lambda: iter([1]), lambda: (x for x in ["a", None])]     # made anew for each call


def raised_here(e):
    "Did this package raise it, with a `raise` of its own?"
    last = traceback.extract_tb(e.__traceback__)[-1]
    return last.filename.startswith(PACKAGE) and "raise" in linecache.getline(last.filename, last.lineno)


def tries(call, good, left_out=()):
    "(parameter, value) for every parameter of the call"
    parameters = inspect.signature(call).parameters
    open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    assert open_ended or {*good} <= {*parameters}, (call, good)
    for name, p in parameters.items():
        if p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) or name in left_out: continue
        yield from ((name, v) for v in [*ODD, *(make() for make in ONCE)])


def name_of(call):
    return getattr(call, "__qualname__", str(getattr(call, "func", call)))


def sweep(calls, step=1, seen=lambda *a: None):
    """How many calls were tried, and what errors came that this package did not raise: (call, parameter, error) ->
    values. `calls` yields (call, good arguments, parameters left out); of the values every `step`-th is tried.
    `seen(call, name, value, result)` is shown what was accepted. A call may take a value for the name of a file and
    write it: that must land in a folder for scratch."""
    here = Path.cwd()
    assert here.is_relative_to(Path(tempfile.gettempdir()).resolve()), "change into a folder for scratch first"
    tried, bad = 0, {}
    for call, good, left_out in calls:
        for i, (name, v) in enumerate(tries(call, good, left_out)):
            if i % step: continue
            tried += 1
            try: got = call(**{**good, name: v})
            except ImportError: continue
            except Exception as e:
                if raised_here(e) or isinstance(e, OSError) and e.filename is not None: continue # or: no such file
                bad.setdefault((name_of(call), name, type(e).__name__), []).append(f"{v!r:.40} ({e!s:.80})")
                continue
            seen(call, name, v, got)
    return tried, bad


def report(bad):
    return "\n".join(f"{k}: {len(v)}, such as {v[0]}" for k, v in bad.items())
