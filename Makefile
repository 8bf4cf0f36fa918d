# What a fresh machine needs is Python 3.11, Go, make and a network. Everything else is fetched here, once.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
UV_VERSION := 0.13.9
PYTEST_ARGS ?= -n 2 --dist loadgroup
ENV := .venv/.in-step-with-lock
BIN := .venv/bin

# A uv of our own only if PATH has none that is new enough.
UV_ON_PATH := $(shell uv --version 2>/dev/null | awk '{split($$2, v, "."); if (v[1] + 0 > 0 || v[2] + 0 >= 13) print "uv"}')
UV := $(or $(UV_ON_PATH),.uv/bin/uv)

# Debian builds its Python with profile-guided optimization: a third faster than one built without (pyenv's).
export UV_PYTHON ?= $(firstword $(wildcard /usr/bin/python3.11) 3.11)

.PHONY: help setup engine run test lint histories bench diagram clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(ENV) engine ## make the Python environment and the Temporal server (the first time takes minutes)

engine: $(ENV)
	@path="$$($(BIN)/python -m starter.engine)"; echo "engine: $$path"

run: setup ## start the whole house; Ctrl-C stops it
	@echo "run: starting the house, Ctrl-C stops it"
	@exec $(BIN)/vaka run

test: lint setup ## check style, types and boundaries, then run all tests (PYTEST_ARGS='-k name' for some)
	@echo "test: pytest $(PYTEST_ARGS)"
	@$(BIN)/pytest $(PYTEST_ARGS)

lint: $(ENV) ## check style, types and boundaries only
	@echo "lint: ruff check"
	@$(BIN)/ruff check .
	@echo "lint: ruff format --check"
	@$(BIN)/ruff format --check .
	@echo "lint: mypy"
	@$(BIN)/mypy
	@echo "lint: import-linter"
	@$(BIN)/lint-imports
	@echo "lint: rules of the house"
	@$(BIN)/python -m tools.lint

histories: setup ## record the histories the replay tests compare with
	@echo "histories: recording"
	@$(BIN)/python -m tests.replay.record

bench: setup ## measure what a decision costs, as ratios to the bare engine in the same run
	@$(BIN)/python -m bench

diagram: $(ENV) ## draw the process diagrams from the workflows
	@echo "diagram: drawing"
	@$(BIN)/python -m tools.diagram
	@$(BIN)/python -m tools.bpmn

clean: ## remove what was made here (the built server stays in ~/.cache/vaka)
	rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache var
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(ENV): pyproject.toml uv.lock $(if $(UV_ON_PATH),,.uv/bin/uv)
	@echo "setup: Python environment .venv from uv.lock"
	@$(UV) sync --locked --quiet
	@touch $@

# Debian splits venv off Python, and says so only after it has left half an environment behind.
.uv/bin/uv:
	@echo "setup: no uv $(basename $(UV_VERSION)) or newer on PATH, putting uv $(UV_VERSION) into .uv"
	@rm -rf .uv
	@if ! $(PYTHON) -m venv .uv >.uv.log 2>&1; then \
		rm -rf .uv; \
		if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>>.uv.log; then \
			echo "setup: $(PYTHON) must be Python 3.11" >&2; exit 1; \
		elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "setup: installing python3-venv with apt-get"; \
			{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3-venv; } \
				>>.uv.log 2>&1 || { echo "setup: apt-get could not install python3-venv: $$(tail -n 1 .uv.log)" >&2; exit 1; }; \
			$(PYTHON) -m venv .uv; \
		else \
			echo "setup: the package python3-venv is missing: apt-get install python3-venv" >&2; exit 1; \
		fi; \
	fi
	@rm -f .uv.log
	@.uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
