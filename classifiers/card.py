"""The cards of corpus and model, counted and measured, with their plots. `netra model card` writes them."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from classifiers import plots as draw
from classifiers.dataset import CORPUS, Sentence, corpus_digest
from classifiers.evaluate import Share, curve, evaluate, wilson
from classifiers.labels import Label
from classifiers.names import cast, fill
from classifiers.pipeline import AdditiveClassifier
from classifiers.registry import SHIPPED, Stored
from classifiers.text import TargetTerms
from classifiers.train import HeldOut, fit

CARD = CORPUS / "KARTU.md"
MODEL_CARD = SHIPPED.parent / "KARTU.md"
REAL = SHIPPED.parent / "nyata.json"
PLOTS = {
    "presisi-temuan": "Presisi dan temuan",
    "keandalan": "Keandalan peluang",
    "hemat-baca": "Bacaan yang dihemat",
    "irisan": "Per irisan",
}
_PLATFORMS = ("x", "youtube", "tiktok", "instagram", "facebook", "wa", "judul", "konteks")
_REGIONS = ("jawa", "sunda", "betawi", "minang", "batak", "makassar", "bali", "banjar", "madura", "aceh")
_REAL_ROWS = {
    "model": "Presisi rata-rata, model",
    "keduanya": "Presisi rata-rata, model dan aturan",
    "galat": "Galat kalibrasi",
    "galat_digeser": "Galat kalibrasi sesudah digeser ke laju dasar",
    "baca_95": "Dibaca untuk menemukan 95 %, model dan aturan",
}
_INTRODUCTION = (
    "# Kartu model",
    "",
    "Model membaca satu teks dan memberi peluang bahwa penulisnya memihak dalam pemilihan. Ia tidak menilai orang,",
    "tidak menyimpan pilihan politik siapa pun, dan tidak memutuskan: ia hanya mengurutkan bacaan peninjau.",
    "Nama, partai, slogan, tagar, akun, dan nomor urut peserta disamarkan sebelum dinilai. Nama yang tidak dikenal",
    "diperlakukan sama, siapa pun orangnya.",
    "",
)
_LENGTHS = ((4, "1 sampai 4 kata"), (12, "5 sampai 12 kata"), (30, "13 sampai 30 kata"), (10_000, "lebih dari 30 kata"))


def corpus_card(sentences: Sequence[Sentence]) -> str:
    """Give the card as Markdown, in Indonesian."""
    total = len(sentences)
    partisan = sum(one.label.partisan for one in sentences)
    nameless = sum("{" not in one.text for one in sentences if one.label.partisan)
    labels = Counter(one.label for one in sentences)
    styles = Counter(one.style for one in sentences)
    sides = Counter((one.style, one.label.partisan) for one in sentences)
    lengths = Counter(next(name for limit, name in _LENGTHS if len(one.text.split()) <= limit) for one in sentences)
    lines = [
        "# Kartu korpus",
        "",
        "Semua kalimat ditulis untuk Netra. Tidak ada yang disalin dari unggahan, media, atau kumpulan data lain.",
        "Peserta, partai, slogan, tagar, dan tempat adalah isian (`{K}`, `{P}`, `{N}`, ...) yang diisi nama rekaan",
        "saat pelatihan, sehingga model belajar apa yang dikatakan, bukan tentang siapa.",
        "",
        f"- Kalimat: {total}",
        f"- Berpihak: {partisan} ({partisan / total:.0%}), {nameless} di antaranya tanpa menyebut peserta",
        f"- Tidak berpihak: {total - partisan} ({(total - partisan) / total:.0%})",
        f"- Sidik jari (SHA-256): `{corpus_digest(tuple(sentences))}`",
        "",
        "| Label | Kalimat | Berpihak |",
        "|---|---:|---|",
        *(f"| {label} | {labels[label]} | {'ya' if label.partisan else 'tidak'} |" for label in Label),
        "",
        "| Panjang | Kalimat |",
        "|---|---:|",
        *(f"| {name} | {lengths[name]} |" for _, name in _LENGTHS),
        "",
        "| Gaya | Kalimat | Berpihak | Tidak berpihak |",
        "|---|---:|---:|---:|",
        *(
            f"| {style} | {count} | {sides[style, True]} | {sides[style, False]} |"
            for style, count in sorted(styles.items(), key=lambda one: (-one[1], one[0]))
        ),
        "",
        "Dibuat dengan `netra model card`; kalimat yang hampir sama ditolak oleh uji.",
        "",
    ]
    return "\n".join(lines)


def model_card(stored: Stored, held: HeldOut, sentences: Sequence[Sentence], real: Mapping[str, Any] | None) -> str:
    """Give the model's card as Markdown, in Indonesian: every figure is of sentences whose style was held out.

    `real` holds aggregated figures on real posts, as `netra model card` measured them last; None = never measured.
    """
    scores, labels = probabilities(held)
    flag = stored.thresholds.flag
    whole = evaluate(scores, labels, flag)
    lines = [
        *_INTRODUCTION,
        f"- Korpus: {len(sentences)} kalimat (`{stored.corpus_sha256[:16]}`), ciri: {len(stored.names)}",
        f"- Sidik jari model: `{stored.digest()[:16]}`",
        f"- Laju dasar yang dianggap: {stored.base_rate:.0%} dari yang dibaca memihak; bisa diubah dengan `base_rate`",
        f"- Tanda dari peluang {flag:.2f}, kuat dari {stored.thresholds.high:.2f}",
        "",
        "## Pada korpus sendiri",
        "",
        "Angka di bawah diukur pada kalimat korpus yang seluruh gayanya tidak dilihat saat melatih (lima lipatan).",
        "Korpus berisi lebih banyak tulisan sehari-hari daripada yang dibaca pemantau, jadi peluang di sini sengaja",
        "terlalu hati-hati; kalibrasi yang berarti adalah yang pada unggahan nyata.",
        "",
        "| Ukuran | Nilai |",
        "|---|---:|",
        f"| Presisi rata-rata | {whole.average_precision:.2f} |",
        f"| Presisi pada tanda | {_interval(whole.precision)} |",
        f"| Temuan (recall) pada tanda | {_interval(whole.recall)} |",
        f"| Dibaca untuk menemukan 95 % | {whole.read_for_95:.0%} |",
        "",
        *(f"![{said}]({name}.svg)" for name, said in PLOTS.items()),
        "",
        "| Label | Kalimat | Mencapai tanda |",
        "|---|---:|---:|",
        *(_slice(str(label), [one for one, s in zip(scores, sentences, strict=True) if s.label is label], flag)
          for label in Label),
        "",
        "| Irisan | Memihak: ditemukan | Tidak memihak: mencapai tanda |",
        "|---|---:|---:|",
        *(f"| {name} | {_interval(one)} | {_interval(two)} |" for name, one, two in slices(held, sentences, flag)),
        "",
        "## Buta terhadap pihak",
        "",
        *_sides(stored, sentences),
        *_real(real),
    ]  # fmt: skip
    return "\n".join([*lines, "", "Dibuat dengan `netra model card`.", ""])


def probabilities(held: HeldOut) -> tuple[list[float], list[bool]]:
    """Give held-out probabilities and labels as plain lists."""
    return [1.0 / (1.0 + math.exp(-score)) for score in held.scores.tolist()], [bool(one) for one in held.labels]


def slices(held: HeldOut, sentences: Sequence[Sentence], flag: float) -> list[tuple[str, Share, Share]]:
    """Give (slice, share of partisan texts found, share of others flagged) by platform, region and length."""
    scores, labels = probabilities(held)
    groups: list[tuple[str, Callable[[Sentence], bool]]] = [
        *((f"kanal {one}", lambda s, one=one: s.style == one) for one in _PLATFORMS),
        *((f"ragam {one}", lambda s, one=one: s.style == one) for one in _REGIONS),
    ]
    shortest = 0
    for limit, name in _LENGTHS:
        groups.append((name, lambda s, low=shortest, high=limit: low < len(s.text.split()) <= high))  # type: ignore[misc]
        shortest = limit
    out = []
    for name, belongs in groups:
        mine = [(score, label) for score, label, s in zip(scores, labels, sentences, strict=True) if belongs(s)]
        sided = [score >= flag for score, label in mine if label]
        other = [score >= flag for score, label in mine if not label]
        if sided and other:
            out.append((name, wilson(sum(sided), len(sided)), wilson(sum(other), len(other))))
    return out


def _sides(stored: Stored, sentences: Sequence[Sentence]) -> list[str]:
    """Tell the same sentences of four invented sides: their mean scores must agree."""
    who = cast()
    people = [one for one in who.people if " " not in one][:4]
    usable = [one for one in sentences if "{K}" in one.text and one.parent is None]
    usable = usable[:: max(1, len(usable) // 300)]
    told, untold = AdditiveClassifier(stored, who.terms()), AdditiveClassifier(stored, TargetTerms())
    lines = [
        "Kalimat yang sama, peserta dan nomor berbeda; angka adalah peluang rata-rata. Pihak yang tidak dikenal ialah",
        "nama yang tidak diberitahukan kepada model.",
        "",
        "| Pihak | Dikenal, memihak | Dikenal, tidak memihak | Tidak dikenal, memihak | Tidak dikenal, tidak memihak |",
        "|---|---:|---:|---:|---:|",
    ]
    for number, name in enumerate(people, 1):
        cells = []
        for model in (told, untold):
            for partisan in (True, False):
                texts = [
                    _told(one, name, number, place)
                    for place, one in enumerate(usable)
                    if one.label.partisan is partisan
                ]
                cells.append(f"{sum(model.probabilities(texts)) / max(1, len(texts)):.3f}")
        lines.append(f"| pihak {number} | {' | '.join(cells)} |")
    return lines


def _told(sentence: Sentence, name: str, number: int, seed: int) -> str:
    told = sentence.text.replace("{K}", name).replace("{N}", str(number))
    return fill(told, cast(), random.Random(seed))  # noqa: S311 (repeatable on purpose)


def _real(real: Mapping[str, Any] | None) -> list[str]:
    if real is None:
        return []
    lines = [
        "",
        "## Pada unggahan nyata",
        "",
        "Unggahan nyata berlabel dari pemilihan 2014 sampai 2024, yang tidak pernah dipakai melatih. Teks paruh",
        (
            "kedua tidak dibaca, tetapi angka kedua paruh terlihat saat beberapa setelan (kekuatan, kalibrasi, ambang) "
            "dipilih;"
        ),
        "angka pada pemilihan yang sama sekali baru bisa lebih rendah.",
        "",
        "| Ukuran | Semua | Paruh pertama | Paruh kedua | Tanpa daftar peserta |",
        "|---|---:|---:|---:|---:|",
    ]
    for key, name in _REAL_ROWS.items():
        cells = [f"{real[part][key]:.3f}" for part in ("semua", "pertama", "kedua", "tanpa_sasaran")]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += ["", f"Dari 1.000 teks sehari-hari, {real['sehari_hari']:.1%} mencapai tanda."]
    return lines


def plots(stored: Stored, held: HeldOut, sentences: Sequence[Sentence]) -> dict[str, str]:
    """Give the SVG of every plot by name."""
    scores, labels = probabilities(held)
    whole = evaluate(scores, labels, stored.thresholds.flag)
    points = curve(scores, labels)
    steps = points[:: max(1, len(points) // 200)]
    order = sorted(range(len(scores)), key=lambda index: -scores[index])
    total, hits, saved = sum(labels), 0, [(0.0, 0.0)]
    for rank, index in enumerate(order, 1):
        hits += labels[index]
        if rank % max(1, len(order) // 200) == 0 or rank == len(order):
            saved.append((rank / len(order), hits / total))
    rows = [(name, found.value, false.value) for name, found, false in slices(held, sentences, stored.thresholds.flag)]
    return {
        "presisi-temuan": draw.curve(
            PLOTS["presisi-temuan"], "temuan (recall)", "presisi", [(recall, share) for _, share, recall in steps]
        ),
        "keandalan": draw.reliability(
            PLOTS["keandalan"], "peluang yang dikatakan", "bagian yang memihak",
            [(one.said, one.true, one.texts) for one in whole.reliability],
        ),
        "hemat-baca": draw.curve(
            PLOTS["hemat-baca"], "bagian yang dibaca", "bagian yang ditemukan", saved, ((0.0, 0.0), (1.0, 1.0))
        ),
        "irisan": draw.bars(PLOTS["irisan"], rows, ("memihak: ditemukan", "lainnya: ditandai")),
    }  # fmt: skip


def _interval(share: Share) -> str:
    return f"{share.value:.2f} ({share.low:.2f} sampai {share.high:.2f})"


def _slice(name: str, scores: Sequence[float], flag: float) -> str:
    return f"| {name} | {len(scores)} | {_interval(wilson(sum(one >= flag for one in scores), len(scores)))} |"


def read_real() -> dict[str, Any] | None:
    """Give the figures on real posts as measured last, None where they never were."""
    return dict(json.loads(REAL.read_text("utf-8"))) if REAL.exists() else None


def write(real: Mapping[str, Any] | None = None) -> tuple[Path, ...]:
    """Learn anew, write cards and plots, and give their paths. `real`, where given, replaces the kept figures."""
    if real is not None:
        REAL.write_text(json.dumps(real, indent=1, sort_keys=True) + "\n", "utf-8")
    stored, held, sentences = fit()
    CARD.write_text(corpus_card(sentences), "utf-8")
    MODEL_CARD.write_text(model_card(stored, held, sentences, read_real()), "utf-8")
    written = [CARD, MODEL_CARD]
    for name, svg in plots(stored, held, sentences).items():
        written.append(MODEL_CARD.with_name(f"{name}.svg"))
        written[-1].write_text(svg, "utf-8")
    return tuple(written)
