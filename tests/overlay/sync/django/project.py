"""A Django project that uses the copy: `python -m tests.overlay.sync.django.project COMMAND ...`.

The environment variable TEST_DATABASE is the URL of its database.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import django
import sqlalchemy as sa
from django.conf import settings


def database(url: str) -> dict[str, Any]:
    """Return an entry of DATABASES."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": parsed.database, "OPTIONS": {"timeout": 30}}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parsed.database,
        "USER": parsed.username,
        "HOST": parsed.query["host"],
    }


def configure() -> None:
    """Configure Django."""
    settings.configure(
        SECRET_KEY="of tests",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="tests.overlay.sync.django.urls",
        DATABASES={"default": database(os.environ["TEST_DATABASE"])},
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "clerkkit.sync.django",
            "tests.overlay.sync.django.people",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            *os.environ.get("TEST_MIDDLEWARE", "").split(),
        ],
        AUTHENTICATION_BACKENDS=[
            "clerkkit.sync.django.auth.ClerkBackend",
            "django.contrib.auth.backends.ModelBackend",
        ],
        AUTH_USER_MODEL="people.User",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        **{name: value for name, value in os.environ.items() if name.startswith("CLERK_")},
    )
    django.setup()


if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    configure()
    execute_from_command_line(sys.argv)
