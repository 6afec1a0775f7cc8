"""Settings of the documents of a case: templates, numbers, and who receives cases from when until when."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Recipient(_Settings):
    """Somebody to whom cases are handed over, from a day until a day: who is competent changes, and stays on record."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)
    name: str = Field(min_length=3, max_length=200)
    address: str = Field(default="", max_length=400, description="alamat dalam surat, baris dipisah titik koma")
    since: date
    until: date | None = None
    basis: str = Field(default="", max_length=300, description="dasar penunjukan penerima ini")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.until is not None and self.until < self.since:
            msg = f"penerima `{self.id}`: `until` lebih awal dari `since` — tukar atau perbaiki tanggalnya"
            raise ValueError(msg)
        return self

    def valid_on(self, day: date) -> bool:
        """Tell whether cases go there on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


class Reports(_Settings):
    """Documents of a case: the office's own templates, how their numbers look, and who receives cases.

    In a pattern {bebas} is any part, {angka} digits, {romawi} a Roman month, {tahun} a year; "" allows any number.
    """

    templates: str = Field(default="", description="folder templat kantor; berkas di sana menggantikan yang bawaan")
    form_number: str = "{bebas}/LHP/PM.01.0{angka}/{bebas}/{bebas}/{tahun}"
    finding_number: str = ""
    letter_number: str = ""
    place: str = Field(default="", max_length=100, description="tempat dalam baris tanda tangan")
    office_address: str = Field(default="", max_length=400, description="alamat kantor dalam surat")
    recipients: tuple[Recipient, ...] = ()

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        ids = [one.id for one in self.recipients]
        if doubled := sorted({one for one in ids if ids.count(one) > 1}):
            msg = f"id penerima dipakai dua kali: {', '.join(doubled)} — beri id yang berbeda"
            raise ValueError(msg)
        return self
