"""How often somebody may call: a bucket of tokens for each person and each address.

A bucket holds so many seconds' worth of calls and fills up evenly; a call takes one. With Redis the
buckets are shared by all processes, emptied and filled by one script there, so that no two calls
take the same token; without, or while Redis is away, each process has its own.
"""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

MOST_BUCKETS = 20_000
# A Redis that is slow may not make every call slow; after a failure it is left alone for a while.
REDIS_SECONDS = 0.5
PAUSE_SECONDS = 5.0

# For every key: fill the bucket, see whether it has a token; only if all have, take one of each.
# Answers how many milliseconds to wait, 0 for a call that may be made.
TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local wait, left = 0, {}
for i, key in ipairs(KEYS) do
    local rate, most = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    local kept = redis.call('HMGET', key, 'left', 'at')
    local at = tonumber(kept[2]) or now
    left[i] = math.min(most, (tonumber(kept[1]) or most) + math.max(0, now - at) * rate)
    if left[i] < 1 then wait = math.max(wait, (1 - left[i]) / rate) end
end
for i, key in ipairs(KEYS) do
    local rate, most = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    if wait == 0 then left[i] = left[i] - 1 end
    redis.call('HSET', key, 'left', tostring(left[i]), 'at', tostring(now))
    redis.call('PEXPIRE', key, math.ceil(1000 * most / rate) + 1000)
end
return math.ceil(wait * 1000)
"""


class TooFast(Exception):
    """The call may be made in so many `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"You call too often. Call again in {max(seconds, 0.1):.1f} seconds.")
        self.seconds = seconds


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Calls a second, and how many may come at once after a time of quiet."""

    per_second: float
    most: float


@dataclass
class _Bucket:
    left: float
    at: float


class Buckets:
    """The buckets of this process, the least used forgotten when there are too many."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, wanted: Sequence[tuple[str, Rate]]) -> float:
        """Seconds to wait; 0 for a call that may be made."""
        buckets = [self._filled(name, rate) for name, rate in wanted]
        waits = [
            (1 - bucket.left) / rate.per_second
            for bucket, (_, rate) in zip(buckets, wanted, strict=True)
            if bucket.left < 1
        ]
        if waits:
            return max(waits)
        for bucket in buckets:
            bucket.left -= 1
        return 0.0

    def _filled(self, name: str, rate: Rate) -> _Bucket:
        now = monotonic()
        bucket = self._kept.setdefault(name, _Bucket(left=rate.most, at=now))
        self._kept.move_to_end(name)
        bucket.left = min(rate.most, bucket.left + (now - bucket.at) * rate.per_second)
        bucket.at = now
        if len(self._kept) > MOST_BUCKETS:
            self._kept.popitem(last=False)
        return bucket

    def __len__(self) -> int:
        return len(self._kept)


class Rates:
    """Lets calls pass, or raises TooFast; a rate that is None bounds nothing."""

    def __init__(
        self, *, actor: Rate | None, address: Rate | None, redis_url: str | None = None
    ) -> None:
        self.actor, self.address = actor, address
        self.buckets = Buckets()
        self._redis: Any = None
        if redis_url is not None:
            self._redis = Redis.from_url(
                redis_url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
            )
        self._paused_until = 0.0

    async def take(self, *, address: str, actor: str | None = None) -> None:
        """One call from an address and, when it is known, by somebody."""
        wanted = []
        if self.address is not None:
            wanted.append((f"address:{address}", self.address))
        if self.actor is not None and actor is not None:
            wanted.append((f"actor:{actor}", self.actor))
        wait = await self._wait(wanted) if wanted else 0.0
        if wait > 0:
            raise TooFast(wait)

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.aclose()

    async def _wait(self, wanted: Sequence[tuple[str, Rate]]) -> float:
        if self._redis is not None and monotonic() >= self._paused_until:
            try:
                return await self._ask(wanted)
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("Calls are counted by each process alone for now: %s", error)
                self._paused_until = monotonic() + PAUSE_SECONDS
        return self.buckets.take(wanted)

    async def _ask(self, wanted: Sequence[tuple[str, Rate]]) -> float:
        keys = [f"waybill:rate:{name}" for name, _ in wanted]
        numbers = [number for _, rate in wanted for number in (rate.per_second, rate.most)]
        return float(await self._redis.eval(TAKE, len(keys), *keys, *numbers)) / 1000
