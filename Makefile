# The commands of this project; CI runs the same ones. Each target sets up the environment in .venv if it is missing or old.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.ready

.PHONY: setup demo generate update format check check-configuration check-types test coverage coverage-api event-table explore \
  faults churn package release-check replay emulator browser sync-tests sync-histories sdks official-calls judge \
  bench bench-mcp bench-emulator bench-sync reference docs docs-serve docs-browser guides newcomer \
  example-apps example-fastapi example-django

setup: $(STAMP)

# `venv --clear` follows links, so that a linked .venv would empty the folder that it points to.
define CREATE_VENV
@test ! -L $(VENV) || { echo "$(VENV) is a link: remove it first" >&2; exit 1; }
@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
  echo "clerkkit needs Python 3.11 or newer, and $(PYTHON) is older: make setup PYTHON=python3.11" >&2; exit 1; }
$(PYTHON) -m venv --clear $(VENV)
endef

$(STAMP): pyproject.toml
	$(CREATE_VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(RUN) -m pip install --quiet --disable-pip-version-check --editable . --group dev
	touch $@

# What is needed to look at clerkkit: fewer packages, in a fraction of the time, unless `make setup` has installed all.
# `--editable .` is listed without the extra too: older versions of pip do not find the extras of the example otherwise.
TRIAL := $(if $(wildcard $(STAMP)),$(STAMP),$(VENV)/.trial)

$(VENV)/.trial: pyproject.toml examples/fastapi-app/pyproject.toml
	$(CREATE_VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --editable . --editable ".[emulator]" ./examples/fastapi-app
	touch $@

# Show clerkkit against the local Clerk, or with CLERK_SECRET_KEY the read-only part against the real one.
demo: $(TRIAL)
	$(RUN) examples/quickstart.py

# Write generated/ from spec/. VERSION=2025-11-10 takes another version from Clerk's repository, FROM=path/to/specs a folder.
generate: $(STAMP)
	$(RUN) -m generator generate $(if $(VERSION),--version "$(VERSION)") $(if $(FROM),--from "$(FROM)")

# Follow Clerk's newest documents: write a change that is ready to commit, or nothing. FROM=path/to/specs reads a folder,
# DRY_RUN=1 only prints the report, NO_TESTS=1 skips check and test.
update: $(STAMP)
	$(RUN) -m generator update $(if $(FROM),--from "$(FROM)") $(if $(DRY_RUN),--dry-run) $(if $(NO_TESTS),--no-tests)

# Format the code and apply the safe fixes of the linter.
format: $(STAMP)
	$(RUN) -m ruff check --fix-only --quiet .
	$(RUN) -m ruff format .

check: $(STAMP) check-configuration
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m codespell_lib
	$(MAKE) --no-print-directory check-types
	$(RUN) -m generator guard

# Check the types of everything, including those that tests expect and the projects in examples/.
check-types: $(STAMP)
	$(RUN) -m mypy
	$(RUN) -m mypy tests/typing_cases.py tests/typing_overlay.py
	$(RUN) -m pyright
	cd examples/fastapi-app && ../../$(RUN) -m mypy && ../../$(RUN) -m pyright --pythonpath ../../$(RUN)
	cd examples/django-app && ../../$(RUN) -m mypy && ../../$(RUN) -m pyright --pythonpath ../../$(RUN)

# Compare the configuration of the forge and of pre-commit with their schemas, offline.
check-configuration: $(STAMP)
	$(RUN) -m check_jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(RUN) -m check_jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(RUN) -m check_jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(RUN) -m check_jsonschema --builtin-schema vendor.github-issue-forms \
	  $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	$(RUN) -m check_jsonschema --builtin-schema vendor.github-actions action.yml
	$(RUN) -m check_jsonschema --builtin-schema vendor.compose-spec examples/compose/compose.yaml
	$(VENV)/bin/hadolint Dockerfile examples/compose/Dockerfile
	$(RUN) -m pre_commit validate-config .pre-commit-config.yaml

test: $(STAMP)
	$(RUN) -m pytest -n auto

# Run all tests and report which lines they run: a table, and pages in htmlcov/.
coverage: $(STAMP)
	$(RUN) -m pytest -n auto --cov --cov-report=term:skip-covered --cov-report=html

# Report which operations and statuses of the emulator the tests of tests/emulator use, and which facts have no handler.
coverage-api: $(STAMP)
	CLERK_EMULATOR_COVERAGE=1 $(RUN) -m pytest -n auto tests/emulator

# Write the table of docs/webhook-events.md from spec/event_causes.yaml.
event-table: $(STAMP)
	$(RUN) -m tools.event_table

# Write docs/reference. It runs the examples of all operations on the emulator.
reference: $(STAMP)
	$(RUN) -m tools.reference

# Test the emulator with twenty times as many random examples and all revisions of Clerk's document, and kill its process
# fifty times: make explore FACTOR=100
explore: $(STAMP)
	CLERK_EMULATOR_EXPLORE=$(or $(FACTOR),20) $(RUN) -m pytest -n auto tests/emulator/test_model.py \
	  tests/emulator/request/test_fuzz.py tests/emulator/frontend_api/test_fuzz.py tests/emulator/control/test_fuzz.py \
	  tests/emulator/test_processes.py tests/emulator/webhooks/test_event_rules.py tests/emulator/contract/test_contracts.py

# Write docs/faults.md from the observed result of each fault.
faults: $(STAMP)
	$(RUN) -m tools.faults

# Cancel thousands of calls at every step, with asyncio, trio and threads: make churn CALLS=3000
churn: $(STAMP)
	$(RUN) -m tools.churn $(CALLS)

# Build wheel and sdist, install each into a clean environment, and use it there.
package: $(STAMP)
	$(RUN) -m tools.packages

# Check what must be true before a release: version step, changelog, emulator, packages.
release-check: $(STAMP)
	$(RUN) -m generator release --check

# Apply every document below DIR, in order of date, as an update: make replay DIR=path/to/specs
replay: $(STAMP)
	$(RUN) -m generator replay "$(DIR)"

# Install each application of examples/ into a clean environment, and run its tests there. Needs the package registry.
example-apps: $(STAMP)
	$(RUN) -m tools.example_apps $(APPS)

# Serve examples/fastapi-app at http://localhost:8000 with a local Clerk: make example-fastapi PORT=8001
example-fastapi: $(TRIAL)
	cd examples/fastapi-app && ../../$(RUN) -m app $(PORT)

# Serve examples/django-app at http://localhost:8000 with a local Clerk: make example-django PORT=8001
example-django: $(TRIAL)
	@$(RUN) -c "import dj_database_url, ninja, whitenoise" 2>/dev/null || \
	  $(RUN) -m pip install --quiet --disable-pip-version-check ./examples/django-app
	cd examples/django-app && ../../$(RUN) -m team_notes $(PORT)

# Run the local Clerk and its dashboard, whose address it prints, until it is stopped: make emulator ARGUMENTS="--port 4010 --db clerk.db"
emulator: $(TRIAL)
	$(RUN) -m clerk_emulator $(ARGUMENTS)

# Test with Clerk's own frontend in a real browser: make browser ARGUMENTS="-k sign_up". Installs Debian's chromium if it is
# missing. Needs node, npm and the package registries.
browser: $(STAMP)
	$(RUN) -m pip install --quiet --disable-pip-version-check --group browser
	$(RUN) -m tests.browser $(ARGUMENTS)

# Test the copy in a database on SQLite and on a PostgreSQL server, which is started for the tests.
sync-tests: $(STAMP)
	$(RUN) -m pip install --quiet --disable-pip-version-check --group postgresql
	CLERKKIT_POSTGRESQL=1 $(RUN) -m pytest tests/overlay/sync $(ARGUMENTS)

# Deliver many random histories to the copy in any order, to workers that are killed: make sync-histories HISTORIES=2000
sync-histories: $(STAMP)
	$(RUN) -m pip install --quiet --disable-pip-version-check --group postgresql
	CLERKKIT_POSTGRESQL=1 CLERKKIT_SYNC_HISTORIES=$(or $(HISTORIES),1000) $(RUN) -m pytest tests/overlay/sync/test_histories.py

# Run Clerk's own SDKs for JavaScript and Python against the emulator. Needs node, npm and the package registries.
sdks: $(STAMP)
	$(RUN) -m tests.sdks

# Send each call of the official SDK and ours beside it, compare the requests, and write the table of
# docs/guides/migrate-from-the-official-sdk.md. Needs the package registry.
official-calls: $(STAMP)
	$(RUN) -m tests.sdks.calls

# Compare the results for tokens and requests with those of @clerk/backend. Needs node, npm and the package registry.
judge: $(STAMP)
	npm install --silent --no-save --prefix .venv/judge @clerk/backend@3.25.0
	CLERK_BACKEND_JS=$(CURDIR)/.venv/judge $(RUN) -m pytest -s tests/overlay/auth/test_backend_js.py

# Measure clerkkit against httpx and the official SDK; writes docs/benchmarks.md, its picture and README's table.
bench: $(STAMP)
	$(RUN) -m pip install --quiet --disable-pip-version-check --group bench
	$(RUN) -m benchmarks
	$(RUN) -m tools.readme

# Measure the copy in a database on PostgreSQL, with a million rows; writes docs/sync-benchmarks.md and its picture.
bench-sync: $(STAMP)
	$(RUN) -m pip install --quiet --disable-pip-version-check --group bench --group postgresql
	$(RUN) -m benchmarks.sync $(ARGUMENTS)

# Measure an MCP request, beside FastMCP alone and with its own verifier for Clerk; prints a table.
bench-mcp: $(STAMP)
	$(RUN) -m benchmarks.mcp_requests

# Measure the emulator, beside the npm package `emulate` where node is installed, and with up to a million users; writes
# docs/emulator-benchmarks.md and its picture.
bench-emulator: $(STAMP)
	$(RUN) -m pip install --quiet --disable-pip-version-check --group bench
	$(RUN) -m benchmarks.emulator

# Build the documentation into site/, as pages and as Markdown, and check its links.
docs: $(STAMP)
	$(RUN) -m pip install --quiet --disable-pip-version-check --group docs
	$(RUN) -m tools.site build

# Serve the documentation, and build pages again when they change: make docs-serve ADDRESS=127.0.0.1:8001
docs-serve: $(STAMP)
	$(RUN) -m pip install --quiet --disable-pip-version-check --group docs
	$(RUN) -m tools.site serve $(if $(ADDRESS),--address "$(ADDRESS)")

# Follow each guide that installs clerkkit in an environment of its own: make guides ARGUMENTS="start django". Needs the package
# registry, and chromium for browser-tests.
guides: $(STAMP)
	$(RUN) -m tests.guides $(ARGUMENTS)

# Measure the way from a new clone of the last commit to a signed-in page, and write it into README; with ARGUMENTS=--check, it is
# only printed. Needs the package registry.
newcomer: $(STAMP)
	$(RUN) -m pip install --quiet --disable-pip-version-check --group browser
	$(RUN) -m tests.browser.newcomer $(ARGUMENTS)

# Look at the documentation in Debian's chromium: contrast, headings, keyboard, phone, search. `make browser` does it, too, if
# `make docs` has run.
docs-browser: docs
	$(RUN) -m pip install --quiet --disable-pip-version-check --group browser
	$(RUN) -m tests.browser.documentation $(ARGUMENTS)
