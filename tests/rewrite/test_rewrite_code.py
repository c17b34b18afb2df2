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
    grader = CodeGrader(seconds=3)
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
        PromptTask(rows, grader=CodeGrader()), lm, ["Go.", "Go carefully."], budget_calls=80, proposers=[]
    )
    assert res.improved and res.best == "Go carefully."


def test_the_prompt_keeps_its_imports():
    assert program_of("def f(): return math.pi", "import math\ndef f():\n", "f").startswith("import math\n")
