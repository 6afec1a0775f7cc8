"""What a letter says when a phase run ends or fails: numbers only. That it stands still is said by `digest.brief`."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.batch.run import Result


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
