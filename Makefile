# AMI Lineage. `make help` lists the targets; variables such as AMI_LINEAGE_PORT pass through.
SHELL := /bin/sh
BIN := .venv/bin
MEMBERS := contracts $(wildcard libs/*) $(wildcard services/*) infra/local cli
# Libraries whose import name does not follow from the name of their package.
IMPORT_NAMES := ami-lineage-event-log=event_log,ami-lineage-graph=graph_store,ami-lineage-bus=bus,ami-lineage-lineage=lineage,ami-lineage-policy=lineage_policy
SOURCES := $(wildcard $(addsuffix /src,$(MEMBERS)))
# Arguments for pytest, for instance: make test TESTS="libs/lineage -k closure"
TESTS ?=
# Processes that run tests; each starts servers of its own.
WORKERS ?= 2
export AMI_LINEAGE_SAMPLE ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup run test check docs lock bench clean

help: ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do printf '  %-8s %s\n' "$$name" "$$text"; done

setup: ## Install the pinned dependencies and servers; nothing when they are there
	@requirements/install
	@$(BIN)/ami-lineage-local setup

run: setup ## Start everything with the demo organization (AMI_LINEAGE_SAMPLE=0: your own data)
	@exec $(BIN)/ami-lineage-local up

test: setup ## Run every test: unit, real servers, end to end, browser
	@env -u AMI_LINEAGE_SAMPLE $(BIN)/pytest -n $(WORKERS) $(TESTS)

check: setup ## Check format, lint, types, import rules, dependencies and schemas
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports
	@for member in $(MEMBERS); do (cd "$$member" && $(CURDIR)/$(BIN)/deptry src --package-module-name-map $(IMPORT_NAMES)) || exit 1; done
	$(BIN)/python -m ami_lineage_contracts.schema_export --check

docs: setup ## Write the generated documents and schemas anew
	$(BIN)/python -m ami_lineage_contracts.schema_export

lock: ## Resolve the pinned dependencies anew
	requirements/lock $(BIN)/uv

bench: setup ## Run the benchmarks
	@if [ -d tests/benchmarks ]; then $(BIN)/python -m pytest tests/benchmarks -s --timeout=0; \
	else echo "No benchmark exists yet: tests/benchmarks is missing." >&2; exit 1; fi

clean: ## Remove what setup and the tests made; kept data stays
	rm -rf .venv .venv-servers .tools .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find $(MEMBERS) tests -name __pycache__ -type d -prune -exec rm -rf {} +
