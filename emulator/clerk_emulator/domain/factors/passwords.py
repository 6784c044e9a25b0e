"""Hash and verify passwords, with all hashers that Clerk accepts."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import string
from collections.abc import Callable
from dataclasses import dataclass

import bcrypt

from clerk_emulator.errors import ClerkAPIError, invalid

_ROUNDS = 4
"""The cost of new bcrypt hashes: the lowest, because the emulator protects no real secrets."""
_MAX_BYTES = 72
_WEAK = frozenset({"md5", "md5_salted", "md5_phpass", "sha256", "sha256_salted", "sha512_symfony"})

_ITOA64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_MAX_WORK = 10_000_000
"""Maximum number of rounds, so that a digest does not block other requests."""


def hash_password(password: str) -> tuple[str, str]:
    """Return the hasher and the digest of a password."""
    return "bcrypt", bcrypt.hashpw(password.encode()[:_MAX_BYTES], bcrypt.gensalt(_ROUNDS)).decode()


def check_digest(hasher: str, imported_digest: str) -> tuple[str, str]:
    """Return the hasher and an imported digest. Raises Clerk's error for an unknown hasher or a malformed digest."""
    if hasher not in HASHERS:
        raise invalid("password_hasher", f"must be one of {', '.join(HASHERS)}")
    if not HASHERS[hasher].form.fullmatch(imported_digest):
        raise ClerkAPIError(
            422,
            "form_password_digest_invalid_code",
            "is invalid",
            f"The password_digest is not a digest of {hasher}.",
            param_name="password_digest",
        )
    return hasher, imported_digest


def is_weak(hasher: str) -> bool:
    """Return whether digests of a hasher are replaced when the user signs in, because they are easy to guess from."""
    return hasher in _WEAK


def matches(password: str, hasher: str, stored: str) -> bool:
    """Return whether a password matches a digest."""
    try:
        return HASHERS[hasher].verify(password.encode(), stored)
    except (ValueError, OverflowError, binascii.Error, MemoryError):
        # The digest is well-formed, but its values are invalid.
        return False


@dataclass(frozen=True)
class Hasher:
    """The format of a digest, and the function that compares a password with it."""

    form: re.Pattern[str]
    verify: Callable[[bytes, str], bool]


def _bcrypt(password: bytes, stored: str) -> bool:
    return bcrypt.checkpw(password[:_MAX_BYTES], stored.encode())


def _bcrypt_django(password: bytes, stored: str) -> bool:
    hashed = hashlib.sha256(password).hexdigest().encode()
    return bcrypt.checkpw(hashed, stored.removeprefix("bcrypt_sha256$").encode())


def _unsalted(algorithm: str) -> Callable[[bytes, str], bool]:
    return lambda password, stored: _equal(hashlib.new(algorithm, password).hexdigest(), stored.lower())


def _salted(algorithm: str) -> Callable[[bytes, str], bool]:
    def verify(password: bytes, stored: str) -> bool:
        salt, hashed = stored.rsplit("$", 1)
        computed = hashlib.new(algorithm, salt.encode() + password).hexdigest()
        after = hashlib.new(algorithm, password + salt.encode()).hexdigest()
        return _equal(computed, hashed.lower()) or _equal(after, hashed.lower())

    return verify


def _phpass(password: bytes, stored: str) -> bool:
    rounds, salt = 1 << _ITOA64.index(stored[3]), stored[4:12].encode()
    if rounds > _MAX_WORK:
        return False
    computed = hashlib.md5(salt + password, usedforsecurity=False).digest()
    for _ in range(rounds):
        computed = hashlib.md5(computed + password, usedforsecurity=False).digest()
    return _equal(_itoa64(computed), stored[12:])


def _md5_phpass(password: bytes, stored: str) -> bool:
    return _phpass(hashlib.md5(password, usedforsecurity=False).hexdigest().encode(), stored)


def _itoa64(raw: bytes) -> str:
    out: list[str] = []
    for start in range(0, len(raw), 3):
        chunk = raw[start : start + 3]
        value = int.from_bytes(chunk, "little")
        out += [_ITOA64[value >> 6 * place & 63] for place in range(len(chunk) + 1)]
    return "".join(out)


def _pbkdf2(
    algorithm: str, read_salt: Callable[[str], bytes], read_hash: Callable[[str], bytes]
) -> Callable[[bytes, str], bool]:
    def verify(password: bytes, stored: str) -> bool:
        _, rounds, salt, hashed, *_ = stored.split("$")
        expected = read_hash(hashed)
        if int(rounds) > _MAX_WORK:
            return False
        return hmac.compare_digest(
            hashlib.pbkdf2_hmac(algorithm, password, read_salt(salt), int(rounds), len(expected)), expected
        )

    return verify


