"""`spec/codes.yaml` and the generated module of constants."""

from __future__ import annotations

from pathlib import Path

import pytest

import clerk_bapi.codes
from generator.code import error_codes
from generator.commands import main
from generator.problems import GeneratorProblem

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ROOT / "generated" / "clerk_bapi" / "codes.py"


def load(tmp_path: Path, text: str) -> error_codes.Codes:
    path = tmp_path / "codes.yaml"
    path.write_text(text, encoding="utf-8")
    return error_codes.load(path)


def test_constants_equal_the_file_in_order() -> None:
    known = error_codes.load(ROOT / "spec" / "codes.yaml")
    assert [value for name, value in vars(clerk_bapi.codes).items() if name.isupper()] == list(known)


def test_docstrings_list_the_statuses() -> None:
    text = GENERATED.read_text(encoding="utf-8")
    assert 'FORM_IDENTIFIER_EXISTS: Final = "form_identifier_exists"\n"""Status 422."""\n' in text
    assert 'DEPROVISIONED: Final = "deprovisioned"\n"""Status 400 or 401."""\n' in text


def test_load_reads_codes_and_statuses(tmp_path: Path) -> None:
    assert load(tmp_path, "a: [404]\na_b: [400, 422]\nb2: []\n") == {"a": [404], "a_b": [400, 422], "b2": []}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("b: [404]\na: [404]\n", "a is after b"),
        ("a: [404]\nb: [404]\na: [422]\n", "a is after b"),
        ("a: [404]\na: [404]\n", "a is there twice"),
        ("a b: [404]\n", "'a b' is not a code"),
        ("Form: [404]\n", "'Form' is not a code"),
        ("_form: [404]\n", "'_form' is not a code"),
        ("404: [404]\n", "404 is not a code"),
        ("true: [404]\n", "True is not a code"),
        ("a: 404\n", "a: expected a list of statuses, found 404"),
        ("a:\n", "a: expected a list of statuses, found None"),
        ("a: [418, 499]\n", "a: 499 is not the status of an error"),
        ("a: [200]\n", "a: 200 is not the status of an error"),
        ("a: ['404']\n", "a: '404' is not the status of an error"),
        ("a: [404.0]\n", "a: 404.0 is not the status of an error"),
        ("a: [[404]]\n", "a: [404] is not the status of an error"),
        ("a: [422, 400]\n", "a: [422, 400] is not sorted, or has a status twice"),
        ("a: [400, 400]\n", "a: [400, 400] is not sorted, or has a status twice"),
        ("", "names no codes"),
        ("{}", "names no codes"),
        ("- a\n", "names no codes"),
        ("a: [404\n", "cannot be read"),
        ("a: \0\n", "cannot be read"),
        ("{[]: 1}\n", "cannot be read"),
    ],
)
def test_rejects_an_invalid_file(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(GeneratorProblem) as caught:
        load(tmp_path, text)
    assert str(caught.value).startswith("codes.yaml: ")
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_rejects_a_missing_or_undecodable_file(tmp_path: Path) -> None:
    (tmp_path / "bytes.yaml").write_bytes(b"a: [\xff]\n")
    for name in ("bytes.yaml", "nowhere.yaml"):
        with pytest.raises(GeneratorProblem, match=rf"^{name}: cannot be read"):
            error_codes.load(tmp_path / name)


def test_generate_stops_at_an_invalid_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "spec"
    spec.mkdir()
    for name in ("contract.json", "events.json", "docs.yaml", "names.yaml"):
        (spec / name).symlink_to(ROOT / "spec" / name)
    (spec / "codes.yaml").write_text("b: [404]\na: [404]\n", encoding="utf-8")
    assert main(["--root", str(tmp_path), "generate"]) == 1
    assert capsys.readouterr().err == "error: codes.yaml: a is after b\n"
    assert list((tmp_path / "generated").iterdir()) == []
