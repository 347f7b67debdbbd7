# Paths are relative here, so that spaces in the checkout's own path do no harm.
.PHONY: run test equivalence conformance bench lock schema released clean

PY = .venv/bin/python
PIP = $(PY) -m pip --disable-pip-version-check --quiet
# The checkout itself, by the locked setuptools, so that nothing is downloaded for it. Its warning that this is an
# installation in place is no news.
IN_PLACE = PYTHONWARNINGS=ignore $(PIP) install --no-deps --no-build-isolation --editable .

# Serve: packages, embedded Postgres, migrations, the sample edition, server and worker. Ctrl-C ends all of it.
run: .venv/installed
	@$(PY) -m api run

# Every check there is. TESTS= takes what pytest takes, such as TESTS=tests/db.
test: .venv/installed-dev
	$(PY) -m ruff check --quiet .
	$(PY) -m ruff format --quiet --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m pytest -q -n 2 --dist worksteal $(TESTS)

# Random operations, answered by plans and by a reference: 10,000 of each of three seeds. SEEDS= and COUNT= change that.
SEEDS = 1,2,3
COUNT = 10000
equivalence: .venv/installed-dev
	$(PY) -m tests.schema.equivalence --seeds $(SEEDS) --count $(COUNT)

# What published tools say of the interfaces, at full length: schemathesis with 1,000 cases and more for each of three
# seeds, the audit, the clients, and the linters of OpenAPI. Takes about ten minutes.
conformance: .venv/installed-dev
	$(PY) -m pytest -q --conformance -o faulthandler_timeout=1800 tests/clients

# How fast pages are read, side by side with others, and on ten times the articles; docs/performance.md says how.
# BENCH= takes what `python -m tests.benchmarks.read --help` shows.
bench: .venv/installed-dev
	$(PY) -m tests.benchmarks.read $(BENCH)
	$(PY) -m tests.benchmarks.read --scale $(BENCH)

# Pin the newest versions that pyproject.toml allows, with their hashes. No index address gets into the files.
COMPILE = $(PY) -m uv --quiet --no-config pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" --group build
lock: .venv/installed-dev
	$(COMPILE) --upgrade pyproject.toml -o requirements.txt
	$(COMPILE) --upgrade --group dev --constraint requirements.txt pyproject.toml -o requirements-dev.txt
	$(COMPILE) --upgrade tests/clients/requirements.in -o tests/clients/requirements.txt

# Write db/schema.sql anew from the migrations.
schema: .venv/installed-dev
	$(PY) -m pytest -q tests/db/test_schema.py --update

# At a release: what is exported now is what later changes are held against (CONTRIBUTING.md says how).
released: .venv/installed
	cp schema/schema.graphql schema/released.graphql
	$(PY) -m api openapi > api/released.json

# Remove what make made; not .data, where the articles are.
clean:
	rm -rf .venv tests/benchmarks/read/node/node_modules .data/tests .data/packages .schemathesis
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache broadsheet.egg-info

.venv/bin/python:
	@PYTHON="$(PYTHON)" sh .ci/venv

.venv/installed: requirements.txt pyproject.toml .venv/bin/python
	@echo "Installing Broadsheet's packages. This is done once and takes about a minute."
	@$(PIP) install --require-hashes -r requirements.txt
	@$(IN_PLACE)
	@touch .venv/installed

.venv/installed-dev: requirements-dev.txt pyproject.toml .venv/bin/python
	@echo "Installing Broadsheet's packages and checks. This is done once and takes about a minute."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@$(IN_PLACE)
	@touch .venv/installed .venv/installed-dev
