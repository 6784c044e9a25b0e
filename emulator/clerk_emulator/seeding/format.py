"""The format of seed files: YAML or JSON with users, organizations, memberships and keys.

```yaml
keys:
  secret_key: sk_test_...
users:
  - email_address: [ada@example.com]
    password: correct horse battery staple
organizations:
  - name: Acme
    slug: acme
    created_by: ada@example.com
memberships:
  - organization: acme
    user: bob@example.com
    role: org:member
```

An entry has the parameters of the API operation that creates such a resource, and may have an `id`. Users are referred
to by id, username, external id, email address or phone number, organizations by id or slug.

Entries may also have what no create operation accepts:

- users: the identification status `unverified`, `second_factor_phone_number` (a list, the default one first),
  `external_accounts` (a list of objects with `provider`, `provider_user_id`, `email_address`, ...),
  `password_compromised`, and the times in a user object;
- organizations: `admin_delete_enabled`, and `creator_is_member: false` for a creator who has left;
- users and organizations: `plan`, and its `features`; `credits` in cents;
- all: `updated_at`; memberships also `created_at`.

The section `webhooks` has endpoints: `url` and, if wanted, `events` (a list of types) and `secret`.

The sections `permissions` and `roles` define custom ones; a role refers to its permissions by key.

The section `plans` has the plans of billing: `slug`, `payer_type`, `amount`, ... as `Emulator.billing.add_plan` takes
them, `is_default` for the plan of those without another, and custom `prices`. The section `subscriptions` has the paid
plans of users and organizations: `owner`, `plan`, `period`, `status`, `price`, `is_free_trial`, `period_start`,
`period_end`, `canceled_at`, `past_due_at`, and `payment_method: false` for those without one.

The section `enterprise_connections` has the parameters of `POST /enterprise_connections`; `organization` is an id or a
slug, and `saml_connection_id` the id of the SAML connection. The section `directories` has those of `POST /directories`
and `PATCH /directories/{id}`, and an `api_key`; a group's `role` is a key. An entry of `templates` changes the template
that its `template_type` and `slug` name.

The object `settings` has the settings of the instance that are not the default, as `Emulator.update_settings` takes
them.

The section `resources` has those of operations without rules: the path of a `collection`, `parents` (the values of its
parameters) and the `values` of the resource.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clerk_emulator.json_types import Json, is_list, is_object

SECTIONS = (
    "permissions",
    "roles",
    "plans",
    "users",
    "organizations",
    "memberships",
    "subscriptions",
    "resources",
    "webhooks",
    "enterprise_connections",
    "directories",
    "templates",
)
"""In the order in which they are loaded."""
KEYS = ("instance_id", "private_pem", "secret_key", "publishable_key")
USER_TIMES = (
    "password_last_updated_at",
    "mfa_enabled_at",
    "mfa_disabled_at",
    "last_sign_in_at",
    "last_active_at",
    "updated_at",
)
MEMBERSHIP_TIMES = ("created_at", "updated_at")
ACCOUNT_FIELDS = (
    "provider_user_id",
    "email_address",
    "approved_scopes",
    "first_name",
    "last_name",
    "username",
    "image_url",
)
PRIVATE_ACCOUNT_FIELDS = ("token", "token_secret", "id_token", "expires_at")


class SeedError(ValueError):
    """A seed is invalid; the message names the entry."""


def read(source: str | Path | Json) -> Json:
    """Return the seed in a file, or a seed that is already parsed.

    Raises SeedError if it is not a seed, and OSError if the file cannot be read.
    """
    if not isinstance(source, str | Path):
        return _checked(source, "seed")
    # Imported on first use, because an emulator starts faster without PyYAML.
    from clerk_emulator.seeding import seed_yaml

    try:
        data = seed_yaml.parse(Path(source).read_text(encoding="utf-8"))
    except ValueError as error:
        raise SeedError(f"{source}: {error}") from None
    return _checked({} if data is None else data, str(source))


def _checked(data: Any, source: str) -> Json:
    """Return the seed. Raises SeedError for unknown sections and for sections of the wrong type."""
    if not is_object(data):
        raise SeedError(f"{source}: it must have sections: {', '.join(SECTIONS)}, keys")
    for name, entries in data.items():
        if name == "keys":
            if not (is_object(entries) and all(key in KEYS and isinstance(entries[key], str) for key in entries)):
                raise SeedError(f"{source}: keys: only {', '.join(KEYS)} are allowed, each a string")
        elif name == "settings":
            if not is_object(entries):
                raise SeedError(f"{source}: settings: it must be an object with sections of settings")
        elif name not in SECTIONS:
            sections = ", ".join(SECTIONS)
            raise SeedError(f"{source}: there is no section {name}; the sections are {sections}, keys, settings")
        elif not (is_list(entries) and all(is_object(entry) for entry in entries)):
            raise SeedError(f"{source}: {name}: it must be a list of objects")
    return data
