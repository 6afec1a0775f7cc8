"""`netra model retrain` and `netra sample` on a made-up office with a real database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from classifiers import chosen
from classifiers.errors import ClassifierError
from monitor.app import App
from monitor.cli import main
from monitor.errors import ModelError
from monitor.models import ReasonCode, Role, Screened, State
from tests.fakes_store import PASSWORD, add_people, an_actor, an_item, an_opinion, save
from tests.learning.contest import NICKNAME, posts
from tests.offices import make_office


def typed(config: Path, *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["--config", str(config), *words], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def decided_office(folder: Path, count: int = 300, *, dismiss: str = "") -> Path:
    """An office whose three reviewers decided on posts; those with the word `dismiss` are all cleared."""
    config = make_office(folder)
    app = App.build(config)
    store = app.store
    users = [store.users.create(f"p{n}", "Pemantau", PASSWORD, [Role.MONITOR]) for n in range(3)]
    [person] = add_people(store, 1)
    made = [one for one, _ in posts(count, 1)]
    save(store, *[an_item(one.key, one.text) for one in made])
    actor = an_actor(store, person)
    stored = store.items.unscreened(count)
    store.flags.save([Screened(one, ((actor, an_opinion()),), 1) for one in stored], 1, "d")
    truth = {one.text: one.partisan for one in made}
    for flag_id, one in enumerate(stored, 1):
        text = one.item.text
        yes = truth[text] and not (dismiss and dismiss in text.casefold())
        state, reason = (State.LEAD, ReasonCode.SUPPORT) if yes else (State.CLEARED, ReasonCode.NOT_PARTISAN)
        store.decisions.append(flag_id, users[flag_id % 3].user_id, state, reason, "", expected=None)
    app.close()
    return config


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return decided_office(tmp_path_factory.mktemp("belajar") / "kantor")


def test_a_candidate_is_shown_first_and_used_only_when_promoted(office: Path) -> None:
    before = App.build(office)
    first = before.classifier.model_id
    before.close()
    said: dict[str, Any] = json.loads(typed(office, "model", "retrain", "--json").stdout)
    assert said["better"], said["refusals"]
    assert not said["promoted"]
    assert Path(said["model"]).exists()
    app = App.build(office)
    assert app.classifier.model_id == first
    text = typed(office, "model", "retrain", "--promote", "--by", "p0").output
    assert "Calon dipakai mulai sekarang" in text
    assert NICKNAME in text
    again = App.build(office)
    assert again.classifier.model_id != first
    assert said["digest"][:16] in again.classifier.model_id
    actions = [(one.action, one.user_id) for one in again.store.audit.entries(limit=10_000)]
    assert ("model_calon", None) in actions
    assert ("model_dipakai", 1) in actions
    assert again.store.audit.verify().ok
    again.close()
    app.close()


def test_one_sided_decisions_are_refused_even_when_asked_to_promote(tmp_path: Path) -> None:
    config = decided_office(tmp_path / "kantor", 400, dismiss=NICKNAME)
    text = typed(config, "model", "retrain", "--promote", code=11).output
    assert "Calon DITOLAK" in text
    assert "tidak seimbang" in text
    app = App.build(config)
    assert app.model_path == ""
    app.close()


def test_too_few_decisions_say_how_many_are_missing(tmp_path: Path) -> None:
    config = decided_office(tmp_path / "kantor", 10)
    assert "Belum cukup keputusan" in typed(config, "model", "retrain", code=3).output


def test_a_changed_model_or_pointer_is_refused(office: Path, tmp_path: Path) -> None:
    typed(office, "model", "retrain")
    app = App.build(office)
    candidate = min(app.models_folder.glob("calon-*.npz"))
    app.close()
    path = tmp_path / candidate.name
    path.write_bytes(candidate.read_bytes())
    assert chosen.chosen(tmp_path) is None
    chosen.choose(path)
    assert chosen.chosen(tmp_path) == path
    pointer = tmp_path / chosen.POINTER
    pointer.write_text(json.dumps({"file": f"../../{path.name}", "digest": "0" * 64}), encoding="utf-8")
    with pytest.raises(ClassifierError, match="sidik jarinya lain"):
        chosen.chosen(tmp_path)
    pointer.write_text("bukan json", encoding="utf-8")
    with pytest.raises(ClassifierError, match="tidak terbaca"):
        chosen.chosen(tmp_path)


def test_the_app_says_how_to_go_back(tmp_path: Path) -> None:
    app = App.build(make_office(tmp_path / "kantor"))
    app.models_folder.mkdir(parents=True)
    (app.models_folder / chosen.POINTER).write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="Hapus berkas itu"):
        _ = app.classifier
    app.close()


def test_sample_lists_and_reports(tmp_path: Path) -> None:
    config = make_office(tmp_path / "kantor")
    typed(config, "roster", "import", str(config.parent / "demo" / "roster.csv"), "--yes")
    typed(config, "collect")
    typed(config, "screen")
    assert "menunggu dinilai" in typed(config, "sample").output
    assert "belum dapat ditaksir" in typed(config, "sample", "--report").output
    app = App.build(config)
    user = app.store.users.create("p0", "Pemantau", PASSWORD, [Role.MONITOR])
    for place, one in enumerate(app.store.samples.waiting(limit=10)):
        app.store.samples.judge(one.stored.item_id, one.stored.version, user.user_id, partisan=place == 0)
    app.close()
    said = json.loads(typed(config, "sample", "--report", "--json").stdout)
    assert (said["judged"], said["partisan"]) == (10, 1)
    assert said["low"] < said["share"] < said["high"]
    assert "Ditaksir" in typed(config, "sample", "--report").output
