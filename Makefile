# ombud: `make demo` shows it, `make test` proves it. Both set up all they need.
PYTHON ?= python3
JOBS   ?= 2
# The long kill campaign; the short one is among the tests.
MAILS    ?= 10000
KILLS    ?= 1000
DATABASE ?= sqlite
# Tests start the program a thousand times: compile it once, whatever the machine is told for its own scripts.
unexport PYTHONDONTWRITEBYTECODE
BIN    := .venv/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet --quiet --editable

.PHONY: demo test check campaign bench servers clean help

help:
	@echo "make demo   run the whole desk on invented mail, on this machine only"
	@echo "make test   format, lint, types and all tests (JOBS=$(JOBS) processes)"
	@echo "make check  format, lint and types only"
	@echo "make campaign  kill the daemon for an hour and count what was lost or doubled (MAILS, KILLS, DATABASE)"
	@echo "make bench  measure what ombud costs"
	@echo "make clean  remove everything that make made"

demo: .venv/.demo
	$(BIN)/ombud demo

test: check servers
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

campaign: .venv/.dev servers
	$(BIN)/python bench/campaign.py --mails $(MAILS) --kills $(KILLS) --database $(DATABASE)

check: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/.dev servers
	$(BIN)/python -m bench

servers:
	@sh tests/servers/install.sh

clean:
	rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache ombud-demo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamp files: repeated runs are instant until pyproject.toml changes.
.venv/.demo: pyproject.toml | .venv/.python
	@echo "Installing ombud and its demo servers into .venv ..."
	@$(PIP) '.[demo]'
	@touch $@

.venv/.dev: pyproject.toml | .venv/.python
	@echo "Installing ombud and its development tools into .venv ..."
	@$(PIP) '.[demo,postgres,dev]'
	@touch $@ .venv/.demo

.venv/.python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) not found. Debian: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "ombud needs Python 3.11 or later; $$($(PYTHON) --version) found. Try: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "Python's venv module is missing. Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@
