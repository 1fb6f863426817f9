"""Passwords, kept apart from people so that nothing that reads a person can show one."""

from tortoise import fields
from tortoise.models import Model

from models.people import Person


class Password(Model):
    """Somebody's password, of which only the argon2 hash is kept."""

    id = fields.BigIntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name=False, unique=True, on_delete=fields.CASCADE
    )
    person_id: int
    hash = fields.CharField(max_length=200)

    class Meta:
        table = "passwords"


class SignInAttempts(Model):
    """How often somebody has failed to sign in by a name, whether there is such a name or not.

    Names share 65,536 rows by their digest, so no number of made-up names fills the table.
    """

    id = fields.BigIntField(primary_key=True, generated=False)
    failures = fields.IntField(default=0)
    waits_until = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_in_attempts"
