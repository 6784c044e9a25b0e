"""Settings are checked when the application starts."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.settings import Settings


@pytest.mark.parametrize("origin", ["notes.example.com", "https://notes.example.com/", "ftp://notes.example.com", ""])
def test_origin_is_checked(settings: Settings, monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv("APP_ORIGIN", origin)
    with pytest.raises(ValidationError, match="expected an origin such as"):
        Settings.load()


def test_errors_name_the_setting_and_show_no_secret(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLERK_PUBLISHABLE_KEY")
    with pytest.raises(ValidationError, match="clerk_publishable_key") as raised:
        Settings.load()
    assert "sk_test" not in str(raised.value)
    assert "sk_test" not in repr(settings)
