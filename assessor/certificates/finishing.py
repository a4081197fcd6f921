"""What pikepdf adds to the pages that reportlab wrote: tags, metadata, colour profile and an attachment.

The structure tree follows PDF 32000-1, 14.7, the rest what PDF/A-3 asks for. The same arguments give the same bytes.
"""

import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, AttachedFileSpec, Dictionary, Name

from assessor.certificates.checksum import with_checksum

Entries = dict[str, Any]  # of a dictionary, as pikepdf takes them
_PRODUCER = "Assessor"


@dataclass(frozen=True)
class Description:
    """What a document says of itself; `created` is aware."""

    title: str
    author: str
    language: str
    created: datetime

    @property
    def stamp(self) -> str:
        """The time of creation as a PDF date in UTC."""
        return self.created.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")


@dataclass(frozen=True)
class Element:
    """One structure element: its role, what readers should know, and its marked content (page, id) or its parts."""

    role: str
    entries: Entries = field(default_factory=dict)
    marked: tuple[int, int] | None = None
    parts: list["Element"] = field(default_factory=list)


@dataclass(frozen=True)
class Attachment:
    """A file inside the document, associated with the whole of it (PDF 32000-2, 14.13)."""

    name: str
    description: str
    media_type: str
    content: bytes


def finished(drawn: bytes, about: Description, document: Element, attachment: Attachment | None = None) -> bytes:
    """The document that a reader gets from the pages that were drawn."""
    with pikepdf.open(BytesIO(drawn)) as pdf:
        _describe(pdf, about)
        _add_structure(pdf, document)
        if attachment:
            _attach(pdf, attachment, about.stamp)
        output = BytesIO()
        pdf.save(
            output,
            compress_streams=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
        )
    return with_checksum(output.getvalue())


def _describe(pdf: pikepdf.Pdf, about: Description) -> None:
    """Information, the same as metadata, and what our numbers for red, green and blue look like."""
    del pdf.docinfo
    pdf.docinfo = pdf.make_indirect(
        Dictionary(
            Title=about.title, Author=about.author, Producer=_PRODUCER, CreationDate=about.stamp, ModDate=about.stamp
        )
    )
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata.load_from_docinfo(pdf.docinfo)
        metadata["dc:language"] = {about.language}
    profile = pdf.make_stream(_srgb(), N=3, Filter=Name.FlateDecode)
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier="sRGB",
        Info="sRGB",
        DestOutputProfile=profile,
    )
    pdf.Root.OutputIntents = Array([intent])
    pdf.Root.Lang = about.language
    # The reading direction is left unset: with R2L one common reader turns every Latin line round.
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)


def _add_structure(pdf: pikepdf.Pdf, document: Element) -> None:
    """Write the structure tree and, per page, the elements of its marked content."""
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    pages = [page.obj for page in pdf.pages]
    parents = [Array() for _ in pages]

    def add(element: Element, parent: pikepdf.Object) -> pikepdf.Object:
        entry = pdf.make_indirect(Dictionary({"/S": Name(f"/{element.role}"), "/P": parent, **element.entries}))
        if element.marked:
            page, entry.K = element.marked
            entry.Pg = pages[page]
            parents[page].append(entry)
        else:
            entry.K = Array([add(part, entry) for part in element.parts])
        return entry

    root.K = add(document, root)
    numbers = Array()
    for number, (page, elements) in enumerate(zip(pages, parents, strict=True)):
        numbers.append(number)
        numbers.append(pdf.make_indirect(elements))
        page.StructParents, page.Tabs = number, Name.S
    root.ParentTree = pdf.make_indirect(Dictionary(Nums=numbers))
    root.ParentTreeNextKey = len(pages)
    pdf.Root.StructTreeRoot = root
    pdf.Root.MarkInfo = Dictionary(Marked=True)


def _attach(pdf: pikepdf.Pdf, attachment: Attachment, stamp: str) -> None:
    specification = AttachedFileSpec(
        pdf,
        attachment.content,
        description=attachment.description,
        filename=attachment.name,
        mime_type=attachment.media_type,
        creation_date=stamp,
        mod_date=stamp,
    )
    specification.relationship = Name.Data
    pdf.attachments[attachment.name] = specification
    pdf.Root.AF = Array([specification.obj])


@cache
def _srgb() -> bytes:
    """The colour profile, deflated."""
    return zlib.compress(files(__package__).joinpath("srgb.icc").read_bytes())
