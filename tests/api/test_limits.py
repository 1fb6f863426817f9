"""How much a document may ask for, and how little it costs to say no."""

from time import process_time

import pytest

from api import limits
from api.execution import Engine, Rejected, Request


@pytest.fixture
def engine():
    return Engine(introspection=True)


def refused(engine, query):
    """The messages with which a document is refused; none where it is not."""
    prepared = engine.prepare(Request(query=query))
    return [error.message for error in prepared.errors] if isinstance(prepared, Rejected) else []


def chain(depth):
    """A query for a product, its variants, their product and so on, `depth` fields deep."""
    text = "id"
    for n in reversed(range(2, depth - 1)):
        text = f"{'variants' if n % 2 else 'product'} {{ {text} }}"
    return f"{{ variants {{ nodes {{ {text} }} }} }}"


def spreading(levels, times):
    """A query with a fragment that spreads another, so many times, which spreads another …"""
    fragments = [
        f"fragment F{n} on Product {{ {' '.join([f'...F{n + 1}'] * times)} }}"
        for n in range(levels)
    ]
    last = f"fragment F{levels} on Product {{ id }}"
    return " ".join(["{ products { nodes { ...F0 } } }", *fragments, last])


def repeated(times):
    return "{" + " cursor" * times + "}"


def many(count):
    """A query for so many fields."""
    return "{" + " ".join(f"a{n}: __typename" for n in range(count)) + "}"


class TestDepth:
    def test_is_bounded(self, engine):
        assert refused(engine, chain(limits.MOST_DEPTH)) == []

        [message] = refused(engine, chain(limits.MOST_DEPTH + 1))

        assert message == "This nests 21 fields; at most 20 may be."

    def test_counts_what_fragments_hide(self, engine):
        inner = "product { variants { product { variants { product { ...Last } } } } }"
        last = "variants { product { variants { product { variants { product { id } } } } } }"
        query = (
            f"{{ variants {{ nodes {{ product {{ variants {{ {inner} }} }} }} }} }}"
            f"fragment Last on Product {{ {last} variants {{ ...More }} }}"
            f"fragment More on Variant {{ product {{ {last} ... on Product {{ {last} }} }} }}"
        )
        assert refused(engine, query) == []

        [message] = refused(engine, query.replace("{ id }", f"{{ {last} }}"))

        assert "at most 20" in message

    def test_of_brackets_is_bounded_too(self, engine):
        assert refused(engine, "{" * 1_000 + "}" * 1_000)
        assert refused(engine, f"{{ node(id: {'[' * 1_000}{']' * 1_000}) {{ id }} }}")


class TestFields:
    def test_are_bounded(self, engine):
        assert refused(engine, spreading(11, times=2)) != []
        assert refused(engine, spreading(5, times=2)) == []

    def test_are_bounded_in_each_operation(self, engine):
        [message] = refused(engine, spreading(40, times=2))

        assert message == "This asks for more than 2000 fields."


def test_tokens_are_bounded(engine):
    assert refused(engine, many(1_000)) == []

    [message] = refused(engine, many(2_000))

    assert "4000 tokens" in message


def test_repetition_is_bounded(engine):
    """Every two fields of a name are compared."""
    assert refused(engine, repeated(limits.MOST_REPEATS)) == []

    [message] = refused(engine, repeated(limits.MOST_REPEATS + 1))

    assert message == "This has `cursor` 201 times; at most 200 may be."


def test_fragments_are_bounded(engine):
    """Every two fragments are compared."""
    assert refused(engine, spreading(limits.MOST_FRAGMENTS - 1, times=1)) == []

    [message] = refused(engine, spreading(limits.MOST_FRAGMENTS, times=1))

    assert message == "A document has at most 100 fragments."


def test_comments_are_bounded(engine):
    assert refused(engine, "#\n" * limits.MOST_COMMENTS + "{ cursor }") == []

    assert refused(engine, "#\n" * (limits.MOST_COMMENTS + 1) + "{ cursor }")


def test_fragments_that_spread_each_other_in_a_circle_are_refused(engine):
    around = "fragment A on Product { ...B } fragment B on Product { ...A }"
    query = f"{{ products {{ nodes {{ ...A }} }} }} {around}"

    assert any("itself" in message for message in refused(engine, query))


def test_nested_fragments_cost_what_their_text_costs(engine):
    started = process_time()
    refused(engine, spreading(30, times=1))
    linear = process_time() - started

    started = process_time()
    refused(engine, spreading(30, times=2))
    doubling = process_time() - started

    # Walked anew at every spread, the second would cost a billion times the first.
    assert doubling < 10 * linear + 0.05
