"""TLS contexts, shared by all clients of the process: reading the certificates takes longer than many calls."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import httpx

from clerk_core.errors import InvalidArgument

if TYPE_CHECKING:
    import ssl

_FILE = "SSL_CERT_FILE"
_FOLDERS = "SSL_CERT_DIR"
_KEY_LOG = "SSLKEYLOGFILE"

Stamp = tuple[int, int, int] | None


class Certificates(NamedTuple):
    """What the environment says of certificates; the fields hold the values of its variables, "" if not set."""

    file: str
    folders: str
    key_log: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Certificates:
        """Read the variables, of which a file goes before folders, and check them without loading a certificate.

        Raises:
            InvalidArgument: a file or folder cannot be used; it names the variable.
        """
        file = environment.get(_FILE, "")
        found = cls(file, "" if file else environment.get(_FOLDERS, ""), environment.get(_KEY_LOG, ""))
        if found not in _contexts or _contexts[found][0] != found._stamp():
            found._check()
        return found

    def _check(self) -> None:
        if self.file:
            try:
                content = Path(self.file).read_bytes()
            except OSError as error:
                raise InvalidArgument(_FILE, f"cannot read {self.file!r}: {error.strerror}") from error
            if b"-----BEGIN " not in content:
                raise InvalidArgument(_FILE, f"{self.file!r} holds no certificate in PEM form")
        if self.folders and not any(map(os.path.isdir, self.folders.split(os.pathsep))):
            raise InvalidArgument(_FOLDERS, f"{self.folders!r} is not a folder")
        if self.key_log:
            try:
                Path(self.key_log).open("ab").close()  # as OpenSSL opens it
            except OSError as error:
                raise InvalidArgument(_KEY_LOG, f"cannot write {self.key_log!r}: {error.strerror}") from error

    @property
    def is_loaded(self) -> bool:
        """Whether `context` returns at once."""
        return self in _contexts

    def context(self) -> ssl.SSLContext:
        """Return the context of the process, or load it, which takes some 30 ms; safe in any thread.

        Raises:
            InvalidArgument: the file cannot be loaded; it names the variable.
        """
        stamp = self._stamp()
        found = _contexts.get(self)
        if found is None or found[0] != stamp:
            # Without a lock, which a fork in another thread would leave locked in the child: two threads may both load.
            found = _contexts[self] = stamp, self._load()
        return found[1]

    def _stamp(self) -> Stamp:
        """What tells that the file was replaced."""
        if not self.file:
            return None
        try:
            status = os.stat(self.file)  # noqa: PTH116  # half the time of Path.stat
        except OSError:
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns

    def _load(self) -> ssl.SSLContext:
        import ssl  # late: a client for plain http does without

        if not self.file and not self.folders:
            return httpx.create_ssl_context(trust_env=False)
        try:
            return ssl.create_default_context(cafile=self.file or None, capath=self.folders or None)
        except OSError as error:  # ssl.SSLError is one
            raise InvalidArgument(_FILE, f"cannot load {self.file!r}: {error.strerror}") from error


_contexts: dict[Certificates, tuple[Stamp, ssl.SSLContext]] = {}
