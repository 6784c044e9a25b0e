"""The interstitial page, which older SDKs return while they do not know whether the user is signed in."""

from __future__ import annotations

import base64
import binascii
import html
import json

from clerk_emulator.call import Call, Response
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.operations.registry import operation

_PAGE = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Checking your session</title>
    <script>
      window.addEventListener("load", async () => {{
        await window.Clerk.load({options});
        window.location.reload();
      }});
    </script>
    <script async crossorigin="anonymous" {key}
      src="https://{host}/npm/@clerk/clerk-js@5/dist/clerk.browser.js"></script>
  </head>
  <body></body>
</html>
"""


@operation("GetPublicInterstitial")
def get_interstitial(call: Call) -> Response:
    """Return a page that loads clerk-js, which sets the session cookie, and then reloads."""
    query = call.query
    publishable_key = query["publishable_key"]
    host = query["frontend_api"]
    if publishable_key:
        host = _frontend_host(publishable_key)
    if not host:
        message = "The query must have publishable_key or frontend_api."
        raise ClerkAPIError(400, "missing_query_parameter", "is missing", message, param_name="publishable_key")
    if query["use_domain_for_script"] and query["domain"]:
        host = f"clerk.{query['domain']}"
    names = {"proxyUrl": "proxy_url", "domain": "domain", "signInUrl": "sign_in_url"}
    options = {name: query[parameter] for name, parameter in names.items() if query[parameter]}
    key = f'data-clerk-publishable-key="{html.escape(publishable_key)}"' if publishable_key else ""
    # A value such as "</script>" would end the script.
    encoded = json.dumps(options).replace("<", "\\u003c")
    page = _PAGE.format(host=html.escape(host), key=key, options=encoded)
    return Response(content=page.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def _frontend_host(publishable_key: str) -> str:
    """Return the host in a publishable key. Raises Clerk's 400 for a malformed key."""
    kind, _, encoded = publishable_key.partition("_test_" if "_test_" in publishable_key else "_live_")
    try:
        host = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        host = ""
    if kind != "pk" or not host.endswith("$") or "." not in host:
        message = "The publishable key is malformed."
        raise ClerkAPIError(400, "malformed_publishable_key", "is malformed", message)
    return host.removesuffix("$")
