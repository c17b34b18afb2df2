"""Programs that loop, fork, write, read, connect or cheat are wrong answers with a reason, and leave nothing behind."""

import json
import os
import socket
import subprocess
import time

import pytest

from promptmem.lm.base import CallableLM
from promptmem.rewrite import CodeGrader, PromptTask, load_humaneval, optimize_prompt
from promptmem.rewrite.code import program_of, run_program

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits of processes")


@pytest.mark.parametrize(
    "program, why",
    [
        ("while True: pass", "ran longer than 1 s"),
        ("x = 'a'*2**40", "more memory"),
        ("def f(): return f()\nf()", "without end"),
        ("import os\nos.fork()", "process"),
        ("import os\nos.system('true')", "process"),
        ("import subprocess", "subprocess"),
        ("import multiprocessing", "multiprocessing"),
        ("import os\nos.posix_spawn('/bin/true', ['true'], {})", "process"),
        ("import os\nos.kill(os.getppid(), 9)", "process"),
        ("import os\nos.execv('/bin/true', ['true'])", "process"),
        ("import pty\npty.spawn('sh')", "tried to"),
        ("import _posixsubprocess", "_posixsubprocess"),
        ("import ctypes", "ctypes"),
        ("open('FOLDER/left', 'w').write('x')", "write a file"),
        ("open('left', 'x')", "write a file"),
        ("import os\nos.open('FOLDER/left', os.O_CREAT | os.O_WRONLY)", "write a file"),
        ("import os\nos.mkdir('FOLDER/left')", "change files"),
        ("import os\nos.remove('FOLDER/there')", "change files"),
        ("import os\nos.rename('FOLDER/there', 'FOLDER/left')", "change files"),
        ("import os\nos.mkfifo('left')", "mkfifo"),
        ("import os\nos.symlink('/etc', 'FOLDER/left')", "change files"),
        ("import shutil\nshutil.rmtree('FOLDER')", "tried to"),
        ("from pathlib import Path\nPath('FOLDER/left').write_text('x')", "write a file"),
        ("print(open('FOLDER/there').read())", "read a file"),
        ("import os\nos.listdir('FOLDER')", "read a folder"),
        ("import socket\nsocket.socket()", "socket"),
        ("import urllib.request", "tried to"),
        ("import asyncio", "socket"),
        ("try:\n    open('FOLDER/there')\nexcept BaseException: pass", "read a file"),
        ("raise SystemExit(0)", "before its tests"),
        ("import os\nos._exit(0)", "_exit"),
        ("exit()", "NameError"),
        ("def f(:", "SyntaxError"),
        ("1/0", "ZeroDivisionError"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("x = bytearray(8 * 2**30)", "more memory"),
        ("x = []\nwhile True: x.append(bytearray(2**26))", "more memory"),
        ("while True: print('a' * 10**6)", "ran longer than 1 s"),
        ("import sys\nwhile True: sys.stderr.write('a' * 10**6)", "ran longer than 1 s"),
        ("input()", "EOFError"),
        ("import sys\nassert sys.stdin.read() == 'x'", "AssertionError"),
        ("import os\nos.killpg(0, 9)", "process"),
        ("import signal\nsignal.raise_signal(9)", "raise_signal"),
        ("import os\nwhile True: os.fork()", "process"),
        ("import threading\nthreading.Thread(target=print).start()", "start a thread"),
        ("import _thread\n_thread.start_new_thread(print, ())", "start a thread"),
        ("import time\ntime.sleep(60)", "ran longer than 1 s"),
    ],
)
def test_a_program_that_does_more_than_compute_is_wrong_and_says_why(program, why, tmp_path):
    (tmp_path / "there").write_text("kept")
    ran = run_program(program.replace("FOLDER", str(tmp_path)), "", seconds=1 if "longer" in why else 20, memory=256)
    assert not ran.passed and why in ran.why
    assert [p.name for p in tmp_path.iterdir()] == ["there"] and (tmp_path / "there").read_text() == "kept"


def test_nothing_listens_or_runs_afterwards():
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    program = f"import _socket\ns = _socket.socket()\ns.connect(('127.0.0.1', {server.getsockname()[1]}))"
    assert "socket" in run_program(program, "").why
    with pytest.raises(OSError):
        server.accept()
    server.close()
    mark = f"mark_{os.getpid()}"
    start = time.monotonic()
    assert "longer" in run_program(f"{mark} = 1\nwhile True: pass", "", seconds=1).why
    assert time.monotonic() - start < 10
    ps = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True).stdout
    mine = [p for p in ps.splitlines() if p.split()[0] == str(os.getpid()) and "-I -S -c" in p]
    assert not mine


