"""What changed between two versions of a protocol, and whom it concerns. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from platformlink.protocols.protocol import (
    Channel,
    CooperationProtocol,
    Entity,
    Kind,
    Support,
)
from platformlink.protocols.rules import support_of
from platformlink.values import Phrase

TOLD = ("code", "kind", "id", "need")  # what names one entry of a list
HOLDS = (Kind.PRESERVATION, Kind.PRESERVATION_EXTENSION)


class Change(msgspec.Struct, frozen=True):
    """One difference: where, what stood there, what stands there now; None: nothing."""

    path: str
    before: Any
    after: Any

    def __str__(self) -> str:
        """Return the change in words."""
        if self.before is None:
            return f"{self.path}: new: {_told(self.after)}"
        if self.after is None:
            return f"{self.path}: gone: {_told(self.before)}"
        return f"{self.path}: was {_told(self.before)}, is now {_told(self.after)}"


def _told(value: Any) -> str:  # noqa: ANN401 - any plain value
    """Return a value in words: of an entry, what a reader would call it."""
    if isinstance(value, dict):
        value = value.get("text") or value.get("name") or value
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _keyed(values: tuple[Any, ...]) -> dict[str, Any]:
    """Return the entries of a list by what names them; by place where nothing does."""
    found: dict[str, Any] = {}
    for place, one in enumerate(values):
        named = one if isinstance(one, dict) else {}
        name = next((str(named[key]) for key in TOLD if key in named), "")
        name = name or str(named.get("text", one if isinstance(one, str) else place))
        found[name if name not in found else f"{name} {place + 1}"] = one
    return found


def _differences(before: Any, after: Any, at: str) -> Iterator[Change]:  # noqa: ANN401 - any plain value
    if before == after:
        return
    if isinstance(before, tuple) and isinstance(after, tuple):
        before, after = _keyed(before), _keyed(after)
    if not (isinstance(before, dict) and isinstance(after, dict)):
        yield Change(at, before, after)
        return
    for name in dict.fromkeys((*before, *after)):
        path = f"{at}/{name}" if at else str(name)
        yield from _differences(before.get(name), after.get(name), path)


def changes(before: CooperationProtocol, after: CooperationProtocol) -> list[Change]:
    """Return what differs between two versions, entries matched by their names."""
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    return list(_differences(old, new, ""))


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """
    A change that concerns requests already filed: a gettext msgid with its places.

    Of some ``kinds`` (none named: all), and of one ``entity`` ("": any).
    """

    text: str
    params: dict[str, str | int | datetime]
    kinds: tuple[Kind, ...] = ()
    entity: str = ""

    def concerns(self, kind: str, entity: str) -> bool:
        """Say whether a request of a kind, to an entity, is touched."""
        is_kind = not self.kinds or kind in self.kinds
        return is_kind and self.entity in ("", entity)

    def told(self, request: str) -> Phrase:
        """Return it in words, for whom a request concerns."""
        return Phrase(self.text, {**self.params, "request": request})


def effects(before: CooperationProtocol, after: CooperationProtocol) -> list[Effect]:
    """Return what somebody must know whose request rests on the older version."""
    return [
        *_moved(before, after),
        *_channels(before, after),
        *_holds(before, after),
        *_ended(before, after),
    ]


def _addresses(entities: tuple[Entity, ...], code: str) -> list[str]:
    return [a.text for one in entities if one.code == code for a in one.addresses]


def _moved(before: CooperationProtocol, after: CooperationProtocol) -> Iterator[Effect]:
    """Find entities that have another address, or are no longer addressed."""
    kept = {one.code for one in after.entities}
    for code, name in {one.code: one.name for one in before.entities}.items():
        was, now = (_addresses(x.entities, code) for x in (before, after))
        text = "%(request)s: %(name)s has another address now."
        if code not in kept:
            text = "%(request)s: %(name)s is no longer addressed."
        if code not in kept or was != now:
            yield Effect(text=text, params={"name": name}, entity=code)


def _channels(
    before: CooperationProtocol, after: CooperationProtocol
) -> Iterator[Effect]:
    """Find open channels that were closed, or lead elsewhere."""
    now = {one.code: one for one in after.channels if one.status == "open"}
    for one in before.channels:
        if one.status == "open" and (text := _fate(one, now.get(one.code))):
            yield Effect(text=text, params={"name": one.name}, kinds=one.kinds)


def _fate(one: Channel, now: Channel | None) -> str:
    if now is None:
        return "%(request)s: the channel “%(name)s” is closed."
    is_same = now.address == one.address
    return "" if is_same else "%(request)s: the channel “%(name)s” leads elsewhere."


def _shortest(protocol: CooperationProtocol) -> int | None:
    holds = protocol.requests.preservation.holds
    return min((one.days for one in holds if one.days != "unknown"), default=None)


def _holds(before: CooperationProtocol, after: CooperationProtocol) -> Iterator[Effect]:
    was, now = _shortest(before), _shortest(after)
    if was is None or (now is not None and now >= was):
        return
    params: dict[str, str | int | datetime] = {"was": was, "name": after.name}
    text = "%(request)s: %(name)s no longer says that it holds data for %(was)s days."
    if now is not None:
        text = "%(request)s: %(name)s holds data for %(now)s days now, not for %(was)s."
        params["now"] = now
    yield Effect(text=text, params=params, kinds=HOLDS)


def _ended(before: CooperationProtocol, after: CooperationProtocol) -> Iterator[Effect]:
    """Find kinds of requests that are no longer taken, and the end of it all."""
    for kind in Kind:
        is_ended = support_of(after, kind) is Support.NONE
        if is_ended and support_of(before, kind) is not Support.NONE:
            text = "%(request)s: %(name)s no longer takes this kind of request."
            yield Effect(text=text, params={"name": after.name}, kinds=(kind,))
    if before.lifecycle.status == "active" != after.lifecycle.status:
        text = "%(request)s: %(name)s no longer exists as it did."
        yield Effect(text=text, params={"name": after.name})
