"""The report of a check, in words that a court clerk can read: as text and as a page without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

import monitor
from monitor.custody.verify import EvidenceReport

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
UNGUARDED = (
    "ingatan kerja saja (kursor, jeda, tenggat di urutan antrean, ringkasan yang dapat dihitung ulang); itu bukan bukti"
)
_ADVICE = (
    "Jangan memperbaiki atau menghapus apa pun.",
    "Hentikan peninjauan, lalu salin basis data, folder arsip, dan folder kepala apa adanya ke diska lain.",
    "Hubungi penanggung jawab sistem. Bukti yang tidak disebut di daftar ini tetap cocok dengan sidiknya.",
)
_METHOD = (
    "Setiap bukti disimpan dengan nama yang sama dengan sidik SHA-256 isinya.",
    "Sidik dihitung ulang dan dibandingkan: mengubah satu huruf saja menghasilkan sidik lain.",
    "Setiap baris penting di basis data terkunci dalam rantai audit: tiap catatan memuat sidik catatan sebelumnya.",
    "Baris yang diubah, disisipkan, atau dihapus dengan alat lain karena itu ketahuan.",
    "Daftar pengambilan, tugas dan penglihatan halaman disegel per rentang; yang sesudah segel terakhir belum dijaga.",
    "Kepala rantai ditulis setiap hari ke berkas di tempat lain, supaya riwayat yang dipotong juga ketahuan.",
)
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1b2421}"
    "table{border-collapse:collapse}td,th{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}"
    ".utuh{border-left:.4rem solid #1d5f2e;padding-left:1rem}.rusak{border-left:.4rem solid #8c2f13;padding-left:1rem}"
    "code,li,td{overflow-wrap:anywhere}h1{font-size:1.6rem;line-height:1.25}"
)


def when(at: datetime, zone: ZoneInfo, mark: str) -> str:
    """Write a time in the office's zone: `26 Juni 2025 pukul 09.00 WIB`."""
    local = at.astimezone(zone)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year} pukul {local:%H.%M} {mark}"


def verdict(report: EvidenceReport) -> str:
    """Give the result in one sentence."""
    if report.ok:
        return "UTUH: semua bukti dan catatan sama dengan ketika disimpan; tidak ditemukan perubahan."
    return f"TIDAK UTUH: ditemukan {number(len(report.findings))} hal yang tidak sama dengan ketika disimpan."


def number(value: int) -> str:
    """Write a whole number as Indonesian does."""
    return f"{value:,}".replace(",", ".")


def facts(report: EvidenceReport, office: str, zone: ZoneInfo, mark: str) -> list[tuple[str, str]]:
    """Give the lines of the report's table."""
    seq, _, digest = report.head.partition(" ")
    lines = [
        ("kantor", office),
        ("pemeriksaan dimulai", when(report.started_at, zone, mark)),
        ("pemeriksaan selesai", when(report.finished_at, zone, mark)),
        ("alat", f"Netra {monitor.__version__}, perintah netra evidence verify"),
        ("berkas bukti dihitung ulang", number(report.bodies)),
        ("rekaman WARC dihitung ulang", number(report.warcs)),
        ("manifest kasus (termasuk di atas)", number(report.held.manifests)),
        ("catatan rantai audit diperiksa", number(report.entries)),
        ("catatan buku bukti (siapa melihat, menyalin, menghapus)", number(report.held.custody)),
        ("dihapus menurut ketentuan, ada nisannya", number(report.lawful)),
        ("kepala rantai sekarang", f"nomor {seq}, sidik {digest}" if digest else "tidak terbaca"),
    ]
    if report.sealed_at is not None:
        rest = f"; {number(report.unsealed)} baris sesudahnya belum disegel" if report.unsealed else ""
        lines.append(("baris kerja disegel sampai", f"{when(report.sealed_at, zone, mark)}{rest}"))
    else:
        lines.append(("baris kerja disegel sampai", f"belum pernah; {number(report.unsealed)} baris belum disegel"))
    lines.append(("di luar penjagaan", UNGUARDED))
    if report.resumed:
        lines.append(("catatan", "melanjutkan yang terhenti menurut catatan bertanda; mulai dari awal dengan --fresh"))
    if report.older:
        lines.append(("bukti lama", f"{number(report.older)} bukti disimpan sebelum catatan pengambilan dijaga rantai"))
    if report.strangers:
        lines.append(
            ("berkas tak tercatat", f"{number(len(report.strangers))} atau lebih; bukan bukti: {report.strangers[0]}")
        )
    return lines


def text(report: EvidenceReport, office: str, zone: ZoneInfo, mark: str) -> str:
    """Write the report as plain text."""
    lines = ["LAPORAN PEMERIKSAAN KEUTUHAN BUKTI", "", f"Hasil: {verdict(report)}", ""]
    lines += [f"  {name}: {said}" for name, said in facts(report, office, zone, mark)]
    if report.findings:
        lines += [
            "",
            "Yang tidak sama:",
            *[f"  {place}. [{one.part}] {one.what}" for place, one in enumerate(report.findings, 1)],
        ]
        lines += ["", "Yang harus dilakukan:", *[f"  - {one}" for one in _ADVICE]]
    lines += ["", "Cara pemeriksaan bekerja:", *[f"  - {one}" for one in _METHOD], ""]
    return "\n".join(lines)


def page(report: EvidenceReport, office: str, zone: ZoneInfo, mark: str) -> str:
    """Write the report as a page: no script, nothing loaded from outside, everything escaped."""
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(said)}</td></tr>'
        for name, said in facts(report, office, zone, mark)
    )
    wrong = ""
    if report.findings:
        wrong = (
            f"<h2>Yang tidak sama</h2><ol>{_items([f'[{one.part}] {one.what}' for one in report.findings])}</ol>"
            f"<h2>Yang harus dilakukan</h2><ul>{_items(_ADVICE)}</ul>"
        )
    return (
        '<!doctype html><html lang="id"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Laporan pemeriksaan keutuhan bukti</title><style>{_STYLE}</style></head><body>"
        "<h1>Laporan pemeriksaan keutuhan bukti</h1>"
        f'<p class="{"utuh" if report.ok else "rusak"}"><strong>{escape(verdict(report))}</strong></p>'
        f"<table><tbody>{rows}</tbody></table>{wrong}"
        f"<h2>Cara pemeriksaan bekerja</h2><ul>{_items(_METHOD)}</ul></body></html>\n"
    )


def _items(lines: Sequence[str]) -> str:
    return "".join(f"<li>{escape(one)}</li>" for one in lines)
