"""An optional seal by a certificate of X.509, which common PDF readers show: who issued the file, and that it is whole.

The seal is not the proof: that is the signed credential inside. It is an invisible signature over the whole file (ISO
32000-2, 12.8) that allows no change, as CMS in the way of PAdES (ETSI EN 319 142-1, level B-B). Its time is the
document's own; nobody is asked for another. The same document and key give the same bytes.

pyHanko, which packs the CMS, is an extra of this project: without it, `Seal` raises `ModuleNotFoundError`.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import pikepdf
from pikepdf import Array, Dictionary, Name

from assessor.certificates.checksum import filled, ranged, seal_place, with_room

if TYPE_CHECKING:
    from pyhanko.sign.signers.pdf_cms import Signer

FIELD = "Seal"
_MARK = hashlib.sha256(b"what is sealed").digest()  # stands for a hash
_UNKNOWN = 9_999_999_999  # as many figures as the places in a file may have
_WIDGET_FLAGS = 132  # printed (as PDF/A wants it) and locked
_SIGNATURES_EXIST_AND_APPEND_ONLY = 3
_NO_CHANGES = 1
_NOWHERE = (-1, -1, -1, -1)  # outside of the page and without a size: nothing to see, nothing to read out


@dataclass(frozen=True)
class Seal:
    """What seals. ``certificate`` and ``chain``, the certificates up to the root, are DER.

    ``sign``: RSASSA-PKCS1-v1_5 with SHA-256 by the certificate's key, which stays wherever it is. ``since``: when the
    certificate began; no seal says it is older (PDF readers would refuse it).
    """

    certificate: bytes
    chain: tuple[bytes, ...]
    since: datetime
    sign: Callable[[bytes], bytes] = field(repr=False)

    @cached_property
    def length(self) -> int:
        """How many bytes a signature has: always the same, for nothing in it grows."""
        return len(b"".join(self._form[1:])) + len(_MARK) + len(self.sign(b""))

    def signature(self, digest: bytes) -> bytes:
        """The detached CMS signature of what has this SHA-256 hash, as DER: `packed`, without packing each anew."""
        attributes, before, between, after = self._form
        return before + digest + between + self.sign(attributes.replace(_MARK, digest)) + after

    @cached_property
    def _form(self) -> tuple[bytes, bytes, bytes, bytes]:
        """What is signed, and the three pieces of a signature, in which only hash and signature change.

        Packing takes ten times longer than signing, and gives the same but for those two.
        """
        asked: list[bytes] = []

        def remember(data: bytes) -> bytes:
            asked.append(data)
            return self.sign(data)

        whole = packed(replace(self, sign=remember), _MARK)
        before, _, rest = whole.partition(_MARK)
        between, _, after = rest.partition(self.sign(asked[-1]))
        return asked[-1], before, between, after


def packed(seal: Seal, digest: bytes) -> bytes:
    """The detached CMS signature of what has this SHA-256 hash, as pyHanko packs it."""
    # It is asynchronous for those who ask servers for more; here nothing waits.
    return bytes(asyncio.run(_signer(seal).async_sign(digest, "sha256", use_pades=True)).dump())


def place_seal(pdf: pikepdf.Pdf, seal: Seal, moment: datetime) -> None:
    """Add the field of the seal with an empty signature, for `sealed` to fill. ``moment``: when it is made."""
    forbidden = Dictionary(Type=Name.TransformParams, P=_NO_CHANGES, V=Name("/1.2"))
    reference = Dictionary(Type=Name.SigRef, TransformMethod=Name.DocMDP, TransformParams=forbidden)
    signature = pdf.make_indirect(
        Dictionary(
            Type=Name.Sig,
            Filter=Name("/Adobe.PPKLite"),
            SubFilter=Name("/ETSI.CAdES.detached"),
            ByteRange=Array([0, _UNKNOWN, _UNKNOWN, _UNKNOWN]),
            Contents=pikepdf.String(bytes(seal.length)),
            M=f"{max(moment, seal.since).astimezone(UTC):D:%Y%m%d%H%M%SZ}",
            Reference=Array([reference]),
        )
    )
    first = pdf.pages[0].obj
    widget = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=FIELD,
            Rect=Array(_NOWHERE),
            F=_WIDGET_FLAGS,
            P=first,
            V=signature,
        )
    )
    first.Annots = Array([widget])
    pdf.Root.AcroForm = Dictionary(Fields=Array([widget]), SigFlags=_SIGNATURES_EXIST_AND_APPEND_ONLY)
    pdf.Root.Perms = Dictionary(DocMDP=signature)


def sealed(pdf: bytes, seal: Seal) -> bytes:
    """Fill the seal that `place_seal` prepared, in a file that was saved since; with its checksum, which it covers."""
    whole = filled(ranged(with_room(pdf)))
    place = seal_place(whole)
    if place is None:
        raise ValueError("This PDF has no place for a seal.")
    start, end = place
    digest = hashlib.sha256(whole[: start - 1] + whole[end + 1 :]).digest()
    return whole[:start] + seal.signature(digest).hex().encode() + whole[end:]


def _signer(seal: Seal) -> "Signer":
    """The key as pyHanko wants it. Imported here: it takes a second, and most issuers have no seal."""
    from asn1crypto.algos import SignedDigestAlgorithm
    from asn1crypto.x509 import Certificate
    from pyhanko.sign.signers.pdf_cms import Signer
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class KeptSigner(Signer):
        """Signs with a key that is loaded already."""

        async def async_sign_raw(self, data: bytes, _digest_algorithm: str, _dry_run: bool = False) -> bytes:
            return seal.sign(data)

    others = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # it has none
    others.register_multiple(Certificate.load(one) for one in seal.chain)
    return KeptSigner(
        signing_cert=Certificate.load(seal.certificate),
        cert_registry=others,
        signature_mechanism=SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
    )
