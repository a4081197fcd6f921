"""What an employer sees: the page at the address of every QR code, the typed number, and `assessor verify`.

No tables of its own and no traces: nothing about a checked certificate is stored. The page is static and checks in the
browser; the typed number, the page for badges of anybody (`/verify`) and the command run the same checks here.

Badges of others are checked with documents that the guarded fetcher gets (`fetching`); what stands at our own addresses
is read from this installation (`own_documents`). What a badge says is shown only when it may be (`telling`).
"""
