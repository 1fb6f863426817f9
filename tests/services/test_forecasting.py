"""The arithmetic of forecasts, on made-up demand that the methods know nothing of."""

from random import Random
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.demand import DAYS, KINDS
from bench.forecasting import estimated, made
from models import DemandClass, ForecastMethod
from services import forecasting
from services.forecasting.selection import FEWEST_DAYS

DAYS_OF_DEMAND = st.lists(st.integers(0, 50), min_size=1, max_size=120)


class TestEstimate:
    @pytest.mark.parametrize("kind", KINDS)
    def test_is_not_worse_than_the_naive_forecast_on_average(self, kind):
        found = estimated(made(kind, 60))

        mase = fmean(each.mase for each in found)
        naive = fmean(each.naive_mase for each in found)
        assert mase < 0.95 * naive
        assert abs(fmean(each.bias for each in found)) < 0.15

    @pytest.mark.parametrize(
        ("kind", "demand_class"),
        [
            ("smooth", DemandClass.SMOOTH),
            ("trend and season", DemandClass.SMOOTH),
            ("intermittent", DemandClass.INTERMITTENT),
            ("lumpy", DemandClass.LUMPY),
        ],
    )
    def test_tells_kinds_of_demand_apart(self, kind, demand_class):
        classes = [each.demand_class for each in estimated(made(kind, 40))]

        assert classes.count(demand_class) >= 30

    def test_finds_a_rate_that_does_not_change(self):
        [found] = forecasting.estimate([np.full(DAYS, 7.0)])

        assert found.mean == pytest.approx(7)
        assert found.spread == pytest.approx(0)

    def test_follows_a_trend(self):
        [found] = forecasting.estimate([np.linspace(10, 100, DAYS)])

        assert found.method is ForecastMethod.TREND
        assert 99 < found.mean < 104

    def test_notices_that_nobody_asks_any_more(self):
        dice = Random(1)
        busy = [float(dice.random() < 0.3) for _ in range(185)]
        [before] = forecasting.estimate([np.array(busy)])
        [after] = forecasting.estimate([np.array(busy + [0.0] * 180)])

        assert after.mean < before.mean / 5

    @pytest.mark.parametrize("demand", [[], [0.0] * DAYS, [0.0] * 100 + [3.0] + [0.0] * 20])
    def test_takes_the_mean_where_there_is_too_little_to_tell(self, demand):
        [found] = forecasting.estimate([np.array(demand)])

        assert found.method is ForecastMethod.MEAN
        assert found.demand_class is DemandClass.UNKNOWN
        assert found.mean == pytest.approx(fmean(demand) if demand else 0)
        assert (found.mase, found.naive_mase, found.bias) == (None, None, None)

    def test_knows_no_accuracy_before_a_forecast_could_come_true(self):
        [found] = forecasting.estimate([np.tile([3.0, 5.0], FEWEST_DAYS // 2)])

        assert found.mase is None
        assert found.mean == pytest.approx(4, abs=1)

    def test_is_the_same_for_a_series_alone_and_among_others(self):
        demands = [
            made(kind, 1)[0][-days:] for kind, days in zip(KINDS, (365, 90, 200, 30), strict=True)
        ]
        together = forecasting.estimate(demands)
        alone = [forecasting.estimate([each])[0] for each in demands]

        for one, among in zip(alone, together, strict=True):
            assert one.method is among.method
            assert one.mean == pytest.approx(among.mean, rel=1e-6)
            assert one.spread == pytest.approx(among.spread, rel=1e-6)

    @given(st.lists(DAYS_OF_DEMAND, min_size=1, max_size=4))
    def test_never_expects_less_than_nothing(self, demands):
        series = [np.array(each, dtype=float) for each in demands]

        first, again = forecasting.estimate(series), forecasting.estimate(series)

        assert first == again
        for found, demand in zip(first, demands, strict=True):
            assert 0 <= found.mean < 3 * max(demand) + 1
            assert found.spread >= 0
            assert found.days == len(demand)


class TestUncensored:
    def test_leaves_days_with_stock_as_they_are(self):
        demand = np.array([3.0, 0.0, 5.0])

        assert list(forecasting.uncensored(demand, np.zeros(3))) == [3, 0, 5]

    def test_expects_the_usual_rate_on_days_without(self):
        demand, out = np.full(60, 4.0), np.zeros(60)
        demand[30:40], out[30:40] = 0, 1

        assert forecasting.uncensored(demand, out) == pytest.approx(np.full(60, 4.0))

    def test_expects_a_share_of_it_on_days_with_some(self):
        demand, out = np.full(60, 4.0), np.zeros(60)
        demand[30], out[30] = 2, 0.5

        assert forecasting.uncensored(demand, out)[30] == pytest.approx(4)

    def test_knows_nothing_where_there_never_was_any(self):
        assert list(forecasting.uncensored(np.zeros(5), np.ones(5))) == [0] * 5

    def test_brings_the_forecast_of_a_shelf_that_was_often_empty_up(self):
        dice = Random(3)
        full = np.fromiter(KINDS["smooth"](dice), dtype=float)
        out = np.array([float(dice.random() < 0.4) for _ in full])
        seen = np.where(out > 0, 0.0, full)

        [found] = forecasting.estimate([forecasting.uncensored(seen, out)])
        [naively] = forecasting.estimate([seen])

        assert found.mean == pytest.approx(full.mean(), rel=0.1)
        assert naively.mean < 0.75 * full.mean()


class TestSafetyStock:
    def test_is_what_the_books_say(self):
        units = forecasting.safety_stock(
            service_level=0.95, mean=10, spread=3, lead_days=9, lead_spread_days=2
        )

        assert units == pytest.approx(1.6449 * (9 * 9 + 100 * 4) ** 0.5, rel=1e-4)

    def test_grows_with_the_service_level(self):
        levels = [
            forecasting.safety_stock(service_level=level, mean=5, spread=2, lead_days=14)
            for level in (0.3, 0.5, 0.9, 0.99)
        ]

        assert levels[:2] == [0, 0]
        assert levels[2] < levels[3]
