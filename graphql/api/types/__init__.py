"""What clients see of each thing."""

from api.types import enums as enums
