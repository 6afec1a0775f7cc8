"""`netra case` on the made-up office: fill, papers, package, templates; what is refused says why and what to do."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.app import App
from monitor.cli import main
from monitor.models import Role, State
from tests.fakes_process import carry
from tests.fakes_store import PASSWORD, a_case

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def office(tmp_path: Path) -> tuple[Path, int]:
    """A settings file of an invented office with one case that went to the authority."""
    config = tmp_path / "config.yaml"
    text = (ROOT / "config.yaml").read_text("utf-8").replace("rules: rules", f"rules: {ROOT / 'rules'}")
    config.write_text(text, encoding="utf-8")
    app = App.build(config)
    app.governance.refresh_shipped()
    user = app.store.users.create("koordinator", "Wulan Rekaan", PASSWORD, [Role.COORDINATOR])
    [flag_id] = a_case(app.store)
    carry(app.store, flag_id, user.user_id, State.FORWARDED)
    app.close()
    return config, flag_id


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--config", str(config), "case", *words])


def test_fill_show_and_papers(office: tuple[Path, int], tmp_path: Path) -> None:
    config, flag_id = office
    number = "001/LHP/PM.01.02/X/VI/2025"
    done = run(
        config, "fill", str(flag_id), "--by", "koordinator", "--set", f"form_number={number}", "--set", "officer=A=B"
    )
    assert done.exit_code == 0, done.output
    assert "versi 1" in done.output
    said = json.loads(run(config, "show", str(flag_id), "--json").output)
    assert said["draft"] == {"form_number": number, "officer": "A=B"}
    assert any("penerima" in one for one in said["obstacles"])
    shown = run(config, "show", str(flag_id)).output
    assert f"nomor Formulir A: {number}" in shown
    assert "Belum dapat diserahkan:" in shown
    out = tmp_path / "kertas"
    done = run(config, "papers", str(flag_id), "-o", str(out), "--by", "koordinator")
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in out.iterdir())[:2] == ["cara-kerja.docx", "cara-kerja.pdf"]
    assert len(list(out.iterdir())) == 10


def test_what_is_refused_leaves_no_file(office: tuple[Path, int], tmp_path: Path) -> None:
    config, flag_id = office
    run(config, "fill", str(flag_id), "--by", "koordinator", "--set", "recipient=komisi-lama-contoh")
    target = tmp_path / "paket.zip"
    done = run(config, "package", str(flag_id), "-o", str(target), "--by", "koordinator", "--why", "pleno")
    assert done.exit_code == 5
    assert "tidak berlaku hari ini" in done.output
    assert "bukti tidak cocok" in done.output
    assert not target.exists()
    assert run(config, "fill", str(flag_id), "--by", "koordinator", "--set", "sanksi=x").exit_code == 2
    wrong = run(config, "fill", str(flag_id), "--by", "koordinator", "--set", "form_number=1")
    assert wrong.exit_code == 5
    assert "tidak menurut pola" in wrong.output


def test_a_package_is_written_and_named(office: tuple[Path, int], tmp_path: Path) -> None:
    config, _flag_id = office
    app = App.build(config)
    from tests.custody.office import collect  # noqa: PLC0415 - evidence through the real doors
    from tests.fakes_store import flag_all  # noqa: PLC0415

    collect(app.store, app.archive, "p9", "Ayo nomor satu")
    flag_id = flag_all(app.store, app.store.roster.persons(), app.store.items.unscreened(10), "d9")[-1]
    user = app.store.users.by_name("koordinator")
    assert user is not None
    carry(app.store, flag_id, user.user_id, State.FORWARDED)
    app.close()
    run(config, "fill", str(flag_id), "--by", "koordinator", "--set", "recipient=kepegawaian-contoh")
    target = tmp_path / "paket.zip"
    done = run(config, "package", str(flag_id), "-o", str(target), "--by", "koordinator", "--why", "pleno", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.output)
    assert said["recipient"] == "kepegawaian-contoh"
    assert set(said["files"]) | {"SHA256SUMS"} == set(zipfile.ZipFile(target).namelist())


def test_the_schema_is_the_one_that_goes_out(office: tuple[Path, int]) -> None:
    config, _flag_id = office
    said = json.loads(run(config, "schema").output)
    assert {"tanda", "orang", "bukti", "bentuk"} <= said["properties"].keys()


def test_templates_are_copied_once_and_checked(office: tuple[Path, int], tmp_path: Path) -> None:
    config, _flag_id = office
    folder = tmp_path / "templat"
    assert run(config, "templates", str(folder)).exit_code == 0
    assert (folder / "formulir-a-pemilu.docx").exists()
    again = run(config, "templates", str(folder))
    assert again.exit_code == 1
    assert "tidak ada yang ditimpa" in again.output
    config.write_text(config.read_text("utf-8").replace("reports:   ", "reports:\n  templates: templat\n  #"), "utf-8")
    done = run(config, "templates", "--check")
    assert done.exit_code == 0, done.output
    assert "formulir-a-pemilu.docx" in done.output
    (folder / "surat-pengantar.typ").write_text("#d.tidak_ada\n", "utf-8")
    broken = run(config, "templates", "--check")
    assert broken.exit_code == 2
    assert "surat-pengantar.typ" in broken.output
