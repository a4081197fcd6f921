"""What is printed: certificates with their QR symbol, and login cards.

A *paragraph* is ordered by `bidi`, shaped by HarfBuzz in `text` and drawn with *cluster fonts*: one shaped
cluster is one glyph of the PDF with one exact text, so every script looks right and stays searchable.
`pdf` draws a `CertificateContent` as its *layout* says, `wallet` small cards of it, `cards` a sheet of login cards; all
are pure, and the same values give the same bytes. `picture` makes page 1 a PNG for a phone. `template` reads layout,
wording and work tasks of a badge from `certificate.toml`. `attachment` finds the signed credential in a PDF again,
in a process of its own (`attachment_reader`).

Decisions: reportlab writes the operators of pages, `canvas` makes a document of them with pikepdf, and `finishing` adds
tags, metadata and the attachment. `canvas` alone knows what reportlab keeps to itself. What all papers share (frames,
bands, badges) is a *stamp*, drawn once for the life of the process. Fonts are static Noto TrueType files, because
composite glyphs need `glyf` outlines; foreign values (names, dates, codes, hosts) are isolated when they enter a
sentence, never later. The pages are tagged, and output intent, metadata and attachment follow PDF/A-3, but no
conformance to PDF/UA or PDF/A is claimed, because no validator was at hand to prove it.
"""
