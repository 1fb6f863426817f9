"""Code 128: the bars of a number, for either renderer to draw."""

from functools import lru_cache

from barcode.codex import Code128  # type: ignore[import-untyped]

# Beyond this the bars get too thin for a scanner, or do not fit on the paper.
MOST_CHARACTERS = 40
# Light space a scanner needs on either side, in modules.
QUIET = 10


@lru_cache(maxsize=1024)
def bars(text: str) -> tuple[tuple[int, int], ...]:
    """Where each bar begins and how wide it is, in modules; none where the text cannot be one."""
    if not 0 < len(text) <= MOST_CHARACTERS or not (text.isascii() and text.isprintable()):
        return ()
    modules = Code128(text).build()[0]
    found: list[tuple[int, int]] = []
    for place, module in enumerate(modules):
        if module != "1":
            continue
        if found and sum(found[-1]) == place:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((place, 1))
    return tuple(found)


def width(text: str) -> int:
    """How many modules wide the bars of a text are."""
    drawn = bars(text)
    return sum(drawn[-1]) if drawn else 0
