# `make demo` shows it, `make test` proves it, `make up` runs it. Each sets up what is missing.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo install test up chaos bench lint audit lock clean
.DELETE_ON_ERROR:
# Programs that tests start read what was compiled before.
unexport PYTHONDONTWRITEBYTECODE

demo: .venv/runtime
	@$(BIN)/python cli.py demo

# What a server needs before supervisor, systemd or `python worker.py` runs it.
install: .venv/runtime

up: .venv/runtime
	@exec $(BIN)/python cli.py up

test: .venv/dev lint
	$(BIN)/python -m pytest

# The long fault tests, then storms of faults, judged: CHAOS_MINUTES (30) of them from CHAOS_SEED (random, printed); CHAOS_ROUND repeats one alone.
chaos: .venv/dev
	@$(BIN)/python -m pytest -q -m long
	@$(BIN)/python -m tests.chaos

# How fast, and against what: benchmarks/README.md. Ten minutes, on a machine that does nothing else.
bench: .venv/bench
	@$(BIN)/python -m benchmarks

lint: .venv/dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports --no-cache

# Known vulnerabilities, asked of the package index; licences that MIT cannot use. --strict: what could not be asked about is a failure.
audit: .venv/dev .venv/audit/bin/pip-audit
	.venv/audit/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r requirements.lock \
	|| { echo "audit: the vulnerabilities above, or an index that could not be asked; nothing here says that there are none" >&2; exit 1; }
	$(BIN)/python -m pytest -q -n0 tests/test_licences.py

# In an environment of its own, so that what it needs is not among what it looks at.
.venv/audit/bin/pip-audit: .venv/bin/python
	$(BIN)/python -m venv .venv/audit
	.venv/audit/bin/python -m pip install -q --disable-pip-version-check 'pip-audit>=2.10,<3'

# Pins with hashes for every supported Python and platform; no index is named.
lock: .venv/dev
	$(BIN)/python -m pip install -q uv
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; try: make PYTHON=python3.13")'
	$(PYTHON) -m venv .venv

.venv/runtime: requirements.lock .venv/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/dev: requirements-dev.lock .venv/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ .venv/runtime

# What it is compared with, and what makes its profiles.
.venv/bench: pyproject.toml .venv/dev
	$(BIN)/python -m pip install -q --disable-pip-version-check $$($(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["bench"])')
	@touch $@

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache
