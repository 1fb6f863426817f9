"""How much a document may ask for, and how little it costs to say no."""

from time import process_time

import pytest

from api.context import Context
from api.execution import Engine, Rejected, Request
from api.limits import MOST_COMMENTS, Limits
from tests.documents import DOCUMENTS

LIMITS = Limits()


@pytest.fixture
def engine():
    return Engine(introspection=True)


def refused(engine, query):
    """The messages with which a document is refused; none where it is not."""
    return [error.message for error in errors(engine, query)]


def errors(engine, query, **variables):
    prepared = engine.prepare(Request(query=query, variables=variables))
    return prepared.errors if isinstance(prepared, Rejected) else []


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
    @pytest.fixture
    def engine(self):
        """So deep a query costs more than anything, which is not what is asked here."""
        return Engine(introspection=True, limits=Limits(cost=10**30))

    def test_is_bounded(self, engine):
        assert refused(engine, chain(LIMITS.depth)) == []

        [error] = errors(engine, chain(LIMITS.depth + 1))

        assert error.message == "This nests 21 fields; at most 20 may be."
        assert error.extensions == {"code": "DEPTH_LIMIT", "limit": 20}

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

    def test_of_fragments_in_fragments_ends_before_python_does(self, engine):
        last = "variants { product { " * 9
        fragments = [
            f"fragment F{n} on Product {{ {last} ...F{n + 1} {'} } ' * 9} }}" for n in range(99)
        ]
        query = " ".join(["{ products { nodes { ...F0 } } }", *fragments])

        [error] = errors(engine, f"{query} fragment F99 on Product {{ id }}")

        assert error.extensions["code"] in ("TOKEN_LIMIT", "DEPTH_LIMIT")


class TestFields:
    def test_are_bounded(self, engine):
        assert refused(engine, spreading(11, times=2)) != []
        assert refused(engine, spreading(5, times=2)) == []

    def test_are_bounded_in_each_operation(self, engine):
        [message] = refused(engine, spreading(40, times=2))

        assert message == "This asks for more than 2000 fields."


def test_tokens_are_bounded():
    engine = Engine(introspection=True, limits=Limits(tokens=32))
    assert refused(engine, many(10)) == []

    [error] = errors(engine, many(11))

    assert error.message == "A document has at most 32 tokens."
    assert error.extensions == {"code": "TOKEN_LIMIT", "limit": 32}


def test_aliases_are_bounded(engine):
    within = f"{{ {' '.join(f'a{n}: cursor' for n in range(198))} ...Two }}"
    two = "fragment Two on Query { x: cursor y: cursor }"
    assert refused(engine, f"{within} {two}") == []

    [error] = errors(engine, f"{within} {two.replace('y:', 'z: cursor y:')}")

    assert error.message == "This has more than 200 aliases."
    assert error.extensions == {"code": "ALIAS_LIMIT", "limit": 200}


def test_repetition_is_bounded(engine):
    """Every two fields of a name are compared."""
    assert refused(engine, repeated(LIMITS.repeats)) == []

    [message] = refused(engine, repeated(LIMITS.repeats + 1))

    assert message == "This has `cursor` 201 times; at most 200 may be."


def test_fragments_are_bounded(engine):
    """Every two fragments are compared."""
    assert refused(engine, spreading(LIMITS.fragments - 1, times=1)) == []

    [message] = refused(engine, spreading(LIMITS.fragments, times=1))

    assert message == "A document has at most 100 fragments."


def test_comments_are_bounded(engine):
    assert refused(engine, "#\n" * MOST_COMMENTS + "{ cursor }") == []

    [error] = errors(engine, "#\n" * (MOST_COMMENTS + 1) + "{ cursor }")

    assert error.extensions == {"code": "COMMENT_LIMIT", "limit": 500}


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


