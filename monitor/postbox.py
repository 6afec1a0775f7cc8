"""Settings of the morning's word on deadlines: by whose mail server, from whom, to whom, how safely, when."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

PASSWORD = "NETRA_SMTP_PASSWORD"  # noqa: S105 - the name of a variable
"""Where the password of the mail server comes from, and from nowhere else."""
_HOME = frozenset({"127.0.0.1", "::1", "localhost"})

# One mailbox without display name: what could end a line or begin another address is no part of it.
Address = Annotated[str, Field(pattern=r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}$")]


class Digest(BaseModel):
    """Kabar tenggat setiap pagi: lewat surel, sebagai berkas kalender, atau keduanya."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: str = Field(default="06:30", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="jam kirim, waktu kantor")
    to: tuple[Address, ...] = Field(default=(), max_length=100, description="alamat surel penerima, milik kantor")
    sender: Address | None = Field(default=None, description="alamat pengirim")
    host: str = Field(default="", max_length=253, description="server surel kantor; boleh di jaringan dalam")
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    username: str = Field(default="", max_length=200, description="sandinya dari NETRA_SMTP_PASSWORD saja")
    authority: str = Field(default="", description="berkas PEM penerbit sertifikat server surel kantor")
    deadline_seconds: float = Field(default=60, gt=0, le=600, description="batas waktu satu kiriman seluruhnya")
    calendar: str = Field(default="", description="berkas kalender (.ics) yang ditulis setiap pagi")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.to and not self.calendar:
            msg = "tanpa `to` dan tanpa `calendar` tidak ada yang dikirim — isi salah satu"
            raise ValueError(msg)
        if self.to and (not self.host or self.sender is None):
            msg = "`to` perlu `host` (server surel kantor) dan `sender` (alamat pengirim)"
            raise ValueError(msg)
        if self.tls == "none" and self.host not in _HOME:
            msg = "`tls: none` hanya untuk server surel di komputer ini — isi `starttls` atau `implicit`"
            raise ValueError(msg)
        return self
