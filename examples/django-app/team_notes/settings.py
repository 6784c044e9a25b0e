"""The settings, from the environment. clerkkit reads Clerk's variables there too, such as CLERK_SIGN_IN_URL."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
DEBUG = os.environ.get("DJANGO_DEBUG") == "1"

# Where browsers find the application. Session tokens and forms of other origins are refused.
APP_ORIGIN = os.environ.get("APP_ORIGIN", "http://localhost:8000")
IS_HTTPS = urlsplit(APP_ORIGIN).scheme == "https"
ALLOWED_HOSTS = [urlsplit(APP_ORIGIN).hostname or ""]

CLERK_SECRET_KEY = os.environ["CLERK_SECRET_KEY"]
CLERK_WEBHOOK_SIGNING_SECRET = os.environ["CLERK_WEBHOOK_SIGNING_SECRET"]
CLERK_INSTANCE_ID = os.environ.get("CLERK_INSTANCE_ID")
CLERK_AUTHORIZED_PARTIES = [APP_ORIGIN]
# A visit makes the organization of the path active, if the visitor is a member.
CLERK_ORGANIZATION_PATTERNS = ["/organizations/:id", "/organizations/:id/(.*)"]
CLERK_SKIP = ["/webhooks", "/static"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "clerkkit.sync.django",
    "notes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "notes.middleware.content_security_policy",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "clerkkit.integrations.django.ClerkMiddleware",
    "notes.middleware.ClerkErrorMiddleware",
]
ROOT_URLCONF = "team_notes.urls"
WSGI_APPLICATION = "team_notes.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{BASE_DIR / 'notes.db'}", conn_max_age=60)}
if DATABASES["default"].get("ENGINE") == "django.db.backends.sqlite3":
    # Requests and webhooks wait for each other, instead of failing.
    DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 30}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# A proxy that ends TLS must set this header itself.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 3600 if IS_HTTPS else 0
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_TRUSTED_ORIGINS = [APP_ORIGIN]
X_FRAME_OPTIONS = "DENY"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # the few static files need no collectstatic
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
