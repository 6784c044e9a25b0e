"""`make update` leaves a change that is ready to commit, or changes nothing."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import tomllib
from pathlib import Path

import pytest

from generator.commands import main
from tests.generator.documents import DOCUMENT, EMPTY_OVERLAY, EVENTS, FRONTEND, Json, changed
from tests.generator.projects import CHANGELOG, ROOT, command, newer, project, read_until, specs, state

STEPS = ("read the newest", "build the contract", "copy the project", "generate", "compare", "make check", "make test")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create the project that tests copy."""
    return project(tmp_path_factory.mktemp("made") / "project")


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "project"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return specs(tmp_path / "specs", DOCUMENT, newer())


def update(root: Path, source: Path | str, *options: str) -> int:
    return main(["--root", str(root), "update", "--from", str(source), *options])


def makefile(root: Path, check: str = "true", test: str = "true") -> None:
    (root / "Makefile").write_text(f"check:\n\t@{check}\ntest:\n\t@{test}\n", encoding="utf-8")


def test_update_changes_contract_code_changelog_and_report(
    root: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    makefile(root, check="test -f generated/clerk_bapi/api/things.py && grep -q CountThings spec/contract.json")
    before = state(root)
    assert update(root, source) == 0
    after = state(root)
    differing = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert {path for path in differing if not path.startswith("generated/")} == {
        "CHANGELOG.md",
        "spec/contract.json",
        "spec/lock.toml",
        "spec/report.md",
    }
    locked = tomllib.loads((root / "spec" / "lock.toml").read_text(encoding="utf-8"))
    assert locked["contract"]["source"] == "specs:bapi/2030-02-02.yml"
    assert locked["contract"]["api_version"] == "2030-02-02"
    client = (root / "generated" / "clerk_bapi" / "__init__.py").read_text(encoding="utf-8")
    assert '"2030-02-02"' in client
    assert "count_things" in (root / "generated" / "clerk_bapi" / "api" / "things.py").read_text(encoding="utf-8")
    output = capsys.readouterr().out
    report = (root / "spec" / "report.md").read_text(encoding="utf-8")
    for text in (output, report):
        assert "operation removed" in text
        assert "new operation" in text
        assert "spec/docs.yaml does not describe CountThings; describes what does not exist: DeleteThing" in text
    assert not (root / ".update").exists()
    for step in (*STEPS, "put in place"):
        (line,) = (line for line in output.splitlines() if line.startswith(step))
        assert line.split()[-1] == "s" or " s  " in line


def test_update_adds_to_the_unreleased_changelog(root: Path, source: Path) -> None:
    assert update(root, source, "--no-tests") == 0
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    entry, _, rest = text.partition("\n### Added\n")
    assert entry.startswith("# Changelog\n\n## Unreleased\n\n### Clerk's API\n\n- `specs:bapi/2030-02-02.yml`: ")
    assert "operation removed" in entry
    assert CHANGELOG.endswith(rest)
    specs(source, {**newer(), "info": {"version": "2030-03-03"}})
    assert update(root, source, "--no-tests") == 0
    again = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert again.count("### Clerk's API") == 1
    assert again.index("2030-03-03") < again.index("2030-02-02") < again.index("### Added")


def test_update_changes_the_counts_in_the_readme(root: Path, source: Path) -> None:
    raw = newer()
    raw["paths"]["/more"] = {"get": {"operationId": "More", "tags": ["M"], "responses": {"204": {"description": ""}}}}
    assert update(root, specs(source, raw), "--no-tests") == 0
    assert "4 operations and 1 webhook events" in (root / "README.md").read_text(encoding="utf-8")


def test_update_of_the_frontend_api_changes_its_contract_only(
    root: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert update(root, source, "--no-tests") == 0
    before = state(root)
    (source / "fapi").mkdir()
    (source / "fapi" / "2030-01-01.yml").write_text(json.dumps(FRONTEND), encoding="utf-8")
    assert update(root, source, "--no-tests") == 0
    after = state(root)
    differing = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert differing == {"spec/frontend_api.json", "spec/lock.toml", "spec/report.md"}
    assert "Frontend API: +getClient" in capsys.readouterr().out
    assert "Frontend API: +getClient" in (root / "spec" / "report.md").read_text(encoding="utf-8")


def test_dry_run_prints_the_report_and_writes_nothing(
    root: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(root)
    assert update(root, source, "--dry-run") == 0
    assert "operation removed" in capsys.readouterr().out
    assert state(root) == before


def test_unchanged_documents_change_nothing(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = state(root)
    assert update(root, specs(tmp_path / "same", DOCUMENT)) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert state(root) == before


def test_update_follows_the_events(root: Path, source: Path, tmp_path: Path) -> None:
    events = json.loads(json.dumps(EVENTS))
    events["x-webhooks"]["thing.gone"] = events["x-webhooks"]["thing.created"]
    folder = specs(tmp_path / "events", DOCUMENT)
    (folder / "webhooks" / "2030-02-02.yml").write_text(json.dumps(events), encoding="utf-8")
    assert update(root, folder, "--no-tests") == 0
    assert "thing.gone" in (root / "spec" / "events.json").read_text(encoding="utf-8")
    assert "thing.gone" in (root / "spec" / "report.md").read_text(encoding="utf-8")
    locked = tomllib.loads((root / "spec" / "lock.toml").read_text(encoding="utf-8"))
    assert locked["events"]["source"] == "events:webhooks/2030-02-02.yml"


# -- failures change nothing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "output"),
    [
        (changed("paths", {}), "#/paths: holds no operations"),
        ({"swagger": "2.0"}, "is not an OpenAPI document"),
        (changed("components|schemas|Named", ...), "refers to '#/components/schemas/Named', which does not exist"),
    ],
)
def test_invalid_document_changes_nothing(
    root: Path, tmp_path: Path, document: Json, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = specs(tmp_path / "bad", DOCUMENT)
    (folder / "bapi" / "2031-01-01.yml").write_text(json.dumps(document), encoding="utf-8")
    before = state(root)
    assert update(root, folder) == 1
    assert output in capsys.readouterr().err
    assert state(root) == before


def test_document_that_cannot_be_generated_changes_nothing(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = newer()
    response = {"description": "", "content": {"application/pdf": {"schema": {"type": "string"}}}}
    raw["paths"]["/things"]["post"]["responses"] = {"201": response}
    before = state(root)
    assert update(root, specs(tmp_path / "bad", raw)) == 1
    assert "Unsupported content_type application/pdf" in capsys.readouterr().err
    assert state(root) == before


def test_older_source_is_rejected(root: Path, source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert update(root, source, "--no-tests") == 0
    before = state(root)
    assert update(root, specs(tmp_path / "old", DOCUMENT)) == 1
    assert "is older than 2030-02-02" in capsys.readouterr().err
    assert state(root) == before


@pytest.mark.parametrize("failing", ["check", "test"])
def test_failing_check_or_test_changes_nothing(
    root: Path, source: Path, failing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    makefile(root, **{failing: "echo what is wrong; false"})
    before = state(root)
    assert update(root, source) == 1
    output = capsys.readouterr().err
    assert output.startswith(f"error: make {failing} failed")
    assert "what is wrong" in output
    assert state(root) == before
    assert update(root, source, "--no-tests") == 0


def test_concurrent_edit_is_not_overwritten(root: Path, source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    makefile(root, check=f"echo edited >> '{root}/CHANGELOG.md'")
    assert update(root, source) == 1
    assert "CHANGELOG.md was edited during the update" in capsys.readouterr().err
    assert (root / "CHANGELOG.md").read_text(encoding="utf-8") == f"{CHANGELOG}edited\n"
    assert "2030-01-01" in (root / "spec" / "lock.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("step", STEPS)
def test_update_killed_in_any_step_changes_nothing(root: Path, source: Path, step: str) -> None:
    makefile(root)
    before = state(root)
    with command(root, "update", "--from", str(source)) as running:
        read_until(running, step)
        running.send_signal(signal.SIGKILL)
    assert state(root) == before
    assert update(root, source, "--no-tests") == 0
    assert "2030-02-02" in (root / "spec" / "lock.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_update_changes_nothing(root: Path, source: Path, by: signal.Signals, tmp_path: Path) -> None:
    makefile(root, check="sleep 30")
    before = state(root)
    with command(root, "update", "--from", str(source)) as running:
        read_until(running, "make check")
        running.send_signal(by)
        assert running.stderr is not None
        assert "interrupted" in running.stderr.read()
    assert running.returncode == 130
    assert state(root) == before


# -- corrections ---------------------------------------------------------------------------------------------------


def corrected(root: Path, *actions: str) -> None:
    text = EMPTY_OVERLAY.replace("actions: []", "actions:\n" + "".join(f"  - {action}\n" for action in actions))
    (root / "spec" / "corrections.yaml").write_text(text, encoding="utf-8")


def test_obsolete_corrections_are_reported(root: Path, source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    owner = "$.components.schemas.Owner"
    corrected(
        root,
        f"{{target: {owner}.properties.name, update: {{type: string}}, x-evidence: seen}}",
        f"{{target: {owner}.required, update: [since], x-evidence: seen}}",
        f"{{target: \"{owner}.required[?@ == 'gone']\", remove: true, x-evidence: seen}}",
        f"{{target: {owner}.properties.since, update: {{type: [integer, 'null']}}, x-evidence: seen}}",
    )
    assert update(root, source, "--no-tests") == 0
    output = capsys.readouterr().out
    for number in (1, 2, 3):
        assert f"Clerk's document no longer needs correction {number} (" in output
    assert "correction 4" not in output
    assert "## By hand" in (root / "spec" / "report.md").read_text(encoding="utf-8")
    owner_now = json.loads((root / "spec" / "contract.json").read_text(encoding="utf-8"))["components"]["schemas"][
        "Owner"
    ]
    assert owner_now["required"] == ["name", "since"]


def test_correction_without_target_stops_the_update(
    root: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corrected(root, "{target: \"$.paths['/things/{thing_id}'].delete\", update: {deprecated: false}, x-evidence: seen}")
    before = state(root)
    assert update(root, source, "--no-tests") == 1
    assert "correction 1 ($.paths['/things/{thing_id}'].delete) no longer exists" in capsys.readouterr().err
    assert state(root) == before


# -- another version -----------------------------------------------------------------------------------------------


def test_generate_accepts_another_version(root: Path, source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = state(root)
    arguments = ["--root", str(root), "generate", "--from", str(source), "--version"]
    assert main([*arguments, "2030-02-02"]) == 0
    assert '"2030-02-02"' in (root / "generated" / "clerk_bapi" / "__init__.py").read_text(encoding="utf-8")
    assert main(["--root", str(root), "generate"]) == 0
    assert state(root) == before
    assert main([*arguments, "2029-09-09"]) == 1
    assert "holds no bapi/2029-09-09.yml; there are 2030-01-01, 2030-02-02" in capsys.readouterr().err
    assert state(root) == before


def test_update_does_not_recreate_the_environment(root: Path, source: Path) -> None:
    """It is older than pyproject.toml, so `make` would create it again."""
    environment = root / ".venv"
    environment.mkdir()
    (environment / "tool").touch()
    makefile(root)
    remade = "\n.venv/.ready: pyproject.toml\n\t@rm -r .venv/*\ncheck test: .venv/.ready\n"
    (root / "pyproject.toml").touch()
    with (root / "Makefile").open("a", encoding="utf-8") as rules:
        rules.write(remade)
    makefile_text = (root / "Makefile").read_text(encoding="utf-8")
    (root / "Makefile").write_text(makefile_text.replace("@true", "@test -f .venv/tool"), encoding="utf-8")
    assert update(root, source) == 0
    assert (environment / "tool").exists()


PROBE = """
import importlib.util, pathlib, sys
for name in sys.argv[1:]:
    assert pathlib.Path.cwd() in pathlib.Path(importlib.util.find_spec(name).origin).parents, name
"""


def test_checks_run_with_all_packages_of_the_updated_copy(root: Path, source: Path) -> None:
    """The packages of this checkout are installed in the environment, and must not be used instead."""
    project_file = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project_file["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    for package in packages:
        (root / package).mkdir(parents=True, exist_ok=True)
        (root / package / "__init__.py").touch()
    (root / "probe.py").write_text(PROBE, encoding="utf-8")
    names = " ".join(Path(package).name for package in packages)
    makefile(root, check=f"{sys.executable} probe.py {names}")
    assert update(root, source) == 0
