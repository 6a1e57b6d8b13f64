# Two commands: `make up` and `make test`. Each sets up what it needs, once, and says what it does.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip --disable-pip-version-check install --quiet
ARGS ?=

.PHONY: up test test-kafka test-timescale test-browser soak check format boards clean help

help: ## say what there is
	@grep -hE "^[a-z-]+:.*##" $(MAKEFILE_LIST) | sed -E "s/:.*## /\t/"

up: $(VENV)/.runtime boards ## live boards with synthetic people, on this machine (ARGS="--port 8081")
	@$(RUN) -m services.cli up $(ARGS)

test: $(VENV)/.dev ## unit, property and integration tests on the embedded database
	@$(RUN) -m pytest $(ARGS)

test-kafka: $(VENV)/.dev ## workers, doors and topics on Apache Kafka itself (Java 17; Maven fetches it once)
	@$(RUN) -m pytest tests/kafka $(ARGS)

test-timescale: $(VENV)/.dev ## migrations and every question on TimescaleDB itself (Node 20; npm fetches it once)
	@$(RUN) -m pytest tests/timescale $(ARGS)

test-browser: $(VENV)/.dev boards ## the boards in Chromium (Debian: apt install chromium)
	@$(RUN) -m pytest tests/browser $(ARGS)

soak: $(VENV)/.dev ## 28 days through Kafka while workers, broker and database die (ARGS="--days 3 --kills 10")
	@$(RUN) -m tests.kafka.soak $(ARGS)

check: $(VENV)/.dev ## lint, types, and the front end's own checks
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@$(RUN) -m tools.api_types check
	@$(RUN) -m tools.boards check test

format: $(VENV)/.dev
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

boards: $(VENV)/bin/python
	@$(RUN) -m tools.boards build

$(VENV)/bin/python:
	@echo "Setting up: a virtual environment in $(VENV)"
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || (echo "Python 3.11 or later is needed: make PYTHON=python3.12" && exit 1)
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.txt tools/command.py | $(VENV)/bin/python
	@echo "Setting up: what Lightship runs on (pinned, with hashes)"
	@$(PIP) --require-hashes -r requirements/runtime.txt
	@$(RUN) -m tools.command
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime pyproject.toml | $(VENV)/bin/python
	@echo "Setting up: what the tests and checks need"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@mkdir -p frontend/dist # the package takes the boards in; the tests do without them
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

clean: ## remove what make set up
	rm -rf $(VENV) frontend/node_modules frontend/dist
