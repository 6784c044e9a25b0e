"""Which actions need a user who has proved recently who they are."""

from __future__ import annotations

from clerk_emulator.domain.reverification import factors
from clerk_emulator.domain.sessions import factor_ages
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import AUTHENTICATION
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import USERS

MAX_AGE_MINUTES = 10


def require_recent(store: Store, session: Json) -> None:
    """Raise Clerk's 403 if the user of a session has to verify a factor again.

    Call it before an operation that changes how a user signs in. The second factor counts if the session has one, and
    the first otherwise. Never raises if reverification is disabled for the instance, or if the user has no factor that
    could be verified again: our choice.
    """
    if not AUTHENTICATION.value(store, "reverification") or is_recent(*factor_ages.of_session(store, session)):
        return
    user = store.require(USERS, session["user_id"])
    if factors.first_factors(store, user) or factors.second_factors(store, user):
        message = "Verify again who you are to continue."
        raise ClerkAPIError(403, "session_reverification_required", "reverification required", message)


def is_recent(first: int, second: int) -> bool:
    """Return whether the factor that counts was verified less than ten minutes ago. Ages are minutes, -1 for never."""
    age = first if second == factor_ages.NEVER else second
    return 0 <= age < MAX_AGE_MINUTES
