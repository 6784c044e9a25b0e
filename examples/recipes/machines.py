"""API keys of users and organizations, and tokens for calls between machines."""

from __future__ import annotations

import time

from clerkkit import Clerk
from clerkkit.auth import MachineToken
from clerkkit.models import ApiKey, CreatedApiKey


def rotate_api_key(clerk: Clerk, old: ApiKey) -> CreatedApiKey:
    """Replace an API key with a new one of the same name, scopes and expiry, and return it with its secret.

    The old key is revoked first, because names of active keys are unique for each subject.
    """
    left = None if old.expiration is None else old.expiration / 1000 - time.time()
    clerk.api_keys.revoke(old.id)
    return clerk.api_keys.create(name=old.name, subject=old.subject, scopes=old.scopes, seconds_until_expiration=left)


def machine_token(clerk: Clerk, sender_key: str, receiver_key: str) -> MachineToken:
    """Create a token with the sender's secret key, and verify it with the receiver's."""
    token = clerk.with_options(secret_key=sender_key).m2m.create_token().token
    return clerk.auth.verify_machine_token(token or "", machine_secret_key=receiver_key)
