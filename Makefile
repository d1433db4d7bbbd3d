# The doors to the whole project. `make` alone lists them.
# It needs sh and Python 3.11 or newer; everything else goes into .venv, as the lock files say.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# Where an image sets this, every process of the tests would read all modules of the site anew.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
# Test processes: one more than cores, up to four, for much of a test is waiting (each starts a database server and a
# browser of its own).
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ $$n -le 3 ] || n=3; echo $$((n + 1)))

##@ Run it
.PHONY: run
run: ## start the site with sample data (PORT=8000, DATA_DIR=./data)
	@sh .ci/environment run
	@exec $(BIN)/campaign run --demo

##@ Change it
.PHONY: test check format words pictures
test: environment ## run every test (ARGS="-k pledge" chooses)
	@sh .ci/provide postgresql chromium nginx systemd logrotate
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal $(ARGS)

check: environment ## format, lint, types, imports, templates, catalogues, migrations
	@echo "Format";     $(BIN)/ruff format --check --quiet --output-format concise . || { echo "make format mends it"; exit 1; }
	@echo "Lint";       $(BIN)/ruff check --quiet --output-format concise .
	@echo "Types";      $(BIN)/mypy --no-error-summary
	@echo "Imports";    $(BIN)/lint-imports --no-logo
	@echo "Templates";  $(BIN)/djlint --lint --quiet templates
	@echo "Content, templates, migrations"; $(BIN)/campaign check
	@echo "Catalogues"; $(BIN)/python .ci/words.py --check

format: environment ## put the code into the house's form
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

words: environment ## collect the words to translate into the catalogues
	@$(BIN)/python .ci/words.py

pictures: environment ## take the pictures for the README
	@sh .ci/provide chromium
	@$(BIN)/python -m tests.pictures $(ARGS)

##@ Measure it
.PHONY: bench drill
bench: environment ## measure the speed, on SQLite and PostgreSQL (about 10 minutes)
	@sh .ci/provide postgresql wrk
	@$(BIN)/python -m tests.bench $(ARGS)

drill: environment ## the gates in full (N= sets their size, ARGS=R4 chooses one)
	@sh .ci/provide postgresql chromium wrk
	@$(BIN)/python -m tests.drill $(ARGS)

##@ Keep it
.PHONY: lock clean help environment
lock: ## write the lock files anew (ARGS=--upgrade takes newer versions)
	@ARGS="$(ARGS)" sh .ci/lock

clean: ## remove what make made; never the data
	@rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:
	@awk 'BEGIN { FS = ":.*## " } \
	      /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	      /^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

environment:
	@sh .ci/environment dev
