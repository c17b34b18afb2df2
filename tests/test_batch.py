"""Grids of notebooks: what is checked before, what is kept after, and what survives a killed process."""
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
import numpy as np
import pytest

from promptmem.batch.parameters import check_settings, notebook_parameters, read_grid
from promptmem.batch.results import code_hash, load_runs, read_result, redact, run_id, write_result
from promptmem.batch.clusters import make_cluster, open_executor
from promptmem.batch.grid import run_grid
from promptmem.batch.run import run_notebook
from promptmem.core import InvalidData

REPO = Path(__file__).resolve().parent.parent
PARAMETERS = """n: int = 1  # a number
rate: float = 0.5
words: list = ["a"]
name = "free"
seed: int = 0
fail: bool = False
out: str = ""
"""


def make(path, *cells, parameters=PARAMETERS):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A notebook <b>"),
                                         nbformat.v4.new_code_cell(parameters),
                                         *map(nbformat.v4.new_code_cell, cells)])
    nb.cells[1].metadata["tags"] = ["parameters"]
    nbformat.write(nb, path)
    return path


@pytest.fixture
def nb(tmp_path):
    return make(tmp_path / "adds.ipynb", 'if fail: raise ValueError("asked <b>to</b> fail")',
                "from promptmem.batch import write_result\n"
                "write_result(out, metrics={'total': n + rate, 'kind': type(rate).__name__, 'words': len(words)})")


def quiet(*args, **kwargs):
    return run_grid(*args, progress=False, **kwargs)


def test_parameters_cell(nb, tmp_path):
    found = notebook_parameters(nb)
    assert list(found) == ["n", "rate", "words", "name", "seed", "fail", "out"]
    assert found["n"].help == "a number" and found["words"].default == ["a"] and found["name"].type == ""
    several = make(tmp_path / "m.ipynb", parameters='x: dict = {\n "a": 1,\n}  # over lines\ny: int|None = None\nz = '
                                                    '-1')
    assert {k: v.default for k, v in notebook_parameters(several).items()} == {"x": {"a": 1}, "y": None, "z": -1}


@pytest.mark.parametrize("setting, message", [
    ({"nn": 1}, "no parameter 'nn'"), ({"n": 1.5}, "n is declared int, given 1.5"), ({"n": True}, "declared int"),
    ({"rate": "0.5"}, "declared float"), ({"words": "a"}, "declared list"), ({"fail": 1}, "declared bool"),
    ({"out": "x"}, "'out' is set by the grid"), ({"n": None}, "declared int")])
def test_wrong_parameters_stop_everything_before_it_starts(nb, tmp_path, setting, message):
    with pytest.raises(InvalidData, match=message):
        quiet(nb, [{"n": 1}, setting], out=tmp_path / "g")
    assert not (tmp_path / "g").exists()


def test_a_key_is_no_parameter(tmp_path):
    nb = make(tmp_path / "k.ipynb", parameters='api_key: str = ""\nmax_tokens: int = 5')
    with pytest.raises(InvalidData, match="looks like a key"):
        check_settings(nb, [{"api_key": "x"}])
    assert check_settings(nb, [{"max_tokens": 3}]) == [{"max_tokens": 3}]


@pytest.mark.parametrize("make_bad, message", [
    (lambda p: p, "no notebook at"),
    (lambda p: p.write_text("{") and p, "not a notebook"),
    (lambda p: nbformat.write(nbformat.v4.new_notebook(), p) or p, "no cell is tagged 'parameters'"),
    (lambda p: make(p, parameters="n: int = = 1"), "not Python")])
def test_bad_notebook(tmp_path, make_bad, message):
    with pytest.raises((InvalidData, FileNotFoundError), match=message):
        quiet(make_bad(tmp_path / "bad.ipynb"), {}, out=tmp_path / "g")


def test_values_are_made_plain(nb, tmp_path):
    grid = {"rate": np.array([.25, .5], np.float64), "n": [np.int64(3)], "words": [("x", "y")]}
    frame = quiet(nb, grid, out=tmp_path / "g")
    assert list(frame.status) == ["ok", "ok"] and list(frame.total) == [3.25, 3.5] and set(frame.kind) == {"float"}
    single = quiet(nb, {"rate": [np.float32(.5)]}, out=tmp_path / "g")
    assert single.kind[0] == "float" and single["rate"][0] == .5


