"""Add page responses to list operations that take `paginated`, which the document does not describe.

Evidence: recordings in clerk/clerk-sdk-go (allowlist_identifier_test.go, invitation_test.go, template/client_test.go)
have `data` and `total_count` where the document has an array.
"""

from __future__ import annotations

from generator.contract import spelling
from generator.contract.nodes import Node, follow

_SCHEMA = "#/components/schemas/"


def add_page_responses(contract: Node) -> None:
    """Make the response of every list operation with the flag a list or a page, in place."""
    for item in contract.get("paths", {}).values():
        operation = item.get("get")
        if operation is None or not _takes_flag(contract, operation):
            continue
        for status, response in operation["responses"].items():
            if not status.startswith("2"):
                continue
            for media, content in follow(contract, response).get("content", {}).items():
                bare = follow(contract, content["schema"])
                if bare.get("type") == "array" and "$ref" in bare["items"]:
                    page = _page(contract, bare["items"]["$ref"])
                    schema = {"anyOf": [content["schema"], {"$ref": page}]}
                    operation["responses"][status] = {"description": "", "content": {media: {"schema": schema}}}


def _takes_flag(contract: Node, operation: Node) -> bool:
    return any(follow(contract, p)["name"] == "paginated" for p in operation.get("parameters", ()))


def _page(contract: Node, item: str) -> str:
    name = f"Paginated{spelling.pascal(item.removeprefix(_SCHEMA))}s"
    contract["components"]["schemas"][name] = {
        "type": "object",
        "properties": {"data": {"type": "array", "items": {"$ref": item}}, "total_count": {"type": "integer"}},
        "required": ["data", "total_count"],
    }
    return _SCHEMA + name
