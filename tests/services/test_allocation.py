from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from services.allocation import Share, Shortage, Supply, allocate

MUG, SHIRT, CAP = 1, 2, 3
NORTH, SOUTH, EAST = 10, 20, 30


def supply(location: int, variant: int, available: int) -> Supply:
    return Supply(
        level_id=location + variant,
        location_id=location,
        variant_id=variant,
        available=available,
    )


def taken(shares: list[Share]) -> dict[tuple[int, int], int]:
    """Units by location and variant."""
    return {(each.supply.location_id, each.supply.variant_id): each.units for each in shares}


demands = st.dictionaries(st.sampled_from([MUG, SHIRT, CAP]), st.integers(1, 12), min_size=1)
stocks = st.dictionaries(
    st.tuples(st.sampled_from([NORTH, SOUTH, EAST, 40, 50]), st.sampled_from([MUG, SHIRT, CAP])),
    st.integers(-2, 12),
)
avoided = st.sampled_from([None, NORTH, SOUTH])


class TestAllocate:
    def test_sends_everything_from_the_first_location_that_has_it(self):
        supplies = [supply(NORTH, MUG, 1), supply(SOUTH, MUG, 5), supply(EAST, MUG, 9)]

        shares, shortages = allocate({MUG: 4}, supplies)

        assert (taken(shares), shortages) == ({(SOUTH, MUG): 4}, [])

    def test_asks_the_earlier_location_first_in_a_tie(self):
        shares, _ = allocate({MUG: 1}, [supply(SOUTH, MUG, 5), supply(NORTH, MUG, 5)])

        assert taken(shares) == {(SOUTH, MUG): 1}

    def test_prefers_one_parcel_with_everything_to_the_first_location_with_something(self):
        supplies = [supply(NORTH, MUG, 9), supply(SOUTH, MUG, 2), supply(SOUTH, SHIRT, 1)]

        shares, _ = allocate({MUG: 2, SHIRT: 1}, supplies)

        assert taken(shares) == {(SOUTH, MUG): 2, (SOUTH, SHIRT): 1}

    def test_sends_most_from_one_location_and_the_rest_from_the_next(self):
        supplies = [supply(NORTH, MUG, 3), supply(SOUTH, MUG, 7), supply(EAST, MUG, 2)]

        shares, _ = allocate({MUG: 10}, supplies)

        assert taken(shares) == {(SOUTH, MUG): 7, (NORTH, MUG): 3}

    def test_takes_from_a_location_to_avoid_only_what_no_other_has(self):
        supplies = [supply(NORTH, MUG, 9), supply(SOUTH, MUG, 2)]

        shares, _ = allocate({MUG: 5}, supplies, avoid=NORTH)

        assert taken(shares) == {(SOUTH, MUG): 2, (NORTH, MUG): 3}

    def test_takes_nothing_when_anything_is_missing(self):
        supplies = [supply(NORTH, MUG, 3), supply(NORTH, SHIRT, 9)]

        shares, shortages = allocate({MUG: 4, SHIRT: 1, CAP: 2}, supplies)

        assert shares == []
        assert shortages == [
            Shortage(variant_id=MUG, requested=4, available=3),
            Shortage(variant_id=CAP, requested=2, available=0),
        ]

    @given(demand=demands, stock=stocks, avoid=avoided)
    def test_fills_exactly_what_is_wanted_or_says_what_is_missing(self, demand, stock, avoid):
        supplies = [supply(*where, units) for where, units in stock.items()]
        there = Counter()
        for (_, variant), units in stock.items():
            there[variant] += max(units, 0)

        shares, shortages = allocate(demand, supplies, avoid=avoid)

        sent = Counter()
        for share in shares:
            sent[share.supply.variant_id] += share.units
            assert 0 < share.units <= share.supply.available
        assert len(taken(shares)) == len(shares)
        short = {variant for variant, units in demand.items() if there[variant] < units}
        assert {each.variant_id for each in shortages} == short
        assert sent == (Counter() if short else Counter(demand))

    @given(demand=demands, stock=stocks)
    def test_sends_one_parcel_wherever_one_is_enough(self, demand, stock):
        supplies = [supply(*where, units) for where, units in stock.items()]
        order = list(dict.fromkeys(location for location, _ in stock))
        complete = [
            place
            for place in order
            if all(stock.get((place, variant), 0) >= units for variant, units in demand.items())
        ]

        shares, _ = allocate(demand, supplies)

        if complete:
            assert {share.supply.location_id for share in shares} <= set(complete)
            assert len({share.supply.location_id for share in shares}) == 1

    @given(demand=demands, stock=stocks, avoid=avoided)
    def test_leaves_no_location_to_avoid_with_work_another_could_do(self, demand, stock, avoid):
        supplies = [supply(*where, units) for where, units in stock.items()]

        shares, _ = allocate(demand, supplies, avoid=avoid)

        sent = taken(shares)
        for place, variant in sent:
            if place == avoid:
                others = {each: n for each, n in stock.items() if each != (place, variant)}
                left = sum(
                    max(units, 0) - sent.get(each, 0)
                    for each, units in others.items()
                    if each[1] == variant
                )
                assert left == 0
