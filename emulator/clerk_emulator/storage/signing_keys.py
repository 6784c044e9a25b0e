"""RSA keys for signing tokens, generated in threads: an emulator starts and answers before it has its key."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

# Functions import cryptography, because the thread that generates a key can do so while others run.

WaitForPem = Callable[[], str]
"""Returns a private key as PEM, once it is generated."""

_ahead: list[WaitForPem] = []


def generate_ahead() -> None:
    """Begin to generate the key that `generate` returns next. It takes about as long as the imports of the emulator."""
    _ahead.append(_start())


def generate() -> WaitForPem:
    """Begin to generate a new key, and return a function that waits for it."""
    try:
        return _ahead.pop()
    except IndexError:
        return _start()


def _start() -> WaitForPem:
    future: Future[str] = Future()

    def run() -> None:
        try:
            future.set_result(new_private_key())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, name="clerk_emulator key", daemon=True).start()
    return future.result


def new_private_key() -> str:
    """Return a new RSA key for RS256 as PEM."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@functools.lru_cache(maxsize=16)
def read_private_key(pem: str) -> rsa.RSAPrivateKey:
    """Return an RSA key from PEM. Raises ValueError if it is not one.

    Cached, because reading a key checks its primes, which takes fifty times as long as signing with it.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("private_pem must be an RSA key")  # noqa: TRY004 - as for all that is no key
    return key
