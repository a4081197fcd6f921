"""What an employer sees: the page at the address of every QR code, the typed number, and `assessor verify`.

No tables of its own and no traces: nothing about a checked certificate is stored. The page is static and checks in the
browser; the typed number and the command run the same checks here.
"""