@pytest.mark.parametrize(
    "answer, right",
    [
        ("def twice(x):\n    return 2*x", True),
        ("    return 2*x\n", True),
        ("    return x\n", False),
        ("Here it is:\n```python\ndef twice(x):\n    return 2*x\n```\nDone.", True),
        ("```\nprint(1)\n```\nand\n```py\ndef twice(x):\n    return x + x\n```", True),
        ("```python\ndef twice(x):\n    return 2*x", True),
        ("def twice(x):\n    return 2*x\n```\n\nThis function doubles it.", True),
        ("def twice(x):\n    return 2*x\n\nThis function doubles it.", True),
        ("```python\ndef twice(x):\n    return 2*x\n\nprint(twice(", True),
        ("    return 2*x\n```\n\nThis function doubles it.", True),
        ("Sure: ```python\n    return 2*x```It doubles.", True),
        ("def twice(x):\n    y = (2*x\n    return y", False),
        ("def twice(x):\n    return 2*x\n    no more", False),
        ("def other(x): return 2*x", False),
        ("I do not know.", False),
        ("", False),
        ("import math\ndef twice(x):\n    return math.floor(x*2)", True),
        ("def twice(x):\n    return total([x, x])", False),
    ],
)
def test_programs_in_answers(answer, right):
    task = dict(
        question="import math\ndef twice(x):\n",
        expected="    return 2*x",
        id="t",
        entry_point="twice",
        test="def check(f):\n    assert f(3) == 6 and f(0) == 0\n",
    )
    example = PromptTask([task, dict(task, question="# 2", id="u"), dict(task, question="# 3", id="v")]).split
    mine = next(e for es in example.values() for e in es if e.id == "t")
    grader = CodeGrader(seconds=20)
    assert grader.score(answer, mine) == float(right) and bool(grader.why["t"]) != right


def test_printing_the_right_words_does_not_pass():
    for program in ("print('{\"passed\": true}')", "import sys\nsys.stdout.write('passed')\nraise SystemExit(0)"):
        assert not run_program(program, "assert False").passed


def test_the_search_runs_on_code(tmp_path):
    row = dict(
        prompt="def twice(x):\n",
        canonical_solution="    return 2*x\n",
        entry_point="twice",
        test="def check(f):\n    assert f(3) == 6\n",
    )
    (tmp_path / "he.jsonl").write_text(json.dumps(row))
    base = load_humaneval(tmp_path / "he.jsonl")[0]
    rows = [
        {**base, "id": str(i), "question": f"# {i}\ndef twice(x):\n", "prompt": "def twice(x):\n"} for i in range(30)
    ]
    lm = CallableLM(lambda p: "    return 2*x" if "carefully" in p else "    return x")
    res = optimize_prompt(
        PromptTask(rows, grader=CodeGrader(seconds=20)), lm, ["Go.", "Go carefully."], budget_calls=80, proposers=[]
    )
    assert res.improved and res.best == "Go carefully."


def test_the_prompt_keeps_its_imports():
    assert program_of("def f(): return math.pi", "import math\ndef f():\n", "f").startswith("import math\n")


FORGERS = {
    "equal to everything": "class A:\n    def __eq__(s, o): return True\n    def __ne__(s, o): return False\n"
                           "def twice(x): return A()",
    "an int that is equal": "class A(int):\n    def __eq__(s, o): return True\n    __hash__ = None\n"
                            "def twice(x): return A(0)",
    "a metaclass that is": "class M(type):\n    def __eq__(s, o): return True\nclass A(metaclass=M): pass\n"
                           "def twice(x): return A",
    "builtins replaced": "import builtins\nfor n in ('all', 'abs', 'isinstance', 'AssertionError', 'len'):\n"
                         "    setattr(builtins, n, lambda *a: True)\ndef twice(x): return 0",
    "names of builtins": "def all(*a): return True\nabs = len = isinstance = all\ndef twice(x): return 0",
    "check of its own": "def check(f): pass\ndef twice(x): return 0",
    "tests searched in frames": "import sys\ndef twice(x):\n    f = sys._getframe()\n    while f:\n"
                                "        if 'token' in f.f_globals:\n"
                                "            f.f_globals['end']({'passed': f.f_globals['token']})\n"
                                "        f = f.f_back\n    return 0",
    "the pipe written": "import sys\ndef twice(x):\n    g = sys._getframe(2).f_globals\n"
                        "    g['put'](g['tell'], {'passed': True})\n    return 0",
    "a pass in the pipe": "import sys\ng = sys._getframe(1).f_globals\n"
                          "for i in range(9): g['put'](g['tell'], {'value': None, 'args': []})\ndef twice(x): return 0",
    "the end in the pipe": "import sys\ng = sys._getframe(1).f_globals\ng['put'](g['tell'], {'end': {'passed': 1}})",
    "no object of the pipe": "import sys\ng = sys._getframe(1).f_globals\ng['put'](g['tell'], 7)",
    "a file descriptor": "import os\nfor i in range(64):\n    try: os.writev(i, [b'{\"passed\": true}\\n'])\n"
                         "    except OSError: pass\ndef twice(x): return 0",
    "an exit hook": "import atexit\natexit.register(print, '{\"passed\": true}')\ndef twice(x): raise SystemExit(0)",
    "a handle that compares": "class A:\n    def __lt__(s, o): return True\n    __gt__ = __le__ = __ge__ = __lt__\n"
                              "    def __sub__(s, o): return s\n    def __abs__(s): return s\ndef twice(x): return A()",
}


