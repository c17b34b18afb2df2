"""A key that was given as the wrong argument never shows: in no message, no `repr`, no traceback, no warning."""
import ast
import builtins
import inspect
import re
import traceback
import warnings
from base64 import b64encode
from pathlib import Path

import pytest

import promptmem as pm
from promptmem import core
from promptmem.core import KeyFree, brief
from tests.odd_values import name_of
from tests.test_bad_arguments import ROOMS, calls_of
from tests.test_bad_values import calls as bad_value_calls  # noqa: F401 (a fixture)
from tests.test_command_values import SLOW_ON_PURPOSE, ALL, here, lines_with, options, status  # noqa: F401

PACKAGE = Path(pm.__file__).parent
WORD, PASSWORD = "Q7x9Lm2Rt5" * 3, "hN7q" + "Zw3pK9vd"
KEYS = ["sk-" + WORD, "ghp_" + WORD, "https://me:" + PASSWORD + "@127.0.0.1:1/db"]
PACKED = [b64encode(k.encode()).decode() for k in (KEYS[0], KEYS[2])]
GIVEN = [*KEYS, *PACKED, Path(KEYS[0]), KEYS[1].encode(), ["a", {"n": [KEYS[0]]}], {"q": KEYS[2], KEYS[1]: 1},
         [PACKED[0]], ("a", KEYS[0]), "a"*52 + " " + KEYS[0]]
SIGNS = [WORD[:10], PASSWORD[:8], *(p[8:24] for p in PACKED)]


def shows(text):
    "Does a key, or its beginning, stand in this text?"
    return any(s in text for s in SIGNS)


def said_by(e):
    "All that an exception can show"
    out = [str(e), repr(e), *traceback.format_exception(e)]
    return "\n".join(out)


def leaks_of(calls, values=GIVEN):
    "(how many calls raised, what shows a key): every value for every argument of the calls"
    raised, bad = 0, {}
    for call, good, left_out in calls:
        for name, p in inspect.signature(call).parameters.items():
            if p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) or name in left_out: continue
            for v in values:
                with warnings.catch_warnings(record=True) as seen:
                    warnings.simplefilter("always")
                    try: call(**{**good, name: v})
                    except ImportError: continue
                    except Exception as e:
                        raised += 1
                        if shows(said_by(e)): bad.setdefault((name_of(call), name, type(e).__name__), str(e)[:300])
                for w in seen:
                    if shows(str(w.message)): bad.setdefault((name_of(call), name, "warning"), str(w.message)[:300])
    return raised, bad


@pytest.mark.slow
@pytest.mark.parametrize("room", ROOMS)
def test_no_argument_of_a_call_shows_a_key(room, tmp_path, monkeypatch):
    raised, bad = leaks_of(calls_of(room, tmp_path, monkeypatch))
    assert not bad, "\n".join(f"{k}: {v}" for k, v in bad.items())
    assert raised > 50


@pytest.mark.slow
def test_no_reader_or_loader_shows_a_key(bad_value_calls, tmp_path, monkeypatch):  # noqa: F811
    (tmp_path/"here").mkdir()
    monkeypatch.chdir(tmp_path/"here")

    def one(call):
        return lambda v: call(v)
    raised, bad = leaks_of((one(call), {}, ()) for name, call in bad_value_calls.items())
    assert not bad, "\n".join(f"{k}: {v}" for k, v in bad.items())
    assert raised > 50


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ALL)
def test_no_option_of_a_command_shows_a_key(here, name, capsys, monkeypatch):  # noqa: F811
    for option in options(name):
        if (name, option.dest) in SLOW_ON_PURPOSE: continue
        for value in (*KEYS, *PACKED):
            line = lines_with(name, option, value)
            code, said = status(line, capsys, monkeypatch)
            assert code != 2 or not shows(said.err), (line, said.err)


def test_an_error_behind_an_error_shows_no_key_either(tmp_path):
    def cause(e):
        try:
            try: raise e
            except Exception as e: raise core.InvalidData("it did not work") from e
        except core.InvalidData as ours: return ours
    for e in (KeyError(KEYS[0]), ValueError(f"bad {KEYS[2]}", KEYS[1]), OSError(2, "no file", KEYS[0], None, KEYS[1]),
              RuntimeError([KEYS[0]]), RuntimeError(PACKED[0])):
        assert shows(said_by(e)) and not shows(said_by(cause(e))), e
    try: compile(f"x = '{KEYS[0]}' +", KEYS[1], "exec")
    except SyntaxError as e: assert not shows(said_by(cause(e)))
    ours = core.key_free(open)
    with pytest.raises(FileNotFoundError) as e: ours(tmp_path/KEYS[0]/"x")
    assert e.value.errno == 2 and not shows(said_by(e.value)) and str(tmp_path) in str(e.value)


