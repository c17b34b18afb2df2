"""What every comparison with a peer shares: an environment for the peer, its versions, and the speed of this machine.

`python_with("dspy", ["dspy==3.0.4"])` makes an environment of its own below the cache folder (or finds it there from
the last run, when the requirements are the same) and returns its Python. A peer's script runs there through
`run_there`; it reads one JSON object from standard input and prints one JSON object as its last line.
"""
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from limits import matmul_rate  # noqa: E402

CACHE = Path(os.environ.get("PROMPTMEM_PEERS", Path.home()/".cache"/"promptmem"/"peers"))


def python_with(name, requirements):
    "The Python of an environment that holds `requirements`; made when it is not there, made again when they change"
    mark = hashlib.sha256("\n".join(requirements).encode()).hexdigest()[:12]
    folder = CACHE/f"{name}-{mark}"
    python = folder/"bin"/"python"
    if not (folder/"complete").exists():
        print(f"making an environment for {name} ...", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "--upgrade", "pip"], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *requirements], check=True)
        (folder/"complete").touch()
    return python


def versions(python, names):
    "Installed versions of `names` in that environment"
    code = ("import json, sys\nfrom importlib.metadata import version, PackageNotFoundError\nout = {}\n"
            "for n in sys.argv[1:]:\n    try: out[n] = version(n)\n    except PackageNotFoundError: out[n] = None\n"
            "print(json.dumps(out))")
    done = subprocess.run([str(python), "-c", code, *names], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def run_there(python, script, given, env=None, timeout=None):
    "Run `script` of this folder with `python`, hand it `given` as JSON, read the JSON object of its last line"
    done = subprocess.run([str(python), str(HERE/script)], input=json.dumps(given), text=True, stdout=subprocess.PIPE,
                          env={**os.environ, **(env or {})}, timeout=timeout)
    if done.returncode:
        raise SystemExit(f"{script} failed with exit code {done.returncode}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def machine():
    "What a figure needs beside it: cores and matrix products per second"
    return {"cores": os.cpu_count(), "python": sys.version.split()[0],
            "float32 GFLOP/s, one thread": matmul_rate("float32", 1),
            "bfloat16 GFLOP/s, one thread": matmul_rate("bfloat16", 1)}
