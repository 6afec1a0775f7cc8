"""A letter when a phase run ends or fails: numbers only, to those who get the morning's word on deadlines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from monitor.app import App
from monitor.batch.run import Result
from monitor.digest.mail import Handed, hand_over


def ended(name: str, result: Result, coverage: Mapping[str, int], *, signed: bool) -> tuple[str, list[str]]:
    """Give subject and lines for a run that is finished; `coverage` as in its report."""
    return f"Jalan tahapan {name} selesai", [
        f"{result.items} butir dilihat, {result.flagged} bertanda, {len(result.erased)} sudah dihapus.",
        f"Cakupan: terbukti {coverage['proved']} dari {coverage['askable']} baris yang boleh ditanyakan.",
        "Laporan ditandatangani." if signed else "Laporan BELUM ditandatangani.",
    ]


def failed(name: str, why: str) -> tuple[str, list[str]]:
    """Give subject and lines for a run that broke off."""
    return f"Jalan tahapan {name} terhenti", [
        why,
        "Yang sudah dinilai tersimpan. Perbaiki sebabnya, lalu jalankan perintah yang sama; sisanya dilanjutkan.",
    ]


def send(app: App, said: tuple[str, Iterable[str]], password: str) -> Handed | None:
    """Hand the letter over; None where the office has no mail. Never raises for what a mail server does."""
    settings = app.config.digest
    if settings is None or settings.sender is None or not settings.to:
        return None
    subject, lines = said
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"{subject} — {app.config.office.name}"
    message["From"] = Address(display_name="Netra", addr_spec=settings.sender)
    message["Date"] = format_datetime(app.clock().astimezone(UTC))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(lines) + "\n")
    return hand_over(settings, password, message, settings.to, app.root)
