# `make run` and `make test` do all their own set-up; the rest is listed by `make help`.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	command -v $$p >/dev/null 2>&1 && \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
# One more than there are cores: many tests wait for servers and clocks.
JOBS ?= $(shell echo $$(($$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN) + 1)))
# What runs, as opposed to what tests and builds it.
PRODUCT := stockapp app.py wsgi.py gunicorn.conf.py
LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-header

# Where images forbid it, every process would compile all of the code again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run demo dev setup test test-distributed soak check audit wheel format bench lock docs screenshots clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

run: setup ## Serve on http://127.0.0.1:8000 (HOST, PORT, WEB_CONCURRENCY, STOCKAPP_DATA_DIR)
	@exec $(BIN)/gunicorn -c gunicorn.conf.py wsgi:app

demo: export STOCKAPP_SAMPLE = simulated
demo: export STOCKAPP_DATA_DIR ?= data/demo
demo: run ## The same with a list of simulated companies already there

dev: setup ## Serve with one worker that reloads when code changes
	@exec $(BIN)/python app.py

setup: $(VENV)/.runtime static/vendor/manifest.json ## Make .venv and fetch the browser assets

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "stockapp needs Python 3.11 or newer; install it (python3.11) or name one: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Making the virtual environment with $(PYTHON) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(BIN)/python
	@echo "Installing the locked dependencies ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(BIN)/python
	@echo "Installing the locked dependencies for development ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

static/vendor/manifest.json: package-lock.json scripts/assets.py requirements-node.txt | $(BIN)/python
	@$(BIN)/python scripts/assets.py
	@touch $@

# npm empties its folder before it installs, and this stamp with it.
node_modules/.tests: static/vendor/manifest.json
	@$(BIN)/python scripts/assets.py tests >/dev/null
	@touch $@

PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup --no-loadscope-reorder
# What needs Celery's processes; `make test` has the contracts on both sets of backends without it.
NODES := tests/distributed tests/contract/test_remote_computing.py

test: setup $(VENV)/.dev node_modules/.tests ## Run all tests on one machine, on all cores
	@$(PYTEST) $(NODES:%=--ignore=%)

# Once more, end to end, what was built for one machine, now on Redis, PostgreSQL and Celery's
# workers; and what is about those. LESS leaves out how pages look, which does not depend on what
# keeps the data; `make test-distributed LESS=` runs that, too.
LESS ?= -m "not looks"
test-distributed: setup $(VENV)/.dev node_modules/.tests ## Run those of several machines; needs redis-server, postgresql
	@STOCKAPP_TEST_SET=distributed $(PYTEST) $(LESS) $(NODES) tests/contract/test_distributed*.py tests/e2e

soak: setup $(VENV)/.dev ## Run the long tests: half an hour of faults, slow streams, fuzzed requests
	@STOCKAPP_SOAK_SECONDS=60 STOCKAPP_FAULT_SECONDS=1800 STOCKAPP_PROXY_SECONDS=75 \
		STOCKAPP_FUZZ_EXAMPLES=20000 STOCKAPP_SCHEMATHESIS_EXAMPLES=50 $(BIN)/python -m pytest --timeout 3000 \
		tests/caching/test_processes.py tests/e2e/test_faults.py tests/deploy/test_proxies.py \
		tests/e2e/test_bad_http.py tests/web/test_schemathesis.py

check: setup $(VENV)/.dev node_modules/.tests ## Lint, format, types and tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/bandit --quiet -c pyproject.toml -r $(PRODUCT)
	@$(MAKE) --no-print-directory test

audit: $(VENV)/.dev ## Ask bandit about the code, and the network about flaws in what is locked
	@$(BIN)/bandit --quiet -c pyproject.toml -r $(PRODUCT)
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip \
		-r requirements.txt -r requirements-distributed.txt -r requirements-build.txt

wheel: setup $(VENV)/.dev ## Build dist/stockapp-*.whl and the archive of its sources
	@$(BIN)/python -m build --no-isolation

format: $(VENV)/.dev ## Format and mend what can be mended
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

bench: setup $(VENV)/.dev ## Run the benchmarks; they print ratios
	@$(BIN)/python -m bench

lock: $(VENV)/.dev ## Write the lock files from requirements*.in and package.json
	@$(LOCK) requirements.in -o requirements.txt
	@$(LOCK) requirements-dev.in -o requirements-dev.txt
	@$(LOCK) requirements-redis.in -o requirements-redis.txt
	@$(LOCK) requirements-distributed.in -o requirements-distributed.txt
	@$(LOCK) requirements-node.in -o requirements-node.txt
	@$(LOCK) requirements-build.in -o requirements-build.txt
	@npm install --package-lock-only --ignore-scripts

docs: setup ## Write docs/settings.md from the table of settings, docs/api.md from the calls
	@$(BIN)/python -m scripts.settings_doc > docs/settings.md
	@$(BIN)/python -m scripts.api_doc > docs/api.md

screenshots: setup $(VENV)/.dev ## Take pictures of each page and state into docs/screenshots
	@$(BIN)/python -m scripts.screenshots

clean: ## Remove what set-up made; data stays
	@rm -rf $(VENV) node_modules static/vendor build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
