"""The audit of a day on the page: whole for those who may, nothing for others, and a broken chain is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor.models import ReasonCode, State
from monitor.store import Tie
from tests.fakes_process import agree
from tests.fakes_web import World
from tests.web.conftest import Reader

SignIn = Callable[[str], Reader]


@pytest.fixture
def auditor(world: World, reader: Reader, flags: list[int], sign_in: SignIn) -> Reader:
    """An auditor after a monitor's decision that a second person looked at."""
    reader.decide(flags[0], "dukungan", "<i>jelas</i>")
    agree(world.store, flags[0], world.second, ReasonCode.SUPPORT)
    return sign_in("auditor")


def test_a_day_shows_what_stood_behind_each_decision(world: World, auditor: Reader, flags: list[int]) -> None:
    page = auditor.get("/audit/hari?tanggal=2025-06-26").text
    for said in ("1 keputusan", "Sinta Rekaan", "Tomo Misal", "uji-ajakan-memilih-pasangan", "model-1", "aturan-1",
                 "dilihat", "&lt;i&gt;jelas", "Catatan audit"):  # fmt: skip
        assert said in page, said
    assert "1 keputusan" in auditor.get("/audit/hari").text
    assert "Tidak ada keputusan" in auditor.get("/audit/hari?tanggal=2025-06-25").text
    assert 'href="/audit/hari"' in auditor.get("/antrean").text
    assert world.store.flags.get(flags[0]).state is State.LEAD


@pytest.mark.parametrize("asked", ["tanggal=kemarin", "hal=9999999999", "hal=0", "hal=²", "tanggal=2025-06-26&hal=7"])
def test_odd_addresses_break_nothing(auditor: Reader, asked: str) -> None:
    assert auditor.get(f"/audit/hari?{asked}").status_code == 200


def test_a_monitor_has_no_audit(auditor: Reader, sign_in: SignIn) -> None:
    assert auditor
    assert sign_in("pemantau").get("/audit/hari").status_code == 403
    assert sign_in("koordinator").get("/audit/hari").status_code == 200


def test_the_chain_is_checked_on_request_and_damage_is_said(world: World, auditor: Reader) -> None:
    assert "Rantai audit utuh" in auditor.get("/audit/hari?periksa=1").text
    with world.store._connection.transaction() as db:
        db.execute("DROP TRIGGER decisions_fixed")
        db.execute("UPDATE decisions SET reason='ajakan'")
    page = auditor.get("/audit/hari?periksa=1").text
    assert "TIDAK utuh" in page
    assert "decisions: baris 1 berubah" in page


def test_an_auditor_too_near_sees_nothing_of_the_case(world: World, auditor: Reader) -> None:
    world.store.conflicts.declare(world.auditor.user_id, Tie.RELATIVE, "Dra. Ratna Umpamawati, M.Si.", 1)
    assert "uji-ajakan-memilih-pasangan" not in auditor.get("/audit/hari?tanggal=2025-06-26").text
