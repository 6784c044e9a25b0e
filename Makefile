# The entry points; CI calls the same ones. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.ready

.PHONY: setup demo generate update check test faults churn bench replay package release-check emulator sdks official-calls bench-emulator coverage-api judge

setup: $(STAMP)

# Where .venv is a link, `--clear` would empty what it leads to.
$(STAMP): pyproject.toml
	@test ! -L $(VENV) || { echo "$(VENV) is a link: remove it first" >&2; exit 1; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
	  echo "clerkkit needs Python 3.11 or newer, and $(PYTHON) is not: make setup PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(RUN) -m pip install --quiet --disable-pip-version-check --editable . --group dev
	touch $@

# A tour of clerkkit against a Clerk on this machine; with CLERK_SECRET_KEY, what changes nothing against the real one.
demo: $(STAMP)
	$(RUN) examples/quickstart.py

# Of another version: make generate VERSION=2025-11-10, from Clerk's repository, or FROM=path/to/specs
generate: $(STAMP)
	$(RUN) -m generator generate $(if $(VERSION),--version "$(VERSION)") $(if $(FROM),--from "$(FROM)")

# Follow Clerk's newest documents: a change ready to commit, or nothing. FROM=path/to/specs reads them there,
# DRY_RUN=1 only tells, NO_TESTS=1 leaves the change unchecked.
update: $(STAMP)
	$(RUN) -m generator update $(if $(FROM),--from "$(FROM)") $(if $(DRY_RUN),--dry-run) $(if $(NO_TESTS),--no-tests)

check: $(STAMP)
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	$(RUN) -m mypy tests/typing_cases.py tests/typing_overlay.py
	$(RUN) -m pyright
	$(RUN) -m generator guard

test: $(STAMP)
	$(RUN) -m pytest -n auto

# Which operations of the emulator the tests have seen, and with which statuses; and what no handler knows.
coverage-api: $(STAMP)
	CLERK_EMULATOR_COVERAGE=1 $(RUN) -m pytest -n auto tests/emulator

# docs/faults.md, from what comes of each fault on this machine.
faults: $(STAMP)
	$(RUN) -m tools.faults

# Thousands of calls that are given up at every turn of the loop, in asyncio, trio and threads: make churn CALLS=3000
churn: $(STAMP)
	$(RUN) -m tools.churn $(CALLS)

# Wheel and sdist, each installed into an environment of its own, imported and type-checked from there.
package: $(STAMP)
	$(RUN) -m tools.packages

# What must be true before a release: version step, changelog, emulator, packages.
release-check: $(STAMP)
	$(RUN) -m generator release --check

# Every document of Clerk's below DIR in order of date, each as an update: make replay DIR=path/to/specs
replay: $(STAMP)
	$(RUN) -m generator replay "$(DIR)"

# A Clerk on this machine, until it is stopped: make emulator ARGUMENTS="--port 4010 --db clerk.db"
emulator: $(STAMP)
	$(RUN) -m clerk_emulator $(ARGUMENTS)

# Clerk's own SDKs for JavaScript and Python, driven against the emulator. Needs node, npm and the registries.
sdks: $(STAMP)
	$(RUN) -m tests.sdks

# The calls of Clerk's SDK for Python on docs/clerk-ex.md beside its signatures. Needs the package registry.
official-calls: $(STAMP)
	$(RUN) -m tests.sdks.calls

bench: $(STAMP)
	$(RUN) -m pip install --quiet --disable-pip-version-check --group bench
	$(RUN) -m benchmarks

# Tokens, requests and has() beside the published @clerk/backend; needs node, npm and its registry.
judge: $(STAMP)
	npm install --silent --no-save --prefix .venv/judge @clerk/backend@3.25.0
	CLERK_BACKEND_JS=$(CURDIR)/.venv/judge $(RUN) -m pytest -s tests/overlay/auth/test_backend_js.py

# docs/emulator-benchmarks.md and .svg.
bench-emulator: $(STAMP)
	$(RUN) -m pip install --quiet --disable-pip-version-check --group bench
	$(RUN) -m benchmarks.emulator
