"""Ids on pages do not depend on the random numbers of the emulator."""

from __future__ import annotations

from tools.reference.stable_ids import StableIds

FIRST, SECOND, OTHER = (f"user_3{letter * 26}" for letter in "abc")


def test_ids_are_numbered_by_prefix_in_the_order_in_which_they_are_met() -> None:
    one, other = StableIds(), StableIds()
    assert one.in_text(f"{FIRST} {SECOND} {FIRST}") == other.in_text(f"{OTHER} {FIRST} {OTHER}")
    new = one.in_text(FIRST)
    assert new.startswith("user_3D")
    assert len(new) == len(FIRST)
    assert one.in_text(SECOND) != new
    assert one.in_text(FIRST.replace("user", "org")).removeprefix("org") != new.removeprefix("user")


def test_text_and_value_have_the_same_ids() -> None:
    ids = StableIds()
    value = ids.in_value({"data": [{"id": FIRST, "image_url": f"http://127.0.0.1/{SECOND}", "size": 1}]})
    assert value == {
        "data": [{"id": ids.in_text(FIRST), "image_url": f"http://127.0.0.1/{ids.in_text(SECOND)}", "size": 1}]
    }


def test_named_ids_and_other_texts_are_kept() -> None:
    text = f"{FIRST} user_ada org:admin form_identifier_exists 3aaaaaaaaaaaaaaaaaaaaaaaaaa"
    assert StableIds(kept=[FIRST]).in_text(text) == text


def test_ids_of_the_gateway_and_random_values_are_replaced() -> None:
    value = {"gateway_external_id": "pi_" + "x" * 24, "client_id": "A" * 16, "clerk_trace_id": "0" * 32}
    found = StableIds().in_value(value)
    assert {name: len(text) for name, text in found.items()} == {name: len(text) for name, text in value.items()}
    assert found["gateway_external_id"].startswith("pi_")
    assert found == StableIds().in_value({name: text[:3] + text[3:].swapcase() for name, text in value.items()})
    assert not set(found.values()) & set(value.values())
