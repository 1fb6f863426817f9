"""The result: rows of costs beside their baselines, and the ratios between them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from bench.measure import Cost

HEADINGS = ("what", "on", "Waybill", "baseline", "", "ratio", "min–max", "")
RIGHT = {2, 3, 5, 6}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One kind of work on one database: what it cost here and there, round by round."""

    what: str
    on: str
    unit: str
    ours: Sequence[float]
    baseline: Sequence[float]
    remark: str = ""

    def remarked(self, more: str) -> "Row":
        return replace(self, remark=f"{self.remark}; {more}" if self.remark else more)

    def cells(self) -> tuple[str, ...]:
        # A ratio within a round compares two halves of the same moment, so what else the machine
        # was doing touches both.
        ratios = [a / b for a, b in zip(self.ours, self.baseline, strict=True) if b > 0]
        return (
            self.what,
            self.on,
            _figure(median(self.ours)),
            _figure(median(self.baseline)),
            self.unit,
            f"{median(ratios):.1f} ×" if ratios else "–",
            f"{min(ratios):.1f}–{max(ratios):.1f}" if len(ratios) > 1 else "",
            self.remark,
        )


def rows_of(
    what: str, on: str, costs: tuple[list[Cost], list[Cost]], remark: str = ""
) -> list[Row]:
    """Two rows: by the clock, and of a processor."""
    ours, baseline = costs
    return [
        Row(
            what=what,
            on=on,
            unit="ms",
            ours=[each.wall for each in ours],
            baseline=[each.wall for each in baseline],
            remark=remark,
        ),
        Row(
            what="  CPU",
            on=on,
            unit="ms",
            ours=[each.cpu for each in ours],
            baseline=[each.cpu for each in baseline],
        ),
    ]


def printed(rows: Sequence[Row]) -> str:
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(_line(cells, widths) for cells in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        cell.rjust(width) if n in RIGHT else cell.ljust(width)
        for n, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(padded).rstrip()


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
