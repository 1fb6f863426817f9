"""The documents of graphql/operations, by the names of the operations in them."""

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "graphql" / "operations"
FILES = sorted(FOLDER.glob("*.graphql"))

_OPERATION = re.compile(r"^(query|mutation|subscription) (\w+)", re.MULTILINE)

DOCUMENTS = {
    name: path.read_text("utf-8")
    for path in FILES
    for _, name in _OPERATION.findall(path.read_text("utf-8"))
}
