"""Listen for https with a certificate that a new authority issues at each start."""

from __future__ import annotations

import contextlib
import datetime
import ssl
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from clerk_emulator.http.server import listen, origin_of

_VALID_DAYS = 397
"""As long as browsers accept a certificate."""


class HttpsListener:
    """A listening socket, and the TLS settings for its connections.

    The certificate is for localhost, the loopback addresses, the address listened on, and `frontend_host`.
    `authority_file` is where the certificate of the authority is written, for clients to trust; by default a temporary
    file. Raises OSError and ValueError as `listen` does, and OSError if the file cannot be written.
    """

    def __init__(self, host: str, port: int, frontend_host: str, authority_file: str | Path | None = None) -> None:
        with contextlib.ExitStack() as opened:
            self.socket = listen(host, port)
            opened.callback(self.socket.close)
            if authority_file is None:
                folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="clerk_emulator_"))
                authority_file = Path(folder) / "authority.pem"
            self.authority_file = Path(authority_file).absolute()
            names = ["localhost", "127.0.0.1", "::1", frontend_host]
            # Clients that connect from other machines use a name that only they know.
            names += [] if host in ("0.0.0.0", "::") else [host]  # noqa: S104 - not where to listen
            self.context = _server_context(names, self.authority_file)
            self._opened = opened.pop_all()

    @property
    def origin(self) -> str:
        """The origin of the server, such as https://127.0.0.1:4443."""
        host, port = self.socket.getsockname()[:2]
        return origin_of(host, port, "https")

    def close(self) -> None:
        """Close the socket, and delete the authority's certificate if it is in a temporary file."""
        self._opened.close()


def _server_context(names: Iterable[str], authority_file: Path) -> ssl.SSLContext:
    """Return TLS settings with a new certificate for these names, and write the certificate of its authority."""
    # Imported on first use, because few emulators serve https.
    import trustme

    now = datetime.datetime.now(datetime.UTC)
    # Its key is not stored, so that nobody can use a trusted authority for other certificates.
    authority = trustme.CA(organization_name="Clerk emulator")
    # Its type depends on pyOpenSSL, which may not be installed.
    certificate: Any = authority.issue_cert(
        *dict.fromkeys(names),
        organization_name="Clerk emulator",
        # A day back, for clients whose clock is slow.
        not_before=now - datetime.timedelta(days=1),
        not_after=now + datetime.timedelta(days=_VALID_DAYS - 1),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    authority.cert_pem.write_to_path(str(authority_file))
    return context
