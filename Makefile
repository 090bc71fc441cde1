# `make` lists the tasks. Everything runs in the environments that `make setup` builds; no task needs root.

PYTHON := .venv/bin/python
CODE := disputes actions tests migrations
# A file's tests stay on one worker, as they share what was started for them; long files are not left for the end.
TWO_WORKERS := -n 2 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run setup train seed doctor check test lint transcripts-accept bench chaos widget lock format clean

help:
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile
	@echo

##@ Use it
run: setup ## Start everything here; prints the addresses. Ctrl-C stops it
	@exec $(PYTHON) -m disputes run

setup: ## Build both environments from the hash-pinned files (run does it)
	@scripts/setup

train: setup ## Train the assistant, if what it is trained from has changed
	@exec $(PYTHON) -m disputes train

seed: setup ## Fill an empty database with the demo; print sign-in links
	@exec $(PYTHON) -m disputes seed

doctor: setup ## Say what is wrong here, and the command that puts it right
	@exec $(PYTHON) -m disputes doctor

##@ Change it
check: lint ## Fast checks, for every save: style, types, layers, quick tests
	@$(PYTHON) -m pytest -q $(TWO_WORKERS) -m "not rasa and not browser"

test: lint ## Every test, as CI runs them: also Rasa and the browser
	@scripts/setup-browser
	@scripts/setup-services
	@$(PYTHON) -m pytest $(TWO_WORKERS) --durations=15

lint: setup
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports --no-logo --cache-dir .import_linter_cache

transcripts-accept: setup ## Write down again what the assistant says in every transcript; read the diff
	@$(PYTHON) -m tests.transcripts

bench: setup ## Measure speed and memory; writes var/bench.json
	@$(PYTHON) -m tests.bench

format: setup ## Put the code into the one style
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

chaos: setup ## Kill processes during 1,000 conversations and count what is left
	@$(PYTHON) -m tests.chaos

widget: ## Build the chat component again (needs Node)
	@cd widget && npm ci --no-audit --no-fund && npm run build

lock: setup ## Pin the newest versions that fit together (needs uv)
	@scripts/lock

clean: ## Remove what can be built again; data in var/ stays
	rm -rf .venv .venv-rasa .bootstrap models .rasa .mypy_cache .ruff_cache .import_linter_cache widget/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
