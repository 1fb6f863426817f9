"""Mail: written to the log, kept as files, or handed to a server by SMTP.

The standard library speaks the protocol; it waits for its server, so it does that in a thread.
"""

import asyncio
import logging
import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from services import policies
from services.clock import now

log = logging.getLogger(__name__)

PORTS = {"smtp": 587, "smtps": 465}
LOCAL = {"localhost", "127.0.0.1", "::1"}


class Unsent(Exception):
    """The mail was not taken; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """What `draw` makes is asked for only where the mail is kept or sent, in a thread."""

    name: str
    kind: str
    draw: Callable[[], bytes]


@dataclass(frozen=True, kw_only=True)
class Mail:
    """`id` names it: whoever gets it twice can tell by that."""

    id: str
    to: str
    subject: str
    text: str
    attachments: Sequence[Attachment] = ()


async def send(mail: Mail) -> None:
    """Bring a mail to where mail goes; raises Unsent where that does not take it."""
    match policies.current().mail_backend:
        case "smtp":
            await asyncio.to_thread(_hand_over, mail)
        case "file":
            await asyncio.to_thread(_keep, mail)
        case _:
            log.info("Mail %s to %s: %s\n%s", mail.id, mail.to, mail.subject, mail.text)


def written(mail: Mail) -> EmailMessage:
    policy = policies.current()
    message = EmailMessage()
    try:
        message["From"] = Address(policy.seller_name, addr_spec=policy.mail_from)
        message["To"] = mail.to
        message["Subject"] = " ".join(mail.subject.split())
    except (ValueError, IndexError) as error:
        raise Unsent(f"It cannot be addressed: {error}") from error
    message["Date"] = format_datetime(now())
    message["Message-ID"] = f"<{mail.id}@{policy.mail_from.rpartition('@')[2]}>"
    message.set_content(mail.text)
    for each in mail.attachments:
        main, _, sub = each.kind.partition("/")
        message.add_attachment(each.draw(), maintype=main, subtype=sub, filename=each.name)
    return message


def _keep(mail: Mail) -> None:
    folder = Path(policies.current().mail_folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{mail.id}.eml").write_bytes(written(mail).as_bytes())


def _hand_over(mail: Mail) -> None:
    message = written(mail)
    policy = policies.current()
    url = urlsplit(policy.smtp_url)
    if url.scheme not in PORTS or not url.hostname:
        raise Unsent("Set WAYBILL_SMTP_URL, such as smtp://user:password@host:587.")
    host, port = url.hostname, url.port or PORTS[url.scheme]
    trusted, seconds = ssl.create_default_context(), policy.smtp_timeout_seconds
    try:
        with (
            smtplib.SMTP_SSL(host, port, timeout=seconds, context=trusted)
            if url.scheme == "smtps"
            else smtplib.SMTP(host, port, timeout=seconds)
        ) as server:
            server.ehlo()
            is_secret = url.scheme == "smtps"
            if not is_secret and server.has_extn("starttls"):
                server.starttls(context=trusted)
                server.ehlo()
                is_secret = True
            if url.username:
                if not is_secret and host not in LOCAL:
                    raise Unsent("The server offers no encryption, so the password is not sent.")
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise Unsent(f"{type(error).__name__}: {error}") from error
