"""The corpus card: what the corpus holds, counted. `python -m classifiers.card` writes it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence

from classifiers.dataset import CORPUS, Sentence, corpus_digest, load_corpus
from classifiers.labels import Label

CARD = CORPUS / "KARTU.md"
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


def main() -> None:
    """Write the card beside the corpus."""
    CARD.write_text(corpus_card(load_corpus()), "utf-8")
    sys.stdout.write(f"{CARD}\n")


if __name__ == "__main__":
    main()
