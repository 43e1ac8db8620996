# The one recipe for everything: people, hooks and CI call the same targets.
PYTHON ?= python3
ARGS ?=
# Each worker of pytest has a broker and a database of its own, 1 GB with them, and waits for most of its time:
# four keep two cores busy.
PARALLEL ?= -n 4
BIN := .venv/bin
# else each of the many processes that a test starts would compile the project anew
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-kafka test-containers proof proof-seeds mutation check format lock schemas bench clean

demo: .venv/installed
	$(BIN)/python -m local.demo $(ARGS)

test: .venv/installed
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

# The tests that need a broker, once more on a real Apache Kafka (needs Java 17, and Maven the first time).
test-kafka: .venv/installed
	SIMPUL_TEST_BROKER=kafka $(BIN)/python -m pytest -m "broker and not once" $(PARALLEL) $(ARGS)

# The images and the compose file on a real docker, with Apache Kafka and MongoDB in containers of their own.
test-containers: .venv/installed
	SIMPUL_TEST_CONTAINERS=1 $(BIN)/python -m pytest tests/containers $(ARGS)

# Faults under load, and a recount from outside: a seed of its own each time, printed.
proof: .venv/installed
	$(BIN)/python -m proof $(ARGS)

# Ten seeds on both brokers, an hour or so.
proof-seeds: .venv/installed
	$(BIN)/python -m proof --seeds 10 --broker both $(ARGS)

# Random changes to what decides and counts, of which the unit tests must catch 95 in 100; half an hour.
mutation: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/mutation.txt
	$(BIN)/mutmut run --max-children 2 $(ARGS)
	$(BIN)/mutmut export-cicd-stats
	$(BIN)/python -m tests.support.mutation

check: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports
	$(BIN)/python -m shared.contracts.schemas --check
	$(BIN)/python -m shared.contracts.reading --check

format: .venv/installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schemas: .venv/installed
	$(BIN)/python -m shared.contracts.schemas
	$(BIN)/python -m shared.contracts.reading
	$(BIN)/python -m tests.support.described

bench: .venv/installed
	$(BIN)/python -m benchmarks $(ARGS)

# Needs uv; no address may stand in the lock, so that any mirror serves it.
lock:
	@command -v uv >/dev/null || { echo "make lock needs uv (pip install uv)." >&2; exit 1; }
	uv pip compile pyproject.toml --all-extras --group dev --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet -o requirements/lock.txt
	uv pip compile --group pyproject.toml:mutation --constraints requirements/lock.txt --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate --quiet -o requirements/mutation.txt
	@for image in "registration --extra traces" "notification --extra traces" "reporting --extra traces" mailbox; do \
		uv pip compile pyproject.toml --extra $$image --constraints requirements/lock.txt --python-version 3.13 \
			--generate-hashes --no-emit-index-url --no-header --no-annotate --quiet -o requirements/$${image%% *}.txt; done

clean:
	rm -rf .venv .simpul .kafka build *.egg-info

# The environment, made again only when what it is made from changed.
.venv/installed: requirements/lock.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Simpul needs Python 3.11 or later; name one with: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python cannot make virtual environments; on Debian: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv (a minute, once)"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lock.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
