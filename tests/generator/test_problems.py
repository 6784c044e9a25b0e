"""Invalid documents and corrections give an error of one line with the place, and nothing is written."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from generator.commands import main
from tests.generator.documents import DOCUMENT, EMPTY_OVERLAY, NO_NAMES, Json, changed
from tests.shared import shared

Run = Callable[[str, str], str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "corrections.yaml").write_text(EMPTY_OVERLAY, encoding="utf-8")
    (tmp_path / "spec" / "names.yaml").write_text(NO_NAMES, encoding="utf-8")
    return tmp_path


def refusal(root: Path, text: str, capsys: pytest.CaptureFixture[str], name: str = "document.yml") -> str:
    """Return the error about an invalid document, after checking that nothing was written."""
    (root / name).write_text(text, encoding="utf-8")
    before = sorted(path.name for path in (root / "spec").iterdir())
    assert main(["--root", str(root), "contract", str(root / name)]) == 1
    assert sorted(path.name for path in (root / "spec").iterdir()) == before
    message = capsys.readouterr().err
    assert message.startswith("error: ")
    assert message.count("\n") == 1
    return message


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ({"swagger": "2.0"}, "is not an OpenAPI document"),
        ({**DOCUMENT, "openapi": "3.1.0"}, "#/openapi: expected OpenAPI 3.0.x, found '3.1.0'"),
        ({**DOCUMENT, "paths": {}}, "#/paths: holds no operations"),
        (changed("paths", ...), "#/paths: expected an object, found nothing"),
        (changed("info|version", ...), "#/info/version: expected a text"),
        (changed("paths|/things|get|operationId", ...), "#/paths/~1things/get/operationId: expected a text"),
        (
            changed("paths|/things|get|responses", None),
            "#/paths/~1things/get/responses: expected an object, found nothing",
        ),
        (changed("paths|/things|get|operationId", "createThing"), "is also that of"),
        (changed("components|schemas|Named", None), "#/components/schemas/Named: expected an object, found nothing"),
        (changed("components|schemas|Named", ...), "refers to '#/components/schemas/Named', which does not exist"),
        (changed("components|responses|Thing.List", ...), "#/paths/~1things/get/responses/200: refers to"),
        (changed("components|schemas|Named|type", "objet"), "#/components/schemas/Named/type: expected one of"),
        (changed("components|schemas|Named|required", [None]), "#/components/schemas/Named/required: expected a text"),
        (changed("components|schemas|Thing|properties|state|enum", []), "/state/enum: expected a list of values"),
        (changed("components|parameters|Limit|in", "body"), "#/components/parameters/Limit/in: expected path, query"),
        (changed("components|schemas|Named|allOf", [{"$ref": "#/components/schemas/Named"}]), "contains itself"),
        (changed("components|schemas|Named|properties|name", {"$ref": "other.yml#/X"}), "outside of the document"),
    ],
)
def test_invalid_document_is_rejected_with_the_place(
    root: Path, raw: Json, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert place in refusal(root, json.dumps(raw), capsys)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "is not an OpenAPI document"),
        ("just text\n", "is not an OpenAPI document"),
        ("openapi: [\n", "line 2: is not YAML"),
        ('{"openapi": "3.0.3",', "line 1: is not valid JSON"),
        ("<!DOCTYPE html>\n<html>\n", "is not"),
    ],
)
def test_file_that_is_not_a_document_is_rejected(
    root: Path, text: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert place in refusal(root, text, capsys)


def test_missing_file_and_unreachable_url_are_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for source in (str(root / "nowhere.yml"), "http://127.0.0.1:9/document.yml"):
        assert main(["--root", str(root), "contract", source]) == 1
        assert source in capsys.readouterr().err


def test_truncated_json_is_rejected(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = json.dumps(DOCUMENT)
    for cut in range(1, len(text), 97):
        refusal(root, text[:cut], capsys)


def test_truncated_yaml_is_rejected(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = yaml.safe_dump(DOCUMENT, sort_keys=False)
    within_lines = [cut for cut in range(1, len(text), 61) if text[cut - 1] != "\n"]
    for cut in within_lines:
        refusal(root, text[:cut], capsys)


def test_clerks_document_truncated_at_any_line_is_rejected(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The YAML remains valid there, but the targets of references are missing."""
    lines = shared("specs", "bapi", "2026-05-12.yml").read_text(encoding="utf-8").splitlines(keepends=True)
    components = next(index for index, line in enumerate(lines) if line.startswith("components:"))
    for cut in random.Random(1).sample(range(1, components + (len(lines) - components) // 2), 12):
        refusal(root, "".join(lines[:cut]), capsys)


def corrected(root: Path, action: str) -> int:
    (root / "spec" / "corrections.yaml").write_text(
        f"overlay: 1.0.0\ninfo: {{title: t, version: '1'}}\nactions:\n  - {action}\n", encoding="utf-8"
    )
    (root / "document.json").write_text(json.dumps(DOCUMENT), encoding="utf-8")
    return main(["--root", str(root), "contract", str(root / "document.json")])


def contract(root: Path) -> Json:
    loaded: Json = json.loads((root / "spec" / "contract.json").read_text(encoding="utf-8"))
    return loaded


def test_update_is_merged(root: Path) -> None:
    target = "$.components.schemas['Named', 'Owner'].properties.name"
    assert corrected(root, f"{{target: \"{target}\", update: {{type: [string, 'null']}}, x-evidence: seen}}") == 0
    assert contract(root)["components"]["schemas"]["Owner"]["properties"]["name"]["type"] == ["string", "null"]


def test_update_appends_to_lists_and_remove_uses_filters(root: Path) -> None:
    owner = "$.components.schemas.Owner.required"
    assert corrected(root, f"{{target: {owner}, update: extra, x-evidence: seen}}") == 0
    assert contract(root)["components"]["schemas"]["Owner"]["required"] == ["name", "since", "extra"]
    assert (
        corrected(root, f"{{target: \"{owner}[?@ == 'name' || @ == 'since']\", remove: true, x-evidence: seen}}") == 0
    )
    assert contract(root)["components"]["schemas"]["Owner"]["required"] == []


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        (
            "{target: $.components.schemas.Gone, remove: true, x-evidence: seen}",
            "correction 1 ($.components.schemas.Gone) no longer exists",
        ),
        ("{target: $.components.schemas.Owner, remove: true, x-evidence: seen}", "a correction removed it"),
        ("{target: $.info, update: {a: 1}}", "has no x-evidence"),
        ("{target: $.info, x-evidence: seen}", "needs either `update` or `remove: true`"),
        ("{target: $.info, update: 1, remove: true, x-evidence: seen}", "needs either `update` or `remove: true`"),
        ("{target: $.info, update: 1, because: x, x-evidence: seen}", "unknown keys ['because']"),
        ("{target: '$.[', remove: true, x-evidence: seen}", "is not an RFC 9535 path"),
        ("{target: $, update: {a: 1}, x-evidence: seen}", "the whole document cannot be a target"),
        ("{update: {a: 1}, x-evidence: seen}", "has no target"),
    ],
)
def test_correction_that_cannot_be_applied_is_named(
    root: Path, action: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert corrected(root, action) == 1
    assert problem in capsys.readouterr().err
    assert not (root / "spec" / "contract.json").exists()
    assert not (root / "spec" / "lock.toml").exists()


def test_lock_records_the_source_of_the_contract(root: Path) -> None:
    import hashlib
    import tomllib

    (root / "document.json").write_text(json.dumps(DOCUMENT), encoding="utf-8")
    arguments = ["--root", str(root), "contract", str(root / "document.json"), "--recorded-as", "owner/repo@1:document"]
    assert main(arguments) == 0
    entry = tomllib.loads((root / "spec" / "lock.toml").read_text(encoding="utf-8"))["contract"]
    assert entry["source"] == "owner/repo@1:document"
    assert entry["sha256"] == hashlib.sha256((root / "document.json").read_bytes()).hexdigest()
    assert entry["api_version"] == "2030-01-01"
    assert entry["generator"].startswith("openapi-python-client ")
