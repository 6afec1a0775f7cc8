"""Old cases from any table: sound rows or faults by row, never a crash."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.capture import sheet
from monitor.errors import ImportRefusedError
from monitor.models import Account, Appointment, Confidence, HandleSpan, Person, PersonKind, Platform
from monitor.roster.tables import Line, Table
from monitor.store import Found

NOW = datetime(2025, 6, 26, 2, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Jakarta")
SARI = Found(
    Person(
        1, "Sari Rekawati", "Sari Rekawati, S.Pd.", (Appointment(PersonKind.PNS, "SD", "Guru", "Kabupaten Contoh"),)
    ),
    (Account(1, 1, Platform.INSTAGRAM, "ig-1", (HandleSpan("sari.reka"),), Confidence.MATCHED),),
)
HEAD = ("Nama", "Jenis", "Tautan", "Tanggal")
CELL = st.none() | st.text(max_size=40) | st.integers() | st.floats() | st.dates() | st.sampled_from(
    ["Sari Rekawati", "suka", "komentar", "https://x.com/a/status/1", "24/06/2024", "=1+1"]
)  # fmt: skip


def read(*rows: tuple[object, ...]) -> sheet.Sheet:
    lines = [Line(1, HEAD), *(Line(place, cells) for place, cells in enumerate(rows, start=2))]  # type: ignore[arg-type]
    return sheet.read("a.csv", Table(tuple(lines)), sheet.guess(HEAD), sheet.Around(lambda _text: [SARI], NOW, ZONE))


@pytest.mark.parametrize("day", ["24/06/2024", "24 Juni 2024", "2024-06-24", date(2024, 6, 24)])
def test_days_as_offices_write_them(day: object) -> None:
    found = read(("Sari Rekawati", "Suka", "https://www.instagram.com/p/Cx1/", day))
    assert found.rejected == ()
    assert found.captures[0].seen_at.astimezone(ZONE).isoformat() == "2024-06-24T12:00:00+07:00"


@given(st.lists(st.tuples(CELL, CELL, CELL, CELL), max_size=6))
def test_any_table_gives_captures_or_faults_by_row(rows: list[tuple[object, ...]]) -> None:
    found = read(*rows)
    for problem in found.rejected:
        assert 2 <= problem.line <= len(rows) + 1
        assert problem.message
    named = {problem.line for problem in found.rejected} | set(found.rows)
    assert named == set(range(2, len(rows) + 2)), "no row is passed over in silence"


def test_too_many_rows_and_missing_columns_are_refused_whole() -> None:
    with pytest.raises(ImportRefusedError, match="belum dipetakan"):
        sheet.read("a.csv", Table((Line(1, ("A", "B")),)), {}, sheet.Around(lambda _text: [], NOW, ZONE))
    with pytest.raises(ImportRefusedError, match="lebih dari"):
        read(*[("x", "suka", "", "")] * (sheet.MOST_ROWS + 1))
