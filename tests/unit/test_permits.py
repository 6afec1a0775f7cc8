"""Gated platforms: off, with the very decision that would be needed; decisions end; every type of source is explained."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner

from monitor import demo, doctor, permits, scheduler
from monitor.app import App
from monitor.cli import main
from monitor.collectors import build_source, registry
from monitor.config import GatedSource, SourceConfig
from monitor.errors import ConfigError
from monitor.models import Outcome, Request, Response
from monitor.permits import Recorded
from monitor.pipeline import collect
from tests.fakes import START, FakeClock
from tests.offices import make_office

GOOD = """decisions:
  - platform: x
    decided_by: Pejabat Contoh
    position: Ketua
    decided_on: 2025-01-05
    basis: "Surat 12/HK/I/2025; UU 27/2022 pasal 20"
    contract: "Perjanjian Enterprise nomor 7"
    scope: akun resmi paslon saja
    expires_on: 2025-06-20
"""
TYPES = [kind for one in get_args(get_args(SourceConfig)[0]) for kind in get_args(one.model_fields["type"].annotation)]


def gated(kind: str, recorded: Recorded = permits.NOTHING) -> str:
    config = GatedSource.model_validate({"type": kind, "id": "tertutup"})
    source = build_source(config, wanted=bool, list_files=lambda _: [], recorded=recorded)
    [request] = source.start("")
    page = source.read(Response(request, START, Outcome.LEGALLY_OFF))
    assert (page.outcome, page.items, page.follow) == (Outcome.LEGALLY_OFF, (), ())
    return page.detail


@pytest.mark.parametrize("kind", ["x", "meta", "facebook", "instagram", "threads", "tiktok", "telegram"])
def test_a_gated_platform_says_which_decision_is_needed_and_what_its_terms_say(kind: str) -> None:
    said = gated(kind)
    for needed in ("decided_by", "decided_on", "basis", "contract", "expires_on", "legal_decisions"):
        assert needed in said
    assert "dibaca 21-11-2026" in said
    assert "dokumen resmi" in said or "kabar pihak ketiga" in said


def test_a_decision_starts_nothing_by_itself_and_ends(tmp_path: Path) -> None:
    path = tmp_path / "keputusan.yaml"
    path.write_text(GOOD, "utf-8")
    known = permits.load(path, date(2025, 6, 1))
    assert known[0].ends_soon(date(2025, 6, 1))
    assert "tidak memuat pengambil" in gated("x", Recorded(known, date(2025, 6, 1)))
    assert "sudah berakhir pada 20-06-2025" in gated("x", Recorded(known, date(2025, 7, 1)))
    assert "Diperlukan keputusan" in gated("telegram", Recorded(known, date(2025, 6, 1)))


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("expires_on: 2025-06-20", "expires_on: 2024-06-20"), 9, "sebelum keputusannya"),
        (("expires_on: 2025-06-20", "expires_on: 2027-06-20"), 9, "lebih dari setahun"),
        (("decided_on: 2025-01-05", "decided_on: 2025-06-05"), 5, "masih di depan"),
        (('    contract: "Perjanjian Enterprise nomor 7"\n', ""), 2, "contract"),
        (("platform: x", "platform: bluesky"), 2, "platform"),
        (("position: Ketua", "jabatan: Ketua"), 4, "jabatan"),
    ],
)
def test_mistakes_are_told_with_their_line(tmp_path: Path, change: tuple[str, str], line: int, said: str) -> None:
    path = tmp_path / "keputusan.yaml"
    path.write_text(GOOD.replace(*change), "utf-8")
    with pytest.raises(ConfigError) as caught:
        permits.load(path, date(2025, 6, 1))
    assert any(one.line == line and said in str(one) for one in caught.value.problems), caught.value.problems


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_of_source_is_explained(kind: str) -> None:
    if kind != "meta":
        assert registry.entry(kind) is not None


def test_every_term_names_source_day_and_certainty() -> None:
    terms = [term for one in registry.entries() for term in one.terms]
    assert len(terms) > 12
    assert all(one.read_on is not None or one.mark == "" for one in terms)
    assert all(one.terms for one in registry.entries() if one.gate == "keputusan")


@pytest.fixture
def office(tmp_path: Path) -> Path:
    config = make_office(tmp_path / "kantor")
    text = config.read_text("utf-8")
    more = "\n  - {id: ex, type: x}\n  - {id: yt, type: youtube, key_expires: 2025-06-10}\n"
    head, _, tail = text.partition("\nsources:")
    config.write_text(f"{head}\nlegal_decisions: keputusan.yaml\nsources:{more}{tail.partition(chr(10))[2]}", "utf-8")
    (config.parent / "keputusan.yaml").write_text(GOOD, "utf-8")
    return config


def test_doctor_warns_before_a_decision_and_a_key_end(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETRA_YOUTUBE_KEY", raising=False)
    clock = FakeClock()
    app = App.build(office, clock, clock.sleep)
    try:
        demo.prepare(app)
        found = {(one.what, one.state) for one in doctor.examine(app)}
        assert ("keputusan x", "perhatian") in found
        assert ("kunci YouTube", "gawat") in found
        assert ("kunci YouTube", "perhatian") in found
        assert ("jatah YouTube", "baik") in found
        clock.now = datetime(2025, 7, 1, tzinfo=UTC)
        found = {(one.what, one.state) for one in doctor.examine(app)}
        assert ("keputusan x", "gawat") in found
        monkeypatch.setenv("NETRA_YOUTUBE_KEY", "kunci-uji")
        assert app.meters["youtube"].key == "kunci-uji"
        app.store.quota.take("youtube", date(2025, 6, 30), 10_000, 10_000)
        assert ("jatah YouTube", "perhatian") in {(one.what, one.state) for one in doctor.examine(app)}
        monkeypatch.delenv("NETRA_YOUTUBE_KEY")
        [done] = collect(app.sources(["ex"]), app.fetcher(), app.archive, app.store, lambda _: None)
        assert done.outcome is Outcome.LEGALLY_OFF
    finally:
        app.close()


def test_a_refused_key_is_gawat_even_where_other_accounts_are_fine(office: Path) -> None:
    clock = FakeClock()
    app = App.build(office, clock, clock.sleep)
    try:
        demo.prepare(app)
        sources = app.sources(["yt"])[:1]
        assert sources
        done = collect(sources, app.fetcher(), app.archive, app.store, lambda _: None)
        assert done[0].outcome is Outcome.AUTH
        [said] = [one for one in doctor.examine(app) if one.what == "sumber yt"]
        assert (said.state, "kunci atau izin masuk ditolak" in said.said) == ("gawat", True)
        assert "NETRA_YOUTUBE_KEY" in said.advice
    finally:
        app.close()


def test_the_log_is_loud_about_a_refused_key_and_data_are_refreshed_once_a_day(office: Path) -> None:
    clock = FakeClock()
    app = App.build(office, clock, clock.sleep)
    try:
        demo.prepare(app)
        said: list[str] = []
        assert scheduler.due(app).refresh
        scheduler.ring(app, said.append)
        assert any(line.startswith("GAWAT kunci atau izin masuk ditolak: sumber yt/") for line in said)
        assert any(line.startswith("data API: 0 ditanyakan") for line in said)
        assert not scheduler.due(app).refresh
        clock.tick(days=1, seconds=1)
        assert scheduler.due(app).refresh
    finally:
        app.close()


def test_the_list_of_sources_and_the_refresh_on_the_command_line(office: Path) -> None:
    runner = CliRunner()
    done = runner.invoke(main, ["--config", str(office), "sources", "list"])
    assert done.exit_code == 0, done.output
    for said in ("Telegram", "keputusan", "decided_by", "dipakai: yt", "tidak terlihat: suka"):
        assert said in done.output
    assert "Jatah youtube: sisa 10000 dari 10000 satuan" in done.output
    assert "#nobot" in done.output
    covered = runner.invoke(main, ["--config", str(office), "coverage"])
    assert "Jatah youtube: sisa" in covered.output
    as_json = runner.invoke(main, ["--config", str(office), "sources", "list", "--json"])
    assert '"gate": "keputusan"' in as_json.output
    fresh = runner.invoke(main, ["--config", str(office), "sources", "refresh"])
    assert fresh.exit_code == 0, fresh.output
    assert "0 ditanyakan" in fresh.output


def test_a_gated_request_never_leaves_the_machine() -> None:
    config = GatedSource(type="telegram", id="t")
    [request] = build_source(config, wanted=bool, list_files=lambda _: []).start("")
    assert request == Request("tertutup:telegram", "gated")
