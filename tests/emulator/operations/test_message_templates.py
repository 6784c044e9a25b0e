"""Templates of emails and SMS messages."""

from __future__ import annotations

import time

import pytest

from clerk_emulator import Emulator
from clerk_emulator.domain.messaging import markup, messages
from clerk_emulator.domain.messaging.default_templates import TEMPLATES
from clerk_emulator.errors import ClerkAPIError
from tests.emulator.api import Api, Json

CODE = "/templates/email/verification_code"


def test_default_templates_are_listed_by_position(api: Api) -> None:
    listed = api.get("/templates/email", limit=500)
    assert [one["position"] for one in listed] == list(range(len(listed)))
    assert {"verification_code", "invitation", "organization_invitation"} <= {one["slug"] for one in listed}
    assert all(api.get(f"/templates/email/{one['slug']}") == one for one in listed)
    assert all(one["resource_type"] == "system" and not one["can_revert"] for one in listed)
    texts = api.get("/templates/sms")
    assert [one["slug"] for one in texts] == [one.slug for one in TEMPLATES if one.template_type == "sms"]
    assert {one["subject"] for one in texts} == {None}
    assert api.get("/templates/email", limit=2, offset=1) == listed[1:3]
    assert len(api.get("/templates/email")) == 10
    assert api.get("/templates/email", paginated="true", limit=1) == {"data": listed[:1], "total_count": len(listed)}


def test_changed_template_can_be_reverted(api: Api, emulator: Emulator) -> None:
    default = api.get(CODE)
    now = emulator.clock.freeze()
    body = {
        "name": "Our code",
        "subject": "{{otp_code}}",
        "body": "<p>{{otp_code}}</p>",
        "markup": "<x/>",
        "from_email_name": "codes",
        "reply_to_email_name": "help",
        "delivered_by_clerk": False,
    }
    changed = api.put(CODE, body)
    assert {name: changed[name] for name in body} == body
    assert (changed["resource_type"], changed["can_revert"], changed["updated_at"]) == ("user", True, now)
    assert api.get(CODE) == changed
    assert changed in api.get("/templates/email")
    assert api.put(CODE, {"subject": None, "delivered_by_clerk": None}) == changed
    assert api.post(f"{CODE}/revert") == default == api.get(CODE)


def test_delivery_is_toggled(api: Api) -> None:
    default = api.get(CODE)
    path = f"{CODE}/toggle_delivery"
    assert api.post(path, {"delivered_by_clerk": False})["delivered_by_clerk"] is False
    assert api.post(path, {"delivered_by_clerk": False})["delivered_by_clerk"] is False
    shown = api.post(path, {})
    assert shown["delivered_by_clerk"] is True
    assert (shown["resource_type"], shown["can_revert"]) == ("system", False)
    assert shown["body"] == default["body"]


def test_messages_are_made_from_the_template(api: Api, emulator: Emulator) -> None:
    api.put(CODE, {"subject": "Code {{otp_code}}", "body": "<p>{{app.name}}:</p><p>{{otp_code}}</p>"})
    api.put(CODE, {"from_email_name": "codes", "reply_to_email_name": "help", "delivered_by_clerk": False})
    address = api.user()["email_addresses"][0]["id"]
    api.post(f"/email_addresses/{address}/prepare_verification")
    (email,) = [event["data"] for event in emulator.events if event["type"] == "email.created"]
    assert email["subject"] == "Code 424242"
    assert (email["body"], email["body_plain"]) == ("<p>Clerk emulator:</p><p>424242</p>", "Clerk emulator:\n424242")
    assert (email["from_email_name"], email["reply_to_email_name"]) == ("codes", "help")
    assert email["delivered_by_clerk"] is False


