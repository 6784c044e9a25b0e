"""Generate `generated/clerk_bapi` from spec/ (`make generate`), replacing it completely or not at all."""

from __future__ import annotations

import copy
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError

import clerk_core
from clerk_core.guards import is_list, is_object
from generator.code import compatibility, computed_attributes, error_codes, response_schemas
from generator.code.docs import Docs
from generator.code.model_builder import ModelView
from generator.code.views import SHARED, Views
from generator.contract import additions, class_names, operation_names, reachable, spec_folder, spelling
from generator.contract.nodes import SORT_KEYS, Node, located_operations
from generator.contract.spec_folder import load
from generator.problems import GeneratorProblem

PINNED = {"openapi-python-client": "0.29.1", "ruff": "0.17.6"}
LINE_LENGTH = 120
_TEMPLATES = Path(__file__).parent / "templates"


class Generated(NamedTuple):
    """A generated package."""

    package: Path
    notes: list[str]
    """Entries that were skipped, for the maintainer."""


def generate(root: Path, target: Path | None = None, *, contract: Node | None = None) -> Generated:
    """Generate the package, replacing the old one in one step.

    Args:
        root: The checkout.
        target: The folder of the package. Default: `generated/` in the checkout.
        contract: The contract of another version. Default: the one in `spec/`.
    """
    _check_pins()
    spec = root / "spec"
    contract = _load_contract(spec) if contract is None else contract
    events = load(spec / "events.json")
    folder = target or root / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as scratch:
        new = Path(scratch) / "clerk_bapi"
        notes = write_package(contract, events, spec, root / "generator_config.yaml", new)
        _swap(new, folder / "clerk_bapi")
    return Generated(folder / "clerk_bapi", notes)


def _load_contract(spec: Path) -> Node:
    """Return the contract in `spec/`, after its additions have been replaced by those of `additions.yaml`."""
    contract = load(spec / "contract.json")
    before = copy.deepcopy(contract)
    additions.add(contract, spec)
    operation_names.name_added(operation_names.load(spec / "names.yaml"), contract, operation_names.NamesBefore(before))
    if contract != before:
        spec_folder.save(spec / "contract.json", contract)
    return contract


def write_package(contract: Node, events: Node, spec: Path, config_file: Path, new: Path) -> list[str]:
    """Generate the package into the folder `new`, and return notes, such as skipped entries of `compatibility.yaml`.

    `spec` is the folder of the YAML files. The corrections are already applied to the contract.
    """
    known_codes = error_codes.load(spec / "codes.yaml")
    models = class_names.name_models(contract, events, operation_names.load(spec / "names.yaml"))
    feed = _feed(models.facts)
    config = Config.from_sources(
        ConfigFile.load_from_path(config_file), MetaType.NONE, config_file, "utf-8", overwrite=False, output_path=new
    )
    parsed = GeneratorData.from_dict(feed, config=config)
    if isinstance(parsed, GeneratorError):
        raise GeneratorProblem(f"openapi-python-client: {_said(parsed)}")
    named = {
        facts["operationId"]: facts[operation_names.KEY]
        for item in contract["paths"].values()
        for facts in item.values()
    }
    docs = Docs(
        spec,
        functions={operation: name["function"] for operation, name in named.items()},
        methods={operation: f"{name['resource']}.{name['method']}" for operation, name in named.items()},
    )
    shims = compatibility.load(spec / "compatibility.yaml", str(contract["info"]["version"]))
    attributes = computed_attributes.load(spec / "attributes.yaml")
    views = Views(parsed, models, docs, shims, attributes)
    project = _ClerkProject(openapi=parsed, config=config, custom_template_path=_TEMPLATES)
    project.views = views
    project.facts = models.facts
    project.known_codes = known_codes
    errors = project.build()
    if errors:
        raise GeneratorProblem("openapi-python-client: " + "; ".join(map(_said, errors)))
    (new / "response_schemas.json").write_text(response_schemas.text(contract), encoding="utf-8", newline="\n")
    _format(new)
    return views.skipped


