# What can be done here: `make help`. Every step is skipped when its lock file has not changed since the last time.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
# The design system, fonts and their licences; its list is the last file written.
ASSETS := tvist/static/vendor/CONTENTS.txt
TESTS ?= tests
# Tests wait for browsers and servers: one more of them at work than the machine has processors.
WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

.PHONY: help env run test campaign check clean
.DELETE_ON_ERROR:

help: ## This list
	@sed -n 's/^\([a-z]*\):[^#]*## /  make \1	/p' Makefile

env: .venv/.installed $(ASSETS) ## Set up: packages, front-end assets, the command `tvist`

run: env ## Set up, migrate, add demo data if the database is empty, serve on http://127.0.0.1:8000 (PORT=8001 for another port)
	@PORT=$(PORT) $(BIN)/tvist run

test: env .venv-scan/.installed ## All tests, on SQLite and PostgreSQL (TESTS=tests/domain for some of them)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -r fEs $(TESTS)

campaign: env .venv-scan/.installed ## Everything that is tried at random, at full length, on both databases (about an hour); its figures go to docs/campaign.md
	@TVIST_CAMPAIGN=whole $(BIN)/python -m pytest -q -x tests/campaign tests/domain/test_exchange_machine.py tests/walk tests/fuzz tests/scan

check: env ## Style, types, imports, words, templates and lock files; no tests
	@echo "Style (ruff)";                    $(BIN)/ruff check .
	@echo "Format (ruff)";                   $(BIN)/ruff format --check .
	@echo "Types (mypy --strict)";           $(BIN)/mypy --strict
	@echo "Imports (import-linter)";         $(BIN)/lint-imports --no-cache --no-logo
	@echo "Words in three languages";        $(BIN)/python tools/check_words.py
	@echo "Templates";                       $(BIN)/python tools/check_templates.py
	@echo "Templates (djlint)";              $(BIN)/djlint templates --lint --quiet
	@echo "Docs made from the code";       $(BIN)/python tools/docs_tables.py --check
	@echo "Lock files";                      $(BIN)/python tools/check_locks.py

clean: ## Remove what `make env` made; the database in instance/ stays
	rm -rf .venv .venv-scan node_modules tvist/static/vendor

# ---- The steps of `env`. The scripts in tools/ say in one sentence what is missing. ----

.venv/.packages: requirements-dev.lock requirements-uv.lock
	@command -v $(PYTHON) >/dev/null || { echo "Tvist needs Python 3.11 or newer, and there is no '$(PYTHON)' here: install it (Debian: apt install python3 python3-venv)." >&2; exit 1; }
	@$(PYTHON) tools/packages.py
	@touch $@

.venv/.installed: pyproject.toml .venv/.packages
	@echo "Installing the command .venv/bin/tvist"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-index --no-build-isolation --editable .
	@touch $@

.venv-scan/.installed: requirements-scan.lock .venv/.packages
	@$(BIN)/python tools/scanner.py
	@touch $@

$(ASSETS): package-lock.json package.json .npmrc tools/assets.py .venv/.packages
	@$(BIN)/python tools/assets.py
