"""Renders templates, which escape all values."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.templating import Jinja2Templates

_templates = Jinja2Templates(Path(__file__).resolve().parent / "templates")


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page."""
    return _templates.TemplateResponse(request, template, values, status_code=status)


def render_error(request: Request, status: int, message: str) -> HTMLResponse:
    """Return the page of an error."""
    return render(request, "error.html", status, title=HTTPStatus(status).phrase, message=message)
