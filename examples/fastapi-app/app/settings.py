"""The settings, from the environment and the file `.env`."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings. Names in the environment are the same in upper case."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", hide_input_in_errors=True)

    app_origin: str = "http://localhost:8000"
    """Where browsers find the application. Session tokens and forms of other origins are refused."""
    database_url: str = "sqlite+aiosqlite:///notes.db"
    """An async URL of SQLAlchemy: SQLite, or PostgreSQL (`postgresql+asyncpg://...`)."""

    clerk_secret_key: SecretStr
    clerk_publishable_key: str
    clerk_webhook_signing_secret: SecretStr
    clerk_instance_id: str | None = None
    """The instance (`ins_...`) whose webhooks are accepted. Set it in production."""
    clerk_jwt_key: SecretStr | None = None
    """The public key of the instance. With it, session tokens are verified without a call to Clerk."""
    clerk_sign_in_url: str = ""
    """The sign-in page. Default: that of the instance's account portal."""
    clerk_sign_up_url: str = ""
    clerk_api_url: str | None = None
    """The Backend API, if it is not Clerk's: that of the local Clerk."""
    clerk_proxy_url: str = ""
    """The Frontend API, if it is not at Clerk's host: that of the local Clerk."""

    @classmethod
    def load(cls) -> Self:
        """Return the settings of the environment and of `.env`.

        Raises:
            ValidationError: a setting is missing or invalid.
        """
        return cls.model_validate({})

    @field_validator("app_origin")
    @classmethod
    def check_origin(cls, value: str) -> str:
        """Return the origin.

        Raises:
            ValueError: it is not an origin, as browsers send it.
        """
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or value != f"{parts.scheme}://{parts.netloc}":
            raise ValueError(f"expected an origin such as https://notes.example.com, got {value!r}")
        return value

    @property
    def host(self) -> str:
        """The host name of the application."""
        return urlsplit(self.app_origin).hostname or ""
