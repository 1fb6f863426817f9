"""What the demo shop sells, where it keeps it, and who its people and customers are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from models import LocationKind, Role
from models.orders import PostalAddress
from services.distances import Spot

CURRENCY = "EUR"
# What customers write beside their orders.
NOTES = (
    "Please ring twice.",
    "Leave it with the neighbors.",
    "It is a present: no invoice in the parcel.",
)


@dataclass(frozen=True, kw_only=True)
class Article:
    """A variant to be: `popularity` is how often it is bought compared with the others."""

    sku: str
    name: str
    price: int
    popularity: int


@dataclass(frozen=True, kw_only=True)
class Range:
    """A product to be, and its variants."""

    name: str
    description: str
    weight_grams: int
    articles: Sequence[Article]


@dataclass(frozen=True, kw_only=True)
class Site:
    """A location to be: `share` is the part of the stock it gets, in percent."""

    code: str
    name: str
    kind: LocationKind
    priority: int
    share: int
    time_zone: str
    works_on: str
    holidays_of: str
    spot: Spot


def _range(
    name: str, code: str, popularity: int, weight_grams: int, description: str, *rows: str
) -> Range:
    """Rows of "suffix name price in minor units"; the first ones are bought most."""
    articles = []
    for n, row in enumerate(rows):
        suffix, price, label = row.split(" ", 2)
        articles.append(
            Article(
                sku=f"{code}-{suffix}",
                name=label,
                price=int(price),
                popularity=popularity + len(rows) - n,
            )
        )
    return Range(name=name, description=description, weight_grams=weight_grams, articles=articles)


RANGES: Sequence[Range] = (
    _range(
        "Fjord Rain Jacket",
        "FRJ",
        2,
        420,
        "A light shell that keeps the weather out, with taped seams and a hood that fits.",
        "NVY-S 12900 Navy, S",
        "NVY-M 12900 Navy, M",
        "NVY-L 12900 Navy, L",
        "OLV-M 13900 Olive, M",
    ),
    _range(
        "Alder Merino Sweater",
        "AMS",
        1,
        380,
        "Fine merino wool, knitted in one piece.",
        "GRY-M 8900 Gray, M",
        "GRY-L 8900 Gray, L",
        "RST-M 8900 Rust, M",
    ),
    _range(
        "Kestrel Backpack 24 l",
        "KBP",
        2,
        900,
        "A day pack with a sleeve for a laptop and a pocket for a wet jacket.",
        "SLT 7450 Slate",
        "MOS 7450 Moss",
        "SND 7450 Sand",
    ),
    _range(
        "Harbor Enamel Mug",
        "HEM",
        6,
        160,
        "Enameled steel, 350 ml; good over a fire.",
        "WHT 1250 White",
        "BLU 1250 Blue",
        "GRN 1250 Green",
    ),
    _range(
        "Lumen Camping Lantern",
        "LCL",
        1,
        640,
        "Warm light for a table or a tent.",
        "STD 3490 With batteries",
        "RCH 4990 Rechargeable",
    ),
    _range(
        "Juniper Wool Socks",
        "JWS",
        8,
        90,
        "Thick socks for cold floors and long walks.",
        "3942 1690 Size 39–42",
        "4346 1690 Size 43–46",
        "3538 1690 Size 35–38",
    ),
    _range(
        "Granite Steel Bottle",
        "GSB",
        4,
        350,
        "Keeps tea hot for a day and water cold for two.",
        "075 2690 0.75 l",
        "050 2290 0.5 l",
        "100 2990 1 l",
    ),
    _range(
        "Dune Beach Towel",
        "DBT",
        3,
        520,
        "Woven cotton, 90 × 180 cm.",
        "OCN 2990 Ocean",
        "SND 2990 Sand",
        "CRL 2990 Coral",
    ),
)

SITES: Sequence[Site] = (
    Site(
        code="HAM",
        name="Hamburg",
        kind=LocationKind.WAREHOUSE,
        priority=10,
        share=100,
        time_zone="Europe/Berlin",
        works_on="12345",
        holidays_of="DE-HH",
        spot=Spot(country_code="DE", postal_code="20457", latitude=53.54, longitude=9.99),
    ),
    Site(
        code="LYS",
        name="Lyon",
        kind=LocationKind.WAREHOUSE,
        priority=20,
        share=60,
        time_zone="Europe/Paris",
        works_on="12345",
        holidays_of="FR",
        spot=Spot(country_code="FR", postal_code="69002", latitude=45.75, longitude=4.83),
    ),
    Site(
        code="BER",
        name="Berlin Mitte",
        kind=LocationKind.STORE,
        priority=30,
        share=20,
        time_zone="Europe/Berlin",
        works_on="123456",
        holidays_of="DE-BE",
        spot=Spot(country_code="DE", postal_code="10117", latitude=52.52, longitude=13.39),
    ),
)

_GIVEN = [
    "Ada",
    "Bruno",
    "Carla",
    "Daan",
    "Elif",
    "Felix",
    "Greta",
    "Hugo",
    "Ines",
    "Jakob",
    "Klara",
    "Luca",
    "Maja",
    "Noor",
    "Oskar",
    "Paula",
    "Quentin",
    "Rosa",
    "Søren",
    "Théa",
]
_FAMILY = [
    "Berg",
    "Moreau",
    "Rossi",
    "Jansen",
    "Novak",
    "Fischer",
    "García",
    "Nielsen",
    "Keller",
    "Dubois",
    "Conti",
    "Visser",
    "Kowalska",
    "Huber",
    "Navarro",
    "Lund",
    "Wagner",
    "Lefèvre",
    "Bianchi",
    "Bakker",
    "Maier",
    "Serrano",
    "Holm",
    "Brandt",
    "Ferrari",
]
# Country, first digits of the postal code, city, street; and the region where a country needs it.
_PLACES = (
    ("DE", "204", "Hamburg", "Hafenstraße", ""),
    ("DE", "101", "Berlin", "Lindenallee", ""),
    ("FR", "690", "Lyon", "rue des Tilleuls", ""),
    ("NL", "10", "Amsterdam", "Kanaalweg", ""),
    ("AT", "10", "Wien", "Gartengasse", ""),
    ("IT", "201", "Milano", "via dei Mulini", "Milano"),
    ("ES", "280", "Madrid", "calle del Olmo", "Madrid"),
    ("DK", "21", "København", "Havnegade", ""),
    ("PL", "00-1", "Warszawa", "ulica Lipowa", ""),
    ("FR", "750", "Paris", "avenue du Parc", ""),
)


# Customers who were entered once more with another email address, and who they are.
ENTERED_TWICE: Mapping[int, int] = {28: 6, 29: 10}


def customer_name(n: int) -> str:
    """The n-th customer; names come again only after 500 of them, but for those entered twice."""
    return _name(ENTERED_TWICE.get(n, n))


def _name(n: int) -> str:
    return f"{_GIVEN[n % 20]} {_FAMILY[(n // 20 + n) % 25]}"


def customer_email(n: int) -> str:
    plain = normalize("NFKD", _name(n).replace("ø", "o")).encode("ascii", "ignore")
    again = str(n // 500 + 1) if n >= 500 else ""
    return f"{plain.decode().lower().replace(' ', '.')}{again}@example.com"


def customer_phone(n: int) -> str | None:
    """Two of three customers left a number, none of which is anybody's."""
    n = ENTERED_TWICE.get(n, n)
    return None if n % 3 == 2 else f"+49 30 23125 {n % 1000:03}"


