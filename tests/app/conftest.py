"""Servers for the tests of the running program."""

import pytest

pytest.register_assert_rewrite("tests.servers", "tests.clients")

from tests.servers import servers, sqlite_waybill  # noqa: E402, F401
