"""How a randomisation list is kept so that nobody reads it without its key, and one envelope opens nothing else.

    list key ─┬─ the list                                        (unblinded statistician, unblinded pharmacist)
              ├─ the contents of kits
              └─ break-glass key of a site ── code of a number ── its envelope     (a paper envelope at the site)

AES-256-GCM with a random nonce; what it belongs to (trial, protocol, list, number) is authenticated with it, so that
nothing can be exchanged. A key leads to those below it by HKDF-Expand with SHA-256 (RFC 5869), never back up. What is
sealed is filled up to a length that does not depend on it (ISO/IEC 7816-4), so that lengths say nothing. A key file may
be locked with a passphrase (scrypt, RFC 7914: N = 2^15, r = 8, p = 1).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, final

from trialwright.vocabulary.errors import NotFound, SealBroken, TrialError

CIPHER = "AES-256-GCM"
KEY_BYTES, NONCE_BYTES, CODE_BYTES = 32, 12, 20
KEY_FORMAT = "trialwright-key.1"
KEY_FILE_AT_MOST = 1 << 16
SCRYPT = {"n": 2**15, "r": 8, "p": 1, "maxmem": 2**26}
END = b"\x80"  # of what is padded
Holds = Literal["list key", "break-glass key"]
WRONG = "{what} does not open: the key is not of it, or it was changed, cut or exchanged. Nothing was shown"


def fresh(count: int = KEY_BYTES) -> bytes:
    """Random bytes of the operating system: the one place where secrets of a randomisation come from."""
    return secrets.token_bytes(count)


def derived(key: bytes, *names: str) -> bytes:
    """The key that belongs to these names, from the key above it; from it the key above cannot be found."""
    told = b"".join(len(name.encode()).to_bytes(4, "big") + name.encode() for name in ("trialwright-seal.1", *names))
    return hmac.digest(key, told + b"\x01", "sha256")


def key_digest(key: bytes) -> str:
    """What tells a list key from another, and commits to it, without telling the key."""
    return hashlib.sha256(derived(key, "commitment")).hexdigest()


def site_key(key: bytes, site: str) -> bytes:
    """The break-glass key of a site, from the list key."""
    return derived(key, "site", site)


def code_of(site: bytes, number: str) -> bytes:
    """The code of one number, from the break-glass key of its site."""
    return derived(site, "code", number)[:CODE_BYTES]


def written_code(code: bytes) -> str:
    """A code as it is printed: eight groups of four.

    >>> written_code(bytes(20))
    'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA'
    """
    letters = base64.b32encode(code).decode()
    return "-".join(letters[place : place + 4] for place in range(0, len(letters), 4))


def read_code(text: str) -> bytes:
    """A code as a person typed it; SealBroken when it cannot be one."""
    try:
        code = base64.b32decode("".join(one for one in text.upper() if one.isalnum()))
    except ValueError as error:
        raise SealBroken("this is not a code: it has eight groups of four letters A to Z and digits 2 to 7") from error
    if len(code) != CODE_BYTES:
        raise SealBroken("this is not a whole code: it has eight groups of four letters and digits")
    return code


def envelope_key(code: bytes) -> bytes:
    """What opens the envelope of a number, from its code."""
    return derived(code, "envelope")


def seal(key: bytes, content: bytes, *, about: str, length: int) -> str:
    """The content, filled up to ``length`` bytes, encrypted and bound to what it is ``about``."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # loaded when something is sealed

    if len(content) >= length:
        raise TrialError(f"there is no room for {len(content)} bytes; at most {length - 1} are sealed here")
    nonce = fresh(NONCE_BYTES)
    filled = (content + END).ljust(length, b"\0")
    return base64.urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, filled, about.encode())).decode()


def unseal(key: bytes, sealed: str, *, about: str, what: str) -> bytes:
    """The content again; SealBroken when it is not exactly what was sealed with this key about this."""
    from cryptography.exceptions import InvalidTag  # loaded when something is opened
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # likewise

    try:
        stored = base64.b64decode(sealed.encode(), altchars=b"-_", validate=True)
        filled = AESGCM(key).decrypt(stored[:NONCE_BYTES], stored[NONCE_BYTES:], about.encode())
    except (InvalidTag, ValueError, TypeError, AttributeError) as error:
        raise SealBroken(WRONG.format(what=what)) from error
    return filled[: filled.rindex(END)]


# Key files


@final
@dataclass(frozen=True, slots=True)
class Key:
    """A key with what it opens; its representation shows no secret."""

    holds: Holds
    trial: str
    list_digest: str  # ``key_digest`` of the list key
    site: str
    secret: bytes = field(repr=False)


def write_key(key: Key, path: Path, *, passphrase: str = "") -> None:
    """Write a key into a new file that nobody but its owner reads; TrialError when the file is there already."""
    told: dict[str, str] = {
        "format": KEY_FORMAT,
        "holds": key.holds,
        "trial": key.trial,
        "list": key.list_digest,
        "site": key.site,
    }
    if passphrase:
        salt = fresh(16)
        told["salt"] = salt.hex()
        locked = seal(_locking(passphrase, salt), key.secret, about=_about(told), length=2 * KEY_BYTES)
        told["locked"] = locked
    else:
        told["key"] = base64.urlsafe_b64encode(key.secret).decode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise TrialError(f"{path} cannot be written ({error.strerror or error}); name another file") from error


def read_key(path: Path, *, passphrase: Callable[[], str]) -> Key:
    """A key from its file; ``passphrase`` is asked for where the file is locked. NotFound, SealBroken."""
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(KEY_FILE_AT_MOST).decode())
        if told["format"] != KEY_FORMAT or told["holds"] not in ("list key", "break-glass key"):
            raise ValueError("another format")
        secret = None if "locked" in told else base64.b64decode(told["key"], altchars=b"-_", validate=True)
        key = Key(told["holds"], str(told["trial"]), str(told["list"]), str(told["site"]), secret or b"")
    except OSError as error:
        raise NotFound(f"{path} cannot be read ({error.strerror or error}); name the file of a key") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SealBroken(f"{path} is not the file of a key; `trialwright seal-list` writes them") from error
    if secret is None:
        opening = _locking(passphrase(), _salt(told))
        secret = unseal(opening, str(told["locked"]), about=_about(told), what=f"{path}, with this passphrase,")
    if len(secret) != KEY_BYTES:
        raise SealBroken(f"{path} does not hold a whole key; use another copy")
    return Key(key.holds, key.trial, key.list_digest, key.site, secret)


def _about(told: Mapping[str, object]) -> str:
    names = ("format", "holds", "trial", "list", "site", "salt")
    return json.dumps([str(told.get(name, "")) for name in names])


def _salt(told: Mapping[str, object]) -> bytes:
    try:
        return bytes.fromhex(str(told["salt"]))
    except (KeyError, ValueError) as error:
        raise SealBroken("the key file is damaged; use another copy") from error


def _locking(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(unicodedata.normalize("NFC", passphrase).encode(), salt=salt, dklen=KEY_BYTES, **SCRYPT)
