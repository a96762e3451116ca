"""How the sealing processes read a PDF: within bounds, each part of it once."""

import io

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import (
    DecodeLimits,
    DecodePurpose,
    StreamDecodeLimits,
)
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader

# What a stream may grow to. The tables of a letter of 500 items take a tenth of it.
LIMITS = DecodeLimits(per_stream=StreamDecodeLimits(max_output_size=4 * 1024 * 1024))


class Reader(PdfFileReader):
    """
    Reads objects that are packed into streams; each stream is unpacked once.

    The library unpacks it anew for each object: a letter, whose thousand objects share
    one stream, took half a minute to compare with what was added to it.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content), strict=False, decode_limits=LIMITS)
        self._unpacked: dict[int, tuple[io.BytesIO, dict[int, int]]] = {}

    def _unpack(self, number: int) -> tuple[io.BytesIO, dict[int, int]]:
        """Return a stream's content, and where in it each object begins."""
        stream = generic.Reference(number, 0, self).get_object()
        if not isinstance(stream, generic.StreamObject):
            raise PdfReadError("an object lies in what is no stream")
        data = stream.read_data(DecodePurpose.OBJECT_STREAM)
        first, count = int(stream["/First"]), int(stream["/N"])
        numbers = [int(one) for one in data[:first].split()[: 2 * count]]
        places: dict[int, int] = {}
        for name, offset in zip(numbers[::2], numbers[1::2], strict=True):
            places.setdefault(name, first + offset)
        return io.BytesIO(data), places

    def _get_object_from_stream(
        self, idnum: int, stmnum: int, idx: int
    ) -> generic.PdfObject:
        """Return an object, as the library would."""
        if stmnum not in self._unpacked:
            self._unpacked[stmnum] = self._unpack(stmnum)
        data, places = self._unpacked[stmnum]
        if idnum not in places:
            return generic.NullObject()
        data.seek(places[idnum])
        return generic.read_object(data, generic.Reference(idnum, 0, self))
