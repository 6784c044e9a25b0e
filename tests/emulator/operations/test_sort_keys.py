"""The sort keys of lists in the contract and in the emulator."""

from __future__ import annotations

import itertools

import pytest

from tests.emulator.api import Api
from tests.emulator.organizations import organization
from tests.generated.json_samples import CONTRACT

ORDERS = {
    path: [sign + key for key in parameter["schema"]["x-sort-keys"] for sign in ("", "+", "-")]
    for path, methods in CONTRACT.root["paths"].items()
    for parameter in map(CONTRACT.follow, methods.get("get", {}).get("parameters", ()))
    if "x-sort-keys" in parameter["schema"]
}
EMULATED = sorted(ORDERS.keys() - {"/saml_connections"})


def test_every_sortable_list_has_sort_keys() -> None:
    ordered = {
        path
        for path, methods in CONTRACT.root["paths"].items()
        for parameter in map(CONTRACT.follow, methods.get("get", {}).get("parameters", ()))
        if parameter["name"] == "order_by"
    }
    assert ordered == ORDERS.keys()
    assert len(ordered) == 15


@pytest.mark.parametrize("path", EMULATED)
def test_sort_keys_are_accepted_with_either_sign(api: Api, path: str) -> None:
    here = path.replace("{organization_id}", organization(api)["id"])
    for order in ORDERS[path]:
        api.get(here, order_by=order)


@pytest.mark.parametrize("path", EMULATED)
def test_rejects_other_sort_keys(api: Api, path: str) -> None:
    """Finds sort keys that the emulator accepts and the contract does not have."""
    here = path.replace("{organization_id}", organization(api)["id"])
    known = set(itertools.chain.from_iterable(ORDERS.values()))
    for order in sorted(known - set(ORDERS[path])):
        assert api.refused("GET", here, params={"order_by": order}).params == ["order_by"]
