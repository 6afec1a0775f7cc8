"""Every kind of act becomes papers: likes without words, shares, comments, a name in the news."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor import legalbasis
from monitor.models import ItemKind, Relation, State
from monitor.reports import act, papers
from monitor.reports.desk import Bureau
from monitor.reports.layout import PAPERS
from monitor.reports.papers import Format
from monitor.targets import Targets
from tests.fakes_process import carry
from tests.fakes_web import SEEDS, World
from tests.reports.office import ROOT, SANCTIONS, word_text


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bureau, list[int]]]:
    world = World(Path(tmp_path_factory.mktemp("jenis")))
    flags = world.seed()
    for flag_id in flags:
        carry(world.store, flag_id, world.monitor.user_id, State.TRACING)
    rules = ROOT / "rules"
    yield (
        Bureau(
            world.config, world.store, world.archive, world.clock, world.archive.folder, lambda: legalbasis.load(rules),
            lambda: Targets.load(rules / "targets", only=("pilkada-contoh-2025",)),
        ),
        flags,
    )  # fmt: skip
    world.close()


@pytest.mark.parametrize("place", range(len(SEEDS)), ids=lambda place: f"{place}-{SEEDS[place].kind}")
def test_papers_of_every_kind_of_act(office: tuple[Bureau, list[int]], place: int) -> None:
    bureau, flags = office
    source = bureau.source(flags[place])
    filled = papers.fill(source, bureau.archive)
    made = papers.make(filled, bureau.templates(), source.made_at, [(name, one) for name in PAPERS for one in Format])
    assert len(made) == 2 * len(PAPERS)
    said = word_text(made["formulir-a-pilkada.docx"])
    assert not SANCTIONS.search(said)
    assert "“Nihil”" not in said
    assert "akun Nihil" not in said


def test_a_like_says_whose_post_it_was_done_to_and_a_private_owner_stays_unnamed(
    office: tuple[Bureau, list[int]],
) -> None:
    bureau, flags = office
    like = next(
        place for place, seed in enumerate(SEEDS) if seed.kind is ItemKind.LIKE and seed.parent and seed.parent.text
    )
    values = papers.fill(bureau.source(flags[like]), bureau.archive).content.values
    assert values["jenis_perbuatan"].startswith(
        "tanda suka pada unggahan akun kampanye yang terdaftar (Contoh Bersinar)"
    )
    assert values["isi_terbaca"].startswith(
        "Perbuatan ini tanpa kata-kata. Isi unggahan yang ditanggapi: “Satu barisan"
    )
    assert values["dasar_tanda"] == "perbuatan pada akun kampanye yang terdaftar"
    flag = bureau.source(flags[like]).case.flag
    private = replace(flag.opinion, setting=replace(flag.opinion.setting, relation=Relation.NONE))
    assert act.act(replace(flag, opinion=private)) == "tanda suka pada unggahan akun lain"


def test_a_name_in_the_news_is_a_lead_and_says_so(office: tuple[Bureau, list[int]]) -> None:
    bureau, flags = office
    news = next(place for place, seed in enumerate(SEEDS) if seed.kind is ItemKind.ARTICLE)
    values = papers.fill(bureau.source(flags[news]), bureau.archive).content.values
    assert values["peristiwa"].startswith(f"Pemberitaan yang menyebut nama {SEEDS[news].name} di media berita pada ")
    assert values["dasar_tanda"] == "pemberitaan; petunjuk, bukan bukti perbuatan"
    assert values["akun"].startswith("@")
