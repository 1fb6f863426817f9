"""Somebody who places orders and does not give up."""

from collections.abc import Callable, Sequence
from http.client import HTTPConnection, HTTPException
from itertools import count
from threading import Event, Thread
from time import monotonic, sleep

import orjson

from bench.placing import PLACE, written
from bench.servers import HOST, asking
from services.orders import Draft

SECONDS_BETWEEN = 0.25
SECONDS_TO_WAIT = 0.2
SECONDS_OF_PATIENCE = 20


class Clerk(Thread):
    """Places about four orders a second, each with a key of its own. One that is not answered, or
    not as it should be, is sent again with the same key, to the next server."""

    def __init__(self, ports: Sequence[int], token: str, draft: Callable[[], Draft]) -> None:
        super().__init__(daemon=True)
        self.ports, self.token, self.draft = ports, token, draft
        self.placed: dict[str, str] = {}
        self.again = 0
        self._turn, self._longest, self._over = count(), 0.0, Event()

    def run(self) -> None:
        while not self._over.wait(SECONDS_BETWEEN):
            key = f"order {len(self.placed)}"
            body = asking(PLACE, input={"order": written(self.draft()), "idempotencyKey": key})
            began = monotonic()
            while (number := self._sent(body)) is None:
                self.again += 1
                self._over.wait(SECONDS_TO_WAIT)
            self._longest = max(self._longest, monotonic() - began)
            self.placed[key] = number

    def longest(self) -> float:
        """Seconds that an order took at most since this was asked before."""
        longest, self._longest = self._longest, 0.0
        return longest

    def await_next(self) -> float:
        """When one more is placed, by the monotonic clock."""
        placed = len(self.placed)
        while len(self.placed) <= placed:
            sleep(0.01)
        return monotonic()

    def stop(self) -> None:
        self._over.set()
        if self.is_alive():
            self.join()

    def _sent(self, body: bytes) -> str | None:
        port = self.ports[next(self._turn) % len(self.ports)]
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        connection = HTTPConnection(HOST, port, timeout=SECONDS_OF_PATIENCE)
        try:
            connection.request("POST", "/graphql", body, headers)
            answer = orjson.loads(connection.getresponse().read())
        except (OSError, HTTPException, orjson.JSONDecodeError):
            return None
        finally:
            connection.close()
        payload = (answer.get("data") or {}).get("orderPlace") or {}
        number: str | None = (payload.get("order") or {}).get("number")
        return number
