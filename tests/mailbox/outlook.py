"""
Writes Outlook messages (.msg) for tests: small streams in a compound file.

Source: [MS-CFB] version 3, [MS-OXMSG] 2.1. Every stream lies in the mini stream.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

FREE, END, FAT, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
SECTOR, MINI = 512, 64
ROOT, STORAGE, STREAM = 5, 1, 2
Tree = dict[str, "bytes | Tree"]


@dataclass
class Entry:
    name: str
    kind: int
    start: int = END
    size: int = 0
    right: int = NONE
    child: int = NONE

    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le")
        return (
            name.ljust(64, b"\0")
            + struct.pack("<HBB", len(name) + 2, self.kind, 1)
            + struct.pack("<III", NONE, self.right, self.child)
            + bytes(36)
            + struct.pack("<IQ", self.start, self.size)
        )


@dataclass
class Compound:
    entries: list[Entry] = field(default_factory=lambda: [Entry("Root Entry", ROOT)])
    minis: bytearray = field(default_factory=bytearray)
    minifat: list[int] = field(default_factory=list)

    def keep(self, content: bytes) -> int:
        if not content:
            return END
        first, count = len(self.minifat), -(-len(content) // MINI)
        self.minifat += [*range(first + 1, first + count), END]
        self.minis += content.ljust(count * MINI, b"\0")
        return first

    def add(self, parent: int, tree: Tree) -> None:
        before = None
        for name in sorted(tree, key=lambda one: (len(one), one.upper())):
            held, number = tree[name], len(self.entries)
            if isinstance(held, bytes):
                entry = Entry(name, STREAM, self.keep(held), len(held))
            else:
                entry = Entry(name, STORAGE)
            self.entries.append(entry)
            if before is None:
                self.entries[parent].child = number
            else:
                self.entries[before].right = number
            before = number
            if isinstance(held, dict):
                self.add(number, held)


def _sectors(content: bytes) -> bytes:
    return content.ljust(-(-len(content) // SECTOR) * SECTOR, b"\0")


def compound(tree: Tree) -> bytes:
    made = Compound()
    made.add(0, tree)
    minifat = struct.pack(f"<{len(made.minifat)}I", *made.minifat)
    minifat = minifat.ljust(-(-len(minifat) // SECTOR) * SECTOR, b"\xff")
    minis = _sectors(bytes(made.minis))
    folders = len(_sectors(b"x" * 128 * len(made.entries))) // SECTOR
    at_minifat = 1 + folders
    at_minis = at_minifat + len(minifat) // SECTOR
    made.entries[0].start, made.entries[0].size = at_minis, len(made.minis)
    directory = _sectors(b"".join(one.packed() for one in made.entries))
    fat = [FAT]
    for count in (folders, len(minifat) // SECTOR, len(minis) // SECTOR):
        first = len(fat)
        fat += [*range(first + 1, first + count), END]
    fat += [FREE] * (SECTOR // 4 - len(fat))
    header = (
        bytes.fromhex("d0cf11e0a1b11ae1")
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
        + struct.pack("<IIII", 0, 1, 1, 0)
        + struct.pack("<III", 4096, at_minifat, len(minifat) // SECTOR)
        + struct.pack("<II", END, 0)
        + struct.pack("<109I", 0, *[FREE] * 108)
    )
    return header + struct.pack(f"<{len(fat)}I", *fat) + directory + minifat + minis


def msg(
    body: str,
    *,
    headers: str = "",
    files: tuple[str, ...] = (),
    kept: Mapping[str, str] | None = None,
) -> bytes:
    """An Outlook message; `kept` are further texts by tag, such as 0037 (subject)."""
    tags = {"1000": body, "007D": headers} | dict(kept or {})
    tree: Tree = {
        f"__substg1.0_{tag}001F": text.encode("utf-16-le")
        for tag, text in tags.items()
        if text
    }
    for number, name in enumerate(files):
        tree[f"__attach_version1.0_#{number:08X}"] = {
            "__substg1.0_3707001F": name.encode("utf-16-le"),
            "__substg1.0_37010102": b"what is attached, unopened",
        }
    return compound(tree)
