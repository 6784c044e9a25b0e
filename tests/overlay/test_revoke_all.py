"""`sessions.revoke_all` signs a user out everywhere, whatever happens to single sessions meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from clerkkit import Clerk, Forbidden, InvalidArgument, TransportError
from tests.loopback import KEY, WAYS, Act, Received, Said, Script, answer, serve
from tests.overlay.test_resources import done, refusal


def sessions(*statuses: str, user_id: str = "user_1") -> list[dict[str, Any]]:
    return [{"id": f"sess_{n}", "status": status, "user_id": user_id} for n, status in enumerate(statuses)]


def clerk_with(rows: list[dict[str, Any]], revoking: dict[str, Said] | None = None) -> Script:
    """As much of Clerk as has sessions; `revoking` says what comes of some of them."""

    def respond(received: Received) -> Said:
        if received.method == "POST":
            session_id = received.path.split("/")[2]
            return (revoking or {}).get(session_id, answer(200, {"id": session_id, "status": "revoked"}))
        query = dict(received.query)
        start = int(query.get("offset", 0))
        return answer(200, rows[start : start + int(query["limit"])])

    return respond


def revoked(server: Any) -> list[str]:
    return [received.path.split("/")[2] for received in server.requests if received.path.endswith("/revoke")]


@pytest.mark.parametrize("way", WAYS)
def test_active_and_pending_sessions_of_the_user_are_revoked(way: str) -> None:
    statuses = ("active", "abandoned", "ended", "expired", "pending", "removed", "replaced", "revoked", "active", "new")
    others = [{"id": "sess_other", "status": "active", "user_id": "user_2"}, {"id": "sess_none"}]
    with serve(clerk_with([*sessions(*statuses), *others])) as server:
        result = done(way, server.url, lambda clerk: clerk.sessions.revoke_all("user_1"))
    assert [(session.id, session.status) for session in result] == [(f"sess_{n}", "revoked") for n in (0, 4, 8)]
    assert revoked(server) == ["sess_0", "sess_4", "sess_8"]
    assert dict(server.requests[0].query)["user_id"] == "user_1"
    assert "status" not in dict(server.requests[0].query)  # a filter that cannot ask for pending ones


def test_all_pages_are_read_before_the_first_session_is_revoked() -> None:
    with serve(clerk_with(sessions(*["active"] * 250))) as server, Clerk(KEY, base_url=server.url) as clerk:
        assert len(clerk.sessions.revoke_all("user_1")) == 250
    methods = "".join(received.method[0] for received in server.requests)
    assert methods.rstrip("P") == "G" * methods.index("P")
    assert len(set(revoked(server))) == 250


@pytest.mark.parametrize("way", WAYS)
def test_a_session_that_fails_does_not_keep_the_others_open(way: str) -> None:
    gone, refused, broken = refusal(404, "resource_not_found"), refusal(403, "not_allowed"), [Act.RESET]
    revoking: dict[str, Said] = {"sess_0": gone, "sess_1": refused, "sess_2": broken}
    with serve(clerk_with(sessions(*["active"] * 5), revoking)) as server, pytest.raises(Forbidden):
        done(way, server.url, lambda clerk: clerk.sessions.revoke_all("user_1"))
    assert revoked(server) == [f"sess_{n}" for n in range(5)]
    del revoking["sess_1"]
    with serve(clerk_with(sessions(*["active"] * 5), revoking)) as server, pytest.raises(TransportError):
        done(way, server.url, lambda clerk: clerk.sessions.revoke_all("user_1"))
    del revoking["sess_2"]
    with serve(clerk_with(sessions(*["active"] * 5), revoking)) as server:
        result = done(way, server.url, lambda clerk: clerk.sessions.revoke_all("user_1"))
    assert [session.id for session in result] == [f"sess_{n}" for n in range(1, 5)]


@pytest.mark.parametrize("user_id", ["", " ", None, 5])
def test_sessions_of_nobody_are_not_those_of_all(user_id: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"^user_id: "):
        Clerk(KEY).sessions.revoke_all(user_id)


def test_the_emulator_signs_a_user_out_everywhere(clerk: Clerk) -> None:
    ada, bob = [clerk.users.create(email_address=[f"{name}@example.com"]) for name in ("ada", "bob")]
    for _ in range(3):
        clerk.sessions.create(user_id=ada.id)
    kept = clerk.sessions.create(user_id=bob.id)
    assert {session.status for session in clerk.sessions.revoke_all(ada.id)} == {"revoked"}
    assert clerk.sessions.list(user_id=ada.id, status="active") == []
    assert clerk.sessions.get(kept.id).status == "active"
    assert clerk.sessions.revoke_all(ada.id) == []
