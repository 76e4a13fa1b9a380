# Two commands need nothing but Python 3.11 or newer and make: `make run` and `make test`.

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$python -c '$(SUPPORTED)' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
INBOX ?= inbox
export TVEC_PV_HOME ?= $(CURDIR)/.tvec-pv
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test fuzz faults bench memory detection-power duplicates-measure lint serve lock samples docs clean

run: $(VENV)/installed  ## read the sample reports as a night would
	$(BIN)/tvec-pv background load sample_reports/background
	$(BIN)/tvec-pv nightly sample_reports/inbox

test: $(VENV)/installed-dev  ## the whole suite, on SQLite and PostgreSQL
	$(BIN)/python -m pytest -n 2

fuzz: $(VENV)/installed-dev  ## a hundred thousand changed files through the readers
	$(BIN)/python -m tests.fuzz --inputs 100000

faults: $(VENV)/installed-dev  ## nights that are killed at every step and at fifty random moments
	$(BIN)/python -m tests.faults

lint: $(VENV)/installed-dev  ## style, types and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

serve: $(VENV)/installed  ## a Prefect server with its pages, and the night on its cron
	mkdir -p $(INBOX)
	$(BIN)/tvec-pv serve --inbox $(INBOX)

samples: $(VENV)/installed-dev  ## write sample_reports again from tests/samples
	$(BIN)/python -m tests.samples

docs: $(VENV)/installed-dev  ## write the generated pages of docs/reference again
	$(BIN)/python -m tests.reference_pages

bench: $(VENV)/installed-dev  ## speed as ratios in one run
	$(BIN)/python -m tests.performance

memory: $(VENV)/installed-dev  ## what a gigabyte of each format takes, and files made to fill the memory
	$(BIN)/python -m tests.performance.memory

detection-power: $(VENV)/installed-dev  ## how many planted signals each rule finds; writes the page again
	$(BIN)/python -m tests.detection_power

duplicates-measure: $(VENV)/installed-dev  ## how many of the duplicates planted among 100,000 generated cases are found
	$(BIN)/python -m tests.performance.duplicates

lock:  ## resolve the locked dependencies anew (needs uv)
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	  --extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) .tvec-pv

$(VENV)/installed: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "tvec-pv needs Python 3.11 to 3.14; none was found"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked dependencies into $(VENV) (about a minute the first time) ..."
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-build-isolation -e .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.lock
	$(INSTALL) --require-hashes -r requirements-dev.lock
	touch $@
