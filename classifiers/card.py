"""The cards of corpus and model, counted and measured. `python -m classifiers.card` writes both."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Sequence

from classifiers.dataset import CORPUS, Sentence, corpus_digest
from classifiers.evaluate import Share, evaluate, wilson
from classifiers.labels import Label
from classifiers.registry import SHIPPED, Stored
from classifiers.train import HeldOut, fit

CARD = CORPUS / "KARTU.md"
MODEL_CARD = SHIPPED.parent / "KARTU.md"
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
        "Dibuat dengan `python -m classifiers.card`; kalimat yang hampir sama ditolak oleh uji.",
        "",
    ]
    return "\n".join(lines)


def model_card(stored: Stored, held: HeldOut, sentences: Sequence[Sentence]) -> str:
    """Give the model's card as Markdown, in Indonesian: every figure is of sentences whose style was held out."""
    scores = [1.0 / (1.0 + math.exp(-score)) for score in held.scores.tolist()]
    labels = [bool(label) for label in held.labels]
    flag = stored.thresholds.flag
    whole = evaluate(scores, labels, flag)
    lines = [
        "# Kartu model",
        "",
        "Model membaca satu teks dan memberi peluang bahwa penulisnya memihak dalam pemilihan. Ia tidak menilai orang,",
        "tidak menyimpan pilihan politik siapa pun, dan tidak memutuskan: ia hanya mengurutkan bacaan peninjau.",
        "Nama, partai, slogan, tagar, akun, dan nomor urut peserta disamarkan sebelum dinilai.",
        "",
        f"- Korpus: {len(sentences)} kalimat (`{stored.corpus_sha256[:16]}`), ciri: {len(stored.names)}",
        f"- Sidik jari model: `{stored.digest()[:16]}`",
        f"- Laju dasar yang dianggap: {stored.base_rate:.0%} dari yang dibaca memihak",
        f"- Tanda dari peluang {flag:.2f}, kuat dari {stored.thresholds.high:.2f}",
        "",
        "Angka di bawah diukur pada kalimat korpus yang seluruh gayanya tidak dilihat saat melatih (lima lipatan).",
        "Ini bukan angka pada unggahan nyata; angka itu diukur dengan `netra model evaluate`.",
        "",
        "| Ukuran | Nilai |",
        "|---|---:|",
        f"| Presisi rata-rata | {whole.average_precision:.2f} |",
        f"| Presisi pada tanda | {_interval(whole.precision)} |",
        f"| Temuan (recall) pada tanda | {_interval(whole.recall)} |",
        f"| Dibaca untuk menemukan 95 % | {whole.read_for_95:.0%} |",
        "",
        "| Label | Kalimat | Mencapai tanda |",
        "|---|---:|---:|",
        *(_slice(str(label), [one for one, s in zip(scores, sentences, strict=True) if s.label is label], flag)
          for label in Label),
        "",
        "| Panjang | Memihak: ditemukan | Tidak memihak: mencapai tanda |",
        "|---|---:|---:|",
    ]  # fmt: skip
    shortest = 0
    for limit, name in _LENGTHS:
        group = [
            (score, label)
            for score, label, one in zip(scores, labels, sentences, strict=True)
            if shortest < len(one.text.split()) <= limit
        ]
        found = wilson(sum(score >= flag for score, label in group if label), sum(label for _, label in group))
        false = wilson(sum(score >= flag for score, label in group if not label), sum(not label for _, label in group))
        lines.append(f"| {name} | {_interval(found)} | {_interval(false)} |")
        shortest = limit
    return "\n".join([*lines, "", "Dibuat dengan `python -m classifiers.card`.", ""])


def _interval(share: Share) -> str:
    return f"{share.value:.2f} ({share.low:.2f} sampai {share.high:.2f})"


def _slice(name: str, scores: Sequence[float], flag: float) -> str:
    return f"| {name} | {len(scores)} | {_interval(wilson(sum(one >= flag for one in scores), len(scores)))} |"


def main() -> None:
    """Write both cards; the model's card is of the shipped corpus, trained anew."""
    stored, held, sentences = fit()
    CARD.write_text(corpus_card(sentences), "utf-8")
    MODEL_CARD.write_text(model_card(stored, held, sentences), "utf-8")
    sys.stdout.write(f"{CARD}\n{MODEL_CARD}\n")


if __name__ == "__main__":
    main()
