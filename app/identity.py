"""Who is calling: the bearer token of a request or of a websocket."""

from services import people
from services.actors import GUEST, Actor


class Unknown(Exception):
    """A credential was sent that opens nothing."""

    def __init__(self) -> None:
        super().__init__("This token opens nothing. Ask for a new one, or send none.")


async def identify(authorization: str | None) -> Actor:
    """The actor behind an `Authorization: Bearer …` value; a guest without one.

    A value that is there and opens nothing is refused, as its sender believes to be somebody.
    """
    if authorization is None:
        return GUEST
    scheme, _, secret = authorization.strip().partition(" ")
    is_bearer = scheme.lower() == "bearer" and secret.strip()
    actor = await people.authenticate(secret.strip()) if is_bearer else None
    if actor is None:
        raise Unknown
    return actor
