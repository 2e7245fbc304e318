"""How a password and a one-time code are kept and checked.

Passwords: Argon2id (RFC 9106, the second recommended set: 64 MiB, 3 passes, 4 lanes, 16 bytes of salt, 32 of hash), of
the text in Unicode form C, so that an é is the same from every keyboard (RFC 8265). One-time codes: TOTP (RFC 6238,
SHA-1, 6 digits, steps of 30 s), accepted one step early or late, each once.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from hmac import compare_digest

import pyotp
from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4, hash_len=32, salt_len=16, type=Type.ID)
STEP_S = 30
# Compared with where there is no account, so that the answer takes as long; of a random text that nobody kept.
NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$A/tU2R80Qf88fMJf4p7HFA$jBQ/VORutDBWlE0K7Pa7qkc/x8UTfpwA2xh4Qtw5NVU"


def hash_password(password: str) -> str:
    """What is kept of a password: from it, the password is found only by trying."""
    return HASHER.hash(unicodedata.normalize("NFC", password))


def password_fits(stored: str | None, password: str) -> bool:
    """Whether this is the password; without a stored hash the answer is no, and takes as long."""
    try:
        fits = HASHER.verify(stored or NOBODYS, unicodedata.normalize("NFC", password))
    except (VerificationError, InvalidHashError):
        return False
    return bool(fits) and stored is not None


def new_secret() -> str:
    """A new secret of one-time codes: 160 random bits, in Base32."""
    return pyotp.random_base32()


def setup_address(secret: str, *, account: str, trial: str) -> str:
    """The address by which an authenticator application takes up the secret."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=trial)


def step_of(secret: str | None, code: str, *, at: datetime, after: int | None) -> int | None:
    """The time step of a one-time code; None when it is not a code of now, or not later than the last one used."""
    if secret is None:
        return None
    typed = "".join(code.split()).encode("utf-8", "replace")
    now, found = int(at.timestamp()) // STEP_S, None
    for step in (now - 1, now, now + 1):
        expected = pyotp.TOTP(secret).generate_otp(step).encode()
        if compare_digest(expected, typed) and (after is None or step > after):
            found = step
    return found
