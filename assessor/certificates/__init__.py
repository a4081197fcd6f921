"""What is printed: certificates with their QR symbol, and login cards.

A *paragraph* is ordered by `bidi`, shaped by HarfBuzz in `text` and drawn with *cluster fonts*: one shaped
cluster is one glyph of the PDF with one exact text, so every script looks right and stays searchable.
`pdf` draws a `CertificateContent`, `cards` a sheet of login cards; both are pure, and the same values give
the same bytes. `template` reads the wording and work tasks of a badge from `certificate.toml`.
`attachment` puts the signed credential into the PDF and finds it again.

Decisions: reportlab writes the pages but no text (it shapes neither Arabic nor Indic scripts rightly);
fonts are static Noto TrueType files, because composite glyphs need `glyf` outlines; foreign values (names,
dates, codes, hosts) are isolated when they enter a sentence, never later; no conformance to PDF/UA or
PDF/A is claimed, although the page is tagged.
"""