def _hex_or_raw(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return text.encode()


def _base64(text: str) -> bytes:
    return base64.b64decode(text.translate(str.maketrans("-_", "+/")) + "=" * (-len(text) % 4))


def _scrypt_werkzeug(password: bytes, stored: str) -> bool:
    parameters, salt, hashed = stored.split("$")
    n, r, p = (int(one) for one in parameters.removeprefix("scrypt:").split(":"))
    return _equal(_scrypt(password, salt.encode(), n, r, p, len(hashed) // 2).hex(), hashed.lower())


def _scrypt_firebase(password: bytes, stored: str) -> bool:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    hashed, salt, signer, separator, rounds, memory = stored.split("$")
    key = _scrypt(password, _base64(salt) + _base64(separator), 1 << int(memory), int(rounds), 1, 32)
    encryptor = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
    return hmac.compare_digest(encryptor.update(_base64(signer)) + encryptor.finalize(), _base64(hashed))


def _scrypt(password: bytes, salt: bytes, n: int, r: int, p: int, length: int) -> bytes:
    if n * r * p > _MAX_WORK:
        raise ValueError("the digest needs too much work")
    return hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, dklen=length, maxmem=132 * n * r + 1024 * 1024)


def _argon2(password: bytes, stored: str) -> bool:
    import argon2

    parameters = argon2.extract_parameters(stored)
    if parameters.memory_cost * parameters.time_cost > _MAX_WORK:
        return False
    try:
        return argon2.PasswordHasher().verify(stored, password)
    except argon2.exceptions.VerificationError:
        return False


def _ssha(password: bytes, stored: str) -> bool:
    raw = base64.b64decode(stored.removeprefix("{SSHA}"))
    return hmac.compare_digest(hashlib.sha1(password + raw[20:], usedforsecurity=False).digest(), raw[:20])


def _sha512_symfony(password: bytes, stored: str) -> bool:
    _, rounds, salt, hashed = stored.split("$")
    if int(rounds) > _MAX_WORK:
        return False
    salted = password + b"{" + salt.encode() + b"}"
    computed = hashlib.sha512(salted).digest()
    for _ in range(int(rounds) - 1):
        computed = hashlib.sha512(computed + salted).digest()
    return _equal(base64.b64encode(computed).decode(), hashed)


def _equal(computed: str, stored: str) -> bool:
    return hmac.compare_digest(computed.encode(), stored.encode())


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


_BCRYPT = r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}"
_B64 = r"[A-Za-z0-9+/_-]+={0,2}"
_HEX = f"[{string.hexdigits}]+"

HASHERS: dict[str, Hasher] = {
    "bcrypt": Hasher(_form(_BCRYPT), _bcrypt),
    "bcrypt_sha256_django": Hasher(_form(r"bcrypt_sha256\$" + _BCRYPT), _bcrypt_django),
    "md5": Hasher(_form("[0-9a-fA-F]{32}"), _unsalted("md5")),
    "md5_salted": Hasher(_form(r".+\$[0-9a-fA-F]{32}"), _salted("md5")),
    "md5_phpass": Hasher(_form(r"\$P\$[./A-Za-z0-9]{31}"), _md5_phpass),
    "phpass": Hasher(_form(r"\$[PH]\$[./A-Za-z0-9]{31}"), _phpass),
    "pbkdf2_sha1": Hasher(
        _form(rf"pbkdf2_sha1\$\d+\$[^$]+\${_HEX}(\$\d+)?"), _pbkdf2("sha1", _hex_or_raw, bytes.fromhex)
    ),
    "pbkdf2_sha256": Hasher(_form(rf"pbkdf2_sha256\$\d+\${_B64}\${_B64}"), _pbkdf2("sha256", _base64, _base64)),
    "pbkdf2_sha256_django": Hasher(
        _form(rf"pbkdf2_sha256\$\d+\$[^$]+\${_B64}"), _pbkdf2("sha256", str.encode, _base64)
    ),
    "pbkdf2_sha512": Hasher(_form(rf"pbkdf2_sha512\$\d+\$[^$]+\${_HEX}"), _pbkdf2("sha512", str.encode, bytes.fromhex)),
    "pbkdf2_sha512_hex": Hasher(
        _form(rf"pbkdf2_sha512_hex\$\d+\${_HEX}\${_HEX}"), _pbkdf2("sha512", bytes.fromhex, bytes.fromhex)
    ),
    "scrypt_firebase": Hasher(_form(rf"({_B64}\$){{3}}({_B64})?\$\d+\$\d+"), _scrypt_firebase),
    "scrypt_werkzeug": Hasher(_form(rf"scrypt:\d+:\d+:\d+\$[^$]+\${_HEX}"), _scrypt_werkzeug),
    "sha256": Hasher(_form("[0-9a-fA-F]{64}"), _unsalted("sha256")),
    "sha256_salted": Hasher(_form(r".+\$[0-9a-fA-F]{64}"), _salted("sha256")),
    "argon2i": Hasher(_form(r"\$argon2i\$v=\d+\$m=\d+,t=\d+,p=\d+\$[^$]+\$[^$]+"), _argon2),
    "argon2id": Hasher(_form(r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[^$]+\$[^$]+"), _argon2),
    "ldap_ssha": Hasher(_form(rf"\{{SSHA\}}{_B64}"), _ssha),
    "sha512_symfony": Hasher(_form(rf"sha512_symfony\$\d+\$[^$]*\${_B64}"), _sha512_symfony),
}
