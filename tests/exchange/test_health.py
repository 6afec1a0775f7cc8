"""What the health page says of packages that did not come and keys that end."""

from __future__ import annotations

from datetime import timedelta

from monitor import doctor
from monitor.exchange.health import packages
from tests.exchange.offices_apart import Apart, name_file
from tests.exchange.told import tell


def said(apart: Apart) -> list[tuple[str, str, str]]:
    return [(one.what, one.state, one.said) for one in packages(apart.receiver)]


def test_late_offices_are_named_the_latest_first(apart: Apart) -> None:
    began = apart.clock()
    tell(apart.receiver.store, "kab-contoh", "Kabupaten Contoh", began)
    tell(apart.receiver.store, "kab-misal", "Kabupaten Misal", began)
    assert said(apart) == [("paket kantor", "baik", "2 kantor, semuanya tepat waktu")]
    apart.clock.at = began + timedelta(days=14, minutes=1)
    tell(apart.receiver.store, "kab-contoh", "Kabupaten Contoh", began + timedelta(days=2))
    both = "kab-misal (2 paket; terakhir 26-06-2025), kab-contoh (1 paket; terakhir 28-06-2025)"
    assert said(apart) == [("paket kantor", "perhatian", f"2 dari 2 kantor terlambat: {both}")]
    assert [one.said for one in doctor.examine(apart.receiver) if one.what == "paket kantor"] == [said(apart)[0][2]]


def test_an_office_that_never_sent_is_late_from_its_key_on(apart: Apart) -> None:
    tell(apart.receiver.store, "kab-contoh", "Kabupaten Contoh", apart.clock())
    assert said(apart) == [
        ("paket kantor", "perhatian", "1 dari 2 kantor terlambat: kab-misal (3 paket; belum pernah)"),
    ]  # fmt: skip


def test_keys_that_end_are_told_a_month_before_and_louder_once_they_did(apart: Apart) -> None:
    apart.clock.at = apart.clock().replace(month=12, day=10)
    assert ("kunci kantor lain", "perhatian",
            "berakhir atau segera berakhir: kab-contoh (31-12-2025), kab-misal (31-12-2025)") in said(apart)  # fmt: skip
    apart.clock.at += timedelta(days=30)
    assert [state for what, state, _ in said(apart) if what == "kunci kantor lain"] == ["gawat"]


def test_an_office_that_receives_nothing_hears_nothing_of_it(apart: Apart) -> None:
    assert list(packages(apart.sender)) == []


def test_a_broken_file_of_offices_is_a_finding_not_an_end(apart: Apart) -> None:
    name_file(apart.receiver.root / "config.yaml", "id: [\n")
    assert [one.state for one in doctor.examine(apart.receiver) if one.what == "packages"] == ["gawat"]
