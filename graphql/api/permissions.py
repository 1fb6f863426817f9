"""Who may use a field at all. Which rows they see is the service's business."""

from enum import Enum
from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver

from services.actors import Actor, Permission


class Anybody(Enum):
    """In place of a permission: no token is needed, as for signing in."""

    MAY = "may"


class Needs(FieldExtension):
    """The field is for callers with a permission."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: Any, **kwargs: Any
    ) -> Any:
        require(info.context.actor, self.permission)
        return await next_(source, info, **kwargs)


class NotPermitted(Exception):
    """The caller is unknown, or known and not permitted; `code` says which."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def require(actor: Actor, permission: Permission | Anybody | None) -> None:
    """Raise where the caller is unknown, or known and not permitted."""
    if permission is Anybody.MAY:
        return
    if not actor.is_known:
        message = "Send a bearer token in the Authorization header."
        raise NotPermitted("UNAUTHENTICATED", message)
    if permission is not None and not actor.may(permission):
        raise NotPermitted("FORBIDDEN", f"This needs the permission {permission.name}.")
