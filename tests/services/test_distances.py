import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.distances import (
    ABROAD,
    SAME_COUNTRY,
    SAME_POSTAL_AREA,
    SAME_POSTAL_CODE,
    SAME_REGION,
    UNKNOWN,
    Spot,
    distance,
)

HAMBURG = Spot(country_code="DE", latitude=53.55, longitude=9.99)
LYON = Spot(country_code="FR", latitude=45.76, longitude=4.84)
HOME = Spot(country_code="DE", region="Hamburg", postal_code="20457")

spots = st.builds(
    Spot,
    country_code=st.sampled_from(["", "DE", "FR"]),
    region=st.sampled_from(["", "Hamburg"]),
    postal_code=st.sampled_from(["", "20457", "20 459", "2"]),
    latitude=st.none() | st.floats(-90, 90),
    longitude=st.none() | st.floats(-180, 180),
)


class TestDistance:
    def test_is_over_the_globe_where_both_stand_on_the_map(self):
        assert distance(HAMBURG, LYON).km == pytest.approx(940, abs=10)

    @pytest.mark.parametrize(
        ("there", "km"),
        [
            (Spot(country_code="DE", postal_code="20 457"), SAME_POSTAL_CODE),
            (Spot(country_code="DE", postal_code="20095"), SAME_POSTAL_AREA),
            (Spot(country_code="DE", region="HAMBURG", postal_code="99"), SAME_REGION),
            (Spot(country_code="DE", postal_code="10115"), SAME_COUNTRY),
            (Spot(country_code="FR", postal_code="20457"), ABROAD),
            (Spot(), UNKNOWN),
            (HAMBURG, SAME_COUNTRY),
        ],
    )
    def test_is_told_by_the_address_where_one_does_not(self, there, km):
        assert distance(HOME, there).km == km

    @given(spots, spots)
    def test_is_the_same_both_ways_and_never_negative(self, here, there):
        way, back = distance(here, there), distance(there, here)

        assert way.km == pytest.approx(back.km)
        assert 0 <= way.km <= 20_040
