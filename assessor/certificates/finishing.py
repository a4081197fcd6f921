"""What a document has beside its pages: tags, metadata, colour profile and an attachment.

The structure tree follows PDF 32000-1, 14.7, the rest what PDF/A-3 asks for. The same arguments give the same bytes.
"""

import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any, Final
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, AttachedFileSpec, Dictionary, Name

from assessor.certificates.checksum import with_checksum
from assessor.certificates.seal import Seal, place_seal, sealed

Entries = dict[str, Any]  # of a dictionary, as pikepdf takes them
_PRODUCER = "Assessor"
#: Files are 2 % larger than with zlib's own 6, and a certificate is saved in three quarters of the time.
_COMPRESSION: Final = 4
pikepdf.settings.set_flate_compression_level(_COMPRESSION)


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


def finished(
    pdf: pikepdf.Pdf,
    about: Description,
    document: Element,
    attachment: Attachment | None = None,
    seal: Seal | None = None,
) -> bytes:
    """The document that a reader gets from the pages that were drawn; sealed last, over everything."""
    _describe(pdf, about)
    _add_structure(pdf, document)
    if attachment:
        _attach(pdf, attachment, about.stamp)
    if seal:
        place_seal(pdf, seal, about.created)
    output = BytesIO()
    pdf.save(
        output,
        min_version="1.7",
        compress_streams=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        deterministic_id=True,
    )
    return sealed(output.getvalue(), seal) if seal else with_checksum(output.getvalue())


def _describe(pdf: pikepdf.Pdf, about: Description) -> None:
    """Information, the same as metadata, and what our numbers for red, green and blue look like."""
    pdf.docinfo = pdf.make_indirect(
        Dictionary(
            Title=about.title, Author=about.author, Producer=_PRODUCER, CreationDate=about.stamp, ModDate=about.stamp
        )
    )
    pdf.Root.Metadata = pdf.make_stream(_metadata(about), Type=Name.Metadata, Subtype=Name.XML)
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


def _metadata(about: Description) -> bytes:
    """What the document says of itself, as XMP (ISO 16684-1). As one text: a reader of XML takes as long as a page."""
    title, author, language = (escape(text) for text in (about.title, about.author, about.language))
    moment = about.created.astimezone(UTC).isoformat(timespec="seconds")
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<rdf:Description rdf:about="">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>{_PRODUCER}</pdf:Producer>
<xmp:CreateDate>{moment}</xmp:CreateDate>
<xmp:ModifyDate>{moment}</xmp:ModifyDate>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
""".encode()


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