def test_grid_files(nb, tmp_path):
    (tmp_path / "g.csv").write_text("n,rate,name\n1,0.25,true\n2,,\n")
    rows = check_settings(nb, read_grid(tmp_path / "g.csv"), text=True)
    assert rows == [{"n": 1, "rate": .25, "name": True}, {"n": 2}]
    (tmp_path / "g.yaml").write_text("n: [1, 2]\nrate: 0.5\n")
    assert read_grid(str(tmp_path / "g.yaml")) == [{"n": 1, "rate": .5}, {"n": 2, "rate": .5}]
    (tmp_path / "l.yaml").write_text("- {n: 1, words: [a, b]}\n- {n: 2}\n")
    assert read_grid(tmp_path / "l.yaml") == [{"n": 1, "words": ["a", "b"]}, {"n": 2}]
    (tmp_path / "j.json").write_text('{"n": [1, 2]}')
    assert len(read_grid(tmp_path / "j.json")) == 2
    for name, text, message in [("b.csv", "n,rate\n1,2,3\n", "b.csv:2"), ("b.yaml", "a: [1", "not valid YAML"),
                                ("b.txt", "", "a grid file ends in"), ("s.yaml", "5", "a grid is a dict")]:
        (tmp_path / name).write_text(text)
        with pytest.raises(InvalidData, match=message):
            read_grid(tmp_path / name)


def test_failures_are_kept_and_the_grid_goes_on(nb, tmp_path):
    frame = quiet(nb, {"fail": [True, False], "n": [1, 2]}, out=tmp_path / "g")
    assert list(frame.status) == ["failed", "failed", "ok", "ok"]
    bad = read_result(tmp_path / "g" / frame.run[0])
    assert (
        bad["error"]["type"] == "ValueError"
        and "raise ValueError" in bad["error"]["traceback"]
        and bad["error"]["cell"] == 3
    )
    assert "\x1b" not in bad["error"]["traceback"] and bad["metrics"] == {}
    html = (tmp_path / "g" / frame.run[0] / "report.html").read_text()
    assert "asked &lt;b&gt;to&lt;/b&gt; fail" in html and "<b>to</b>" not in html
    index = (tmp_path / "g" / "index.html").read_text()
    assert "2 failed" in index and "<b>to</b>" not in index and "http" not in index.replace("http-equiv", "")
    good = read_result(tmp_path / "g" / frame.run[2])
    assert {"parameters", "seed", "versions", "metrics", "status", "seconds", "started", "code"} <= set(good)
    assert good["seed"] == 0 and good["parameters"]["rate"] == .5 and "out" not in good["parameters"]


def test_resume_runs_only_what_is_missing_failed_or_changed(nb, tmp_path):
    out, grid = tmp_path / "g", {"n": [1, 2, 3]}
    stamps = lambda: {p.parent.name: p.stat().st_mtime_ns for p in out.glob("*/result.json")}
    quiet(nb, grid, out=out)
    first = stamps()
    (out / run_id(nb, {"n": 2}) / "result.json").write_text('{"status": "ok"')   # cut off in the middle
    quiet(nb, {"n": [1, 2, 3, 4]}, out=out)
    second = stamps()
    assert {r for r in second if second[r] != first.get(r)} == {run_id(nb, {"n": 2}), run_id(nb, {"n": 4})}
    book = nbformat.read(nb, 4)
    book.cells[0].source = "# Another title"
    nbformat.write(book, nb)
    quiet(nb, grid, out=out)
    assert stamps() == second                                                    # prose does not matter
    book.cells[3].source += "\n"
    book.cells[3].source += "# changed"
    nbformat.write(book, nb)
    quiet(nb, grid, out=out)
    third = stamps()
    assert {r for r in third if third[r] != second[r]} == {run_id(nb, {"n": i}) for i in (1, 2, 3)}
    assert quiet(nb, {"n": [3, 1]}, out=out).n.tolist() == [3, 1] and stamps() == third
    assert quiet(nb, {"n": [3]}, out=out, resume=False).n.tolist() == [3] and stamps() != third


