# Two commands: `make demo` and `make test`.  Each does its own set-up, below this folder only.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-all proof lint bench lab

demo: $(VENV)/.notebook
	@$(BIN)/python notebooks/make_demo.py

test: $(VENV)/.test
	@sh .ci/test.sh $(BIN)

test-all:
	@sh .ci/test_all.sh

# Slow proofs, at most 25 minutes: prints what was measured, and writes build/proof.json.
proof: $(VENV)/.test
	@sh .ci/postgres.sh
	@sh .ci/faketime.sh
	@timeout --signal INT --kill-after 20 1495 $(BIN)/python -m pytest tests/proof -n 4 --dist worksteal

lint: $(VENV)/.test
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

bench: $(VENV)/.test
	@for bench in tests/bench/bench_*.py; do echo "== $$bench"; $(BIN)/python $$bench || exit 1; done

lab: $(VENV)/.lab
	@$(BIN)/jupyter lab notebooks $$([ "$$(id -u)" != 0 ] || echo --allow-root)

# The virtual environment, with one group of dependencies after another; pins are in constraints.txt.
$(VENV)/.%: pyproject.toml constraints.txt
	@sh .ci/install.sh $(PYTHON) $(VENV) $*
	@touch $@
