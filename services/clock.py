"""The time, asked for in one place so that a test can say what it is."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
