"""XML of office files, read in pieces: nothing is expanded, nothing is loaded from elsewhere."""

import re
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple
from xml.parsers import expat

from sms4a.recipients.archives import chunks
from sms4a.recipients.formats import ListProblem, ListRefused

Attributes = Mapping[str, str]


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def parser() -> expat.XMLParserType:
    """Refuses every document type: in office files it stands only to declare entities, which then multiply."""
    made = expat.ParserCreate()
    made.buffer_text = True
    made.StartDoctypeDeclHandler = _refuse_doctype
    return made


def feed(reader: expat.XMLParserType, piece: bytes, *, final: bool = False) -> None:
    try:
        reader.Parse(piece, final)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise ListRefused(ListProblem.BROKEN) from error


# Comments, instructions, marked sections: within them a tag is none. The declaration at the beginning is not meant.
_ASIDE = re.compile(rb"<(?:!|\?(?!xml ))")
_OTHER_ENCODING = re.compile(rb"""<\?xml [^>]*encoding=["'](?!utf-8["'])""", re.IGNORECASE)


class PlainPieces:
    """Elements so plain that a pattern takes them apart, several times as fast as a parser.

    The parser reads all the rest, and comes to the same end without them: each is complete, and they stand where it is
    between two elements.
    """

    def __init__(self, after: bytes, take: Callable[[bytes, int], int]) -> None:
        """`after`: the tag behind which they may stand. `take` gets a piece of the file when the parser has read it up
        to there, and says from where the parser must read on.
        """
        self._after = after
        self._take = take
        self._seen = b""
        self._all_parsed = False

    def feed(self, reader: expat.XMLParserType, piece: bytes) -> None:
        at = 0
        # From there on a tag may be something else, or letters others than in UTF-8.
        self._all_parsed |= bool(_ASIDE.search(self._seen + piece) or _OTHER_ENCODING.search(piece))
        self._seen = piece[-6:]
        while not self._all_parsed and (found := piece.find(self._after, at)) >= 0:
            end = found + len(self._after)
            feed(reader, piece[at:end])
            at = self._take(piece, end)
        feed(reader, piece[at:])


def plain_text(written: bytes) -> str | None:
    """Characters as the parser would read them, if a pattern has left out all that means something; None if not."""
    try:
        text = written.decode()
    except UnicodeDecodeError:
        return None
    return None if "\ufffe" in text or "\uffff" in text else text


class Element(NamedTuple):
    name: str
    attributes: dict[str, str]
    text: str = ""


def elements(
    archive: zipfile.ZipFile,
    file: str,
    names: Collection[str],
    *,
    texts: Collection[str] = (),
    without: Collection[str] = (),
    inside: Mapping[str, str] | None = None,
    plain: tuple[str, re.Pattern[bytes]] | None = None,
) -> Iterator[Element]:
    """The elements with these names, prefixes aside, as they end.

    `texts`: what within them counts as their text; `without`: what within them does not; `inside`: elements that count
    only within another one. `plain`: a name, and how such an element looks where there is nothing special about it,
    with its text as a group.
    """
    found = _Elements(names, texts, without, inside or {})
    reader = parser()
    reader.StartElementHandler = found.start
    reader.EndElementHandler = found.end
    if texts:
        reader.CharacterDataHandler = found.character_data
    pieces = PlainPieces(f"</{plain[0]}>".encode(), partial(found.take_plain, *plain)) if plain else None
    for piece in chunks(archive, file):
        if pieces:
            pieces.feed(reader, piece)
        else:
            feed(reader, piece)
        yield from found.take()
    feed(reader, b"", final=True)
    yield from found.take()


@dataclass(slots=True)
class _Elements:
    names: Collection[str]
    texts: Collection[str]
    without: Collection[str]
    inside: Mapping[str, str]
    _open: list[str] = field(default_factory=list)
    _attributes: list[dict[str, str]] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _ready: list[Element] = field(default_factory=list)
    _ended: str = ""
    """The element that has just ended."""

    def take_plain(self, name: str, pattern: re.Pattern[bytes], piece: bytes, at: int) -> int:
        """More elements like the one that has just ended in the outermost one; the end of the last."""
        if self._ended != name or len(self._open) != 1:
            return at
        while (plain := pattern.match(piece, at)) and (text := plain_text(plain[1])) is not None:
            self._ready.append(Element(name, {}, text))
            at = plain.end()
        return at

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        self._ended = ""
        if name in self.names and (name not in self.inside or self.inside[name] in self._open):
            self._attributes.append({local(key): value for key, value in attributes.items()})
            self._pieces = []
        self._open.append(name)

    def end(self, tag: str) -> None:
        name = local(tag)
        self._open.pop()
        self._ended = name
        if name in self.names and self._attributes and (name not in self.inside or self.inside[name] in self._open):
            self._ready.append(Element(name, self._attributes.pop(), "".join(self._pieces)))

    def character_data(self, piece: str) -> None:
        if self._open and self._open[-1] in self.texts and not any(name in self._open for name in self.without):
            self._pieces.append(piece)

    def take(self) -> list[Element]:
        ready, self._ready = self._ready, []
        return ready


def _refuse_doctype(*_: object) -> None:
    raise ListRefused(ListProblem.BROKEN)