class TestCost:
    @pytest.fixture
    def cost(self, engine):
        def measured(query, **variables):
            return engine.prepare(Request(query=query, variables=variables)).cost

        return measured

    def test_is_a_weight_for_each_field(self, cost):
        assert cost("{ cursor }") == 10
        assert cost("{ me { role name } }") == 10 + 2
        assert cost("{ products { totalCount } }") == 10 + 10
        assert cost('{ node(id: "x") { ... on Order { number customer { name } } } }') == 10 + 1 + 3

    def test_multiplies_by_the_length_of_a_page(self, cost):
        for window in ("first: 7", "last: 7"):
            assert cost(f"{{ products({window}) {{ nodes {{ id name }} }} }}") == 10 + 2 + 7 * 2
            edges = f"{{ products({window}) {{ edges {{ cursor node {{ id }} }} }} }}"
            assert cost(edges) == 10 + 2 + 7 * (1 + 2 + 1)

        assert cost("{ products { nodes { id } } }") == 10 + 2 + 20
        assert cost("{ products(first: 100000) { nodes { id } } }") == 10 + 2 + 100

    def test_multiplies_by_five_in_a_list_without_pages(self, cost):
        query = "{ products(first: 7) { nodes { variants { sku product { name } } } } }"

        assert cost(query) == 10 + 2 + 7 * (2 + 5 * (1 + 2 + 1))

    def test_reads_the_length_of_a_page_from_variables(self, cost):
        query = "query ($n: Int = 5) { products(first: $n) { nodes { id } } }"

        assert cost(query, n=7) == 10 + 2 + 7
        assert cost(query, n=8) == 10 + 2 + 8
        assert cost(query) == 10 + 2 + 5

    def test_is_the_same_through_fragments(self, cost):
        query = """{ a: products(first: 7) { ...Page } b: products(first: 3) { ...Page } }
          fragment Page on ProductConnection { nodes { ...Row } pageInfo { endCursor } }
          fragment Row on Product { id variants { sku } }"""

        assert cost(query) == 2 * (10 + 2 + 2 + 1) + (7 + 3) * (1 + 2 + 5)

    def test_is_bounded(self):
        query = "query ($n: Int) { products(first: $n) { nodes { id } } }"
        engine = Engine(introspection=True, limits=Limits(cost=62))
        assert errors(engine, query, n=50) == []

        [error] = errors(engine, query, n=51)

        assert error.extensions == {"code": "COST_LIMIT", "limit": 62}
        assert "costs 63; at most 62" in error.message

    @pytest.mark.parametrize("name", DOCUMENTS)
    def test_leaves_room_for_every_document_people_copy(self, engine, name):
        request = Request(
            query=DOCUMENTS[name], operation_name=name, variables={"first": 100, "last": None}
        )

        assert not isinstance(engine.prepare(request), Rejected)

    def test_takes_time_by_the_length_of_the_text(self, engine):
        started = process_time()
        [error] = errors(engine, spreading(30, times=2))
        taken = process_time() - started

        assert error.extensions["code"] == "FIELD_LIMIT"
        wide = Engine(introspection=True, limits=Limits(fields=10**9, cost=10**9))
        started = process_time()
        [error] = errors(wide, spreading(60, times=2))

        assert error.extensions["code"] == "COST_LIMIT"
        assert process_time() - started < 10 * taken + 0.1


HIDDEN = {
    "field": "{ order { numbr } }",
    "root field": "{ ordrs { totalCount } }",
    "argument": "{ orders(frst: 1) { totalCount } }",
    "type": "{ node(id: 1) { ... on Ordr { id } } }",
    "variable's type": "query ($a: OrderFiltr) { orders(filter: $a) { totalCount } }",
    "enum value": "{ orders(sort: NEWST) { totalCount } }",
    "input field": "{ orders(filter: {statuz: [PLACED]}) { totalCount } }",
    "directive": "{ cursor @includ(if: true) }",
}


class TestSuggestions:
    """What is nearly right names what is right, which would tell the schema bit by bit."""

    @pytest.mark.parametrize("mistake", HIDDEN)
    def test_are_made_in_development_alone(self, engine, mistake):
        shown = Engine(introspection=False)

        for message in refused(shown, HIDDEN[mistake]):
            assert "Did you mean" not in message
        assert refused(shown, HIDDEN[mistake])

    @pytest.mark.parametrize(
        ("kind", "value"),
        [("OrderFilter", {"statuz": ["PLACED"]}), ("OrderFilter", {"status": ["PLACD"]})],
    )
    async def test_are_not_made_about_variables_either(self, clerk, kind, value):
        engine = Engine(introspection=False)
        query = f"query ($a: {kind}) {{ orders(filter: $a) {{ totalCount }} }}"
        operation = engine.prepare(Request(query=query, variables={"a": value}))

        result = await engine.run(operation, Context(actor=clerk))

        [error] = result.errors
        assert "Did you mean" not in error.message

    def test_are_there_for_developers(self, engine):
        assert "Did you mean" in str(refused(engine, HIDDEN["root field"]))

    def test_introspection_is_for_developers_too(self, engine):
        for query in ("{ __schema { types { name } } }", '{ __type(name: "Order") { name } }'):
            assert refused(engine, query) == []
            assert refused(Engine(introspection=False), query)
