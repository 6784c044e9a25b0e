"""Tests within the project of `project.py`, which `test_django_app.py` runs on each database."""

from __future__ import annotations

import io
import json
from typing import Any, ClassVar

import sqlalchemy as sa
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import AsyncClient, Client, RequestFactory, TransactionTestCase, override_settings

from clerk_emulator import Emulator
from clerkkit import Clerk
from clerkkit.integrations.django import ClerkMiddleware
from clerkkit.sync import Sync
from clerkkit.sync.django.auth import ClerkUserMiddleware
from clerkkit.sync.django.checks import check_settings
from clerkkit.sync.django.connection import get_sync
from clerkkit.sync.django.models import MODELS, ClerkMembership, ClerkMessage, ClerkUser
from clerkkit.sync.django.signals import clerk_changed
from clerkkit.testing import signed_webhook, webhook_secret
from tests.overlay.sync.django.urls import me
from tests.overlay.sync.samples import NOW, deleted, event, membership, user

SECRET = webhook_secret()


@override_settings(CLERK_WEBHOOK_SIGNING_SECRET=SECRET, CLERK_INSTANCE_ID="ins_1")
class CopyTests(TransactionTestCase):
    """The copy on Django's connection."""

    def send(self, data: Any, secret: str = SECRET) -> HttpResponse:
        hook = signed_webhook(data, secret)
        headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in hook.headers.items()}
        client = Client(raise_request_exception=False, enforce_csrf_checks=True)
        response: HttpResponse = client.post("/webhooks/clerk", hook.body, content_type="application/json", **headers)
        return response

    def test_webhook_writes_the_models(self) -> None:
        assert self.send(event("user.created", user())).status_code == 204
        assert self.send(event("organizationMembership.created", membership())).status_code == 204
        row = ClerkUser.objects.get()
        assert (row.id, row.first_name, row.raw["email_addresses"][0]["email_address"]) == (
            "user_1",
            "Ada",
            "user_1@example.com",
        )
        assert ClerkUser.objects.filter(raw__first_name="Ada").count() == 1
        self.send(event("user.updated", user(updated_at=NOW + 5, first_name="Grace")))
        self.send(event("user.updated", user(updated_at=NOW + 2, first_name="Old")))
        assert ClerkUser.objects.get().first_name == "Grace"
        self.send(event("user.deleted", deleted("user", "user_1"), NOW + 50))
        assert ClerkUser.objects.count() == ClerkMembership.objects.count() == 0
        assert ClerkUser.with_deleted.get().deleted_at == NOW + 50
        assert ClerkMessage.objects.count() == 5
        assert get_sync().status().rows["users"] == (0, 1)

    def test_forged_webhooks_and_other_instances_are_rejected(self) -> None:
        assert self.send(event("user.created", user()), webhook_secret()).status_code == 400
        other = self.send(event("user.created", user(), instance_id="ins_other"))
        assert (other.status_code, other["webhook-delivery"]) == (400, "abort-message")
        assert ClerkUser.with_deleted.count() == ClerkMessage.objects.count() == 0

    def test_signal_is_part_of_the_transaction(self) -> None:
        seen: list[Any] = []

        def receive(sender: Any, change: Any, **_: Any) -> None:
            assert connection.in_atomic_block
            seen.append((sender, change.action, ClerkUser.objects.get(id=change.id).first_name))
            if len(seen) == 1:
                raise RuntimeError("down")

        clerk_changed.connect(receive, sender=ClerkUser)
        try:
            assert self.send(event("user.created", user())).status_code == 500
            assert ClerkUser.with_deleted.count() == 0
            assert ClerkMessage.objects.get().outcome == "failed"
            call_command("clerk_replay", stdout=io.StringIO())
        finally:
            clerk_changed.disconnect(receive, sender=ClerkUser)
        assert seen == [(ClerkUser, "created", "Ada")] * 2
        assert ClerkMessage.objects.get().outcome == "applied"

    def test_copy_is_part_of_an_outer_transaction(self) -> None:
        with transaction.atomic():
            get_sync().apply(event("user.created", user()), "msg_1")
            transaction.set_rollback(True)
        assert ClerkUser.with_deleted.count() == ClerkMessage.objects.count() == 0
        with transaction.atomic():
            get_sync().apply(event("user.created", user()), "msg_1")
        assert ClerkUser.objects.count() == 1

    def test_models_and_tables_have_the_same_columns(self) -> None:
        tables = Sync(sa.create_engine("sqlite://")).tables
        for kind, model in MODELS.items():
            assert {field.column for field in model._meta.fields} == {column.name for column in tables[kind].c}
            assert model._meta.db_table == tables[kind].name

    def test_migrations_describe_the_models(self) -> None:
        call_command("makemigrations", "clerk_sync", check=True, dry_run=True, stdout=io.StringIO())

    def test_admin_is_searchable_and_read_only(self) -> None:
        self.send(event("user.created", user()))
        admin = get_user_model().objects.create_superuser("admin", "admin@example.com", "secret")
        client = Client()
        client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
        for model in (*MODELS.values(), ClerkMessage):
            assert client.get(f"/admin/clerk_sync/{model._meta.model_name}/?q=x").status_code == 200
        assert b"user_1" in client.get("/admin/clerk_sync/clerkuser/?q=user_1").content
        assert client.get("/admin/clerk_sync/clerkuser/user_1/change/").status_code == 200
        assert client.get("/admin/clerk_sync/clerkuser/add/").status_code == 403
        assert client.post("/admin/clerk_sync/clerkuser/user_1/change/", {"first_name": "X"}).status_code == 403
        assert client.post("/admin/clerk_sync/clerkuser/user_1/delete/", {"post": "yes"}).status_code == 403

    def test_checks_name_what_is_wrong(self) -> None:
        def found(**settings: Any) -> set[str]:
            with override_settings(**settings):
                return {one.id or "" for one in check_settings()}

        middleware = "clerkkit.sync.django.auth.ClerkUserMiddleware"
        assert found() == set()
        assert found(CLERK_SYNC_DATABASE="nowhere") == {"clerk_sync.E001"}
        assert found(MIDDLEWARE=[middleware]) == {"clerk_sync.E004"}
        assert found(MIDDLEWARE=["clerkkit.integrations.django.ClerkMiddleware", middleware]) == set()
        assert found(CLERK_WEBHOOK_SIGNING_SECRET=None) == {"clerk_sync.W001"}
        assert found(CLERK_INSTANCE_ID=None) == {"clerk_sync.W002"}
        assert found(AUTH_USER_MODEL="auth.Group") == {"clerk_sync.E003"}


