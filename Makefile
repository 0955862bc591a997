# make demo: install what the program needs, load the samples and serve.  make test: install the rest, run every test.
# make setup, make setup-dev: only install.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
INSTALL := $(RUN)/python -m pip install --quiet --disable-pip-version-check
STAMP := $(VENV)/.made-from-lock
STAMP_DEV := $(VENV)/.made-from-dev-lock

.PHONY: setup setup-dev demo test test-deep lint types contracts check entry-tables lock docs sbom wheel sdist bench clean

setup: $(STAMP)

setup-dev: $(STAMP_DEV)

$(STAMP): requirements.lock setup.cfg pyproject.toml
	sh tools/make-venv "$(PYTHON)" "$(VENV)"
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	$(RUN)/python -m compileall -q domain projections web
	touch $(STAMP)

$(STAMP_DEV): $(STAMP) requirements-dev.lock
	$(INSTALL) --require-hashes -r requirements-dev.lock
	touch $(STAMP_DEV)

demo: setup
	$(RUN)/caseaudit demo

test: setup-dev
	sh tools/find-browser
	$(RUN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

# All that is drawn at random, from fresh seeds; a failure says how to repeat it.
test-deep: setup-dev
	sh tools/find-browser
	$(RUN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal --hypothesis-profile deep

lint: setup-dev
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .

types: setup-dev
	$(RUN)/mypy

contracts: setup-dev
	$(RUN)/lint-imports

check: lint types contracts test

# After a change of an entry's declaration or of a code list: the tables of docs/interchange.md.
entry-tables: setup
	$(RUN)/python -m tools.entry_tables
	$(RUN)/python -m tools.setting_tables

# Ratios against something bare on the same data (docs/performance.md). What DIR holds already is not measured again.
SIZE ?= area
DIR ?= build/bench
bench: setup-dev
	$(RUN)/python -m benchmarks $(SIZE) --dir $(DIR)
	$(RUN)/python -m benchmarks.deriving
	$(RUN)/python -m benchmarks.importing
	$(RUN)/python -m benchmarks.page
	$(RUN)/python -m benchmarks.pages $(if $(filter nation all,$(SIZE)),region,$(SIZE)) --dir $(DIR)/pages
	$(RUN)/python -m benchmarks.cold
	$(RUN)/python -m benchmarks.cold --size $(if $(filter nation all,$(SIZE)),region,$(SIZE)) --dir $(DIR)/pages
	$(RUN)/python -m benchmarks.columns_made area --dir $(DIR)/pages
	$(RUN)/python -m benchmarks.exporting area --dir $(DIR)/pages
	$(RUN)/python -m benchmarks.starting
	$(RUN)/python -m benchmarks.rebuilding $(SIZE:all=area region nation)
	$(RUN)/python -m benchmarks.policy_trial

# Needs uv (pip install uv). Hashes are for every platform and Python from 3.11 on; versions are the same in both files.
COMPILE := uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11
lock:
	$(COMPILE) requirements-dev.in -o requirements-dev.lock
	$(COMPILE) -c requirements-dev.lock requirements.in -o requirements.lock

# The documents as a site in build/docs, to be opened as files: reference pages made from the program, every link checked.
docs: setup-dev
	NO_MKDOCS_2_WARNING=1 $(RUN)/mkdocs build

# What the program is made of, as CycloneDX: every package of the lock with its version and hashes. Needs no network.
sbom: setup-dev
	mkdir -p build
	$(RUN)/python -m tools.sbom requirements.lock build/caseaudit.cdx.json

# What is installed elsewhere (docs/deploying.md): dist/caseaudit-VERSION-py3-none-any.whl; and the source with its tests.
wheel: setup-dev
	rm -rf build/lib build/bdist.*
	git describe --always --dirty --abbrev=12 '--exclude=*' > domain/COMMIT || rm domain/COMMIT
	$(RUN)/python -m build --no-isolation --wheel --outdir dist
	rm -f domain/COMMIT

sdist: setup-dev
	$(RUN)/python -m build --no-isolation --sdist --outdir dist

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
