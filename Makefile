# Every target makes its own environment in .venv first (once; again when the pins change). Needs python3.11 or later.
PYTHON ?= python3
BIN = .venv/bin
READY = .venv/ready

.PHONY: demo test check bench nights fixtures accuracy docs pins

demo: $(READY)  ## sample reports, parsed: a record, its checks, a comparison
	$(BIN)/gongkai demo

test: $(READY)  ## the tests, on all cores
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(READY)  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check output
	$(BIN)/mypy

bench: $(READY)  ## speed, as ratios to other tools measured in the same run
	$(BIN)/python -m benchmarks.parse
	$(BIN)/python -m benchmarks.files
	$(BIN)/python -m benchmarks.pictures
	$(BIN)/python -m benchmarks.crawl
	$(BIN)/python -m benchmarks.dataset
	$(BIN)/python -m benchmarks.nights --sites 34 --nights 30 --broken 0.5 --flapping 0.2 --only-totals

nights: $(READY)  ## 200 pretended sites over three nights: what was asked, archived, parsed and told, against the truth
	$(BIN)/python -m benchmarks.nights --sites 200 --nights 3

fixtures: $(READY)  ## writes the expected files of the fixtures anew; look at the difference before you commit it
	$(BIN)/python -m pytest tests/test_fixtures.py --update

accuracy: $(READY)  ## silent errors on 5,000 generated pages, 300 files and 100 pictures of each kind; titles, histories; kills and damage; properties
	GONGKAI_EXAMPLES=search $(BIN)/python -m pytest -n auto -m hypothesis
	GONGKAI_DOCUMENTS=5000 $(BIN)/python -m pytest tests/test_generated.py tests/test_old_forms.py tests/test_office.py tests/test_samplesite.py tests/test_markup.py tests/test_short_cuts.py -s
	GONGKAI_DOCUMENTS=900 $(BIN)/python -m pytest tests/test_pdf.py -s
	GONGKAI_TITLES=10000 GONGKAI_AGENCIES=2000 $(BIN)/python -m pytest tests/test_titles.py tests/test_generated_history.py -s
	GONGKAI_PICTURES=100 $(BIN)/python -m pytest tests/test_pictures.py -s
	GONGKAI_KILLS=100 GONGKAI_DAMAGES=10000 GONGKAI_SITES=200 $(BIN)/python -m pytest tests/test_crawl_killed.py tests/test_full_disk.py tests/test_crawl_verify.py tests/test_nightly.py tests/test_nightly_killed.py tests/test_builds_killed.py

docs: $(READY)  ## docs/data-dictionary.md from the schema
	$(BIN)/python -m gongkai.output.dictionary > docs/data-dictionary.md
	$(BIN)/python -m gongkai.output.dictionary crosswalk > docs/crosswalk.md

pins: $(READY)  ## requirements*.txt from pyproject.toml
	.ci/pins

$(READY): requirements-dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "gongkai needs Python 3.11 or later: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)
