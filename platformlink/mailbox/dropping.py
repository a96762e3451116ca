"""The drop box: files that a person brings, read as far as is safe, and taken in."""

from datetime import datetime

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from platformlink.audit import actions as audit
from platformlink.mailbox import actions, messages, rules
from platformlink.mailbox.actions import Came
from platformlink.mailbox.messages import Message
from platformlink.mailbox.rules import Form
from platformlink.mailbox.tables import ReceivedMail
from platformlink.permissions import Actor, Right, require
from platformlink.ports import FileReader, Runtime
from platformlink.protocols.shelf import Library


async def read(
    reader: FileReader, name: str, content: bytes
) -> tuple[Message, datetime | None]:
    """
    Return what a file says, and when it says that it came.

    What cannot be read says its name.

    Raises: FileUnknown.
    """
    form = rules.form_of(name)
    if form is Form.MESSAGE:
        return messages.read(content), messages.arrived_at(content)
    if form is Form.OUTLOOK and (found := await reader.outlook(content)):
        message = msgspec.structs.replace(messages.read(found.raw), files=found.files)
        return message, messages.arrived_at(found.raw)
    text = await reader.pdf_text(content) if form is Form.DOCUMENT else ""
    return messages.of_file(name, text), None


async def drop(
    session: AsyncSession,
    runtime: Runtime,
    library: Library,
    name: str,
    content: bytes,
    *,
    actor: Actor,
    now: datetime,
) -> ReceivedMail | None:
    """
    Return a dropped file, matched and waiting as if it had come by mail.

    None where these very bytes came before.

    Raises: MayNot, FileUnknown.
    """
    require(actor, Right.SEND)
    name = messages.plain(name)[-255:]
    message, at = await read(runtime.ports.reader, name, content)
    came = Came(content, message, at or now, name, actor.id)
    mail = await actions.keep(session, runtime, library, came, now=now)
    if mail is not None:
        audit.record(
            session,
            actor_id=actor.id,
            verb="mail.dropped",
            subject=f"mail/{mail.id}",
            now=now,
            detail={"sha256": mail.sha256},
        )
    return mail
