"""What a file is by its first bytes, and packed files held to limits before anything of them is read."""

import io
import zipfile
from collections.abc import Iterator

from sms4a.recipients.formats import MOST_BYTES, FileKind, ListProblem, ListRefused

# A sheet with a million rows has about 250 MB.
MOST_UNPACKED_BYTES = 600_000_000
MOST_ENTRIES = 2_000

# Sheets shrink to a tenth, empty ones to a hundredth. Below the size in question it does not matter.
_MOST_RATIO = 200
_RATIO_MATTERS_BYTES = 10_000_000

_CHUNK_BYTES = 1 << 17

# How files of JPEG, PNG, GIF and TIFF begin, and those of phones after their first four bytes.
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"BM")
_PHOTOS = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif")
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!")
_PACKED = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_OLE = b"\xd0\xcf\x11\xe0"


def kind_of(data: bytes) -> FileKind:
    """What this file is; ListRefused with what it is instead, if the first bytes or its table of contents tell."""
    if len(data) > MOST_BYTES:
        raise ListRefused(ListProblem.TOO_LARGE, str(len(data) // 1_000_000))
    if data.startswith(b"PK\x03\x04"):
        return _packed_kind(data)
    if problem := _other_file(data):
        raise ListRefused(problem)
    return FileKind.TEXT


def open_archive(data: bytes) -> zipfile.ZipFile:
    """The archive, once its table of contents is within the limits."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ListRefused(ListProblem.BROKEN) from error
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or total > MOST_UNPACKED_BYTES:
        raise ListRefused(ListProblem.TOO_LARGE, str(total // 1_000_000))
    for entry in entries:
        if entry.file_size > _RATIO_MATTERS_BYTES and entry.file_size > _MOST_RATIO * max(1, entry.compress_size):
            raise ListRefused(ListProblem.TOO_LARGE, str(entry.file_size // 1_000_000))
    if any(entry.flag_bits & 1 for entry in entries):
        raise ListRefused(ListProblem.ENCRYPTED)
    return archive


def unpacked_bytes(data: bytes) -> int:
    """How much there would be to read."""
    if not data.startswith(b"PK\x03\x04"):
        return len(data)
    return sum(entry.file_size for entry in open_archive(data).infolist())


def chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A file of the archive, piece by piece; no more than its table of contents has promised."""
    try:
        with archive.open(name) as packed:
            left = archive.getinfo(name).file_size
            while piece := packed.read(min(_CHUNK_BYTES, left + 1)):
                left -= len(piece)
                if left < 0:
                    raise ListRefused(ListProblem.TOO_LARGE)
                yield piece
    # A damaged archive fails in as many ways as there are in its packing.
    except (KeyError, zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise ListRefused(ListProblem.BROKEN) from error
    except Exception as error:
        if type(error).__module__ in ("zlib", "_lzma", "lzma"):
            raise ListRefused(ListProblem.BROKEN) from error
        raise


def _packed_kind(data: bytes) -> FileKind:
    with open_archive(data) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" in names:
            return FileKind.XLSX
        if "content.xml" in names:
            return _open_document_kind(archive, names)
    if any(name.endswith(".iwa") for name in names):
        raise ListRefused(ListProblem.OTHER_SPREADSHEET)
    if "xl/workbook.bin" in names:
        raise ListRefused(ListProblem.BINARY_EXCEL)
    if names & {"word/document.xml", "ppt/presentation.xml"}:
        raise ListRefused(ListProblem.OFFICE_DOCUMENT)
    raise ListRefused(ListProblem.ZIP)


def _open_document_kind(archive: zipfile.ZipFile, names: set[str]) -> FileKind:
    manifest = b"".join(chunks(archive, "META-INF/manifest.xml")) if "META-INF/manifest.xml" in names else b""
    if b"encryption-data" in manifest:
        raise ListRefused(ListProblem.ENCRYPTED)
    declared = b"".join(chunks(archive, "mimetype"))[:200] if "mimetype" in names else b""
    if b"opendocument" in declared and b"spreadsheet" not in declared:
        raise ListRefused(ListProblem.OFFICE_DOCUMENT)
    return FileKind.ODS


def _other_file(data: bytes) -> ListProblem | None:
    """What it is instead of text."""
    if data.startswith(b"%PDF"):
        return ListProblem.PDF
    if data.startswith(_OLE):
        # A locked workbook is a stream in an old container; the name of that stream is in its directory.
        locked = "EncryptedPackage".encode("utf-16-le") in data
        return ListProblem.ENCRYPTED if locked else ListProblem.OLD_EXCEL
    if data.startswith(_PICTURES) or data[4:12] in _PHOTOS or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return ListProblem.PICTURE
    if data.startswith(_PROGRAMS):
        return ListProblem.PROGRAM
    if data.startswith(_PACKED):
        return ListProblem.ZIP
    return None
