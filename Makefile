# `make` lists what there is. Every target that needs the environment makes it first, and only
# when what it is made from has changed.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# A half-made file would otherwise pass for a finished one the next time.
.DELETE_ON_ERROR:

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# The locks are proven on 3.11 to 3.13, so newer ones come after those. A name on PATH may be a
# shim that cannot start, so each is tried.
PYTHONS := python3.13 python3.12 python3.11 python3.14 python3 python
SUITABLE := import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for each in $(PYTHONS); do \
	$$each -c '$(SUITABLE)' >/dev/null 2>&1 && { command -v $$each; break; }; done)

##@ Run

run: install ## Serve a small shop on http://localhost:8000; Ctrl-C stops it.
	@$(BIN)/waybill migrate
	@$(BIN)/waybill seed --if-empty
	@exec $(BIN)/waybill serve $(ARGS)

demo: install ## Serve a shop that lives, a day of it in minutes; Ctrl-C closes it.
	@exec $(BIN)/waybill demo $(ARGS)

install: .venv/waybill.stamp web/dist/inputs.sha256 ## Make .venv and everything in it.

.venv/bin/python:
	@test -n "$(PYTHON)" || { \
		echo "Waybill needs Python 3.11 or newer with venv (on Debian: apt install python3-venv)." >&2; exit 1; }
	@echo "==> Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear .venv

.venv/packages.stamp: requirements-dev.lock | .venv/bin/python
	@echo "==> Installing the locked packages"
	@$(PIP) install --progress-bar off --require-hashes -r $<
	@touch $@

.venv/waybill.stamp: pyproject.toml .venv/packages.stamp
	@echo "==> Installing Waybill itself"
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

WEB := $(shell find web \( -name node_modules -o -name dist -o -name __pycache__ \) -prune \
	-o -type f -print)
web/dist/inputs.sha256: $(WEB) requirements-web.lock | .venv/packages.stamp
	@echo "==> Building GraphiQL"
	@$(BIN)/python web/build.py
	@touch $@

##@ Work

CLIENTS := $(addprefix tests/npm/,install.py package-lock.json relay.config.json relay/operations.js)
tests/npm/node_modules/inputs.sha256: $(CLIENTS) requirements-web.lock | .venv/packages.stamp
	@echo "==> Installing the clients the tests drive"
	@$(BIN)/python tests/npm/install.py
	@touch $@

test: install tests/npm/node_modules/inputs.sha256 ## Run every test, or some: make test ARGS="tests/services -k cancel".
	@$(BIN)/pytest -n logical --dist worksteal $(ARGS)

lint: install ## Check style, types, floors and that schema.graphql is the code's.
	@echo "==> ruff" && $(BIN)/ruff check && $(BIN)/ruff format --check
	@echo "==> mypy" && $(BIN)/mypy
	@echo "==> import-linter" && $(BIN)/lint-imports --no-logo
	@echo "==> schema.graphql" && $(BIN)/waybill schema | diff -u schema.graphql - && echo "As printed."

format: install ## Put the code into shape.
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: install ## Measure how fast it is.
	@$(BIN)/python -m bench $(ARGS)

lock: .cache/uv/bin/uv ## Pin every dependency with its hashes; ARGS=--upgrade moves the pins.
	@$(COMPILE) pyproject.toml -o requirements.lock
	@$(COMPILE) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	@$(COMPILE) --group web -o requirements-web.lock

# One lock serves every platform and Python, and must not name the registry it was made from.
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" .cache/uv/bin/uv pip compile --quiet $(ARGS) \
	--universal --python-version 3.11 --generate-hashes --no-emit-index-url

.cache/uv/bin/uv:
	@$(PYTHON) -m venv .cache/uv
	@.cache/uv/bin/python -m pip install --quiet uv

clean: ## Remove everything made here except data/.
	@rm -rf .venv .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache \
		dist web/dist web/node_modules tests/npm/node_modules tests/npm/relay/compiled
	@find . -name __pycache__ -prune -exec rm -rf {} +

help: ## List the targets.
	@awk -F ':.*## ' '/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: run demo install test lint format bench lock clean help
