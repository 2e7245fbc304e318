"""Sealing: what is sealed opens with its key and its purpose alone, and its length says nothing."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from trialwright.ledger import sealing
from trialwright.ledger.sealing import (
    Key,
    code_of,
    derived,
    envelope_key,
    key_digest,
    read_code,
    read_key,
    seal,
    site_key,
    unseal,
    write_key,
    written_code,
)
from trialwright.vocabulary.errors import NotFound, SealBroken, TrialError

KEY = bytes(range(32))


def opened(sealed: str, *, key: bytes = KEY, about: str = "a") -> bytes:
    return unseal(key, sealed, about=about, what="it")


@settings(max_examples=50, deadline=None)
@given(content=st.binary(max_size=99))
def test_what_is_sealed_comes_back_and_is_equally_long_whatever_it_is(content: bytes) -> None:
    sealed = seal(KEY, content, about="a", length=100)
    assert opened(sealed) == content
    assert len(sealed) == len(seal(KEY, b"", about="a", length=100))
    assert sealed != seal(KEY, content, about="a", length=100)  # never the same twice


def test_nothing_else_opens_it() -> None:
    sealed = seal(KEY, b"secret", about="a", length=100)
    with pytest.raises(SealBroken, match="it does not open"):
        opened(sealed, key=bytes(32))
    with pytest.raises(SealBroken):
        opened(sealed, about="b")


def test_every_byte_counts() -> None:
    stored = base64.urlsafe_b64decode(seal(KEY, b"secret", about="a", length=20))
    for place in range(len(stored)):
        changed = bytearray(stored)
        changed[place] ^= 1
        with pytest.raises(SealBroken):
            opened(base64.urlsafe_b64encode(bytes(changed)).decode())
    for cut in (0, 1, 12, 13, len(stored) - 1):
        with pytest.raises(SealBroken):
            opened(base64.urlsafe_b64encode(stored[:cut]).decode())
    for text in ("", "é", "a b", "====", None):
        with pytest.raises(SealBroken):
            opened(text)  # type: ignore[arg-type]


def test_what_is_too_long_is_refused_and_never_cut() -> None:
    with pytest.raises(TrialError, match="no room"):
        seal(KEY, bytes(20), about="a", length=20)


class TestKeysLeadDownOnly:
    def test_each_name_has_a_key_of_its_own(self) -> None:
        keys = {
            derived(KEY, "site", "A"), derived(KEY, "site", "B"), derived(KEY, "siteA"), derived(KEY, "site"),
            site_key(KEY, "x"), envelope_key(code_of(site_key(KEY, "A"), "01-001-3")), derived(KEY, "list"),
        }  # fmt: skip
        assert len(keys) == 7
        assert site_key(KEY, "A") == derived(KEY, "site", "A")

    def test_a_code_is_of_one_number_of_one_site_and_one_list(self) -> None:
        codes = {
            code_of(site_key(key, site), number)
            for key in (KEY, bytes(32))
            for site in ("A", "B")
            for number in ("01-001-3", "01-002-1")
        }
        assert len(codes) == 8

    def test_the_digest_of_a_key_is_not_the_key(self) -> None:
        assert KEY.hex() not in key_digest(KEY)
        assert key_digest(KEY) != key_digest(bytes(32))

    def test_codes_are_typed_as_people_type(self) -> None:
        code = code_of(KEY, "01-001-3")
        assert read_code(written_code(code)) == code
        assert read_code(written_code(code).lower().replace("-", " ")) == code
        for wrong in ("", "ABCD", "é" * 32, "1" * 32, written_code(code)[:-5]):
            with pytest.raises(SealBroken, match="code"):
                read_code(wrong)


class TestKeyFiles:
    HELD = Key("list key", "RCT", "0" * 64, "", KEY)

    def test_only_its_owner_reads_it_and_it_is_never_written_over(self, tmp_path: Path) -> None:
        file = tmp_path / "safe" / "list.key"
        write_key(self.HELD, file)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert read_key(file, passphrase=str) == self.HELD
        assert repr(KEY) not in repr(self.HELD)
        before = file.read_bytes()
        with pytest.raises(TrialError, match="another file"):
            write_key(self.HELD, file)
        assert file.read_bytes() == before

    def test_a_passphrase_locks_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sealing.SCRYPT, "n", 2**4)
        file = tmp_path / "list.key"
        write_key(self.HELD, file, passphrase="pass phrasé")
        told = file.read_text(encoding="utf-8")
        assert base64.urlsafe_b64encode(KEY).decode()[:20] not in told
        assert read_key(file, passphrase=lambda: "pass phrasé") == self.HELD  # the same letter, composed otherwise
        with pytest.raises(SealBroken, match="with this passphrase"):
            read_key(file, passphrase=lambda: "pass phrase")
        file.write_text(told.replace('"RCT"', '"XXX"'), encoding="utf-8")
        with pytest.raises(SealBroken):
            read_key(file, passphrase=lambda: "pass phrasé")

    @pytest.mark.parametrize(
        "content",
        [b"", b"{}", b"[]", b"\xff", b"null", b'{"format": "trialwright-key.1"}', b"[" * 100_000],
    )
    def test_what_is_no_key_is_refused_in_words(self, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "list.key"
        file.write_bytes(content)
        with pytest.raises(SealBroken, match="is not the file of a key"):
            read_key(file, passphrase=str)

    def test_a_short_key_and_a_missing_file(self, tmp_path: Path) -> None:
        file = tmp_path / "list.key"
        write_key(Key("list key", "RCT", "", "", b"short"), file)
        with pytest.raises(SealBroken, match="whole key"):
            read_key(file, passphrase=str)
        with pytest.raises(NotFound):
            read_key(tmp_path / "none", passphrase=str)


def test_secrets_come_from_the_operating_system() -> None:
    assert len({sealing.fresh() for _ in range(8)}) == 8
    assert len(sealing.fresh(5)) == 5
