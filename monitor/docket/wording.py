"""How the legal clock is said in Indonesian outside the page: in mail, calendar file and terminal."""

from __future__ import annotations

from monitor.legalclock import Counting, Deadline, Step

STEP = {
    Step.REPORT: "laporan harus masuk",
    Step.FIRST_STUDY: "kajian awal",
    Step.FINDING: "menetapkan temuan",
    Step.HANDLING: "penanganan selesai",
    Step.HANDLING_LONGER: "penanganan dengan tambahan waktu selesai",
    Step.SBT_CHECK: "verifikasi BKN di SBT",
    Step.SBT_STUDY: "kajian untuk SBT",
}
COUNTING = {
    Counting.CALENDAR: "hari kalender",
    Counting.WORKING: "hari kerja",
    Counting.WORKING_JOINT: "hari kerja bila cuti bersama dihitung",
}


def days_words(left: int | None) -> str:
    """Say how many days are left, or by how many it is past."""
    if left is None:
        return "Tidak ada tenggat berjalan"
    if left == 0:
        return "Hari terakhir hari ini"
    return f"Sisa {left} hari" if left > 0 else f"Lewat {-left} hari"


def doubt_words(deadline: Deadline) -> list[str]:
    """Say everything that leaves a deadline open, one sentence each; [] where it is sure."""
    said = []
    if len(deadline.readings) > 1:
        days = "; ".join(f"{COUNTING[one.counting]} {one.day:%d-%m-%Y}" for one in deadline.readings)
        said.append(f"Cara menghitung belum pasti ({days}); yang paling awal dipakai.")
    if deadline.unlisted:
        years = ", ".join(map(str, deadline.unlisted))
        said.append(f"TABEL LIBUR {years} BELUM ADA: tanggal ini yang paling cepat, bukan yang pasti.")
    if deadline.assumed:
        said.append("Pleno belum menetapkan kapan diketahui; dihitung sejak informasi awal.")
    if deadline.term.status < 2:
        said.append("Tenggat ini belum dipastikan sumbernya.")
    return said
