"""Try the mutants of a named module: `python -m tests.mutation monitor/triage.py [--sample N] [--log FOLDER]`."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.mutation.campaign import campaign
from tests.mutation.targets import NAMED, SAME, TARGETS


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("module", choices=NAMED)
    asked.add_argument("--sample", type=int, default=0, help="so many mutants, always the same")
    asked.add_argument("--log", type=Path, help="note every mutant in this folder, and go on from there")
    said = asked.parse_args()
    (target,) = [one for one in TARGETS if one.module == said.module]
    same = {(line, before, after) for line, before, after, _ in SAME.get(said.module, ())}
    tally = campaign(target, same=same, sample=said.sample, log=said.log)
    print("\n".join(tally.lines(said.module)), file=sys.stderr)
    print(json.dumps(asdict(tally) | {"score": tally.score}))


if __name__ == "__main__":
    main()