class ClerkTests(TransactionTestCase):
    """What reads from Clerk."""

    emulator: ClassVar[Emulator]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.emulator = Emulator()
        cls.emulator.__enter__()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.emulator.__exit__(None, None, None)
        super().tearDownClass()

    def setUp(self) -> None:
        self.emulator.reset()
        self.clerk = Clerk(self.emulator.secret_key, base_url=self.emulator.url)
        self.addCleanup(self.clerk.close)
        settings = override_settings(
            CLERK_SECRET_KEY=self.emulator.secret_key,
            CLERK_API_URL=self.emulator.origin,
            CLERK_PUBLISHABLE_KEY=self.emulator.publishable_key,
            CLERK_AUTHORIZED_PARTIES=["http://localhost:3000"],
        )
        settings.enable()
        self.addCleanup(settings.disable)

    def me(self, token: str | None) -> Any:
        request = RequestFactory().get("/me", headers={"Authorization": f"Bearer {token}"} if token else {})
        response = ClerkMiddleware(ClerkUserMiddleware(me))(request)
        return json.loads(response.content)  # type: ignore[union-attr]

    def test_user_of_a_session_is_created_on_the_first_request(self) -> None:
        ada = self.clerk.users.create(email_address=["ada@example.com"], first_name="Ada").id
        token = self.emulator.sign_in(ada)
        assert self.me(token) == {"clerk_id": ada, "email": "ada@example.com"}
        assert self.me(token) == {"clerk_id": ada, "email": "ada@example.com"}
        created = get_user_model().objects.get()
        assert (created.first_name, created.clerk_user.id, created.has_usable_password()) == ("Ada", ada, False)
        assert self.me(None) == {"clerk_id": None, "email": None}
        get_sync().apply(event("user.deleted", deleted("user", ada), NOW), "msg_1")
        assert self.me(token) == {"clerk_id": None, "email": None}

    async def test_async_view_gets_the_user_of_a_session(self) -> None:
        ada = self.clerk.users.create(email_address=["ada@example.com"]).id
        token = self.emulator.sign_in(ada)
        middleware = [f"{one.__module__}.{one.__qualname__}" for one in (ClerkMiddleware, ClerkUserMiddleware)]
        with override_settings(MIDDLEWARE=middleware):
            signed_in = await AsyncClient().get("/async-me", headers={"Authorization": f"Bearer {token}"})
            signed_out = await AsyncClient().get("/async-me")
        assert (signed_in.json(), signed_out.json()) == ({"clerk_id": ada}, {"clerk_id": None})

    def test_deactivated_user_is_nobody(self) -> None:
        ada = self.clerk.users.create(email_address=["ada@example.com"]).id
        token = self.emulator.sign_in(ada)
        self.me(token)
        get_user_model().objects.update(is_active=False)
        assert self.me(token)["clerk_id"] is None

    def test_commands_work_on_djangos_database(self) -> None:
        users = [self.clerk.users.create(email_address=[f"u{number}@example.com"]).id for number in range(3)]
        assert self.run_command("clerk_backfill", kinds=["users"]) == (0, {"read": {"users": 3}})
        assert ClerkUser.objects.count() == 3
        self.clerk.users.delete(users[0])
        code, report = self.run_command("clerk_reconcile", kinds=["users"])
        assert (code, report["repaired"], ClerkUser.objects.count()) == (3, False, 3)
        assert self.run_command("clerk_reconcile", kinds=["users"], yes=True)[0] == 0
        assert ClerkUser.objects.count() == 2
        code, status = self.run_command("clerk_status")
        assert (code, status["rows"]["users"]) == (0, {"live": 2, "deleted": 1})
        assert self.run_command("clerk_replay")[0] == 0

    def run_command(self, name: str, **options: Any) -> tuple[int, Any]:
        out = io.StringIO()
        code = 0
        try:
            call_command(name, json=True, stdout=out, **options)
        except SystemExit as exit:
            code = int(exit.code or 0)
        return code, json.loads(out.getvalue())
