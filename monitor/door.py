"""Settings of the page's door: where it listens, who stands before it, how long sessions live, what entering needs."""

from __future__ import annotations

import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from monitor.errors import NetraError
from monitor.models import Role

KEY, KEY_FILE = "NETRA_SECRET_KEY", "NETRA_SECRET_FILE"
SHORTEST_KEY = 32
_FEWEST_LETTERS = 10
_MAKE = 'buat dengan: python3 -c "import secrets; print(secrets.token_hex(32))"'
_HOME = frozenset({"127.0.0.1", "::1", "localhost"})


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Oidc(_Settings):
    """A provider of identities (OpenID Connect) that vouches for users of the office. The secret: NETRA_OIDC_SECRET."""

    issuer: str = Field(description="alamat penerbit, persis seperti dalam tokennya")
    client_id: str = Field(min_length=1, max_length=200)
    label: str = Field(default="", max_length=60, description="nama penyedia pada tombol masuk")
    allow_private: tuple[str, ...] = Field(
        default=(), description="host:porta penyedia di jaringan kantor yang boleh dihubungi; lainnya tetap tertutup"
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        parts = urlsplit(self.issuer)
        if parts.scheme != "https" and parts.netloc not in self.allow_private:
            msg = "`issuer` harus https — http hanya bagi host yang disebut di `allow_private`"
            raise ValueError(msg)
        if not parts.hostname or parts.query or parts.fragment:
            msg = "`issuer` adalah alamat dasar penyedia, misalnya https://masuk.contoh.go.id/kantor"
            raise ValueError(msg)
        return self


class Web(_Settings):
    """Where the review page listens. It leaves 127.0.0.1 only behind a declared proxy or TLS."""

    host: str = "127.0.0.1"
    port: int = Field(default=8350, ge=1, le=65535)
    behind: Literal["none", "proxy", "tls"] = "none"
    proxy: str = Field(default="127.0.0.1", description="alamat perantara; hanya kepala darinya yang dipercaya")
    public_name: str = ""
    language: Literal["id", "en"] = "id"
    second_factor: tuple[Role, ...] = Field(default=(), description="peran yang wajib memakai kode dari aplikasi")
    session_hours: int = Field(default=12, ge=1, le=24)
    idle_minutes: int = Field(default=120, ge=5, le=720)
    invitation_hours: int = Field(default=72, ge=1, le=336)
    oidc: Oidc | None = None

    @model_validator(mode="after")
    def _stays_home(self) -> Self:
        if self.behind == "none" and self.host not in _HOME:
            msg = "halaman tanpa TLS tidak boleh keluar dari 127.0.0.1 — isi `behind: proxy` atau `behind: tls`"
            raise ValueError(msg)
        if self.behind != "none" and not self.public_name:
            msg = "halaman di belakang perantara perlu `public_name`, nama yang diketik orang — isi dahulu"
            raise ValueError(msg)
        return self

    @property
    def outside(self) -> bool:
        """Tell whether the page leaves this computer, through TLS or a declared proxy."""
        return self.behind != "none"

    def address(self, path: str) -> str:
        """Give the whole address of a path, as people type it."""
        return f"https://{self.public_name}{path}" if self.outside else f"http://{self.host}:{self.port}{path}"


def page_key(web: Web, environ: Mapping[str, str]) -> tuple[str, bool]:
    """Give the page's key and whether it outlives a restart: from a file, the environment, or a new one.

    Raises:
        NetraError: a file that others can read, a key too short or easy to guess, or none where the page leaves home.
    """
    key, path = environ.get(KEY, ""), environ.get(KEY_FILE, "")
    if key and path:
        raise NetraError(f"{KEY} dan {KEY_FILE} sama-sama diisi — pakai salah satu saja")
    if path:
        key = _read(Path(path))
    if not key:
        if web.outside:
            raise NetraError(
                f"halaman yang keluar dari 127.0.0.1 perlu kunci tetap — isi {KEY} atau {KEY_FILE}; {_MAKE}"
            )
        return secrets.token_hex(32), False
    if len(key) < SHORTEST_KEY:
        raise NetraError(f"kunci rahasia halaman terlalu pendek (sedikitnya {SHORTEST_KEY} karakter) — {_MAKE}")
    if len(set(key)) < _FEWEST_LETTERS or key in (key + key)[1:-1]:
        raise NetraError(f"kunci rahasia halaman mudah ditebak (berulang atau bawaan) — {_MAKE}")
    return key, True


def lasting_key(web: Web, environ: Mapping[str, str]) -> str:
    """Give the office's key where it has one that outlives a restart, "" where not.

    Raises:
        NetraError: as `page_key` does, for a key that is given.
    """
    return page_key(web, environ)[0] if environ.get(KEY, "") or environ.get(KEY_FILE, "") else ""


def _read(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise NetraError(f"{KEY_FILE}: {path} bukan berkas biasa — perbaiki alamatnya")
        if mode & 0o077:
            raise NetraError(f"{KEY_FILE}: {path} dapat dibaca pengguna lain — jalankan: chmod 600 {path}")
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NetraError(f"{KEY_FILE}: {path} tidak dapat dibaca — periksa alamat dan pemiliknya") from error
