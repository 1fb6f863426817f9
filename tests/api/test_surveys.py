"""The page on which customers say how content they are: by its link, without account or script."""

from models import Survey, SurveyStatus
from services import surveys
from services.actors import SYSTEM
from tests.cast import Shop
from tests.desk import survey


async def test_asks_takes_one_answer_and_says_thank_you(http, clock):
    shop = await Shop.open()
    row = await survey(shop)
    [link] = await surveys.links(SYSTEM, [row])

    asked = await http.get(link.url)

    assert asked.status_code == 200
    for name in ("score", "ordering_score", "delivery_score", "goods_score", "service_score"):
        assert asked.text.count(f'name="{name}"') == 5
    assert "<script" not in asked.text
    assert shop.customer.name not in asked.text
    policy = asked.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert asked.headers["cache-control"] == "private, no-store"
    assert asked.headers["referrer-policy"] == "no-referrer"

    for body, said in (
        (b"comment=Hello", "Give a number from 1 to 5"),
        (b"score=9&comment=%3Cb%3E", "&lt;b&gt;"),
        (b"score=many", "Choose from it"),
        (b"score=%ff", "Choose from it"),
    ):
        wrong = await http.post(link.url, content=body)
        assert wrong.status_code == 422
        assert said in wrong.text
        assert "<b>" not in wrong.text
    assert (await Survey.get(id=row.id)).status is SurveyStatus.ASKED

    taken = await http.post(link.url, content=b"score=4&goods_score=2&comment=Ok%0D%0Aso")
    again = await http.post(link.url, content=b"score=1")
    seen = await http.get(link.url)

    found = await Survey.get(id=row.id)
    assert (found.score, found.goods_score, found.comment) == (4, 2, "Ok\nso")
    assert (taken.status_code, again.status_code, seen.status_code) == (200, 409, 200)
    assert "Thank you" in taken.text
    assert "Thank you" in seen.text
    assert "<form" not in seen.text


async def test_is_not_there_for_who_has_no_link_or_comes_late(http, clock):
    shop = await Shop.open()
    row = await survey(shop)
    [link] = await surveys.links(SYSTEM, [row])
    for forged in (f"{link.url}x", "/survey/SUR-1001", "/survey/%00"):
        for method in ("GET", "POST"):
            answer = await http.request(method, forged, content=b"score=5")
            assert answer.status_code == 404, forged
            assert link.token not in answer.text
    assert (await http.post(link.url, content=b"x" * 2_000_000)).status_code == 413

    clock.advance(days=31)

    assert (await http.get(link.url)).status_code == 410
    assert (await http.post(link.url, content=b"score=5")).status_code == 410
    assert (await Survey.get(id=row.id)).score is None


async def test_is_answered_by_its_token_without_an_account(http):
    row = await survey(await Shop.open())
    [link] = await surveys.links(SYSTEM, [row])
    mutation = "mutation($i: SurveyAnswerInput!) { surveyAnswer(input: $i) { answer { score }"
    mutation += " userErrors { code } } }"
    content = {"query": mutation, "variables": {"i": {"token": link.token, "score": 5}}}

    answers = [(await http.post("/graphql", json=content)).json() for _ in range(2)]

    first, second = (each["data"]["surveyAnswer"] for each in answers)
    assert (first["answer"], first["userErrors"]) == ({"score": 5}, [])
    assert (second["answer"], second["userErrors"]) == (None, [{"code": "WRONG_STATUS"}])
