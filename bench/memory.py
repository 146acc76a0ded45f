"""Memory of hunts over evidence far larger than memory should be, workers included: `make bench-memory`.

The same events that match among four times as many others must not take more. BENCH_SCALE is a factor of
the sizes (0.2 for a quick look); a run of the full size is kept in `bench/runs/`. The exit status is 1 where
memory went beyond a bar.
"""

import sys
import tempfile
from pathlib import Path

from measuring import CARHOUND, MEMORY, SCALE, Report, describe, fresh, measure, verdict

TIMES = 4
GROWTH = 1.1
MATCHES = 20
ANALYTICS = Path(__file__).parent / "analytics"
HUNTS = {"the bundled analytic": (), "twenty analytics": ("-a", str(ANALYTICS))}


def make(folder: Path) -> None:
    """Writes evidence of two shapes in two sizes, 1 GB and 2 GB the larger."""
    from evidence import CHUNK, STARTED, simulated, write_nxlog

    log = simulated()
    for name, times in (("small", 1), ("large", TIMES)):
        size = int((256 << 20) * SCALE) * times
        log.write(folder / f"{name}.evtx", size, MATCHES * CHUNK / size)
        write_nxlog(folder / f"{name}.jsonl", 2 * size, every=2 * size // len(str(STARTED)) // MATCHES)


def main() -> int:
    report = Report()
    describe(report, "carhound", "evtx", "orjson", "google-re2")
    held = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fresh(make, folder)
        for shape in ("evtx", "jsonl"):
            for what, words in HUNTS.items():
                report.say(f"\n{what}, {shape}")
                peaks = []
                for path in (folder / f"small.{shape}", folder / f"large.{shape}"):
                    taken = measure([CARHOUND, "hunt", "-q", *words, str(path)])
                    size = path.stat().st_size / 2**20
                    peaks.append(taken.peak)
                    report.say(
                        f"  {size:6,.0f} MB in {taken.seconds:6.2f} s ({size / taken.seconds:5.0f} MB/s), "
                        f"peak {taken.peak / 2**20:.0f} MB"
                    )
                small, large = peaks
                few, same = large <= MEMORY, large <= GROWTH * small
                held &= few and same
                report.say(f"  at most {MEMORY >> 20} MB: {verdict(few)}")
                report.say(
                    f"  at most {GROWTH} times as much for {TIMES} times the evidence: {verdict(same)}"
                )
    report.keep("memory")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
