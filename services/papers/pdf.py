"""Papers as PDF: a page of A4, or a label of 100 by 150 mm, with its fonts inside."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos

from services.papers import barcodes, fonts
from services.papers.paper import Column, Entry, Paper, Party

# Millimeters.
A4, LABEL = (210.0, 297.0), (100.0, 150.0)
GRAY, BLACK, LIGHT = (90, 90, 90), (0, 0, 0), (205, 205, 205)
# The narrowest bar that a common scanner reads, and the widest worth the space.
THIN, WIDE = 0.19, 0.38

# It warns of tables it drops from a font, which nobody misses.
logging.getLogger("fontTools.subset").setLevel(logging.ERROR)


def render(paper: Paper) -> bytes:
    """The whole document. Characters that no font has are printed as a box."""
    names = fonts.needed(_texts(paper))
    sheet = Sheet(_printable(paper, names), names)
    sheet.draw()
    return bytes(sheet.output())


class Sheet(FPDF):
    """One paper being drawn, from the top to the bottom."""

    def __init__(self, paper: Paper, fallbacks: Sequence[str]) -> None:
        super().__init__(unit="mm", format=LABEL if paper.is_small else A4)
        self.paper = paper
        self.add_font(fonts.FAMILY, "", fonts.path(fonts.REGULAR))
        self.add_font(fonts.FAMILY, "B", fonts.path(fonts.BOLD))
        for name in fallbacks:
            self.add_font(name, "", fonts.path(name))
        self.set_fallback_fonts(list(fallbacks), exact_match=False)
        self.set_margin(7 if paper.is_small else 16)
        self.c_margin = 0
        # A label is one page, whatever is on it.
        self.set_auto_page_break(not paper.is_small, margin=16)
        self.set_title(f"{paper.title} {paper.number}")
        self.set_creator("Waybill")
        self.set_creation_date(paper.at)

    def draw(self) -> None:
        self.add_page()
        if self.paper.is_small:
            self._label()
        else:
            self._head()
            self._parties(self.paper.parties)
            self._entries(self.paper.facts)
            self._table()
            self._totals(self.paper.totals)
            self._notes(self.paper.notes)

    def footer(self) -> None:
        if self.paper.is_small:
            return
        self.set_y(-12)
        self._say(8, GRAY)
        self.cell(0, 5, f"{self.paper.number} · {self.page_no()} / {{nb}}", align="R")

    def _head(self) -> None:
        top = self.t_margin
        drawn = self._bars(self.paper.code, self.w - self.r_margin, top, 15, align_right=True)
        room = self.epw - drawn - 6
        self.set_y(top)
        self._say(20, BLACK, bold=True)
        self._lines(self.paper.title, 9, room)
        self._say(12, BLACK)
        self._lines(self.paper.number, 6, room)
        self._say(9, GRAY)
        self._lines(f"{self.paper.at:%Y-%m-%d}", 5, room)
        self.set_y(max(self.get_y(), top + 21) + 2)
        self.set_draw_color(*BLACK)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(5)

    def _label(self) -> None:
        self._say(15, BLACK, bold=True)
        self._lines(self.paper.title[:60], 7)
        self._rule(BLACK)
        self.ln(3)
        size = self._size_of_address()
        for n, party in enumerate(self.paper.parties):
            self._say(7.5, GRAY)
            self._lines(party.title, 4)
            self._say(size if n == 0 else 8.5, BLACK, bold=n == 0)
            for line in party.lines:
                self._lines(line, size * 0.46 if n == 0 else 4.2)
            self.ln(1.5)
        self._entries(self.paper.facts, size=9)
        self._bars(self.paper.code, self.l_margin, self.h - 36, 22)

    def _size_of_address(self) -> float:
        """The largest size in which the recipient leaves room for the rest of the label."""
        rest = sum(6 + 4.2 * len(party.lines) for party in self.paper.parties[1:])
        room = self.h - 36 - self.get_y() - 9 - rest - 4.5 * len(self.paper.facts)
        sizes = (14.0, 12.0, 10.0, 8.0, 6.5)
        for size in sizes:
            self._say(size, BLACK, bold=True)
            lines = self._count_lines("\n".join(self.paper.parties[0].lines), self.epw)
            if lines * size * 0.46 <= room:
                return size
        return sizes[-1]

    def _parties(self, parties: Sequence[Party]) -> None:
        if not parties:
            return
        top, width = self.get_y(), self.epw / len(parties)
        bottom = top
        for n, party in enumerate(parties):
            self.set_xy(self.l_margin + n * width, top)
            self._say(8, GRAY)
            self._lines(party.title, 4.5, width - 4)
            self._say(10, BLACK)
            for line in party.lines:
                self.set_x(self.l_margin + n * width)
                self._lines(line, 5, width - 4)
            bottom = max(bottom, self.get_y())
        self.set_y(bottom + 5)

    def _entries(self, entries: Sequence[Entry], *, size: float = 10) -> None:
        for entry in entries:
            self._say(size, GRAY)
            self.cell(28, size / 2, entry.label)
            self._say(size, BLACK, bold=entry.strong)
            self._lines(entry.value, size / 2, self.epw - 28)
        self.ln(3)

    def _table(self) -> None:
        columns = self.paper.columns
        if not columns:
            return
        shares = sum(column.width for column in columns)
        widths = [self.epw * column.width / shares for column in columns]
        self._heading(columns, widths)
        for row in self.paper.rows:
            height = max(
                self._height(cell, column, width)
                for cell, column, width in zip(row, columns, widths, strict=True)
            )
            if self.will_page_break(height):
                self.add_page()
                self._heading(columns, widths)
            self._row(row, columns, widths, height)
        self.ln(3)

    def _heading(self, columns: Sequence[Column], widths: Sequence[float]) -> None:
        self._say(8, GRAY)
        for column, width in zip(columns, widths, strict=True):
            self.cell(width, 5, column.title, align="R" if column.is_number else "L")
        self.ln(6)
        self._rule(BLACK)

    def _row(
        self,
        row: Sequence[str],
        columns: Sequence[Column],
        widths: Sequence[float],
        height: float,
    ) -> None:
        left, top = self.l_margin, self.get_y()
        for cell, column, width in zip(row, columns, widths, strict=True):
            if column.is_code and cell:
                self._bars(cell, left, top + 1.5, 7, room=width - 4)
            else:
                self._say(10, BLACK, bold=column.strong)
                self.set_xy(left, top + 1.5)
                inner = width if column.is_number else width - 4
                align = "R" if column.is_number else "L"
                self._lines(cell, 5, inner, align=align)
            left += width
        self.set_y(top + height)
        self._rule(LIGHT)

    def _height(self, cell: str, column: Column, width: float) -> float:
        if column.is_code and cell:
            return 14.5
        self._say(10, BLACK)
        return 3 + 5 * max(1, self._count_lines(cell, width - 4))

    def _count_lines(self, text: str, width: float) -> int:
        lines: Any = self.multi_cell(width, 5, text, dry_run=True, output=MethodReturnValue.LINES)
        return len(lines)

    def _totals(self, totals: Sequence[Entry]) -> None:
        for entry in totals:
            if self.will_page_break(6):
                self.add_page()
            self.set_x(self.w - self.r_margin - 100)
            self._say(10, BLACK if entry.strong else GRAY, bold=entry.strong)
            self.cell(60, 6, entry.label, align="R")
            self._say(10, BLACK, bold=entry.strong)
            self.cell(40, 6, entry.value, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _notes(self, notes: Sequence[str]) -> None:
        self.ln(4)
        for note in notes:
            self._say(9, GRAY)
            self._lines(note, 5)

    def _bars(
        self,
        text: str,
        x: float,
        y: float,
        height: float,
        *,
        room: float | None = None,
        align_right: bool = False,
    ) -> float:
        """Draw the bars of a text with the text below; returns how wide they are."""
        modules = barcodes.width(text) + 2 * barcodes.QUIET
        room = room or self.epw * (1 if self.paper.is_small else 0.55)
        module = min(WIDE, room / modules)
        drawn = barcodes.bars(text) if module >= THIN else ()
        width = modules * module if drawn else room
        left = x - width if align_right else x
        self.set_fill_color(*BLACK)
        for begin, wide in drawn:
            start = left + (begin + barcodes.QUIET) * module
            self.rect(start, y, wide * module, height, style="F")
        self._say(8, BLACK)
        self.set_xy(left, y + height + 0.5 if drawn else y)
        self._lines(text, 4, width, align="C" if drawn else "L")
        return width

    def _lines(
        self, text: str, height: float, width: float | None = None, *, align: str = "L"
    ) -> None:
        """Text from here on, in as many lines as it takes; the next begins below it."""
        self.multi_cell(
            self.epw if width is None else width,
            height,
            text,
            align=align,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )

    def _rule(self, color: tuple[int, int, int]) -> None:
        self.set_draw_color(*color)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())

    def _say(self, size: float, color: tuple[int, int, int], *, bold: bool = False) -> None:
        self.set_font(fonts.FAMILY, "B" if bold else "", size)
        self.set_text_color(*color)


def _texts(paper: Paper) -> Iterator[str]:
    yield from (paper.title, paper.number, paper.code, *paper.notes)
    for party in paper.parties:
        yield from (party.title, *party.lines)
    for entry in (*paper.facts, *paper.totals):
        yield from (entry.label, entry.value)
    for row in paper.rows:
        yield from row


def _printable(paper: Paper, names: Sequence[str]) -> Paper:
    def clean(text: str) -> str:
        return fonts.printable(text, names)

    def entries(given: Iterable[Entry]) -> tuple[Entry, ...]:
        return tuple(replace(each, value=clean(each.value)) for each in given)

    return replace(
        paper,
        title=clean(paper.title),
        code=clean(paper.code),
        parties=tuple(
            replace(each, lines=tuple(clean(line) for line in each.lines)) for each in paper.parties
        ),
        facts=entries(paper.facts),
        rows=tuple(tuple(clean(cell) for cell in row) for row in paper.rows),
        totals=entries(paper.totals),
        notes=tuple(clean(note) for note in paper.notes),
    )
