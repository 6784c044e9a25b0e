"""A page that sends a form to another site, as the response mode `form_post` of OAuth asks for."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Mapping

from clerk_emulator.frontend_api.call import BrowserResponse

_SCRIPT = "document.forms[0].submit()"
_DIGEST = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()

_PAGE = """<!DOCTYPE html>
<html lang="en">
  <head><meta charset="utf-8"><title>Returning to the application</title></head>
  <body>
    <form method="post" action="{action}">
      {fields}
      <noscript><button>Continue</button></noscript>
    </form>
    <script>{script}</script>
  </body>
</html>
"""


def form_post(action: str, parameters: Mapping[str, str]) -> BrowserResponse:
    """Return a page whose form sends parameters to an address as soon as it is loaded."""
    fields = "\n      ".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in parameters.items()
    )
    page = _PAGE.format(action=html.escape(action), fields=fields, script=_SCRIPT)
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        # The hash allows this one script. Where the form may go is not limited, since it goes to the application.
        "Content-Security-Policy": f"default-src 'none'; script-src 'sha256-{_DIGEST}'; base-uri 'none'; "
        "frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return BrowserResponse(status=200, headers=headers, content=page.encode())
