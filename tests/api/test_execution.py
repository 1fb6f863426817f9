"""How operations are run."""

import gc
from contextlib import aclosing

from api.context import Context
from api.execution import Engine, ExecutionResult, Operation, Request
from services import event_log
from services.actors import Actor
from tests.cast import Shop

WATCH = 'subscription { events(after: "0", filter: {kinds: [STOCK_MOVED]}) { kind actor } }'


class TestSubscription:
    async def test_keeps_nothing_of_the_events_it_has_told(
        self, shop: Shop, manager: Actor
    ) -> None:
        for _ in range(4):
            await shop.order("placed")
        await event_log.take_in()
        engine = Engine(introspection=False)
        operation = engine.prepare(Request(query=WATCH))
        assert isinstance(operation, Operation)
        answers = await engine.stream(operation, Context(actor=manager))
        assert not isinstance(answers, ExecutionResult)

        async with aclosing(answers):
            await anext(answers)
            after_one = _remembered()
            for _ in range(5):
                await anext(answers)
            after_six = _remembered()

        assert after_six == after_one


def _remembered() -> int:
    """How many selections of fields are kept in this process."""
    gc.collect()
    return sum(type(each).__name__ == "FieldDetails" for each in gc.get_objects())
