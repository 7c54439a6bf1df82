# `make run` shows the product, `make test` checks it. What they need is set up in .venv, and nowhere else.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PORT ?= 8000
PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help setup run test lint test-sqlite test-postgres dev chromium lock clean

help:
	@echo "make setup          install what the product needs, into .venv"
	@echo "make run            run it with the seed review on http://127.0.0.1:8000/ (PORT=... for another port)"
	@echo "make test           check style and types, then run all tests on SQLite, and those that need a database on PostgreSQL"
	@echo "make lock           lock the requirements anew (UPGRADE=--upgrade takes newer versions)"
	@echo "make clean          remove what setup and tests made; the data folder stays"

setup: .venv/requirements.txt

run: setup
	@exec $(VENV_PYTHON) manage.py serve --port $(PORT) --seed

test: lint test-sqlite test-postgres

lint: dev
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m mypy
	$(VENV_PYTHON) manage.py makemigrations --check --dry-run --settings tests.settings

# Processes share the tests, a file to each; conftest.py lets the long ones begin. Pages that are only looked at are so on SQLite alone.
TOGETHER := -n logical --dist loadfile --no-loadscope-reorder

# ON_POSTGRES="not pure" leaves nothing out.
ON_POSTGRES ?= not pure and not once and (services or not browser)

test-sqlite: dev chromium
	$(VENV_PYTHON) -m pytest $(TOGETHER)

test-postgres: dev chromium
	$(VENV_PYTHON) -m tests.postgres $(VENV_PYTHON) -m pytest $(TOGETHER) -m "$(ON_POSTGRES)"

# --- the environment: installed anew only when a lock has changed ---------------------------------------------------

dev: .venv/requirements-dev.txt

.venv/requirements.txt: requirements.txt .venv/requirements-uv.txt
	$(call install,$<)

.venv/requirements-dev.txt: requirements-dev.txt .venv/requirements.txt
	$(call install,$<)

# uv installs in a third of the time; where it cannot be had, or does not reach the packages, pip does the same.
.venv/requirements-uv.txt: requirements-uv.txt | $(VENV_PYTHON)
	@$(VENV_PYTHON) -m pip install --quiet --require-hashes --requirement $< || echo "Going on without uv."
	@cp $< $@

define install
	@echo "Installing $(1) ..."
	@$(VENV_PYTHON) -m uv pip install --python $(VENV_PYTHON) --require-hashes --only-binary :all: --compile-bytecode --requirement $(1) \
		|| $(VENV_PYTHON) -m pip install --require-hashes --only-binary :all: --requirement $(1)
	@cp $(1) $@
endef

$(VENV_PYTHON):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed. Where it has another name: make PYTHON=python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(call apt,python3-venv)
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

chromium:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; $(call apt,chromium)

# Install a Debian package when we may, or else say that it is needed.
define apt
{ if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	echo "Installing $(1) ..."; apt-get update -qq; \
	DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(1) >/dev/null; \
else \
	echo "$(1) is missing. Install it (on Debian: sudo apt-get install $(1)) and try again." >&2; exit 1; \
fi; }
endef

lock: .venv/requirements-uv.txt
	@for name in requirements-uv requirements requirements-dev; do \
		$(VENV_PYTHON) -m uv pip compile --quiet --generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links \
			$(UPGRADE) $$name.in --output-file $$name.txt; \
	done

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis tests/browser/shots
	find . -name __pycache__ -not -path "./.git/*" -prune -exec rm -rf {} +
