"""How graphql-core runs an operation here: root fields by itself, what is below by a plan."""

import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api import changes
from api.compiled.compiling import Plans
from api.compiled.plans import Run, Shape
from services.commit import undisturbed
from services.measures import COMPILED

log = logging.getLogger(__name__)


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Remembers by the place in the document which fields are selected there.

    graphql-core remembers by the list that leads there, of which each event of a subscription
    makes a new one: it would find nothing again, and keep everything until the watcher leaves.
    """

    def __init__(self, *args: Any, plans: Plans | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plans = plans
        self._selected: dict[tuple[object, ...], Any] = {}

    def execute_field(
        self, parent: Any, source: Any, details: Any, path: Any, position: Any
    ) -> Any:
        """Also says beforehand which columns are all that a plan looks at of a list's rows."""
        if path.prev is None and self._plans is not None:
            field = self.schema.get_field(parent, details[0].node.name.value)
            columns = self._plans.of(self, field.type, details).columns if field else None
            if columns is not None:
                self.context_value.columns[path.key] = columns
        return super().execute_field(parent, source, details, path, position)

    def complete_value(
        self, return_type: Any, details: Any, info: Any, path: Any, result: Any, position: Any
    ) -> Any:
        """By a plan, where the value is that of a root field and there is one."""
        usual = partial(super().complete_value, return_type, details, info, path, result, position)
        if path.prev is not None or result is None or self._plans is None:
            return usual()
        shape = self._plans.of(self, return_type, details).shape
        return usual() if shape is None else self._by_plan(shape, path, result, usual)

    async def _by_plan(self, shape: Shape, path: Any, result: Any, usual: Callable[[], Any]) -> Any:
        run = Run(executor=self, context=self.context_value, path=path)
        try:
            [answer] = await shape.answers(run, [result])
        except Exception:
            log.debug("A plan was given up", exc_info=True)
            COMPILED.labels("given up").inc()
            answer = usual()
            return await answer if self.is_awaitable(answer) else answer
        COMPILED.labels("done").inc()
        return answer

    def collect_subfields(self, return_type: Any, field_details_list: Any) -> Any:
        place = (return_type, *(id(each.node) for each in field_details_list))
        found = self._selected.get(place)
        if found is None:
            found = super().collect_subfields(return_type, field_details_list)
            self._selected[place] = found
        return found


class MutationExecutor(Executor):
    """Runs each mutation with its payload as one piece of work.

    A caller who hangs up does not stop it half way, and the payload of a dry run is read before
    the dry run is undone.
    """

    def execute_field(
        self, parent: Any, source: Any, details: Any, path: Any, position: Any
    ) -> Any:
        field: Any = partial(super().execute_field, parent, source, details, path, position)
        if parent is not self.schema.mutation_type:
            return field()

        async def whole() -> Any:
            async with AsyncExitStack() as stack:
                changes.scope.set(stack)
                # What was read for the mutation before this one may no longer be so.
                self.context_value.forget()
                result = field()
                return await result if self.is_awaitable(result) else result

        return undisturbed(whole())