def test_what_is_no_key_stays_as_it_was():
    e = KeyError("the name", 3, Path("a/b"), ["x", {"y": 1}])
    before = e.args
    assert core.without_keys(e) is e and e.args is before
    for text in ("http://127.0.0.1:8080/x@y", "c:/users/me@home", "at 12:30@noon", "mailto:bob77@example.com",
                 "a ratio of 3:1", "see core.py:12", "x:y@z"):
        assert core.redact(text, env={}) == text
    for text in ("me:s3cretword@db.example.com:5432/x", "https:/me:s3cretword@host/x", "in_https://me:s3cretword@h/x"):
        assert core.redact(text, env={}) == text.replace("s3cretword", "***")


@pytest.mark.parametrize("most", [12, 20, 40, 60, 200])
def test_a_key_is_taken_out_before_a_value_is_cut(most):
    for key in (*KEYS, *PACKED):
        for n in range(0, 70, 3):
            for v in ("a"*n + " " + key, [key, "a"*n], {"k": "a"*n, "v": key}, ("a"*n + " " + key).encode()):
                said = brief(v, most)
                assert not shows(said) and len(said) <= max(most, 15), (v, said)
                assert WORD[:5] not in said and PASSWORD[:5] not in said


def test_brief_shows_what_can_be_shown():
    class Mute:
        def __repr__(self): raise RuntimeError("no")
    assert [brief(x) for x in (3, "a", None, ["a"], "two\nlines", "\x1b[2J")] == [
        "3", "'a'", "None", "['a']", "'two\\nlines'", "'\\x1b[2J'"]
    assert brief(Mute()) == "a Mute" and brief("a"*100) == "'" + "a"*55 + "...'"
    assert brief(list(range(100))).endswith("... (list)") and len(brief("a"*10**6)) == 60


def _raised(tree):
    return [n for n in ast.walk(tree) if isinstance(n, ast.Raise) and isinstance(n.exc, ast.Call)]


NUMBERS_ONLY = {"MemoryError", "FloatingPointError", "NotImplementedError", "RuntimeError"} # and names of types
OF_NAMES = {"ImportError", "AttributeError"}                                              # of modules and attributes


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_error_shows_a_value_without_the_helper(path):
    """`{value!r}` in an error goes through `brief`; what is cut is cut by `brief`; and an error with anything in it is
    one of the classes that know keys"""
    tree = ast.parse(path.read_text("utf-8"))
    kinds = {n for n in dir(builtins) if inspect.isclass(getattr(builtins, n))
             and issubclass(getattr(builtins, n), BaseException)}
    for part in ast.walk(tree):
        cut = isinstance(part, ast.FormattedValue) and part.conversion == ord("r") and part.format_spec is not None
        assert not cut, f"line {part.lineno}: {ast.unparse(part)} is cut before its keys are out: write brief(...)"
    for raised in _raised(tree):
        parts = [n for n in ast.walk(raised.exc) if isinstance(n, ast.FormattedValue)]
        for part in parts:
            assert part.conversion != ord("r"), f"line {part.lineno}: {ast.unparse(part)}: write brief(...)"
        name = ast.unparse(raised.exc.func)
        open_ended = parts or any(not isinstance(a, ast.Constant) for a in raised.exc.args)
        ours = name not in kinds or name in NUMBERS_ONLY | OF_NAMES
        assert ours or not open_ended, f"line {raised.lineno}: {name} shows what it is given: take a KeyFree class"


def test_the_classes_of_errors_know_keys():
    "Every class of exception that the package defines, but those that carry no text of their own"
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for n in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(n, ast.ClassDef) and any(re.search(r"(Error|Exception)$", ast.unparse(b)) for b in n.bases):
                found.add((n.name, tuple(ast.unparse(b) for b in n.bases)))
    knowing = {"KeyFree", "InvalidData", "StoreError", "LMError", "FileFault"}
    plain = {name for name, bases in found if not knowing & {*bases}}
    assert plain <= {"KeyFree", "Refused", "_Enough", "JudgeError"}, plain # the third ends a loop
    assert issubclass(core.NoFile, KeyFree) and issubclass(core.NoFile, FileNotFoundError)