class _ClerkProject(Project):
    """openapi-python-client's project, with one module per resource instead of one per class and endpoint."""

    views: Views
    facts: Node
    known_codes: error_codes.Codes

    def build(self) -> list[GeneratorError]:
        errors = list(self._get_errors())
        if errors:
            return errors
        for folder in ("", "api", "models", "resources"):
            (self.package_dir / folder).mkdir(parents=True)
        (self.package_dir / "py.typed").touch()
        self._build_models()
        self._build_api()
        self._render("client.py.jinja", "client.py")
        self._render("codes.py.jinja", "codes.py", codes=self.known_codes)
        core_names = sorted(set(clerk_core.__all__) - {"AsyncClient", "Client"})
        self._render("package_init.py.jinja", "__init__.py", core_names=core_names)
        return []

    def _build_models(self) -> None:
        modules: dict[str, list[ModelView]] = {}
        for model in self.views.models.values():
            modules.setdefault(model.module, []).append(model)
        for module, models in sorted(modules.items()):
            models.sort(
                key=lambda model: model.base != "Model"
            )  # pages refer to the classes of their rows in their bases
            self._render("models_module.py.jinja", f"models/{module}.py", module=module, models=models)
        self._render("models_init.py.jinja", "models/__init__.py", modules=modules)
        self._render("dicts.py.jinja", "dicts.py", models=[model for model in self.views.models.values() if model.keys])
        events = dict(reachable.events(self.facts))
        classes = {event: self.views.class_of(schema) for event, schema in sorted(events.items())}
        own = self.views.model_set(events.values())
        self._render("events.py.jinja", "events.py", events=classes, models=own)

    def _build_api(self) -> None:
        for group in self.views.groups:
            operations = [operation for operation in self.views.operations if operation.group == group]
            self._render("endpoint_module.py.jinja", f"api/{group}.py", group=group, operations=operations)
            operations.sort(key=lambda operation: (operation.deprecated != "", operation.method))
            self._render("resource_module.py.jinja", f"resources/{group}.py", group=group, operations=operations)
        self._render("api_init.py.jinja", "api/__init__.py")
        self._render("resources_init.py.jinja", "resources/__init__.py")

    def _render(self, template: str, path: str, **values: Any) -> None:
        text = self.env.get_template(template).render(
            views=self.views,
            resource=_resource_class,
            version=self.facts["info"]["version"],
            shared=SHARED,
            **values,
        )
        (self.package_dir / path).write_text(text, encoding="utf-8", newline="\n")


def _resource_class(group: str, kind: str = "") -> str:
    """Return the class name of a resource; the suffix avoids clashes with models such as `Organizations`."""
    return f"{kind}{spelling.pascal_from_snake(group)}Resource"


def _feed(full: Node) -> Node:
    """Return the document for openapi-python-client's parser: types and names only."""
    feed: Node = _bare(copy.deepcopy({key: value for key, value in full.items() if key != "webhooks"}))
    for _, _, operation in located_operations(feed):
        operation["operationId"] = operation[operation_names.KEY]["function"]  # unique, unlike ids in snake case
        successes = {status: response for status, response in operation["responses"].items() if status.startswith("2")}
        operation["responses"] = successes or {"200": {"description": ""}}
    return feed


def _bare(node: Any) -> Any:
    """Remove defaults, which the server applies, and formats other than `binary`; turn sort keys into enums."""
    if is_list(node):
        return [_bare(value) for value in node]
    if not is_object(node):
        return node
    bare: Node = {}
    for key, value in node.items():
        if key == "properties":
            bare[key] = {name: _bare(schema) for name, schema in value.items()}
        elif key == SORT_KEYS:
            bare["enum"] = [sign + name for name in value for sign in ("", "+", "-")]
        elif key != "default" and (key != "format" or value == "binary"):
            bare[key] = _bare(value)
    return bare


def _said(error: GeneratorError) -> str:
    return " ".join(f"{error.header} {error.detail or ''}".split())


def _check_pins() -> None:
    for package, pinned in PINNED.items():
        if version(package) != pinned:
            raise GeneratorProblem(f"{package} {version(package)} is installed, {pinned} is pinned: run `make setup`")


def _format(package: Path) -> None:
    """Sort imports, remove unused ones and format with the pinned ruff, independent of any configuration."""
    options = ["--isolated", "--no-cache", "--quiet"]
    compact = "format.skip-magic-trailing-comma=true"
    for command in (["check", "--fix-only", "--select", "I001,F401"], ["format", "--config", compact]):
        _ruff([*command, *options, "--line-length", str(LINE_LENGTH), "--target-version", "py311", str(package)])


def _ruff(arguments: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "ruff", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise GeneratorProblem(f"ruff {arguments[0]} failed: {done.stderr.strip() or done.stdout.strip()}")


def _swap(new: Path, target: Path) -> None:
    old = new.with_name("old")
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
