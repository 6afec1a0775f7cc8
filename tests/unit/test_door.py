"""When the page may leave home, and with which key."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest
from pydantic import ValidationError

from monitor.door import Oidc, Web, page_key
from monitor.errors import NetraError

GOOD = secrets.token_hex(32)
HOME = Web()
OUTSIDE = Web(behind="proxy", host="0.0.0.0", public_name="netra.contoh.invalid")


def test_at_home_a_key_is_made_that_ends_with_the_process() -> None:
    first, lasting = page_key(HOME, {})
    assert not lasting
    assert len(first) == 64
    assert page_key(HOME, {})[0] != first


def test_a_key_of_the_environment_lasts() -> None:
    assert page_key(OUTSIDE, {"NETRA_SECRET_KEY": GOOD}) == (GOOD, True)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "perlu kunci tetap"),
        ("Xk29-singkat", "terlalu pendek"),
        ("x" * 64, "mudah ditebak"),
        ("rahasia-" * 8, "mudah ditebak"),
        ("0123456789" * 5, "mudah ditebak"),
    ],
)
def test_a_key_that_is_missing_short_or_easy_is_refused_with_advice(key: str, said: str) -> None:
    with pytest.raises(NetraError, match=said) as told:
        page_key(OUTSIDE, {"NETRA_SECRET_KEY": key})
    assert "token_hex" in str(told.value)
    assert not key or key not in str(told.value), "a key is never said aloud"


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kunci"
    path.write_text(GOOD + "\n", encoding="utf-8")
    for mode in (0o644, 0o640, 0o604, 0o620):
        path.chmod(mode)
        with pytest.raises(NetraError, match="chmod 600"):
            page_key(HOME, {"NETRA_SECRET_FILE": str(path)})
    path.chmod(0o600)
    assert page_key(HOME, {"NETRA_SECRET_FILE": str(path)}) == (GOOD, True)
    with pytest.raises(NetraError, match="salah satu"):
        page_key(HOME, {"NETRA_SECRET_FILE": str(path), "NETRA_SECRET_KEY": GOOD})
    with pytest.raises(NetraError, match="tidak dapat dibaca"):
        page_key(HOME, {"NETRA_SECRET_FILE": str(tmp_path / "tidak-ada")})
    with pytest.raises(NetraError, match="bukan berkas biasa"):
        page_key(HOME, {"NETRA_SECRET_FILE": str(tmp_path)})
    path.write_bytes(os.urandom(64))
    with pytest.raises(NetraError, match="tidak dapat dibaca"):
        page_key(HOME, {"NETRA_SECRET_FILE": str(path)})


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "netra.contoh.invalid"])
def test_without_a_declared_proxy_the_page_stays_home(host: str) -> None:
    with pytest.raises(ValidationError, match="tidak boleh keluar dari"):
        Web(host=host)
    with pytest.raises(ValidationError, match="public_name"):
        Web(host=host, behind="tls")
    assert Web(host=host, behind="tls", public_name="netra.contoh.invalid").outside


@pytest.mark.parametrize(
    ("issuer", "said"),
    [
        ("http://masuk.contoh.invalid", "harus https"),
        ("https://masuk.contoh.invalid/?a=1", "alamat dasar"),
        ("https:///tanpa-host", "alamat dasar"),
        ("ftp://masuk.contoh.invalid", "harus https"),
    ],
)
def test_a_provider_is_https_or_named_as_the_offices_own(issuer: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Oidc(issuer=issuer, client_id="netra")
    assert Oidc(issuer="http://10.0.0.7:8080/kantor", client_id="netra", allow_private=("10.0.0.7:8080",))


def test_addresses_are_those_that_people_type() -> None:
    assert HOME.address("/undangan/x") == "http://127.0.0.1:8350/undangan/x"
    assert OUTSIDE.address("/undangan/x") == "https://netra.contoh.invalid/undangan/x"