def test_failed_runs_are_tried_again_unless_told_otherwise(tmp_path):
    flag = tmp_path / "flag"
    nb = make(tmp_path / "f.ipynb", f"import os\nassert os.path.exists({str(flag)!r})")
    assert quiet(nb, {}, out=tmp_path / "g").status[0] == "failed"
    flag.touch()
    assert quiet(nb, {}, out=tmp_path / "g", retry_failed=False).status[0] == "failed"
    assert quiet(nb, {}, out=tmp_path / "g").status[0] == "ok"


def test_timeout_and_dead_kernel_are_failures(tmp_path):
    slow = make(tmp_path / "s.ipynb", "import time\ntime.sleep(60)")
    assert "Timeout" in quiet(slow, {}, out=tmp_path / "s", timeout=1).error[0]
    dead = make(tmp_path / "d.ipynb", "import os\nos.kill(os.getpid(), 9)")
    frame = quiet(dead, {"n": [1]}, out=tmp_path / "d")
    assert frame.status[0] == "failed" and "DeadKernel" in frame.error[0]


def test_two_kernels_do_not_share_a_working_directory(tmp_path):
    (tmp_path / "a").mkdir()
    nb = make(tmp_path / "a" / "w.ipynb", "import os\nfrom promptmem.batch import write_result\n"
              "write_result(out, metrics={'here': os.path.basename(os.getcwd()), 'out': os.path.isabs(out)})")
    here = os.getcwd()
    frame = quiet(nb, {"n": [1, 2, 3]}, out=tmp_path / "g", executor="threads")
    assert set(frame.here) == {"a"} and not frame.out.any() and os.getcwd() == here


@pytest.mark.parametrize("executor", ["serial", "threads", None, "processes", "client", "address"])
def test_executors(nb, tmp_path, executor):
    run = lambda ex: quiet(nb, {"n": [1, 2]}, out=tmp_path / "g", executor=ex)
    if executor == "processes":
        import multiprocessing
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
            frame = run(pool)
            assert pool.submit(pow, 2, 2).result() == 4      # left open
    elif executor in ("client", "address"):
        distributed = pytest.importorskip("distributed")
        with distributed.LocalCluster(n_workers=1, threads_per_worker=2, processes=False,
                                      dashboard_address=None) as cluster, \
                distributed.Client(cluster) as client:
            frame = run(client if executor == "client" else cluster.scheduler_address.replace("inproc", "inproc"))
            assert client.submit(pow, 2, 2).result() == 4
    else:
        frame = run(executor)
    assert frame.total.tolist() == [1.5, 2.5]


def test_a_lost_worker_is_a_failed_run(nb, tmp_path):
    class Broken(ProcessPoolExecutor):
        def submit(self, fn, *args, **kwargs):
            return super().submit(os._exit, 3)
    with Broken(1) as pool:
        frame = quiet(nb, {"n": [1]}, out=tmp_path / "g", executor=pool)
    assert frame.status[0] == "failed" and "BrokenProcessPool" in frame.error[0] and frame.n[0] == 1


def test_slurm_job_script():
    pytest.importorskip("dask_jobqueue")
    with make_cluster("slurm", queue="short", account="lab", cores=2, memory="4GB", walltime="00:20:00",
                      job_extra_directives=["--nice=100"], interface="lo") as cluster:
        script = cluster.job_script()
    for line in ("#SBATCH -p short", "#SBATCH -A lab", "#SBATCH -n 1", "#SBATCH --cpus-per-task=2", "#SBATCH --mem=4G",
                 "#SBATCH -t 00:20:00", "#SBATCH --nice=100", "distributed.cli.dask_worker"):
        assert line in script
    with pytest.raises(ValueError, match="no cluster 'slrm'; there are: local,.*slurm"):
        make_cluster("slrm")