@pytest.mark.parametrize("name", FORGERS)
@pytest.mark.parametrize("test", ["assert twice(3) == 6", "assert abs(twice(3) - 6) < 1e-9",
                                  "def check(f):\n    assert all(f(i) == 2*i for i in (1, 2))\ncheck(twice)"])
def test_no_answer_forges_a_pass(name, test):
    if name == "equal to everything" and "abs" in test: test = "assert not twice(3) != 6"
    ran = run_program(FORGERS[name], test, seconds=20)
    assert not ran.passed and ran.why and "ran longer" not in ran.why


APART = {
    "calls back": ("def f(g, x): return g(x) + 1", "assert f(lambda v: 2*v, 3) == 7"),
    "changes its argument": ("def f(a, d):\n    a.sort()\n    d['x'] = 1",
                             "a, d = [3, 1], {}\nf(a, d)\nassert (a, d) == ([1, 3], {'x': 1})"),
    "yields": ("def f(n):\n    for i in range(n): yield i", "assert list(f(3)) == [0, 1, 2] and sum(f(4)) == 6"),
    "a class": ("class P:\n    def __init__(s, x): s.x = x\n    def __eq__(s, o): return s.x == o.x\n"
                "    def __add__(s, o): return P(s.x + o.x)\n    def __repr__(s): return f'P({s.x})'",
                "p = P(1) + P(2)\nassert p == P(3) and p != P(4) and p.x == 3 and repr(p) == 'P(3)'"),
    "an error of its own": ("class E(ValueError): pass\ndef f(x):\n    if x < 0: raise E('below', x)",
                            "try: f(-1)\nexcept E as e: assert e.args == ('below', -1)\nelse: assert False\n"
                            "try: f(-1)\nexcept ValueError: pass"),
    "an error of Python's": ("def f(x): return {}[x]",
                             "try: f(1)\nexcept KeyError as e: assert e.args == (1,)\nelse: assert False"),
    "all plain types": ("def f(x): return x",
                        "from fractions import Fraction\nfrom collections import Counter, deque\nimport datetime\n"
                        "for v in (None, True, 1.5, -2**80, 'ä\\n', (1, (2,)), {1, 2}, frozenset([1]), b'x', 1j,\n"
                        "          range(3), Fraction(1, 3), {(1, 2): [3]}, deque([1]), datetime.date(2020, 1, 2),\n"
                        "          float('inf'), [], ''):\n    assert f(v) == v and type(f(v)) is type(v), v\n"
                        "assert f(Counter('aa')) == {'a': 2}"),
    "a function made": ("def adder(n): return lambda x, *, by=1: by*(x + n)", "assert adder(2)(3, by=2) == 10"),
    "values": ("import math\nTAU, L = 2*math.pi, [1, 2]", "import math\nassert abs(TAU - 6.283) < .01 and L == [1, 2]"),
    "an iterator": ("def f(): return iter([1])",
                    "i = f()\nassert next(i) == 1\ntry: next(i)\nexcept StopIteration: pass\nelse: assert False"),
}


@pytest.mark.parametrize("name", APART)
def test_what_tests_do_with_a_program_works_apart(name):
    program, test = APART[name]
    assert run_program(program, test, seconds=20) == run_program("", "", seconds=20)
    assert not run_program(program, test + "\nassert False", seconds=20).passed


def test_what_the_prompt_defines_is_not_taken_from_the_answer():
    meta = dict(prompt="def code(s):\n    return s[::-1]\n\ndef decode(s):\n    'undo code'\n", entry_point="decode",
                test="def check(f):\n    assert f(code('abc')) == 'abc' and code('ab') == 'ba'\n")
    example = PromptTask([dict(question=f"{i}", expected="x", meta=meta) for i in range(3)]).train[0]
    grader = CodeGrader(seconds=20)
    assert grader.score("    return s[::-1]", example) == 1
    assert grader.score("def code(s): return s\ndef decode(s): return s", example) == 0
    summed = dict(prompt="def sum(xs):\n", entry_point="sum", test="def check(f):\n    assert f([1, 2]) == 3\n")
    example = PromptTask([dict(question=f"{i}", expected="x", meta=summed) for i in range(3)]).train[0]
    assert grader.score("    t = 0\n    for x in xs: t += x\n    return t", example) == 1, grader.why
