"""What stands around a text: the post it answers, the names a batch shows, the base rate, the sides exchanged."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from classifiers import registry
from classifiers.card import MODEL_CARD, PLOTS
from classifiers.dataset import load_corpus
from classifiers.discover import discover
from classifiers.errors import ClassifierError
from classifiers.evaluate import at_base_rate, load_labelled
from classifiers.labels import Owner, Parent
from classifiers.pipeline import AdditiveClassifier, load_model
from classifiers.swap import Side, exchange, known, unknown
from classifiers.text import TargetTerms

ROOT = Path(__file__).resolve().parents[2]
TERMS = TargetTerms(names=("Andi Misalkan", "Citra Andaikan"), parties=("Partai Fajar Contoh",), numbers=(1, 2))
SIDES = (
    Side((("Andi Misalkan", "Bang Andi"),), (("Partai Fajar Contoh", "PFC"),), ("Contoh Bersinar",), ("Bersinar",), 1),
    Side((("Citra Andaikan", "Bu Citra"),), (("Partai Karya Umpama", "PKU"),), ("Maju Bareng",), ("MajuBareng",), 2),
)
ALL = TargetTerms(
    names=("Andi Misalkan", "Bang Andi", "Citra Andaikan", "Bu Citra"),
    parties=("Partai Fajar Contoh", "PFC", "Partai Karya Umpama", "PKU"),
    slogans=("Contoh Bersinar", "Maju Bareng"),
    hashtags=("Bersinar", "MajuBareng"),
    numbers=(1, 2),
)
POST = "Terima kasih warga atas dukungannya. Mohon doa restu untuk Andi Misalkan"


def one(model: AdditiveClassifier, text: str, parent: Parent | None = None) -> float:
    return model.score([text], [parent])[0].probability


def test_a_cheer_sides_with_the_candidate_it_stands_under() -> None:
    model = load_model(None, TERMS)
    under = one(model, "gaskeun, kami siap", Parent(POST, Owner.CANDIDATE))
    assert under > one(model, "gaskeun, kami siap", Parent("Jadwal layanan SIM keliling", Owner.OFFICIAL))
    assert under >= model.thresholds.flag


def test_an_unknown_place_changes_nothing() -> None:
    model = load_model(None, TERMS)
    for text in ("mantap", "Ayo coblos Andi Misalkan"):
        assert one(model, text, Parent()) == one(model, text) == model.probabilities([text])[0]


def test_the_place_is_named_among_what_moved_the_score() -> None:
    score = load_model(None, TERMS).score(["setuju"], [Parent(POST, Owner.CANDIDATE)])[0]
    assert "(unggahan yang ditanggapi)" in [word.word for word in score.words]


def test_a_context_is_read_from_an_evaluation_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    line = {"id": "1", "text": "gas", "partisan": "1", "context": {"parent_text": "halo", "parent_owner": "party"}}
    path.write_text(json.dumps(line) + "\n", "utf-8")
    assert load_labelled(path)[0].parent == Parent("halo", Owner.PARTY)
    path.write_text(json.dumps(line | {"context": {"parent_owner": "siapa"}}) + "\n", "utf-8")
    with pytest.raises(ClassifierError, match="parent_owner"):
        load_labelled(path)


def test_names_of_an_unknown_contest_are_found_in_a_batch() -> None:
    texts = [
        "saya pilih Bandarwa untuk bupati kita",
        "debat semalam Bandarwa menang telak",
        "kampanye Bandarwa ramai sekali di lapangan",
        "suara untuk Bandarwa dihitung ulang",
        "calon kami tetap Bandarwa bukan yang lain",
        "makan siang di warung Jakarta enak sekali",
    ]
    model = load_model(None, TargetTerms())
    assert discover(texts, frozenset()) == ("bandarwa",)
    told, names = model.meeting(texts)
    assert names == ("bandarwa",)
    assert told.model_id != model.model_id
    assert told.probabilities(["pilih Bandarwa"])[0] > model.probabilities(["pilih Bandarwa"])[0]
    assert model.meeting(texts[:2])[1] == ()


def test_a_stranger_written_with_a_capital_cannot_move_a_score() -> None:
    model = load_model(None, TargetTerms(parties=("Partai Fajar Contoh",)))
    scores = model.probabilities([f"Ayo pilih {name} jadi bupati" for name in ("Zokwira", "Pendekarsi", "Qumbal")])
    assert max(scores) - min(scores) < 1e-12


def test_the_base_rate_moves_probabilities_and_thresholds_alike() -> None:
    texts = ["Ayo coblos Andi Misalkan", "Baksonya enak", "debat jam berapa"]
    plain, rare = load_model(None, TERMS), load_model(None, TERMS, 0.05)
    expected = at_base_rate(plain.probabilities(texts), plain.base_rate, 0.05)
    assert np.allclose(rare.probabilities(texts), expected)
    flagged = [[p >= m.thresholds.flag for p in m.probabilities(texts)] for m in (plain, rare)]
    assert flagged[0] == flagged[1]
    assert plain.model_id != rare.model_id
    with pytest.raises(ClassifierError, match="Laju dasar"):
        load_model(None, TERMS, 1.0)


def test_exchange_replaces_every_form_and_number() -> None:
    text = "PFC dukung Bang Andi nomor urut 1, #Bersinar bukan 02, pilih dua"
    assert exchange(text, SIDES, 1) == "PKU dukung Bu Citra nomor urut 2, #MajuBareng bukan 01, pilih satu"
    assert exchange("https://contoh.id/bang-andi pasal 1", SIDES, 1) == "https://contoh.id/bang-andi pasal 1"


def test_known_sides_exchanged_score_the_same_on_every_sentence_of_a_sample() -> None:
    model = load_model(None, ALL)
    names = {"{K}": "Bang Andi", "{KK}": "Andi Misalkan", "{P}": "PFC", "{N}": "1", "{S}": "Contoh Bersinar"}
    texts = []
    for sentence in load_corpus()[::25]:
        text = sentence.text
        for slot, name in names.items():
            text = text.replace(slot, name)
        if "{" not in text:
            texts.append(text)
    ids = [str(number) for number in range(len(texts))]
    changed, largest, at, _ = known(model.score, ids, texts, [None] * len(texts), [SIDES])
    assert changed > 30
    assert largest <= 0.01, texts[int(at)]


def test_unknown_sides_are_not_favoured() -> None:
    shift, largest = unknown(load_model(None, TargetTerms()).score, load_corpus())
    assert shift <= 0.01
    assert largest <= 0.04


@pytest.mark.parametrize("path", sorted((ROOT / "rules" / "baseline").glob("*.txt")), ids=lambda path: path.stem)
def test_neutral_baseline_stays_below_the_flag(path: Path) -> None:
    model = load_model(None, TERMS)
    texts = [line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    scores = model.probabilities(texts)
    reached = [text for text, score in zip(texts, scores, strict=True) if score >= model.thresholds.flag]
    # most of these lines are in the corpus too, so this guards against a regress and is no independent measure
    assert not reached


def test_a_model_with_a_recomputed_digest_is_still_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = registry.load(registry.SHIPPED)
    shipped.weights[0] += 1.0
    forged = tmp_path / "netra.npz"
    registry.save(shipped, forged)
    monkeypatch.setattr("classifiers.registry.SHIPPED", forged)
    with pytest.raises(ClassifierError, match="sidik jari"):
        registry.load(forged)


def test_the_card_has_its_plots() -> None:
    for name in PLOTS:
        assert MODEL_CARD.with_name(f"{name}.svg").read_text("utf-8").startswith("<svg")
        assert f"({name}.svg)" in MODEL_CARD.read_text("utf-8")
