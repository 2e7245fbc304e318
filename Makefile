# Fresh machine to running trial: only Python >= 3.11, make and a package registry are needed.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
TOOLS  := .tools
UV     := $(TOOLS)/uv/bin/uv
UV_PIN := uv==0.13.9

# The Python found on PATH is the one used, and certificates are the machine's own.
export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS ?= 1
export UV_LINK_MODE ?= copy
# Compiled once at the installation: `trialwright --help` answers at once from the first time on.
export UV_COMPILE_BYTECODE ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

INSTALL = $(UV) pip install --quiet --python $(BIN)/python
COMPILE = $(UV) pip compile --quiet --generate-hashes --universal --fork-strategy fewest --python-version 3.11 \
          --no-emit-index-url --no-emit-find-links --no-config --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help demo test check lock docs reference pictures bench clean venv

help:  ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.run-stamp  ## Run the worked trial from protocol to report, into build/demo/
	$(BIN)/trialwright demo

test: $(VENV)/.dev-stamp  ## Run every test, on all cores
	$(BIN)/python -m pytest -n auto

check:  ## Run every gate that a change has to pass
	bash .ci/run

docs: $(VENV)/.dev-stamp  ## Build the documentation into build/docs/
	$(BIN)/mkdocs build --strict --quiet

reference: $(VENV)/.dev-stamp  ## Write the reference pages of the docs anew from the code
	$(BIN)/python tools/generate_docs.py

pictures: $(VENV)/.dev-stamp  ## Draw the pictures of the README anew
	$(BIN)/python tools/make_pictures.py

bench: $(VENV)/.dev-stamp  ## Time the exact and the simulated work, and print the table (FAST=1: once each)
	$(BIN)/python benchmarks/run.py --quiet $(if $(FAST),--fast)
	$(BIN)/python benchmarks/simulated.py

lock: $(TOOLS)/.uv-stamp  ## Pin every dependency anew, with hashes (UPGRADE=1 takes newer releases)
	echo "$(UV_PIN)" | $(COMPILE) - --output-file locks/uv.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) --extra build pyproject.toml --output-file locks/run.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) --extra build --extra cluster --extra postgresql --extra excel --extra dev --constraints locks/run.txt pyproject.toml --output-file locks/dev.txt

venv: $(VENV)/.dev-stamp  ## Create .venv with everything a developer needs

clean:  ## Remove everything that was made here
	rm -rf build dist $(VENV) $(TOOLS) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ── Bootstrap: uv from its own hashed lock, then the environment from the project's ──────────────────────────────────

$(TOOLS)/.uv-stamp: locks/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "trialwright needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Name another one: make PYTHON=python3.12 …" >&2; \
	  exit 1; }
	@rm -rf $(TOOLS)/uv && mkdir -p $(TOOLS)
	$(PYTHON) -m venv $(TOOLS)/uv
	$(TOOLS)/uv/bin/python -m pip install --quiet --require-hashes --only-binary :all: -r locks/uv.txt
	@touch $@

$(BIN)/python: | $(TOOLS)/.uv-stamp
	$(UV) venv --quiet --clear --no-config --python "$$(command -v $(PYTHON))" $(VENV)

# The developer's environment contains the demo's, so either stamp serves the demo; `install` never takes anything away.
$(VENV)/.run-stamp: locks/run.txt pyproject.toml $(TOOLS)/.uv-stamp | $(BIN)/python
	$(INSTALL) --require-hashes --no-config -r locks/run.txt
	$(INSTALL) --no-deps --no-build-isolation --no-config --editable .
	@touch $@

$(VENV)/.dev-stamp: locks/dev.txt pyproject.toml $(TOOLS)/.uv-stamp | $(BIN)/python
	$(INSTALL) --require-hashes --no-config -r locks/dev.txt
	$(INSTALL) --no-deps --no-build-isolation --no-config --editable .
	@touch $@ $(VENV)/.run-stamp
