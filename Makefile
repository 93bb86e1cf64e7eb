# make demo   classify the shipped disclosures, print the tables, write demo/report.xlsx
# make test   everything the tests need, then the tests
# make test-all  with the long ones: whole commands one after another, servers that are killed, fuzzing, a browser
# make check  lint and types, and whether the pinned versions are stale
# make docs   the pages made from docstrings and from --help
# make fuzz   spoilt documents for an hour; MINUTES=5 for less
# make fuzz-atheris  the same led by coverage, for the parsers of goufu's own
# make faults kill -9, full disks, two at once: fifty times each
# make scans  the largest examples as scans, photographs turned each way; wants the extra ocr (EXTRAS=dev,ocr)
# make spark  a Spark cluster on loopback, started and stopped by its tests; needs a Java of 17 or newer
# make release  the wheel, hashes, licences and bill of materials, in dist/
# Each makes its own environment in .venv first; only Python 3.11+ and make must be there.

PYTHON ?= python3
VENV ?= .venv
# EXTRAS=dev,ocr,semantic also installs the reader of scans and what runs a model folder, and runs their tests
EXTRAS ?= dev
# what pytest is told; PYTEST='--cov --cov-report=term' also measures which lines the tests reach
PYTEST ?=
# the tests of a file share what they made; the files go out in the order of tests/conftest.py
SIDE_BY_SIDE := -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test test-all check lint types age format docs clean fuzz fuzz-atheris faults scans spark release

demo: $(STAMP)
	@mkdir -p demo
	$(BIN)/goufu classify examples/disclosures/*.txt -o demo/report.xlsx

test: $(STAMP)
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(PYTEST)

test-all: $(STAMP)
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m 'not faults and not spark and not scans' $(PYTEST)

check: lint types age

age:
	$(PYTHON) .ci/release.py age

MINUTES ?= 60
fuzz: $(STAMP)
	$(BIN)/python tests/fuzz/run.py --minutes $(MINUTES) --seed $${SEED:-$$(date +%s)} --keep fuzz-found

scans: $(STAMP)
	$(BIN)/python -m pytest tests/disclosure tests/web/test_page_image.py -m scans $(PYTEST)

spark: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS),spark]'
	$(BIN)/python -m pytest tests/spark -m spark

fuzz-atheris: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check atheris
	@mkdir -p fuzz-found/corpus
	$(BIN)/python tests/fuzz/atheris_readers.py fuzz-found/corpus -max_total_time=$$(($(MINUTES) * 60)) -timeout=20 -rss_limit_mb=1024 -artifact_prefix=fuzz-found/

faults: $(STAMP)
	$(BIN)/python -m pytest tests/faults tests/web/test_kills.py -m faults -s

release: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS),release]'
	$(BIN)/python .ci/release.py

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# the rooms as they are when installed, in links: mypy reads files, not what `goufu/__init__.py` does
types: $(STAMP)
	@rm -rf .shape && mkdir -p .shape/goufu
	@for part in goufu/* catalog disclosure matcher store cli web; do ln -s "$(CURDIR)/$$part" ".shape/goufu/$${part##*/}"; done
	$(BIN)/mypy

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# the pages made from the program: docs/reference.md and docs/cli.md
docs: $(STAMP)
	$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) demo dist .shape fuzz-found .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "goufu needs Python 3.11 or newer; run: make PYTHON=/path/to/python3.11 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]'
	@touch $(STAMP)
