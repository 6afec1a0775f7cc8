from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors import dates, urls

SEEN = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "expected", "rule"),
    [
        ("Fri, 20 Nov 2026 09:15:00 +0700", "2026-11-20T02:15:00", "offset"),
        ("Fri, 20 Nov 2026 09:15:00 -0330", "2026-11-20T12:45:00", "offset"),
        ("Jumat, 20 Nov 2026 10:00:00 WIB", "2026-11-20T03:00:00", "WIB"),
        ("Jum'at, 20 November 2026 10.00 (WITA)", "2026-11-20T02:00:00", "WITA"),
        ("20 Agustus 2026 pukul 10.00 WIT", "2026-08-20T01:00:00", "WIT"),
        ("Fri, 20 Nov 2026 11:00:00 GMT", "2026-11-20T11:00:00", "UTC"),
        ("2026-11-20T09:15:00Z", "2026-11-20T09:15:00", "UTC"),
        ("2026-11-20T09:15:00.123+08:00", "2026-11-20T01:15:00.123000", "offset"),
        ("Kompas.com - 05/06/2026, 09:15 WIB", "2026-06-05T02:15:00", "WIB"),
        ("- Jumat, 22 September 2023 | 06:23 WIB", "2023-09-21T23:23:00", "WIB"),
        ("November 20, 2026 10:00 PM WIB", "2026-11-20T15:00:00", "WIB"),
        ("1700000000", "2023-11-14T22:13:20", "unix"),
        ("1700000000123", "2023-11-14T22:13:20", "unix"),
    ],
)
def test_zones_are_what_the_source_says(raw: str, expected: str, rule: str) -> None:
    stamp = dates.parse(raw, seen_at=SEEN)
    assert stamp.at is not None
    assert stamp.at.isoformat() == expected + "+00:00"
    assert (stamp.rule, stamp.problem) == (rule, "")


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ("", "tanpa tanggal"),
        ("2026-11-20 09:15:00", "tanpa zona"),
        ("20-11-2026", "tanpa zona"),
        ("2 jam lalu", "tidak terbaca"),
        ("kemarin", "tidak terbaca"),
        ("32 Jan 2026 10:00 WIB", "tidak terbaca"),
        ("Fri, 20 Nov 2026 09:15:00 EST", "zona waktu tidak dikenal"),
        ("Tue, 24 Nov 2026 00:11:00 +0000", "masa depan"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "terlalu lama"),
        ("0001-01-01T00:00:00+07:00", "di luar jangkauan"),
        ("9" * 400, "terlalu panjang"),
    ],
)
def test_what_cannot_be_known_is_not_invented(raw: str, problem: str) -> None:
    stamp = dates.parse(raw, seen_at=SEEN)
    assert stamp.at is None
    assert problem in stamp.problem


def test_rules_of_the_source() -> None:
    local = dates.parse("Fri, 20 Nov 2026 11:00:00 GMT", seen_at=SEEN, gmt_means="WIB")
    assert local.at == datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    assert local.rule == "sumber:gmt=wib"
    assert dates.parse("Fri, 20 Nov 2026 11:00 +0800", seen_at=SEEN, gmt_means="WIB").rule == "offset"
    zoned = dates.parse("2026-11-20 09:15", seen_at=SEEN, zone="WIT")
    assert (zoned.at, zoned.rule) == (datetime(2026, 11, 20, 0, 15, tzinfo=UTC), "sumber:WIT")
    assert dates.lacks_zone("2026-11-20 09:15")
    assert not dates.lacks_zone("2026-11-20 09:15 WIB")
    assert not dates.lacks_zone("kapan-kapan")


@given(st.text(max_size=130))
def test_no_text_breaks_it(raw: str) -> None:
    stamp = dates.parse(raw, seen_at=SEEN, zone="WIB")
    assert (stamp.at is None) == bool(stamp.problem)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://M.Warta.Example:443/a/amp/?utm_source=x&b=2&a=1#f", "https://warta.example/a?a=1&b=2"),
        ("https://www.warta.example/a/?ref=rss&fbclid=1", "https://warta.example/a"),
        ("https://kota.example/amp/read/123/slug/2", "https://kota.example/read/123/slug"),
        ("https://kota.example/2026/11/20", "https://kota.example/2026/11/20"),
        ("https://x.example:8080/a?page=2&id=3", "https://x.example:8080/a?id=3"),
        ("https://x.example", "https://x.example/"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_twins_have_one_address(url: str, expected: str) -> None:
    assert urls.canonical(url, page_params=("page",), page_in_path=True) == expected
    assert urls.canonical(expected, page_params=("page",), page_in_path=True) == expected
