"""What GS1 codes say, read as people and as scanners write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import gs1
from services.gs1 import SEPARATOR, Elements
from services.receiving_codes import written

TODAY = date(2026, 1, 5)
ITEM = "04006381333931"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (f"(01){ITEM}", {}),
        (f"01{ITEM}", {}),
        (f"]d201{ITEM}10L-1", {"lot": "L-1"}),
        (f"01{ITEM}10L-1{SEPARATOR}17260630", {"lot": "L-1", "expires_on": date(2026, 6, 30)}),
        (f"(01){ITEM}(17)260200", {"expires_on": date(2026, 2, 28)}),
        (f"(01){ITEM}(15)751231", {"expires_on": date(2075, 12, 31)}),
        (f"(01){ITEM}(11)990101", {"made_on": date(1999, 1, 1)}),
        (f"(01){ITEM}(21)S 9", {"serial": "S 9"}),
        (f"02{ITEM}3712{SEPARATOR}10A", {"units": 12, "lot": "A"}),
        (f"(01){ITEM}(17)261399", {}),
    ],
)
def test_says_what_is_in_it(code, said):
    assert gs1.read(code, TODAY) == Elements(item=ITEM, **said)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "4006381333931",
        "MUG-1",
        "(10)L-1",
        "00123456789012345678",
        "(01)04006381333932",
        f"01{ITEM}99?",
        "0104006",
    ],
)
def test_is_no_such_code(code):
    assert gs1.read(code, TODAY) is None


@given(st.text(max_size=60) | st.from_regex(r"\A(01|02|10|17|21|37|\(|\)|\d|\x1d){0,30}\Z"))
def test_never_fails(code):
    gs1.read(code, TODAY)


def test_writes_a_trade_item_number_in_every_length():
    assert "4006381333931" in written(ITEM)
    assert ITEM in written("4006381333931")
    assert list(written("MUG-1")) == ["MUG-1"]
    assert list(written("123")) == ["123"]
