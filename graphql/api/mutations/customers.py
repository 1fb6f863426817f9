"""Mutations of customers and their addresses."""

import strawberry

import models
from api.changes import Change, Payload, Step, given, mutation, optional
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.types.customers import Address, Customer
from models.orders import PostalAddress
from services import customers
from services.actors import Permission


@strawberry.type(description="What a mutation of a customer answers.")
class CustomerPayload(Payload):
    customer: Customer | None = column("The customer as it is now; null when nothing was changed.")


@strawberry.type(description="What a mutation of an address answers.")
class AddressPayload(Payload):
    address: Address | None = column("The address as it is now; null when nothing was changed.")


@strawberry.input
class CustomerCreateInput(Step):
    name: str = column("What they are called.")
    email: str | None = strawberry.field(default=None, description="Where to write to.")
    phone: str | None = strawberry.field(default=None, description="Where to call.")


@strawberry.input
class CustomerUpdateInput(Change):
    name: str | None = optional("What they are called.")
    email: str | None = optional("Where to write to; null takes it off.")
    phone: str | None = optional("Where to call; null takes it off.")


@strawberry.input
class CustomerArchiveInput(Change):
    pass


@strawberry.input(description="Where goods go.")
class PostalAddressInput:
    recipient: str = column("Who receives.")
    line1: str = column("Street and house.")
    line2: str = strawberry.field(default="", description="Whatever else finds the door.")
    city: str = column("Town or city.")
    region: str = strawberry.field(default="", description="State or province.")
    postal_code: str = strawberry.field(default="", description="Postal code.")
    country_code: str = column("Two letters of ISO 3166-1, such as DE.")
    latitude: float | None = strawberry.field(
        default=None, description="Degrees north, to find what is nearest."
    )
    longitude: float | None = strawberry.field(default=None, description="Degrees east.")

    def written(self) -> PostalAddress:
        return PostalAddress(**vars(self))


@strawberry.input
class AddressCreateInput(Step):
    customer_id: strawberry.ID = column("Whose book it goes into.")
    address: PostalAddressInput = column("Where goods go.")


@strawberry.input
class AddressUpdateInput(Change):
    recipient: str | None = optional("Who receives.")
    line1: str | None = optional("Street and house.")
    line2: str | None = optional("Whatever else finds the door.")
    city: str | None = optional("Town or city.")
    region: str | None = optional("State or province.")
    postal_code: str | None = optional("Postal code.")
    country_code: str | None = optional("Two letters of ISO 3166-1, such as DE.")
    latitude: float | None = optional("Degrees north; null where unknown.")
    longitude: float | None = optional("Degrees east; null where unknown.")


@strawberry.input
class AddressArchiveInput(Change):
    pass


_WRITE = Permission.CUSTOMERS_WRITE
_ADDRESS = tuple(PostalAddress.__dataclass_fields__)


@strawberry.type
class CustomerMutations:
    @mutation(customers.create, CustomerPayload, Permission.CUSTOMERS_CREATE)
    async def customer_create(self, info: Info, input: CustomerCreateInput) -> models.Customer:
        return await customers.create(
            info.context.actor, name=input.name, email=input.email, phone=input.phone
        )

    @mutation(customers.update, CustomerPayload, _WRITE, changes=models.Customer)
    async def customer_update(self, info: Info, input: CustomerUpdateInput) -> models.Customer:
        return await customers.update(
            info.context.actor,
            decode(models.Customer, input.id),
            given(input, "name", "email", "phone"),
        )

    @mutation(
        customers.archive, CustomerPayload, Permission.CUSTOMERS_CREATE, changes=models.Customer
    )
    async def customer_archive(self, info: Info, input: CustomerArchiveInput) -> models.Customer:
        return await customers.archive(info.context.actor, decode(models.Customer, input.id))

    @mutation(customers.create_address, AddressPayload, _WRITE)
    async def address_create(self, info: Info, input: AddressCreateInput) -> models.Address:
        return await customers.create_address(
            info.context.actor,
            decode(models.Customer, input.customer_id),
            input.address.written(),
        )

    @mutation(customers.update_address, AddressPayload, _WRITE, changes=models.Address)
    async def address_update(self, info: Info, input: AddressUpdateInput) -> models.Address:
        return await customers.update_address(
            info.context.actor, decode(models.Address, input.id), given(input, *_ADDRESS)
        )

    @mutation(customers.archive_address, AddressPayload, _WRITE, changes=models.Address)
    async def address_archive(self, info: Info, input: AddressArchiveInput) -> models.Address:
        return await customers.archive_address(info.context.actor, decode(models.Address, input.id))
