"""What clients see of papers: where they can be read, and what stands in them."""

from datetime import datetime

import strawberry

from api.fields import batched, column
from services import papers
from services.papers.paper import PaperKind


@strawberry.type(description="Somebody a paper names, such as who gets the goods.")
class PaperParty:
    title: str = column("What they are in it.")
    lines: list[str] = column("Name and address, line by line.")


@strawberry.type(description="A word on a paper and what it stands at.")
class PaperEntry:
    label: str = column("The word.")
    value: str = column("What it stands at.")
    strong: bool = column("Whether it is printed in bold.")


@strawberry.type(description="A column of a paper's table.")
class PaperColumn:
    title: str = column("Its heading.")
    is_number: bool = column("Whether it holds numbers, which are aligned to the right.")
    is_code: bool = column("Whether it is printed as a barcode as well.")


@strawberry.type(description="What stands on a paper, before it is drawn.")
class PaperContent:
    title: str = column("Its heading.")
    code: str = column("What its barcode says.")
    at: datetime = column("The moment it is of.")
    parties: list[PaperParty] = column("Whom it names.")
    facts: list[PaperEntry] = column("What it says above its table.")
    columns: list[PaperColumn] = column("The columns of its table.")
    rows: list[list[str]] = column("The rows of its table, a text for each column.")
    totals: list[PaperEntry] = column("What it says below its table.")
    notes: list[str] = column("What else it says.")


@strawberry.type(description="A paper, and a link to it that needs no token.")
class Paper:
    kind: PaperKind = column("What it is for.")
    number: str = column("The number of what it is about.")
    title: str = column("What it is called.")
    pdf_url: str = column("Where it is to be had as PDF, below the address of this API.")
    html_url: str = column("The same as a web page.")
    expires_at: datetime = column("How long these links are good.")
    content: PaperContent = batched(papers.contents, "What stands on it.")
