"""The shipped model: whole, honest about its digest, equal to scikit-learn, blind to who."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from classifiers.card import MODEL_CARD, model_card, read_real
from classifiers.dataset import corpus_digest, load_corpus
from classifiers.errors import ClassifierError
from classifiers.mask import Masker
from classifiers.pipeline import load_model
from classifiers.registry import SHIPPED, load, save
from classifiers.text import TargetTerms
from classifiers.train import fit, matrix, rows

ONE = ("Andi Misalkan", "Bang Andi Mis", "Bunga Umpama", "Partai Fajar Contoh", "Contoh Bersinar", "ContohBersinar")
TWO = ("Citra Andaikan", "Bu Citra", "Dodi Rekaan", "Partai Karya Umpama", "Maju Bareng Contoh", "MajuBarengContoh")
TERMS = TargetTerms(
    names=ONE[:3] + TWO[:3],
    parties=(ONE[3], TWO[3]),
    slogans=(ONE[4], TWO[4]),
    hashtags=(ONE[5], TWO[5]),
    accounts=("contohbersinar", "majubarengcontoh"),
    numbers=(1, 2),
)
PARTISAN = (
    "Ayo pilih Andi Misalkan, jangan lupa coblos nomor 1",
    "gas 01",
    "Bang Andi Mis cuma omong doang, jangan dipilih lagi",
    "satu periode saja cukup",
    "Insya Allah Bunga Umpama menang #ContohBersinar",
    "Partai Fajar Contoh partai paling busuk",
    "no 1 aja bukan yang lain",
)
NEUTRAL = (
    "KPU tetapkan Andi Misalkan - Bunga Umpama nomor urut 1",
    "Jangan lupa datang ke TPS, gunakan hak pilih",
    "Undang-Undang Nomor 5 Tahun 2014 tentang ASN",
    "Baksonya enak, pelayannya ramah",
    "ASN wajib netral, ikrar netralitas dibacakan saat apel",
    "Aamiin ya Allah",
)


def swapped(text: str) -> str:
    for one, two in zip((*ONE, "nomor 1", "no 1", "01", "satu"), (*TWO, "nomor 2", "no 2", "02", "dua"), strict=True):
        text = text.replace(one, two)
    return text


def test_partisan_texts_stand_above_neutral_ones() -> None:
    model = load_model(None, TERMS)
    assert min(model.probabilities(PARTISAN)) > max(model.probabilities(NEUTRAL))
    assert max(model.probabilities(NEUTRAL)) < model.thresholds.flag


@pytest.mark.parametrize("text", [*PARTISAN, *NEUTRAL])
def test_exchanging_the_contestants_changes_nothing(text: str) -> None:
    model = load_model(None, TERMS)
    one, two = model.probabilities([text, swapped(text)])
    assert abs(one - two) <= 0.01


def test_empty_text_scores_zero() -> None:
    model = load_model(None, TERMS)
    assert [(score.probability, score.words) for score in model.score(["", "\u200b"])] == [(0.0, ())] * 2


def test_words_say_what_moved_the_score_and_never_who() -> None:
    score = load_model(None, TERMS).score(["Ayo coblos Andi Misalkan nomor 1"])[0]
    words = [one.word for one in score.words]
    assert "coblos" in words
    assert not any("misalkan" in word for word in words)


def test_model_id_follows_the_terms() -> None:
    assert load_model(None, TERMS).model_id != load_model(None, TargetTerms()).model_id
    assert load_model(None, TERMS).model_id == load_model(None, TERMS).model_id


def test_one_by_one_and_in_a_batch_are_the_same() -> None:
    model = load_model(None, TERMS)
    texts = [*PARTISAN, *NEUTRAL]
    assert model.score(texts) == [model.score([text])[0] for text in texts]


def test_scores_equal_scikit_learn() -> None:
    stored = load(SHIPPED)
    learned = LogisticRegression()
    learned.classes_ = np.array([False, True])
    learned.coef_ = stored.scale * stored.weights[None, :]
    learned.intercept_ = np.array([stored.scale * stored.constant + stored.shift])
    texts = [*PARTISAN, *NEUTRAL, *(one.text for one in load_corpus()[::50])]
    masker = Masker(TERMS, stored.ordinary())
    x = matrix([rows(masker.tokens(text)) for text in texts], stored.names)
    expected = learned.predict_proba(x)[:, 1]
    assert np.max(np.abs(expected - load_model(None, TERMS).probabilities(texts))) < 1e-9


def test_retraining_gives_the_shipped_model(tmp_path: Path) -> None:
    stored, held, sentences = fit()
    shipped = load(SHIPPED)
    assert shipped.corpus_sha256 == corpus_digest(sentences)
    ours, theirs = (dict(zip(one.names, one.weights, strict=True)) for one in (stored, shipped))
    assert max(abs(ours.get(name, 0.0) - theirs.get(name, 0.0)) for name in ours.keys() | theirs.keys()) < 0.01
    assert MODEL_CARD.read_text("utf-8") == model_card(shipped, held, sentences, read_real())
    assert save(stored, tmp_path / "once.npz") == save(stored, tmp_path / "twice.npz")
    assert (tmp_path / "once.npz").read_bytes() == (tmp_path / "twice.npz").read_bytes()


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    with np.load(SHIPPED, allow_pickle=False) as arrays:
        parts = {name: arrays[name].copy() for name in arrays.files}
    parts["weights"][0] += 1
    np.savez(path, **parts)
    with pytest.raises(ClassifierError, match="sidik jari"):
        load_model(path, TERMS)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rusak", b"\x80\x04.", b"{}"])
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    with pytest.raises(ClassifierError, match="model"):
        load_model(path, TERMS)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClassifierError, match="tidak ada"):
        load_model(tmp_path / "tidak-ada.npz", TERMS)


def test_a_model_of_another_text_layer_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifiers.registry.TEXT_VERSION", "99")
    with pytest.raises(ClassifierError, match="versi lain"):
        load(SHIPPED)


def test_the_shipped_file_is_small() -> None:
    assert SHIPPED.stat().st_size < 8_000_000
