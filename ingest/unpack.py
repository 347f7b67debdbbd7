"""Content encodings undone in bounded pieces: gzip, deflate, br and zstd, one upon the other.

No call makes more than about `PIECE` bytes, however little went in, so that who asks can stop at a limit and let the
event loop breathe between pieces.
"""

import sys
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

import brotli

if sys.version_info >= (3, 14):
    from compression.zstd import DecompressionParameter, ZstdDecompressor, ZstdError
else:
    from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

PIECE = 64 * 1024
ACCEPT = "gzip, deflate, br, zstd"

# Servers that pack twice exist; more is an attack.
_MAX_LAYERS = 2
# Of empty gzip members or zstd frames a body could hold hundreds of thousands.
_MAX_MEMBERS = 500
# RFC 9659: content coded with zstd needs a window of at most 8 MB.
_ZSTD_OPTIONS = {int(DecompressionParameter.window_log_max): 23}


class BadEncoding(Exception):
    """The body is not what its Content-Encoding says; the message says how."""


class Truncated(Exception):
    """The packed body ended before its end."""


class Unpacker:
    """The body behind a Content-Encoding header's value (`""`: as it is). Raises BadEncoding for codings that we do
    not know."""

    def __init__(self, content_encoding: str) -> None:
        codings = [c for c in (part.strip().lower() for part in content_encoding.split(",")) if c not in _PLAIN]
        if len(codings) > _MAX_LAYERS:
            raise BadEncoding(f"packed {len(codings)} times")
        unknown = [coding for coding in codings if coding not in _LAYERS]
        if unknown:
            raise BadEncoding(f"unknown content encoding {unknown[0][:20]!r}")
        # The last coding named was applied last, so it comes off first.
        self._layers: list[_Layer] = [_LAYERS[coding]() for coding in reversed(codings)]

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What `data`, the next bytes of the body, unpack to; lazily. Raises BadEncoding."""
        return self._through(0, data)

    def finish(self) -> None:
        """To be called after the last byte. Raises Truncated."""
        if not all(layer.is_whole() for layer in self._layers):
            raise Truncated("the packed body ends early")

    def _through(self, layer: int, data: bytes) -> Iterator[bytes]:
        if layer == len(self._layers):
            if data:
                yield data
            return
        try:
            for piece in self._layers[layer].pieces(data):
                yield from self._through(layer + 1, piece)
        except (zlib.error, brotli.error, ZstdError) as error:
            raise BadEncoding(str(error)[:200] or "cannot be unpacked") from None


class _Layer(ABC):
    """One coding. A subclass says how the next piece is made."""

    _began = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        self._began = self._began or bool(data)
        while not self._is_over() or (data := self._another(data)):
            made, data = self._make(data)
            if made:
                yield made
            elif not data:
                return

    def is_whole(self) -> bool:
        return self._is_over() or not self._began

    @abstractmethod
    def _make(self, data: bytes) -> tuple[bytes, bytes]:
        """The next piece, empty where more data is wanted, and what is left of the data."""

    @abstractmethod
    def _is_over(self) -> bool:
        """Whether the packed stream has come to its end."""

    def _another(self, data: bytes) -> bytes:
        """After the end: what begins another stream; empty where none does."""
        return b""


class _Gzip(_Layer):
    """gzip in one or several members; what stands after them (zeros, as tape had it) is left alone."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._rest = b""
        self._members = 1

    def _make(self, data: bytes) -> tuple[bytes, bytes]:
        made = self._inflate.decompress(data, PIECE)
        return made, self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail

    def _is_over(self) -> bool:
        return self._inflate.eof

    def _another(self, data: bytes) -> bytes:
        data = self._rest + data
        self._rest = data if len(data) < 2 else b""
        if not data.startswith(b"\x1f\x8b"):
            return b""
        self._members = _counted(self._members)
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        return data


class _Deflate(_Layer):
    """zlib's format, or the bare stream that some servers send under this name."""

    _inflate: Any = None

    def _make(self, data: bytes) -> tuple[bytes, bytes]:
        if self._inflate is None and data:
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS if data[0] & 0x0F == 8 else -zlib.MAX_WBITS)
        return (self._inflate.decompress(data, PIECE), self._inflate.unconsumed_tail) if self._inflate else (b"", b"")

    def _is_over(self) -> bool:
        return self._inflate is not None and self._inflate.eof


class _Brotli(_Layer):
    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()

    def _make(self, data: bytes) -> tuple[bytes, bytes]:
        # Half, because the decompressor makes up to three times what it is told.
        made: bytes = self._decompressor.process(data, output_buffer_limit=PIECE // 2)
        while not (made or self._decompressor.can_accept_more_data() or self._is_over()):
            made = self._decompressor.process(b"", output_buffer_limit=PIECE // 2)
        return made, b""

    def _is_over(self) -> bool:
        over: bool = self._decompressor.is_finished()
        return over


class _Zstd(_Layer):
    """zstd in one or several frames."""

    def __init__(self) -> None:
        self._decompressor = ZstdDecompressor(options=_ZSTD_OPTIONS)
        self._frames = 1

    def _make(self, data: bytes) -> tuple[bytes, bytes]:
        made = self._decompressor.decompress(data, PIECE)
        while not (made or self._decompressor.needs_input or self._is_over()):
            made = self._decompressor.decompress(b"", PIECE)
        return made, self._decompressor.unused_data if self._is_over() else b""

    def _is_over(self) -> bool:
        return self._decompressor.eof

    def _another(self, data: bytes) -> bytes:
        if data:
            self._frames = _counted(self._frames)
            self._decompressor = ZstdDecompressor(options=_ZSTD_OPTIONS)
        return data


def _counted(members: int) -> int:
    if members >= _MAX_MEMBERS:
        raise BadEncoding(f"more than {_MAX_MEMBERS} members")
    return members + 1


_PLAIN = frozenset({"", "identity", "none", "utf-8"})
_LAYERS: dict[str, Callable[[], _Layer]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstd,
}