def test_a_grid_on_slurm(nb, tmp_path, monkeypatch):
    "dask-jobqueue with an `sbatch` that starts the job script on this machine: everything but the queue is real"
    pytest.importorskip("dask_jobqueue")
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "sbatch").write_text(f'#!/bin/sh\ncp "$1" {tmp_path}/job.sh\nnohup sh {tmp_path}/job.sh '
                                  f'>{tmp_path}/job.log 2>&1 &\n'
                                  'echo "Submitted batch job $!"\n')
    (tools / "scancel").write_text('#!/bin/sh\nfor j in "$@"; do kill "$j" 2>/dev/null; done\nexit 0\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    spec = {"cluster": "slurm", "cores": 1, "memory": "1GB", "walltime": "00:05:00", "interface": "lo",
            "log_directory": str(tmp_path / "logs")}
    frame = quiet(nb, {"n": [1, 2]}, out=tmp_path / "g", executor=spec, workers=1)
    assert frame.total.tolist() == [1.5, 2.5] and "#SBATCH" in (tmp_path / "job.sh").read_text()


KEY = "planted-5ecret-k3y-0123456789"


def test_a_planted_key_is_written_nowhere(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    nb = make(tmp_path / "leaky.ipynb", "import os\nkey = os.environ['OPENAI_API_KEY']\nprint(key)\nkey",
              "from promptmem.batch import write_result\nwrite_result(out, metrics={'k': key, 'u': "
              "'postgresql://a:pa55word@h/d'})",
              "raise RuntimeError(f'bad key {key} for postgresql://a:pa55word@h/d')")
    frame = quiet(nb, {"n": [1]}, out=tmp_path / "g")
    assert frame.status[0] == "failed"
    written = [p for p in (tmp_path / "g").rglob("*") if p.is_file()]
    assert {"notebook.ipynb", "report.html", "result.json", "index.html", "grid.json"} <= {p.name for p in written}
    for p in written:
        assert KEY.encode() not in p.read_bytes() and b"pa55word" not in p.read_bytes(), p
    assert "bad key ***" in frame.error[0] and KEY not in frame.to_string()


def test_redact_shapes():
    text = "sk-proj-aaaaaaaaaaaaaaaaaaaaaaaa hf_bbbbbbbbbbbbbbbbbbbbbbbb ghp_cccccccccccccccccccccccc"
    assert redact(text, env={}) == "*** *** ***"
    assert redact("risk-free task-0123456789", env={}) == "risk-free task-0123456789"


DRIVER = """
import sys
from promptmem.batch.grid import run_grid
run_grid(sys.argv[1], {"n": list(range(16))}, out=sys.argv[2], workers=2, progress=False)
"""


def test_a_killed_grid_resumes_and_executes_only_what_was_missing(tmp_path):
    log = tmp_path / "executed.log"
    nb = make(tmp_path / "n.ipynb", f"with open({str(log)!r}, 'a') as f: f.write(f'{{n}}\\n')",
              "from promptmem.batch import write_result\nwrite_result(out, metrics={'twice': 2*n})")
    out = tmp_path / "g"
    driver = subprocess.Popen([sys.executable, "-c", DRIVER, str(nb), str(out)], start_new_session=True,
                              stderr=subprocess.DEVNULL)
    while len(done := [p for p in out.glob("*/result.json") if read_result(p.parent).get("status") == "ok"]) < 5:
        assert driver.poll() is None
        time.sleep(.05)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    time.sleep(2)                                       # kernels notice that their parent is gone
    done = {p.parent.name: p.stat().st_mtime_ns for p in out.glob("*/result.json")
            if read_result(p.parent).get("status") == "ok"}
    assert 5 <= len(done) < 16
    log.write_text("")
    frame = quiet(nb, {"n": list(range(16))}, out=out)
    assert frame.twice.tolist() == [2 * n for n in range(16)] and set(frame.status) == {"ok"}
    executed = sorted(int(line) for line in log.read_text().split())
    assert executed == [n for n in range(16) if run_id(nb, {"n": n}) not in done]
    assert all((out / r / "result.json").stat().st_mtime_ns == t for r, t in done.items())


def test_write_result(tmp_path):
    assert write_result("", metrics={"a": 1}) is None and write_result(None) is None
    write_result(tmp_path, metrics={"a": np.float32(.5), "nan": float("nan"), "list": np.arange(2)},
                 parameters={"p": Path("x")}, note="n")
    text = (tmp_path / "result.json").read_text()
    result = json.loads(text, parse_constant=lambda c: pytest.fail(f"{c} is not JSON"))
    assert (
        result["metrics"] == {"a": 0.5, "nan": None, "list": [0, 1]}
        and result["parameters"] == {"p": "x"}
        and result["note"] == "n"
    )


def test_load_runs(nb, tmp_path):
    assert len(load_runs(tmp_path / "none")) == 0
    write_result(tmp_path / "r" / "one", metrics={"acc": dict(estimate=.5, lo=.4, hi=.6, n=9), "n": 3},
                 parameters={"n": 1})
    (tmp_path / "r" / "two").mkdir()
    (tmp_path / "r" / "two" / "result.json").write_text("[1")
    frame = load_runs(tmp_path / "r").set_index("run")
    assert frame.loc["one", ["acc", "acc.lo", "acc.hi", "n", "metrics.n"]].tolist() == [.5, .4, .6, 1, 3]
    assert set(frame.status) == {"unfinished"}          # no run of a grid came to its end here


def test_old_outputs_and_widgets_do_not_travel(nb, tmp_path):
    book = nbformat.read(nb, 4)
    book.metadata["widgets"] = {"state": {}}
    book.cells[2].outputs = [nbformat.v4.new_output("stream", text="old output")]
    nbformat.write(book, nb)
    run_notebook(nb, tmp_path / "r", {"n": 2})
    after = nbformat.read(tmp_path / "r" / "notebook.ipynb", 4)
    assert "widgets" not in after.metadata and "old output" not in (tmp_path / "r" / "notebook.ipynb").read_text()
    assert code_hash(tmp_path / "r" / "notebook.ipynb") == code_hash(nb)  # the injected cell is no code of the notebook


def test_figures_are_drawn_without_a_network(tmp_path):
    nb = make(tmp_path / "fig.ipynb", "import plotly.graph_objects as go\ngo.Figure(go.Scatter(y=[1, 2, n], "
                                      "name='</script>'))",
              "from promptmem.batch import write_result\nwrite_result(out, metrics={'score': n})")
    frame = quiet(nb, {"n": [1, 2, 3]}, out=tmp_path / "g")
    assert set(frame.status) == {"ok"}
    page = (tmp_path / "g" / frame.run[0] / "report.html").read_text()
    index = (tmp_path / "g" / "index.html").read_text()
    # a picture that needs no script, and the place of the script for those who want to zoom
    assert page.count("<svg class='still'") == 1 and 'data-plotly="../plotly.min.js"' in page and len(page) < 50_000
    assert index.count("<svg class='still'") == 1 and 'data-plotly="plotly.min.js"' in index
    assert "</script><b>" not in page
    assert [p.parent.name for p in (tmp_path / "g").rglob("plotly.min.js")] == ["g"]
    assert "https://" not in page + index


def test_unknown_executor():
    with pytest.raises(Exception, match="no cluster 'cloud'"):
        with open_executor("cloud"):
            pass


@pytest.mark.parametrize("sweep, notebook", [("memory", "stream"), ("reward", "reward"), ("recall", "recall"),
                                             ("edit", "edit")])
def test_published_sweeps_fit_their_notebooks(sweep, notebook):
    from promptmem.batch import sweeps
    settings = getattr(sweeps, f"{sweep}_sweep")()
    assert len(settings) >= 63 and check_settings(REPO / "tutorials" / "batch" / f"{notebook}.ipynb",
                                                  settings) == settings


def test_the_reports_plan_fits_the_notebooks():
    from promptmem.batch.report import ROOMS, read_plan
    plan = read_plan(REPO / "tutorials" / "batch")
    assert list(plan) == list(ROOMS)
    for p in plan.values():
        check_settings(p["notebook"], p["settings"])
        assert p["says"] and "out" in notebook_parameters(p["notebook"])
