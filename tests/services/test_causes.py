"""What may have caused a variance: each rule over the traces that its cause leaves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models import Disposition, MovementReason, ReturnCondition, ReturnReason, VarianceCause
from services import causes
from services.causes import Case, Comeback, Move, Near, Slip

_C, _R = VarianceCause, MovementReason
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def case(quantity: int, **given: Any) -> Case:
    usual = {
        "number": "VRN-1001",
        "variant_id": 1,
        "product_id": 1,
        "sku": "MUG",
        "bin_id": 1,
        "bin_code": "A-1",
        "quantity": quantity,
        "expected": 40,
        "counted": 40 + quantity,
        "seen_at": NOW,
    }
    return Case(**usual | given)


def move(reason: MovementReason, change: int, **given: Any) -> Move:
    usual = {"id": 7, "bin_id": 1, "at": NOW - timedelta(days=2)}
    return Move(reason=reason, change=change, **usual | given)


RESTOCKED = {"disposition": Disposition.RESTOCK}


def comeback(**given: Any) -> Comeback:
    usual = {
        "number": "RTU-1001",
        "returned": "RET-1001",
        "units": 2,
        "bin_id": None,
        "reason": ReturnReason.CHANGED_MIND,
        "condition": ReturnCondition.NEW,
        "disposition": None,
        "is_unexpected": False,
        "at": NOW - timedelta(days=2),
    }
    return Comeback(**usual | given)


def likeliest(found: Case, **near: Any) -> VarianceCause:
    return causes.suggest(found, Near(**near))[0].cause


class TestSuggest:
    def test_knows_nothing_where_nothing_was_recorded(self) -> None:
        assert [each.cause for each in causes.suggest(case(-3), Near())] == [_C.UNEXPLAINED]

    @pytest.mark.parametrize(
        ("quantity", "near", "cause"),
        [
            (-3, {"others": [case(3, number="VRN-1002", bin_id=2)]}, _C.MISPLACED),
            (-3, {"moves": [move(_R.MOVED, 3)]}, _C.MISPLACED),
            (-3, {"others": [case(3, variant_id=2, bin_id=2)]}, _C.MISPICK),
            (-3, {"others": [case(3, variant_id=2, product_id=2)]}, _C.MISPICK),
            (-12, {"moves": [move(_R.RECEIVED, 12, is_purchase=True)]}, _C.SUPPLIER_SHORT),
            (-12, {"moves": [move(_R.RECEIVED, 12)]}, _C.RECEIVING_ERROR),
            (4, {"moves": [move(_R.TRANSFERRED, 12)]}, _C.RECEIVING_ERROR),
            (-9, {"moves": [move(_R.ADJUSTED, 21)]}, _C.DATA_ENTRY),
            (-45, {"moves": [move(_R.RECEIVED, 50)], "expected": 60}, _C.DATA_ENTRY),
            (-5, {"moves": [move(_R.ADJUSTED, 5)]}, _C.DATA_ENTRY),
            (-1, {"moves": [move(_R.DAMAGED, -1), move(_R.WRITTEN_OFF, -1)]}, _C.UNRECORDED_DAMAGE),
            (2, {"moves": [move(_R.ADJUSTED, -2, is_short_pick=True)]}, _C.FOUND),
            (2, {"past": [(case(-2, number="VRN-1000"), _C.UNEXPLAINED)]}, _C.FOUND),
            (-2, {"past": [(case(-1), None), (case(-3), _C.THEFT)]}, _C.THEFT),
        ],
    )
    def test_finds_the_cause_that_left_its_traces(
        self, quantity: int, near: dict[str, Any], cause: VarianceCause
    ) -> None:
        given = {"expected": near.pop("expected")} if "expected" in near else {}

        assert likeliest(case(quantity, **given), **near) is cause

    @pytest.mark.parametrize(
        ("quantity", "given", "cause"),
        [
            (-2, {"disposition": Disposition.RESTOCK}, _C.MISPLACED),
            (-2, {"is_unexpected": True}, _C.MISPICK),
            (-2, RESTOCKED | {"condition": ReturnCondition.WRONG_ITEM}, _C.MISPICK),
            (-2, {"disposition": Disposition.QUARANTINE}, _C.UNEXPLAINED),
            (2, {"disposition": None}, _C.MISPLACED),
            (2, {"disposition": Disposition.REPAIR}, _C.MISPLACED),
            (2, {"disposition": Disposition.WRITE_OFF}, _C.DATA_ENTRY),
            (2, {"disposition": Disposition.MISSING}, _C.DATA_ENTRY),
            (2, {"reason": ReturnReason.WRONG_ITEM}, _C.MISPICK),
            (2, RESTOCKED, _C.UNEXPLAINED),
        ],
    )
    def test_doubts_what_came_back(
        self, quantity: int, given: dict[str, Any], cause: VarianceCause
    ) -> None:
        found = causes.suggest(case(quantity), Near(comebacks=[comeback(**given)]))

        assert found[0].cause is cause
        evidence = [each.ids for each in found[0].evidence]
        assert evidence == ([] if cause is _C.UNEXPLAINED else [["RTU-1001"]])

    def test_doubts_what_came_back_to_the_same_bin_more(self) -> None:
        here, there = (
            causes.suggest(case(-2), Near(comebacks=[comeback(**RESTOCKED, bin_id=bin_id)]))[0]
            for bin_id in (1, 2)
        )

        assert here.score > there.score

    def test_remembers_the_mistakes_of_pickers(self) -> None:
        slip = Slip(
            number="MIS-1001",
            found_sku="MUG",
            wanted="CUP",
            quantity=1,
            is_wrong_bin=False,
            at=NOW - timedelta(days=1),
        )

        [found, _] = causes.suggest(case(-1), Near(slips=[slip]))

        assert found.cause is _C.MISPICK
        assert [each.ids for each in found.evidence] == [["MIS-1001"]]
        assert "1 MUG were taken in place of CUP" in found.why

    def test_an_exact_fit_speaks_louder_than_a_partial_one(self) -> None:
        exact = causes.suggest(case(-3), Near(others=[case(3, bin_id=2)]))[0]
        partial = causes.suggest(case(-3), Near(others=[case(1, bin_id=2)]))[0]

        assert exact.score > partial.score > 0.05

    def test_two_traces_of_one_cause_are_one_suggestion(self) -> None:
        near = Near(others=[case(3, number="VRN-1002", bin_id=2)], moves=[move(_R.MOVED, 3)])

        [found, _] = causes.suggest(case(-3), near)

        assert (found.cause, len(found.evidence)) == (_C.MISPLACED, 2)
        assert found.score == 0.95

    def test_what_fits_the_other_way_round_is_no_trace(self) -> None:
        near = Near(others=[case(-3, bin_id=2)], moves=[move(_R.MOVED, -3)])

        assert [each.cause for each in causes.suggest(case(-3), near)] == [_C.UNEXPLAINED]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [(12, 21, True), (123, 132, True), (12, 12, False), (12, 13, False), (123, 321, False)],
)
def test_transposed_digits(one: int, other: int, expected: bool) -> None:
    assert causes.is_transposed(one, other) is expected
