"""Writes sample reports and the truth about them to a folder: `python -m gongkai.samplesite OUT --count 500 --seed 1`.
What the reports look like is decided by `reports`; `python -m gongkai.samplesite serve` starts the sample web of `serve`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from gongkai.samplesite.deviations import DEVIATIONS
from gongkai.samplesite.layouts import LAYOUTS
from gongkai.samplesite.negatives import negatives
from gongkai.samplesite.old_reports import OLD_FORMS
from gongkai.samplesite.reports import SampleReport, make
from gongkai.samplesite.statutory import FORMS


def _write(folder: Path, report: SampleReport) -> None:
    (folder / report.name).write_bytes(report.body)
    truth = json.dumps(report.truth, ensure_ascii=False, indent=1)
    (folder / "truth" / f"{report.name}.json").write_text(truth + "\n", encoding="utf-8")


def main() -> int:
    if sys.argv[1:2] == ["serve"]:
        from gongkai.samplesite import serve  # needs `cryptography` and a loop, which writing files does not

        return serve.main(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m gongkai.samplesite", description=__doc__)
    parser.add_argument("out", type=Path, help="folder to write documents and truth/*.json to")
    parser.add_argument("--count", type=int, default=100, help="how many reports (default 100)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default 1)")
    parser.add_argument("--form", choices=(*FORMS, *OLD_FORMS), help="one form for all; those before 2019 only on request")
    parser.add_argument("--layout", choices=sorted(LAYOUTS), metavar="LAYOUT", help="one layout for all")
    parser.add_argument(
        "--deviation", action="append", choices=sorted(DEVIATIONS), metavar="NAME", help="apply this one; may be repeated"
    )
    parser.add_argument("--negatives", type=int, default=0, help="how many sets of documents that are no report")
    parser.add_argument("--list", action="store_true", help="list layouts and deviations, write nothing")
    asked = parser.parse_args()
    if asked.list:
        print("layouts:", *LAYOUTS, "", "deviations:", *DEVIATIONS, sep="\n  ")
        return 0
    (asked.out / "truth").mkdir(parents=True, exist_ok=True)
    for seed in range(asked.seed, asked.seed + asked.count):
        _write(asked.out, make(seed, form=asked.form, layout=asked.layout, deviations=asked.deviation))
    for seed in range(asked.seed, asked.seed + asked.negatives):
        for page in negatives(seed):
            _write(asked.out, page)
    print(f"{asked.count} reports written to {asked.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
