"""A real JupyterLab on localhost and a real Chromium: one of each per session, a fresh page and notebook per test."""
import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import free_port, wait_http


def find_chromium():
    "The path of a Chromium, or None"
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


SHOTS = Path(os.environ.get("E2E_SHOTS", "shots"))
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
         "--disable-sync", "--disable-background-networking", "--disable-component-update"]
SETTINGS = {  # no news, no update check, every cell in the page, no saving behind our back
    "apputils-extension/notification": dict(fetchNews="false", checkForUpdates=False, doNotDisturbMode=True),
    "notebook-extension/tracker": dict(windowingMode="none", recordTiming=False),
    "docmanager-extension/plugin": dict(autosave=False),
}


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: "test_tutorials" not in item.nodeid)  # the longest first: two browsers end together
    for item in items:
        if "e2e" in Path(item.fspath).parts:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def chromium():
    if not find_chromium():
        pytest.skip("### NO CHROMIUM: the browser tests are SKIPPED (apt-get install chromium, or set CHROMIUM) ###")
    return find_chromium()


@contextmanager
def running_lab(home):
    "`(base_url, folder)` of a JupyterLab whose every file is under `home`"
    port = free_port()
    folder = home / "notebooks"
    folder.mkdir()
    for name, value in SETTINGS.items():
        f = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        f.parent.mkdir(parents=True, exist_ok=True)
        f.write_text(json.dumps(value))
    env = {**os.environ, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home / "config"),
           "JUPYTER_RUNTIME_DIR": str(home / "run"), "IPYTHONDIR": str(home / "ipython"),
           "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"), "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    argv = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
            "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}",
            "--LabApp.expose_app_in_browser=True", f"--LabApp.user_settings_dir={home / 'settings'}"]
    log = home / "lab.log"
    with log.open("w") as f:
        process = subprocess.Popen(argv, stdout=f, stderr=subprocess.STDOUT, env=env, start_new_session=True)
    try:
        wait_http(f"http://127.0.0.1:{port}/api", process, log)
        yield f"http://127.0.0.1:{port}", folder
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def lab(chromium, tmp_path_factory):
    with running_lab(tmp_path_factory.mktemp("lab")) as served:
        yield served


@contextmanager
def open_browser(chromium):
    "A headless Chromium"
    api = pytest.importorskip("playwright.sync_api")
    api.expect.set_options(timeout=20_000)             # a busy machine is slow, not wrong
    with api.sync_playwright() as p:
        b = p.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
        yield b
        b.close()


@pytest.fixture(scope="session")
def browser(chromium):
    with open_browser(chromium) as b:
        yield b


class Notebook:
    "One notebook open in JupyterLab: run it, ask its kernel, click in it, take its picture"
    def __init__(self, page, base, folder):
        self.page, self.base, self.folder = page, base, folder

    def open(self, name, *sources, copy_of=None):
        "Write a notebook with one code cell per source (or copy an existing one), open it and run every cell"
        if copy_of: shutil.copy(copy_of, self.folder / name)
        else:
            cells = [dict(cell_type="code", id=f"cell-{i}", metadata={}, source=s, outputs=[], execution_count=None)
                     for i, s in enumerate(sources)]
            spec = dict(name="python3", display_name="Python 3", language="python")
            (self.folder / name).write_text(json.dumps(dict(cells=cells, metadata=dict(kernelspec=spec), nbformat=4,
                                                            nbformat_minor=5)))
        self.page.goto(f"{self.base}/doc/tree/{name}")
        self.page.wait_for_function("window.jupyterapp?.shell?.currentWidget?.context?.isReady", timeout=60_000)
        self.page.wait_for_function(
            "window.jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.status === 'idle'", timeout=60_000
        )
        errors = self.page.evaluate("""async () => {
            await window.jupyterapp.commands.execute('notebook:run-all-cells');
            return window.jupyterapp.shell.currentWidget.content.model.toJSON().cells.flatMap(c => c.outputs || [])
                .filter(o => o.output_type === 'error').map(o => o.ename + ': ' + o.evalue); }""")
        assert not errors, f"{name} raised {errors}"

    def kernel(self, code):
        "What `code` prints in this notebook's kernel, once it has taken in what was typed and clicked"
        return self.page.evaluate("""async code => {
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            for (let quiet = 0; quiet < 4; ) {  // a widget holds its next message back until the last one is done
                await new Promise(later => setTimeout(later, 50));
                quiet = kernel.status === 'idle' ? quiet + 1 : 0; }
            let text = '';
            const run = kernel.requestExecute({code, store_history: false});
            run.onIOPub = m => {
                if (m.header.msg_type === 'stream') text += m.content.text;
                if (m.header.msg_type === 'error') text += m.content.ename + ': ' + m.content.evalue; };
            await run.done;
            return text; }""", code).strip()

    def ready(self):
        "Wait until no panel is busy: keys do not wait by themselves, as clicks do"
        self.page.wait_for_function("document.querySelectorAll('.pm-busy').length === 0")

    def shot(self, name, selector=".pm-panel"):
        "A picture of the first `selector`, in a window high enough to show all of it"
        SHOTS.mkdir(parents=True, exist_ok=True)
        before = self.page.viewport_size
        self.page.set_viewport_size(dict(width=before["width"], height=2200))
        self.page.locator(selector).first.screenshot(path=SHOTS / f"{name}.png")
        self.page.set_viewport_size(before)


@pytest.fixture
def notebook(lab, browser):
    context = browser.new_context(viewport=dict(width=1200, height=1000))
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda e: page.problems.append(str(e)))
    def dialog(d):
        if d.type != "beforeunload":  # leaving an unsaved notebook is fine; anything else is a script that ran
            page.problems.append(f"{d.type}: {d.message}")
        d.accept()
    page.on("dialog", dialog)
    yield Notebook(page, *lab)
    context.close()
    assert not page.problems, page.problems
