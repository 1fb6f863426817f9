"""What the business announces: past-tense facts, each saying whom it concerns, a file per word."""

from importlib import import_module
from pkgutil import iter_modules

from services.facts.fact import Fact


def every_fact() -> dict[str, type[Fact]]:
    """Each kind of fact that can be in the log, by its name."""
    for module in iter_modules(__path__, f"{__name__}."):
        import_module(module.name)
    found: dict[str, type[Fact]] = {}
    waiting: list[type[Fact]] = [Fact]
    while waiting:
        kind = waiting.pop()
        children = kind.__subclasses__()
        waiting.extend(children)
        if not children:
            found[kind.__name__] = kind
    return dict(sorted(found.items()))
