# The commands of this project; `make` alone lists them.
.DEFAULT_GOAL := help
BIN := .venv/bin
# Handed on to the command: make test ARGS="-k rebound", make demo ARGS=--once
ARGS ?=
COMPILE := build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-annotate --no-header

.PHONY: help setup demo test bench-evaluate bench-ingest lint fmt lock test-fresh clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 16

setup: ## make .venv from the locked packages; does nothing when it is up to date
	@.ci/setup

demo: setup ## start database, service and invented feeds; ARGS=--once for a single round
	@$(BIN)/biaochi demo $(ARGS)

# Two processes, each with a database server of its own; ARGS="-n 0" runs them in one.
test: setup ## all tests, with a real database; ARGS goes to pytest
	@$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

bench-evaluate: setup ## what evaluation costs, see docs/performance.md; ARGS=--quick for a small run
	@$(BIN)/python -m benchmarks.evaluate $(ARGS)

bench-ingest: setup ## what taking readings in costs, see docs/performance.md; ARGS=--quick for a small run
	@$(BIN)/python -m benchmarks.ingest $(ARGS)

lint: setup ## ruff, mypy, hadolint; compose.yaml is read too
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/hadolint Dockerfile
	$(BIN)/python -c 'import pathlib, ruamel.yaml; ruamel.yaml.YAML().load(pathlib.Path("compose.yaml"))'

fmt: setup ## format the code and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: build/uv/bin/uv ## bring both lock files to the newest versions pyproject.toml allows
	$(COMPILE) --upgrade -o requirements.lock pyproject.toml
	$(COMPILE) --upgrade -o requirements-dev.lock -c requirements.lock --extra dev pyproject.toml

# Not one of the locked packages: it makes the locks.
build/uv/bin/uv:
	python3 -m venv build/uv
	build/uv/bin/pip install --quiet uv

test-fresh: ## run tests and demo in a bare Debian 12 made in build/ (by hand, as root)
	@ARGS='$(ARGS)' .ci/fresh

clean: ## remove what was built here; databases and downloaded servers stay
	rm -rf --one-file-system .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
