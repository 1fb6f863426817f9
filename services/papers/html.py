"""Papers as web pages that need nothing else: no script, no picture, no other file."""

from base64 import b64encode
from hashlib import sha256

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from services.papers import barcodes
from services.papers.paper import Paper

STYLE = """
body { font: 14px/1.45 system-ui, "Noto Sans", sans-serif; color: #111; margin: 2rem auto;
  max-width: 48rem; padding: 0 1rem; overflow-wrap: anywhere; }
body.small { max-width: 24rem; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: flex-start;
  gap: 1rem; border-bottom: 2px solid #111; padding-bottom: 1rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0; }
p { margin: .2rem 0; }
.number { font-size: 1.1rem; }
figure { margin: 0; text-align: center; }
figcaption { font: 12px ui-monospace, monospace; }
svg { display: block; height: 3.2rem; max-width: 100%; }
td svg { height: 1.7rem; }
.small figure { margin-top: 1.5rem; }
.parties { display: flex; flex-wrap: wrap; gap: 2rem; margin: 1.2rem 0; }
.parties > div { flex: 1 1 12rem; }
h2 { font-size: .8rem; color: #555; margin: 0 0 .2rem; font-weight: 600; }
.small .parties > div:first-child { flex-basis: 100%; font-size: 1.3rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 1rem 0; }
dt { color: #555; } dd { margin: 0; }
.strong { font-weight: 700; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th { text-align: left; font-size: .8rem; color: #555; border-bottom: 1px solid #111; }
th, td { padding: .35rem .6rem .35rem 0; vertical-align: top; }
td { border-bottom: 1px solid #ddd; white-space: pre-line; }
.amount { text-align: right; font-variant-numeric: tabular-nums; padding-right: 0; }
.totals { margin-left: auto; width: max-content; }
.totals dd { text-align: right; font-variant-numeric: tabular-nums; }
@media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } }
"""

TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ paper.title }} {{ paper.number }}</title>
<style>{{ style }}</style>
</head>
<body{% if paper.is_small %} class="small"{% endif %}>
<header>
<div><h1>{{ paper.title }}</h1><p class="number">{{ paper.number }}</p>
<p>{{ paper.at.strftime("%Y-%m-%d") }}</p></div>
{% if not paper.is_small %}{{ bars(paper.code) }}{% endif %}
</header>
<div class="parties">
{% for party in paper.parties %}<div><h2>{{ party.title }}</h2>
{% for line in party.lines %}<p>{{ line }}</p>
{% endfor %}</div>
{% endfor %}
</div>
<dl>
{% for fact in paper.facts %}<dt>{{ fact.label }}</dt>
<dd{% if fact.strong %} class="strong"{% endif %}>{{ fact.value }}</dd>
{% endfor %}
</dl>
{% if paper.columns %}
<table>
<thead><tr>
{% for column in paper.columns %}<th scope="col"{% if column.is_number %} class="amount"{% endif %}>
{{- column.title }}</th>
{% endfor %}</tr></thead>
<tbody>
{% for row in paper.rows %}<tr>
{% for cell in row %}{% set column = paper.columns[loop.index0] %}
<td class="{% if column.is_number %}amount{% endif %}{% if column.strong %} strong{% endif %}">
{%- if column.is_code %}{{ bars(cell) }}{% else %}{{ cell }}{% endif %}</td>
{% endfor %}</tr>
{% endfor %}</tbody>
</table>
{% endif %}
{% if paper.totals %}
<dl class="totals">
{% for total in paper.totals %}<dt{% if total.strong %} class="strong"{% endif %}>{{ total.label }}
</dt><dd{% if total.strong %} class="strong"{% endif %}>{{ total.value }}</dd>
{% endfor %}
</dl>
{% endif %}
{% for note in paper.notes %}<p>{{ note }}</p>
{% endfor %}
{% if paper.is_small %}{{ bars(paper.code) }}{% endif %}
</body>
</html>
"""

_BARS = """<figure>{% if drawn %}
<svg viewBox="0 0 {{ width }} 40" preserveAspectRatio="none" role="img" aria-label="{{ text }}">
{% for left, wide in drawn %}<rect x="{{ left + quiet }}" width="{{ wide }}" height="40"/>
{% endfor %}</svg>{% endif %}
<figcaption>{{ text }}</figcaption></figure>"""

_environment = Environment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_page = _environment.from_string(TEMPLATE)
_figure = _environment.from_string(_BARS)

# The style is the only thing that a browser may take from the page beside its text.
STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()


def render(paper: Paper) -> bytes:
    """The page as UTF-8; every text of the paper is escaped."""
    return _page.render(paper=paper, style=Markup(STYLE), bars=_bars).encode()


def _bars(text: str) -> Markup:
    if not text:
        return Markup()
    drawn = barcodes.bars(text)
    width = barcodes.width(text) + 2 * barcodes.QUIET
    figure = _figure.render(text=text, drawn=drawn, width=width, quiet=barcodes.QUIET)
    return Markup(figure)
