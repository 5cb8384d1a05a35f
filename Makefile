PYTHON ?= python3
BIN := .venv/bin
# How many tests run at a time: they wait a good deal, so three on two cores. `make test AT_ONCE=8` on a bigger machine.
AT_ONCE ?= 3
SLOW_TIERS := integration or browser or chaos
PANEL_MODULES := admin-panel/node_modules

# Twelve processes of pytest and hundreds of workers start from what the first of them compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run dev stop clean lint lint-python lint-panel
.PHONY: test test-setup test-python test-panel checks vitest chaos bench lock

help:  ## what there is to do
	@sed -n 's/^\([a-z-]*\):.*  ## /  make \1\t/p' Makefile | expand -t 16

setup:
	@$(PYTHON) -m launch.setup

run: setup  ## start everything on this machine, until Ctrl-C
	@exec $(BIN)/python -m launch run

dev: setup  ## the same, restarting what you change
	@exec $(BIN)/python -m launch run Procfile.dev

stop:  ## end what a lost terminal left running
	@test ! -x $(BIN)/python || exec $(BIN)/python -m launch stop

clean: stop  ## remove everything that was made here: environment, build, data, logs
	rm -rf .venv var admin-panel/node_modules admin-panel/dist tests/oidc/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

TWO_AT_A_TIME := $(MAKE) --no-print-directory --output-sync --jobs=2

lint: setup  ## ruff, mypy, import borders; tsc and eslint
	@$(TWO_AT_A_TIME) lint-python lint-panel

lint-python:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=api $(BIN)/lint-imports

lint-panel:
	@if [ -d $(PANEL_MODULES) ]; then cd admin-panel && npm run typecheck && npm run lint; fi

test: test-setup checks test-python  ## everything that CI runs

# What needs no server. The panel's own tests run while mypy is still at it.
checks: test-setup
	@$(TWO_AT_A_TIME) lint-python lint-panel vitest

test-setup:
	@$(PYTHON) -m launch.setup --tests

# Fast tests first, so that a broken build is known early; the others together, since some wait while some compute.
test-python: test-setup
	@for tests in "not ($(SLOW_TIERS))" "$(SLOW_TIERS)"; do \
		echo "== pytest -m '$$tests'"; \
		$(BIN)/pytest -n $(AT_ONCE) -m "$$tests" || exit 1; \
	done

# The same seed gives the same jobs and troubles; without one, the run makes one up and says which.
SEED ?=
JOBS ?= 10000
DATABASE ?= sqlite
chaos: test-setup  ## the long form: make chaos SEED=7 JOBS=10000 DATABASE=postgresql
	CHAOS_SEED=$(SEED) CHAOS_JOBS=$(JOBS) $(BIN)/pytest -n 0 -s --timeout 0 tests/chaos/test_chaos.py -k $(DATABASE)

test-panel: test-setup vitest

vitest:
	@if [ -d $(PANEL_MODULES) ]; then cd admin-panel && npm test; fi

# `make bench ONLY=publish`, or several: `make bench ONLY="publish submit"`.
bench:  ## how fast, side by side with Celery, dramatiq and taskiq: ten minutes, then a table
	@$(PYTHON) -m launch.setup --tests --peers
	@PYTHONPATH=api:. $(BIN)/python -m benchmarks $(ONLY)

lock:  ## compile requirements/ from pyproject.toml, keeping the versions in force
	$(PYTHON) -m launch.setup.lock
