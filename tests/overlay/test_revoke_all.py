"""`sessions.revoke_all` revokes all sessions of a user, even if single ones fail or change meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from clerkkit import Clerk, Forbidden, InvalidArgument, TransportError
from tests.loopback import KEY, WAYS, Act, Received, Script, Steps, respond, serve
from tests.overlay.test_resources import refusal, run_call


def sessions(*statuses: str, user_id: str = "user_1") -> list[dict[str, Any]]:
    return [{"id": f"sess_{n}", "status": status, "user_id": user_id} for n, status in enumerate(statuses)]


def clerk_with(rows: list[dict[str, Any]], revoking: dict[str, Steps] | None = None) -> Script:
    """Return a script that lists and revokes sessions; `revoking` has other responses for some of them."""

    def handle(received: Received) -> Steps:
        if received.method == "POST":
            session_id = received.path.split("/")[2]
            return (revoking or {}).get(session_id, respond(200, {"id": session_id, "status": "revoked"}))
        query = dict(received.query)
        start = int(query.get("offset", 0))
        return respond(200, rows[start : start + int(query["limit"])])

    return handle


def revoked(server: Any) -> list[str]:
    return [received.path.split("/")[2] for received in server.requests if received.path.endswith("/revoke")]


@pytest.mark.parametrize("way", WAYS)
def test_revokes_active_and_pending_sessions(way: str) -> None:
    statuses = ("active", "abandoned", "ended", "expired", "pending", "removed", "replaced", "revoked", "active", "new")
    others = [{"id": "sess_other", "status": "active", "user_id": "user_2"}, {"id": "sess_none"}]
    with serve(clerk_with([*sessions(*statuses), *others])) as server:
        result = run_call(way, server.url, lambda clerk: clerk.sessions.revoke_all("user_1"))
    assert [(session.id, session.status) for session in result] == [(f"sess_{n}", "revoked") for n in (0, 4, 8)]
    assert revoked(server) == ["sess_0", "sess_4", "sess_8"]
    assert dict(server.requests[0].query)["user_id"] == "user_1"
    assert "status" not in dict(server.requests[0].query)  # this filter does not accept pending


def test_reads_all_pages_before_revoking() -> None:
    with serve(clerk_with(sessions(*["active"] * 250))) as server, Clerk(KEY, base_url=server.url) as clerk:
        assert len(clerk.sessions.revoke_all("user_1")) == 250
    methods = "".join(received.method[0] for received in server.requests)
    assert methods.rstrip("P") == "G" * methods.index("P")
    assert len(set(revoked(server))) == 250


@pytest.mark.parametrize("way", WAYS)
def test_revokes_the_other_sessions_if_one_fails(way: str) -> None:
    gone, refused, broken = refusal(404, "resource_not_found"), refusal(403, "not_allowed"), [Act.RESET]
    revoking: dict[str, Steps] = {"sess_0": gone, "sess_1": refused, "sess_2": broken}
    with serve(clerk_with(sessions(*["active"] * 5), revoking)) as server, pytest.raises(Forbidden):
        run_call(way, server.url, lambda clerk: clerk.sessions.revoke_all("user_1"))
    assert revoked(server) == [f"sess_{n}" for n in range(5)]
    del revoking["sess_1"]
    with serve(clerk_with(sessions(*["active"] * 5), revoking)) as server, pytest.raises(TransportError):
        run_call(way, server.url, lambda clerk: clerk.sessions.revoke_all("user_1"))
    del revoking["sess_2"]
    with serve(clerk_with(sessions(*["active"] * 5), revoking)) as server:
        result = run_call(way, server.url, lambda clerk: clerk.sessions.revoke_all("user_1"))
    assert [session.id for session in result] == [f"sess_{n}" for n in range(1, 5)]


@pytest.mark.parametrize("user_id", ["", " ", None, 5])
def test_rejects_a_blank_user_id(user_id: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"^user_id: "):
        Clerk(KEY).sessions.revoke_all(user_id)


def test_revokes_all_sessions_in_the_emulator(clerk: Clerk) -> None:
    ada, bob = [clerk.users.create(email_address=[f"{name}@example.com"]) for name in ("ada", "bob")]
    for _ in range(3):
        clerk.sessions.create(user_id=ada.id)
    kept = clerk.sessions.create(user_id=bob.id)
    assert {session.status for session in clerk.sessions.revoke_all(ada.id)} == {"revoked"}
    assert clerk.sessions.list(user_id=ada.id, status="active") == []
    assert clerk.sessions.get(kept.id).status == "active"
    assert clerk.sessions.revoke_all(ada.id) == []
