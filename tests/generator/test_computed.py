"""Computed attributes of `spec/attributes.yaml`, including those with the name of a JSON key."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.code import computed_attributes
from generator.commands import main
from generator.problems import GeneratorProblem

ROOT = Path(__file__).resolve().parents[2]

USE = """
from clerk_bapi.models import User

user = User.from_dict({"full_name": "Countess", "first_name": "Ada", "last_name": "Lovelace"})
assert (user.full_name, user.full_name_, user["full_name"]) == ("Ada Lovelace", "Countess", "Countess")
assert user.to_dict()["full_name"] == "Countess"
user.full_name_ = "Lady"
assert (user.full_name, user["full_name"]) == ("Ada Lovelace", "Lady")
"""


def test_json_key_of_the_same_name_is_kept(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "spec", tmp_path / "spec")
    shutil.copy(ROOT / "generator_config.yaml", tmp_path)
    facts = json.loads((ROOT / "spec" / "contract.json").read_text(encoding="utf-8"))
    facts["components"]["schemas"]["User"]["properties"]["full_name"] = {"type": ["string", "null"]}
    (tmp_path / "spec" / "contract.json").write_text(json.dumps(facts), encoding="utf-8")
    assert main(["--root", str(tmp_path), "generate"]) == 0
    paths = os.pathsep.join(map(str, (tmp_path / "generated", ROOT / "core")))
    subprocess.run([sys.executable, "-c", USE], env={**os.environ, "PYTHONPATH": paths}, check=True)


def loaded(tmp_path: Path, rules: Any) -> computed_attributes.Rules:
    path = tmp_path / "attributes.yaml"
    path.write_text(rules if isinstance(rules, str) else yaml.safe_dump(rules), encoding="utf-8")
    return computed_attributes.load(path)


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ("User: [", "cannot be read"),
        ("- User", "expected models with attributes"),
        ({"User": ["full_name"]}, "expected models with attributes"),
        ({"User": {"x": {"join": "first_name"}}}, "User.x: expected `find` and `by`, or a list under `join`"),
        ({"User": {"x": {"find": "emails"}}}, "User.x: expected `find` and `by`, or a list under `join`"),
        ({"User": {"x": {"join": ["a"], "by": "b"}}}, "User.x: expected `find` and `by`, or a list under `join`"),
        ({"User": {"x": {"join": ["a", 5]}}}, "User.x: expected names of keys"),
    ],
)
def test_invalid_rule_is_reported_with_its_place(tmp_path: Path, rules: Any, problem: str) -> None:
    with pytest.raises(GeneratorProblem, match=rf"^attributes\.yaml.*{re.escape(problem)}"):
        loaded(tmp_path, rules)


def test_attribute_is_left_out_if_one_of_its_keys_is_missing(tmp_path: Path) -> None:
    rules = loaded(tmp_path, {"User": {"name": {"join": ["a", "b"]}, "best": {"find": "things", "by": "best_id"}}})
    declared = {"a": ("a", "str"), "things": ("things", "list[Thing]"), "best_id": ("best_id_", "str | None")}
    (best,) = computed_attributes.computed(rules["User"], declared)
    assert (best.name, best.annotation, best.expression) == (
        "best",
        "Thing | None",
        "find_by_id(self.things, self.best_id_)",
    )
