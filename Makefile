# Two commands set everything up on a fresh machine: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check bench proofs lock clean

demo: $(READY)
	$(BIN)/solvernet run black-thursday-v1 --window demo --bus mqtt --out runs/demo-$$(date -u +%Y%m%dT%H%M%SZ)

test: $(READY)
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python -m benchmarks

proofs: $(READY)
	SOLVERNET_EXAMPLES=explore $(BIN)/python -m pytest -m proof --durations=0 -rA

lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --python-version 3.11 \
		--extra dev --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) runs dist .mypy_cache .ruff_cache .hypothesis

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)
