# One word for each task; `make help` lists them.
PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .uv/bin/uv
ARGS ?=
TORCH ?=
export UV_PYTHON_DOWNLOADS := never
# Tests and demo start some hundred processes; without kept bytecode each compiles a thousand modules anew, about 3 s.
unexport PYTHONDONTWRITEBYTECODE

# One process of tests more than cores, for many wait: for brokers, browsers and cameras, which each starts for itself.
PARALLEL ?= -n $(shell expr $$(nproc) + 1) --maxprocesses 5 --dist worksteal

COMPILE = echo "Compiling inner loops for this machine …"; .venv/bin/python -c "from matpho.loops import compile_loops; compile_loops()" >&2

.PHONY: help demo setup test test-faults-short test-faults lint types imports units docs clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: .venv/.ready ## the main job on the shipped clip, with a live page (ARGS=--no-serve: end by itself)
	@.venv/bin/matpho demo $(ARGS)

setup: .venv/.ready ## an environment from the lock file: .venv/bin/matpho

test: .venv/.ready-dev system ## everything: lint, types, import directions, all tests (TORCH=1: with PyTorch, 5 GB, for the GPU path)
	@$(MAKE) --no-print-directory lint types imports units test-faults-short

.PHONY: system
system:
	@tools/system_packages.sh

lint: .venv/.ready-dev ## ruff
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: .venv/.ready-dev ## mypy, strict
	.venv/bin/mypy

imports: .venv/.ready-dev ## import directions
	.venv/bin/lint-imports

units: .venv/.ready-dev ## all tests (ARGS: pytest's arguments)
	.venv/bin/pytest $(PARALLEL) $(ARGS)

test-faults-short: .venv/.ready-dev ## a real Kafka broker, our process killed at five steps; what was sent, received, twice (part of make test)
	@.venv/bin/python -m tests.support.fetch_kafka
	.venv/bin/pytest tests/faults -m "faults and short" $(ARGS)

test-faults: .venv/.ready-dev ## the same with every fault: brokers killed, networks cut, disks full, passwords wrong (minutes)
	@.venv/bin/python -m tests.support.fetch_kafka
	.venv/bin/pytest tests/faults -m faults $(ARGS)

docs: .venv/.ready-dev ## write the schemas and tables that are made from the code
	.venv/bin/python tools/write_docs.py

clean: ## remove environments, caches and results
	rm -rf .uv .venv .cache runs .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Matpho needs Python 3.11 or newer; $(PYTHON) is older. Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .uv || \
		{ rm -rf .uv; echo "Python's venv module is missing. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@.uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.ready: $(UV) uv.lock pyproject.toml
	@echo "Setting up the environment from uv.lock …"
	@$(UV) sync --quiet --frozen --inexact --no-dev --extra cpu --python "$$(command -v $(PYTHON))"
	@$(COMPILE)
	@touch $@

.venv/.ready-dev: $(UV) uv.lock pyproject.toml
	@$(UV) sync --quiet --frozen --extra cpu $(if $(TORCH),--group torch) --python "$$(command -v $(PYTHON))"
	@$(COMPILE)
	@touch $@ .venv/.ready
