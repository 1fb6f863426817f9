"""Service cases through the API: from the question to its end, and what customers see of it."""

import pytest

from models import CaseMessage, Customer, ServiceCase
from services import event_log
from tests.cast import CLERK, MANAGER, actor_for
from tests.desk import asking, case

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TIMELINE = """query($number: String!) { order(number: $number) {
  cases { number status messages { body isInternal } }
  surveys { number }
  timeline(first: 100) { nodes { kind ... on ServiceCaseNoted { caseMessage { body } } } } } }"""


async def test_goes_from_a_question_to_its_end(api, shop, customer_actor):
    order = await shop.order("placed")
    asked = {"orderId": order.number, "kind": "WHERE_IS_MY_ORDER", "subject": "Where is it?"}
    row = await api.do(customer_actor, "ServiceCaseOpen", **asked, body="It was to come.")
    assert (row["status"], row["channel"], row["isOverdue"]) == ("OPEN", "PORTAL", False)
    number = {"id": row["number"]}

    await api.do(CLERK, "ServiceCaseStart", **number)
    await api.do(CLERK, "ServiceCaseNote", **number, body="The driver was new.")
    await api.do(CLERK, "ServiceCaseEscalate", **number)
    await api.do(CLERK, "ServiceCaseReply", **number, body="Which door?")
    await api.do(CLERK, "ServiceCaseWait", **number, waitsFor="WAITING_CUSTOMER")
    row = await api.do(customer_actor, "ServiceCaseReply", **number, body="The red one.")
    assert (row["status"], row["pausedAt"]) == ("IN_PROGRESS", None)
    with asking():
        await api.do(CLERK, "ServiceCaseResolve", **number, resolution="It came.")
    await event_log.take_in()

    # Whichever way leads to it, what is internal is for those who work on cases.
    listed = {
        actor: (await api.ask(actor, "ServiceCases", first=5))["nodes"]
        for actor in (CLERK, customer_actor)
    }
    assert [len(each["messages"]) for [each] in listed.values()] == [4, 3]
    assert "serviceCaseNote" not in {each["name"] for each in listed[customer_actor][0]["actions"]}
    note = await CaseMessage.get(is_internal=True)
    for actor, seen in ((CLERK, True), (customer_actor, False)):
        [node] = await api.ask(actor, "Nodes", ids=[note.number])
        assert (node is not None) is seen
        found = await api.ask(actor, TIMELINE, number=order.number)
        kinds = [each["kind"] for each in found["timeline"]["nodes"]]
        assert ("SERVICE_CASE_NOTED" in kinds) is ("SERVICE_CASE_ESCALATED" in kinds) is seen
        assert {"SERVICE_CASE_OPENED", "SERVICE_CASE_REPLIED", "SURVEY_ASKED"} <= set(kinds)
        assert len(found["cases"][0]["messages"]) == (4 if seen else 3)
    [survey] = (await api.ask(customer_actor, "Surveys", first=5))["nodes"]
    answer = await api.do(customer_actor, "SurveyAnswer", id=survey["number"], score=5)
    assert answer["score"] == 5


async def test_tells_staff_which_deadline_was_missed(api, shop, clock):
    order = await shop.order("placed")
    asked = {"orderId": order.number, "kind": "LATE", "channel": "PHONE", "subject": "Where is it?"}
    row = await api.do(CLERK, "ServiceCaseOpen", **asked)
    clock.advance(days=1)
    await api.do(MANAGER, "ServiceCaseEscalate", id=row["number"])
    await event_log.take_in()

    query = """query($number: String!) { order(number: $number) { timeline(first: 100) { nodes {
      ... on ServiceCaseEscalated { missedAt escalation serviceCase { isOverdue } } } } } }"""
    told = (await api.ask(MANAGER, query, number=order.number))["timeline"]["nodes"][-1]

    found = await ServiceCase.get()
    assert told["missedAt"].startswith(found.first_response_due_at.isoformat()[:16])
    assert (told["escalation"], told["serviceCase"]) == (1, {"isOverdue": True})


async def test_tells_the_customer_live_of_all_but_what_is_internal(api, shop, customer_actor, feed):
    row = await case(shop)
    number = {"id": row.number}
    await api.do(CLERK, "ServiceCaseNote", **number, body="The driver was new.")
    await api.do(CLERK, "ServiceCaseReply", **number, body="It comes tomorrow.")
    await event_log.take_in()

    told = {
        actor: [
            each["data"]["serviceCases"]
            for each in await api.watch(actor, "ServiceCasesWatch", take=n, after="0", **number)
        ]
        for actor, n in ((CLERK, 3), (customer_actor, 2))
    }

    kinds = {actor: [each["event"]["kind"] for each in found] for actor, found in told.items()}
    opened, noted, replied = (f"SERVICE_CASE_{each}" for each in ("OPENED", "NOTED", "REPLIED"))
    assert kinds == {CLERK: [opened, noted, replied], customer_actor: [opened, replied]}
    said = {actor: found[-1]["serviceCase"]["messages"] for actor, found in told.items()}
    assert [len(each) for each in said.values()] == [3, 2]
    assert not any(each["isInternal"] for each in said[customer_actor])
    stranger = actor_for(await Customer.create(name="Eve"))
    [answer] = await api.watch(stranger, "ServiceCasesWatch", **number)
    assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"
