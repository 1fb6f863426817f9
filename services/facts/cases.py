"""What is announced of service cases. What was said stands in their messages, not in the log."""

from dataclasses import dataclass
from datetime import datetime

from models import CaseChannel, CaseKind, CasePriority, CaseStatus
from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class ServiceCaseFact(Fact):
    NEEDS = Permission.CASES_READ

    order_id: int | None
    customer_id: int
    service_case_id: int


@dataclass(frozen=True, kw_only=True)
class ServiceCaseOpened(ServiceCaseFact):
    """The service desk was asked something, or an exception asks it to look after a customer."""

    case_kind: CaseKind
    channel: CaseChannel
    priority: CasePriority


@dataclass(frozen=True, kw_only=True)
class ServiceCaseStarted(ServiceCaseFact):
    """Somebody works on a service case."""

    case_owner: str | None


@dataclass(frozen=True, kw_only=True)
class ServiceCaseWaiting(ServiceCaseFact):
    """A service case waits for somebody's answer."""

    case_status: CaseStatus


class ServiceCaseResumed(ServiceCaseFact):
    """A service case waits for nobody any more."""


@dataclass(frozen=True, kw_only=True)
class ServiceCaseReplied(ServiceCaseFact):
    """Something was said to the customer in a service case, or by them."""

    case_message_id: int
    from_customer: bool


class ServiceCaseResolved(ServiceCaseFact):
    """A service case is dealt with, as we see it."""


class ServiceCaseClosed(ServiceCaseFact):
    """A service case is over."""


class ServiceCaseReopened(ServiceCaseFact):
    """A service case that was thought to be over goes on."""


@dataclass(frozen=True, kw_only=True)
class InternalCaseFact(ServiceCaseFact):
    """What the desk does among itself, which customers do not hear of."""

    NEEDS = Permission.CASES_WORK


@dataclass(frozen=True, kw_only=True)
class ServiceCaseUpdated(InternalCaseFact):
    """A service case is of another kind, priority or team, or is about something else."""

    case_kind: CaseKind
    priority: CasePriority
    team: str


@dataclass(frozen=True, kw_only=True)
class ServiceCaseAssigned(InternalCaseFact):
    """A service case was given to somebody, or back to all."""

    case_owner: str | None


@dataclass(frozen=True, kw_only=True)
class ServiceCaseNoted(InternalCaseFact):
    """The staff noted something in a service case, for themselves."""

    case_message_id: int


@dataclass(frozen=True, kw_only=True)
class ServiceCaseEscalated(InternalCaseFact):
    """A service case needs those who lead its team, as a deadline passed or somebody says so."""

    case_owner: str | None
    team: str
    priority: CasePriority
    escalation: int
    missed_at: datetime | None
