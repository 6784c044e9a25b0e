"""TLS contexts, shared by all clients of the process, because loading certificates is slow (some 30 ms)."""

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
    """The certificate settings of the environment. Unset variables are empty strings."""

    file: str
    folders: str
    key_log: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Certificates:
        """Read and check the variables without loading a certificate. A file takes precedence over folders.

        Raises:
            InvalidArgument: a file or folder cannot be used; the error names the variable.
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
                raise InvalidArgument(_FILE, f"{self.file!r} contains no PEM certificate")
        if self.folders and not any(map(os.path.isdir, self.folders.split(os.pathsep))):
            raise InvalidArgument(_FOLDERS, f"{self.folders!r} is not a folder")
        if self.key_log:
            try:
                Path(self.key_log).open("ab").close()  # as OpenSSL opens it
            except OSError as error:
                raise InvalidArgument(_KEY_LOG, f"cannot write {self.key_log!r}: {error.strerror}") from error

    @property
    def is_loaded(self) -> bool:
        """Whether `context` returns immediately."""
        return self in _contexts

    def context(self) -> ssl.SSLContext:
        """Return the shared context; load it if necessary, which takes some 30 ms. Thread-safe.

        Raises:
            InvalidArgument: the file cannot be loaded; the error names the variable.
        """
        stamp = self._stamp()
        found = _contexts.get(self)
        if found is None or found[0] != stamp:
            # Without a lock, which a fork in another thread would leave locked in the child; two threads may both load.
            found = _contexts[self] = stamp, self._load()
        return found[1]

    def _stamp(self) -> Stamp:
        """Return a value that changes when the file is replaced."""
        if not self.file:
            return None
        try:
            status = os.stat(self.file)  # noqa: PTH116  # half the time of Path.stat
        except OSError:
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns

    def _load(self) -> ssl.SSLContext:
        import ssl  # imported when needed: plain http does not use it

        if not self.file and not self.folders:
            return httpx.create_ssl_context(trust_env=False)
        try:
            return ssl.create_default_context(cafile=self.file or None, capath=self.folders or None)
        except OSError as error:  # includes ssl.SSLError
            raise InvalidArgument(_FILE, f"cannot load {self.file!r}: {error.strerror}") from error


_contexts: dict[Certificates, tuple[Stamp, ssl.SSLContext]] = {}
