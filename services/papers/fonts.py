"""The fonts of PDF papers: Noto Sans, and what other scripts need where a text has them."""

from collections.abc import Iterable, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pylopdf_fonts_jp
import pymupdf_fonts  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

# What stands for a character that none of the fonts has.
UNKNOWN = "□"

FAMILY = "sans"
REGULAR, BOLD = "notos", "notosbo"
# In the order of asking: Arabic, Hebrew, Thai, Georgian and more; then Japanese, and most Chinese.
FALLBACKS = ("figo", "symbol2", "japanese")


@cache
def path(name: str) -> Path:
    """A file with the font, kept as long as the process lives."""
    if name == "japanese":
        return pylopdf_fonts_jp.sans_path()
    file = Path(_folder().name) / f"{name}.ttf"
    file.write_bytes(pymupdf_fonts.myfont(name))
    return file


@cache
def characters(name: str) -> frozenset[int]:
    """The characters that a font has."""
    with TTFont(BytesIO(path(name).read_bytes()), lazy=True) as font:
        return frozenset(font.getBestCmap())


def needed(texts: Iterable[str]) -> list[str]:
    """The fallback fonts without which some of the texts would not be printed whole."""
    missing = {ord(each) for text in texts for each in text} - characters(REGULAR)
    found = []
    for name in FALLBACKS:
        # Most papers need none of them, and to look into one takes a while.
        if missing and missing & characters(name):
            found.append(name)
            missing -= characters(name)
    return found


def printable(text: str, names: Sequence[str]) -> str:
    """The text with a box in place of every character that none of the fonts has."""
    fonts = (REGULAR, *names)
    return "".join(
        each if each == "\n" or any(ord(each) in characters(name) for name in fonts) else UNKNOWN
        for each in text
    )


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="waybill-fonts-")
