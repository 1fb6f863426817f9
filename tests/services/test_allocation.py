from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import AllocationPolicy
from services.allocation import Share, Shortage, Supply, allocate, explain
from services.distances import Distance

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


PLACES = (NORTH, SOUTH, EAST, 40)
small_demands = st.dictionaries(st.sampled_from([MUG, SHIRT]), st.integers(1, 4), min_size=1)
small_stocks = st.dictionaries(
    st.tuples(st.sampled_from(PLACES), st.sampled_from([MUG, SHIRT])), st.integers(0, 4)
)
ways = st.fixed_dictionaries({place: st.sampled_from([5.0, 50.0, 400.0]) for place in PLACES})
every_policy = pytest.mark.parametrize("policy", AllocationPolicy)


def ways_to_fill(demand: Mapping[int, int], stock: Mapping[tuple[int, int], int]) -> Iterator[dict]:
    """Every way to take what is wanted from where it lies: units by location and variant."""
    keys = [key for key, units in stock.items() if units and key[1] in demand]
    for taken in product(*(range(stock[key] + 1) for key in keys)):
        sums = Counter()
        for (_, variant), units in zip(keys, taken, strict=True):
            sums[variant] += units
        if sums == Counter(demand):
            yield {key: units for key, units in zip(keys, taken, strict=True) if units}


def sent_from(shares: Sequence[Share]) -> Counter[int]:
    sent: Counter[int] = Counter()
    for share in shares:
        sent[share.supply.location_id] += share.units
    return sent


class TestPolicy:
    """Each policy against every other way there is to fill a small order."""

    @given(demand=small_demands, stock=small_stocks)
    def test_sends_as_few_parcels_as_any_way_could(self, demand, stock):
        shares, short = allocate(demand, [supply(*at, units) for at, units in stock.items()])

        if not short:
            fewest = min(len({at[0] for at in way}) for way in ways_to_fill(demand, stock))
            assert len(sent_from(shares)) == fewest

    @given(demand=small_demands, stock=small_stocks, km=ways)
    def test_sends_units_over_no_longer_a_way_than_any_could(self, demand, stock, km):
        distances = {place: Distance(km=far, told_by="") for place, far in km.items()}
        supplies = [supply(*at, units) for at, units in stock.items()]

        shares, short = allocate(
            demand, supplies, policy=AllocationPolicy.NEAREST, distances=distances
        )

        if not short:
            shortest = min(
                sum(km[at[0]] * units for at, units in way.items())
                for way in ways_to_fill(demand, stock)
            )
            assert sum(km[at] * units for at, units in sent_from(shares).items()) == shortest

    @given(demand=small_demands, stock=small_stocks)
    def test_takes_most_from_the_fullest_then_from_the_next(self, demand, stock):
        supplies = [supply(*at, units) for at, units in stock.items()]
        # In a tie whoever has something and is asked earlier comes first.
        order = list(dict.fromkeys(at[0] for at, n in stock.items() if n and at[1] in demand))
        full = Counter()
        for (place, variant), units in stock.items():
            full[place] += units if variant in demand else 0
        fullest = sorted(order, key=lambda place: -full[place])

        shares, short = allocate(demand, supplies, policy=AllocationPolicy.HIGHEST_STOCK)

        if not short:
            best = max(
                tuple(sum(n for at, n in way.items() if at[0] == place) for place in fullest)
                for way in ways_to_fill(demand, stock)
            )
            assert tuple(sent_from(shares)[place] for place in fullest) == best

    @every_policy
    @given(demand=demands, stock=stocks, avoid=avoided)
    def test_fills_what_is_wanted_and_explains_every_location(self, policy, demand, stock, avoid):
        supplies = [supply(*where, units) for where, units in stock.items()]
        shares, short = allocate(demand, supplies, policy=policy, avoid=avoid)

        told = explain(demand, supplies, shares, policy=policy, avoid=avoid)

        assert {each.location_id for each in told} == {place for place, _ in stock}
        assert sum(each.sends for each in told) == (0 if short else sum(demand.values()))
        for each in told:
            assert each.sends <= each.could_send
            assert (each.rank is not None) == (each.sends > 0)
            assert each.why.endswith(".")
        ranks = [each.rank for each in told if each.rank]
        assert ranks == list(range(1, len(ranks) + 1))

    def test_finds_the_two_that_are_enough_where_the_fullest_is_neither(self):
        stock = {(NORTH, MUG): 2, (NORTH, SHIRT): 2, (SOUTH, MUG): 3, (EAST, SHIRT): 3}

        shares, _ = allocate({MUG: 3, SHIRT: 3}, [supply(*at, n) for at, n in stock.items()])

        assert set(sent_from(shares)) == {SOUTH, EAST}
