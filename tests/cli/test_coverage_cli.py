"""`netra coverage` and the rest of `netra collect` as people type them, against a network in this process."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor import demo
from monitor.app import App
from monitor.cli import main
from monitor.cli.collecting import BELOW, _window
from monitor.models import Change, Outcome, Page, Request, Response, RosterChange
from tests.fakes import FakeClock
from tests.fakes_store import a_row
from tests.offices import make_office
from tests.server_bluesky import Answer, Network, error, serve

MINE = "did:plc:contoh1014"


@pytest.fixture
def network() -> Iterator[Network]:
    with serve(Network(FakeClock())) as running:
        yield running


@pytest.fixture
def config(tmp_path: Path, network: Network) -> Path:
    path = make_office(tmp_path / "kantor")
    home = network.origin()
    bsky = f"  - {{id: bsky, type: bluesky, appview: '{home}', directory: '{home}', gap_seconds: 0}}\n"
    head, _, tail = path.read_text("utf-8").partition("\nsources:")
    rest = tail[tail.index("\nschedule:") :].replace(
        "  min_gap_seconds: 7", f"  allow_private_hosts: {json.dumps(network.hosts())}\n  min_gap_seconds: 0"
    )
    path.write_text(f"{head}\nsources:\n{bsky}{rest}", "utf-8")
    app = App.build(path)
    demo.prepare(app)
    app.store.roster.apply([RosterChange(Change.NEW, a_row(77, full_name="=HYPERLINK(1)", accounts=()), None)])
    app.close()
    network.account("contoh1014", server=2)
    return path


def run(config: Path, *words: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, ["--config", str(config), *words], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


def test_who_was_seen_who_was_not_and_asking_the_rest_again(config: Path, network: Network) -> None:
    assert "terbukti 0 dari" in run(config, "coverage").stdout
    run(config, "coverage", "--at-least", "1%", code=BELOW)

    def fault(_path: str, given: dict[str, list[str]]) -> Answer | None:
        return Answer(403, b"{}") if given.get("repo") == [MINE] else None

    network.fault = fault
    run(config, "collect", "--source", f"bsky/{MINE}", code=10)
    said = run(config, "coverage").stdout
    assert f"bsky/{MINE}: ditolak, belum pernah terbukti" in said
    network.fault = lambda _path, _given: None
    said = run(config, "coverage", "--retry").stdout
    assert "1 terbukti kosong" in said
    data = json.loads(run(config, "coverage", "--json").stdout)
    assert data["proved"] == 1
    assert data["total"] == sum(data["states"].values()) == len([one for one in data["lines"] if one["orang"]])
    assert data["states"]["tanpa_akun"] == 1
    mine = next(one for one in data["lines"] if one["id_sumber"] == f"bsky/{MINE}")
    assert (mine["keadaan"], mine["alasan"]) == ("terbukti_kosong", "")
    run(config, "coverage", "--at-least", f"{100 * data['share'] - 0.01:.4f}%")
    run(config, "coverage", "--at-least", "100%", code=BELOW)
    assert data["whole_share"] < data["share"]
    run(config, "coverage", "--whole", "--at-least", str(data["share"]), code=BELOW)
    # Gone on the server's side: nobody else is in this network, so only they are missing.
    network.account("baru", server=3)
    again = json.loads(run(config, "collect", "--only-missing", "--json", code=10).stdout)
    assert f"bsky/{MINE}" not in {one["source_id"] for one in again}
    assert {one["outcome"] for one in again} <= {"gone", "invalid_request"}


def test_windows_and_formats(config: Path, network: Network) -> None:
    run(config, "collect", "--source", f"bsky/{MINE}")
    network.repos[MINE].state = "RepoTakendown"
    run(config, "collect", "--source", f"bsky/{MINE}", code=10)
    for words, states in (
        (("--run", "1"), "terbukti_kosong"),
        (("--run", "0"), "tidak_ada_lagi"),
        (("--since", "2020-01-01"), "tidak_ada_lagi"),
    ):
        data = json.loads(run(config, "coverage", *words, "--json").stdout)
        mine = next(one for one in data["lines"] if one["id_sumber"] == f"bsky/{MINE}")
        assert mine["keadaan"] == states, words
        assert bool(mine["alasan"]) == (states == "tidak_ada_lagi")
    assert "belum dicoba" in run(config, "coverage", "--since", "2999-01-01").stdout
    rows = list(csv.DictReader(io.StringIO(run(config, "coverage", "--csv").stdout)))
    assert {row["keadaan"] for row in rows} >= {"tidak_ada_lagi", "belum_dicoba", "menunggu_keputusan", "tanpa_akun"}
    assert "'=HYPERLINK(1)" in {row["orang"] for row in rows}
    assert not any(cell.startswith(("=", "+", "@", "-")) for row in rows for cell in row.values())


def test_what_makes_no_sense_is_said(config: Path) -> None:
    run(config, "coverage", "--run", "1", "--since", "2025-01-01", code=2)
    for share in ("banyak", "101%", "-1", "1,5"):
        assert "bukan bagian" in run(config, "coverage", "--at-least", share, code=2).output
    run(config, "collect", "--reread", "tak-ada", code=2)
    run(config, "collect", "--reread", "bsky", "--only-missing", code=2)


def test_reading_again_asks_nobody(config: Path, network: Network) -> None:
    network.post(network.repos[MINE], "kabar pagi")
    run(config, "collect", "--source", f"bsky/{MINE}")
    asked = sum(network.asked.values())
    network.fault = lambda _path, _given: error("NotFound")
    said = run(config, "collect", "--reread", f"bsky/{MINE}").stdout
    assert "0 butir baru, 0 versi baru" in said
    assert sum(network.asked.values()) == asked


def test_a_past_run_is_measured_against_the_roster_of_then(config: Path) -> None:
    clock = FakeClock()  # long before the roster was brought
    app = App.build(config, clock, clock.sleep)
    try:
        run_id = app.store.runs.begin("collect")
        answer = Response(Request("http://127.0.0.1/x", "uji"), clock(), None)
        app.store.items.save_page(
            source_id=f"bsky/{MINE}", run_id=run_id, response=answer, page=Page(Outcome.OK_ITEMS), evidence_sha256=""
        )
        app.store.coverage.finish(f"bsky/{MINE}", run_id)
        app.store.runs.finish(run_id, {})
        assert [one.source_id for one in _window(app, None, run_id, None)[1] if one.state.proved] == [f"bsky/{MINE}"]
        clock.tick(days=10)
        window, lines = _window(app, None, run_id, None)
        assert window == f"pengumpulan nomor {run_id} (terhadap daftar pada 01-06-2025)"
        assert [one for one in lines if one.subject is not None] == []
    finally:
        app.close()
