# make setup: build .venv from the lock file.  make demo: load the samples and serve.  make test: run every test.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
STAMP := $(VENV)/.made-from-lock

.PHONY: setup demo test lint types contracts check entry-tables lock bench clean

setup: $(STAMP)

$(STAMP): requirements.lock setup.cfg pyproject.toml
	sh tools/make-venv "$(PYTHON)" "$(VENV)"
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: setup
	$(RUN)/caseaudit demo

test: setup
	sh tools/find-browser
	$(RUN)/python -m pytest -n auto --maxprocesses 4

lint: setup
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .

types: setup
	$(RUN)/mypy

contracts: setup
	$(RUN)/lint-imports

check: lint types contracts test

# After a change of an entry's declaration or of a code list: the tables of docs/interchange.md.
entry-tables: setup
	$(RUN)/python -m tools.entry_tables

# Ratios against something bare on the same data (docs/performance.md). What DIR holds already is not measured again.
SIZE ?= area
DIR ?= build/bench
bench: setup
	$(RUN)/python -m benchmarks $(SIZE) --dir $(DIR)
	$(RUN)/python -m benchmarks.deriving
	$(RUN)/python -m benchmarks.importing
	$(RUN)/python -m benchmarks.page
	$(RUN)/python -m benchmarks.rebuilding $(SIZE:all=area region nation)

# Needs uv (pip install uv). Hashes are for every platform and Python from 3.11 on.
lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --python-version 3.11 requirements-dev.in -o requirements.lock

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
