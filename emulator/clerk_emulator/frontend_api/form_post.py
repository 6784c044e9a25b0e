"""A page that sends a form to another site, as the response mode `form_post` of OAuth asks for."""

from __future__ import annotations

import html
from collections.abc import Mapping

from clerk_emulator.frontend_api.call import BrowserResponse

_PAGE = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Returning to the application</title>
    <script src="{base}/assets/submit.js" defer></script>
  </head>
  <body>
    <form method="post" action="{action}">
      {fields}
      <noscript><button>Continue</button></noscript>
    </form>
  </body>
</html>
"""

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    # Where the form may go is not limited, since it goes to the application.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def form_post(action: str, parameters: Mapping[str, str], base: str) -> BrowserResponse:
    """Return a page whose form sends parameters to an address as soon as it is loaded.

    `base` is the path below which the browser sees the emulator.
    """
    fields = "\n      ".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in parameters.items()
    )
    page = _PAGE.format(action=html.escape(action), fields=fields, base=html.escape(base))
    return BrowserResponse(status=200, headers=_HEADERS, content=page.encode())
