"""Servers for the tests of the running program."""

from tests.servers import servers, sqlite_waybill  # noqa: F401
