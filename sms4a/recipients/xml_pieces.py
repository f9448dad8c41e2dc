"""XML of office files, read in pieces: nothing is expanded, nothing is loaded from elsewhere."""

import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Element:
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
) -> Iterator[Element]:
    """The elements with these names, prefixes aside, as they end.

    `texts`: what within them counts as their text; `without`: what within them does not; `inside`: elements that count
    only within another one.
    """
    found = _Elements(names, texts, without, inside or {})
    reader = parser()
    reader.StartElementHandler = found.start
    reader.EndElementHandler = found.end
    if texts:
        reader.CharacterDataHandler = found.character_data
    for piece in chunks(archive, file):
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

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name in self.names and (name not in self.inside or self.inside[name] in self._open):
            self._attributes.append({local(key): value for key, value in attributes.items()})
            self._pieces = []
        self._open.append(name)

    def end(self, tag: str) -> None:
        name = local(tag)
        self._open.pop()
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
