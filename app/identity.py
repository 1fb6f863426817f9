"""Who is calling: the bearer token of a request or of a websocket, ours or a provider's."""

from app import oidc
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
    secret = secret.strip()
    actor = None
    if scheme.lower() == "bearer" and secret:
        is_ours = secret.startswith(people.PREFIX)
        actor = await (people.authenticate(secret) if is_ours else oidc.identify(secret))
    if actor is None:
        raise Unknown
    return actor
