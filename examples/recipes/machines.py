"""API keys of users and organizations, and tokens with which machines call each other."""

from __future__ import annotations

import time

from clerkkit import Clerk
from clerkkit.auth import MachineToken
from clerkkit.models import ApiKey, CreatedApiKey


def rotate_api_key(clerk: Clerk, old: ApiKey) -> CreatedApiKey:
    """Replace an API key by a new one with the same name, scopes and expiry; the result holds the new secret.

    The old one is revoked first: no two live keys of a subject may have one name.
    """
    left = None if old.expiration is None else old.expiration / 1000 - time.time()
    clerk.api_keys.revoke(old.id)
    return clerk.api_keys.create(name=old.name, subject=old.subject, scopes=old.scopes, seconds_until_expiration=left)


def machine_token(clerk: Clerk, sender_key: str, receiver_key: str) -> MachineToken:
    """Make a token with the secret key of one machine, and verify it with that of the machine that is called."""
    token = clerk.with_options(secret_key=sender_key).m2m.create_token().token
    return clerk.auth.verify_machine_token(token or "", machine_secret_key=receiver_key)