def test_preview_fills_in_sample_values(api: Api) -> None:
    shown = api.post(f"{CODE}/preview", {"subject": "{{otp_code}} for {{app.name}}", "from_email_name": "codes"})
    assert shown["subject"] == "123456 for Clerk emulator"
    assert "123456" in shown["body"]
    assert "{{" not in shown["body"]
    assert shown["from_email_address"] == "codes@example.com"
    body = "{{otp_code}}{{#if org.name}} of {{ org.name }}{{else}} of nobody{{/if}}{{#if nothing}}!{{/if}}"
    assert api.post(f"{CODE}/preview", {"body": body})["body"] == "123456 of Acme"
    texts = api.post("/templates/sms/verification_code/preview", {"body": "<{{otp_code}}>"})
    assert texts == {"body": "<123456>"}
    assert api.get(CODE)["can_revert"] is False


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: f"{one.template_type}-{one.slug}")
def test_default_templates_use_only_their_variables(template: object) -> None:
    (default,) = [one for one in TEMPLATES if one is template]
    from clerk_emulator.domain.messaging.default_templates import APPLICATION_VARIABLES, sample_values

    used = markup.variables(default.body) | markup.variables(default.subject or "")
    used -= {"else", "/if"}
    assert used <= {*default.variables, *APPLICATION_VARIABLES} <= sample_values("x").keys()
    assert set(default.required) <= markup.variables(default.body)
    assert markup.render(default.body, {}, "body", escape=True)


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"body": "no code"}, "required_variable_missing", "body"),
        ({"body": "{{otp_code}} {{"}, "invalid_template_body", "body"),
        ({"body": "{{otp_code}} {{a b}}"}, "invalid_template_body", "body"),
        ({"body": "{{otp_code}} {{#if a}}"}, "invalid_template_body", "body"),
        ({"body": "{{otp_code}} {{/if}}"}, "invalid_template_body", "body"),
        ({"body": " "}, "form_param_nil", "body"),
        ({"name": ""}, "form_param_nil", "name"),
        ({"subject": "{{"}, "invalid_template_body", "subject"),
        ({"from_email_name": "a@b"}, "form_param_format_invalid", "from_email_name"),
        ({"nope": 1}, "form_param_unknown", "nope"),
    ],
)
def test_rejects_invalid_template(api: Api, body: Json, code: str, param: str) -> None:
    default = api.get(CODE)
    refused = api.refused("PUT", CODE, body)
    assert (refused.status, refused.codes, refused.params) == (422, [code], [param])
    assert api.get(CODE) == default


def test_rejects_invalid_preview(api: Api) -> None:
    refused = api.refused("POST", f"{CODE}/preview", {"body": "no code"})
    assert (refused.status, refused.codes) == (422, ["required_variable_missing"])


@pytest.mark.parametrize(
    ("method", "rest"),
    [("GET", ""), ("PUT", ""), ("POST", "/preview"), ("POST", "/revert"), ("POST", "/toggle_delivery")],
)
def test_unknown_slug_is_404_and_type_is_400(api: Api, method: str, rest: str) -> None:
    body = None if rest in ("/revert",) or method == "GET" else {}
    refused = api.refused(method, f"/templates/email/nope{rest}", body)
    assert (refused.status, refused.codes) == (404, ["resource_not_found"])
    refused = api.refused(method, f"/templates/fax/verification_code{rest}", body)
    assert (refused.status, refused.codes) == (400, ["template_type_unsupported"])
    assert api.refused("GET", "/templates/fax").codes == ["template_type_unsupported"]


def test_default_template_cannot_be_reverted(api: Api) -> None:
    refused = api.refused("POST", f"{CODE}/revert")
    assert (refused.status, refused.codes) == (400, ["template_revert_error"])


def test_values_are_escaped_in_html_only() -> None:
    assert markup.render("{{a}}", {"a": "<b>"}, "body", escape=True) == "&lt;b&gt;"
    assert markup.render("{{a}}", {"a": "<b>"}, "body", escape=False) == "<b>"
    with pytest.raises(ClerkAPIError, match="422 invalid_template_body"):
        markup.render("}}", {}, "body", escape=False)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("{{a}}", "1"),
        ("{{{a}}}", "1"),
        ("{{ a\n}}}", "1"),
        ("x{{#if a}}y{{else}}z{{/if}}", "xy"),
        ("{{#if b}}{{#if a}}y{{else}}z{{/if}}{{else}}{{a}}{{/if}}", "1"),
        ("{{#if a}}{{#if b}}y{{else}}z{{/if}}{{else}}{{a}}{{/if}}", "z"),
    ],
)
def test_tags_are_rendered(text: str, rendered: str) -> None:
    assert markup.render(text, {"a": "1", "b": ""}, "body", escape=True) == rendered


@pytest.mark.parametrize(
    "text",
    [
        "{{" * 50_000,
        "{{" + " " * 50_000,
        "{{a" + "\n " * 50_000,
        "{{" + " " * 50_000 + "}",
        "{{#if a}}" * 50_000,
        "{{#if a}}{{else}}" * 30_000,
        "<" * 50_000 + "{{",
    ],
    ids=range(7),
)
def test_malformed_template_is_refused_in_linear_time(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(ClerkAPIError, match="422 invalid_template_body"):
        markup.render(text, {"a": "1"}, "body", escape=True)
    assert markup.variables(text) <= {"a", "else"}
    # Quadratic time is more than a minute.
    assert time.perf_counter() - started < 5


def test_text_of_a_message_is_made_in_linear_time() -> None:
    started = time.perf_counter()
    assert messages._plain_text("<p>Hi <b>Ada</b></p><" + "<" * 100_000) == "Hi Ada\n<" + "<" * 100_000
    assert time.perf_counter() - started < 5
