"""One contender of the classifier's benchmark: texts a second, from text to probability, on one core.

`python tests/bench/classify_speed.py CONTENDER BATCH TEXTS` prints one JSON line {"texts_per_s", "peak_mb"}. `CONTENDER`
is `netra` or `sklearn` (word 1-2 and char_wb 2-5 TF-IDF, logistic regression, no stemming, fitted on the same corpus).
`TEXTS` is a file of one text a line that neither has seen; models are loaded and fitted before the clock starts.
"""

from __future__ import annotations

import json
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

_LEAST_SECONDS = 2.0


def netra() -> Callable[[Sequence[str]], object]:
    from classifiers.names import cast  # noqa: PLC0415 - only this contender needs it
    from classifiers.pipeline import load_model  # noqa: PLC0415

    return load_model(None, cast().terms()).probabilities


def sklearn() -> Callable[[Sequence[str]], object]:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - slow to load
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline, make_union  # noqa: PLC0415

    from classifiers.dataset import load_corpus  # noqa: PLC0415
    from classifiers.names import cast, fill  # noqa: PLC0415

    sentences = load_corpus()
    dice, who = random.Random(1), cast()
    both = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2),
    )
    model = make_pipeline(both, LogisticRegression(C=4.0, class_weight="balanced", max_iter=200))
    model.fit([fill(one.text, who, dice) for one in sentences], [one.label.partisan for one in sentences])
    return model.predict_proba


def known() -> list[str]:
    """Give texts to run in with, so that the clock sees a program at work: none of those that are measured."""
    from classifiers.dataset import load_corpus  # noqa: PLC0415 - slow to load
    from classifiers.names import cast, fill  # noqa: PLC0415

    dice, who = random.Random(5), cast()
    return [fill(one.text, who, dice) for one in load_corpus()[:1000]]


def main(contender: str, batch: int, path: Path) -> None:
    texts = path.read_text("utf-8").splitlines()
    score = {"netra": netra, "sklearn": sklearn}[contender]()
    warm = known()
    for start in range(0, len(warm), batch):
        score(warm[start : start + batch])
    done = 0
    seconds = 0.0
    while done < len(texts) and seconds < _LEAST_SECONDS * (1 if batch > 1 else 2):
        piece = texts[done : done + batch]
        start = time.process_time()
        score(piece)
        seconds += time.process_time() - start
        done += len(piece)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"texts_per_s": done / seconds, "peak_mb": round(peak, 1)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