def customer_address(n: int) -> PostalAddress:
    n = ENTERED_TWICE.get(n, n)
    country, postal, city, street, region = _PLACES[(n * 7 + n // 10) % len(_PLACES)]
    letters = " AB" if country == "NL" else ""
    length = {"NL": 4, "AT": 4, "DK": 4, "PL": 6}.get(country, 5)
    return PostalAddress(
        recipient=customer_name(n),
        line1=f"{street} {n * 13 % 118 + 1}",
        line2=f"Apt {n % 9 + 1}" if n % 4 == 0 else "",
        city=city,
        region=region,
        postal_code=f"{postal}{n * 37 % 100:0{length - len(postal)}}{letters}",
        country_code=country,
    )


STAFF: Mapping[Role, str] = {
    Role.CLERK: "Clara Voss",
    Role.SUPPORT: "Samir Haddad",
    Role.PICKER: "Piet de Wit",
    Role.WAREHOUSE_LEAD: "Wanda Kruk",
    Role.BUYER: "Benoît Girard",
    Role.ACCOUNTANT: "Anna Lindgren",
    Role.MANAGER: "Marta Soler",
    Role.ADMIN: "Adam Reiter",
    Role.CUSTOMER: customer_name(0),
    Role.SUPPLIER: "Sofia Marino",
}

CARRIERS: Mapping[str, str] = {"DHL": "Parcel", "DPD": "Classic", "GLS": "Business", "UPS": ""}
HUBS = ("Leipzig", "Köln", "Metz", "Liège", "Brno", "Verona", "Zaragoza")


def barcode(n: int) -> str:
    """An EAN-13 of the range that shops give out themselves, with its check digit."""
    digits = f"20{n:010}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def tracking_code(carrier: str, n: int) -> str:
    return {
        "DHL": f"JD01{n:014}",
        "DPD": f"0534{n:010}",
        "GLS": f"ZK{n:09}",
        "UPS": f"1Z999AA1{n:010}",
    }[carrier]
