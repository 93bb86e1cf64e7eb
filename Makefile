# make demo   classify the shipped disclosures, print the tables, write demo/report.xlsx
# make test   everything the tests need, then the tests
# make check  lint and types
# Each makes its own environment in .venv first; only Python 3.11+ and make must be there.

PYTHON ?= python3
VENV ?= .venv
# EXTRAS=dev,ocr,semantic also installs the reader of scans and what runs a model folder, and runs their tests
EXTRAS ?= dev
# what pytest is told; PYTEST='--cov --cov-report=term' also measures which lines the tests reach
PYTEST ?=
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check lint types format docs clean

demo: $(STAMP)
	@mkdir -p demo
	$(BIN)/goufu classify examples/disclosures/*.txt -o demo/report.xlsx

test: $(STAMP)
	$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist loadfile $(PYTEST)

check: lint types

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) demo .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "goufu needs Python 3.11 or newer; run: make PYTHON=/path/to/python3.11 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]'
	@touch $(STAMP)
