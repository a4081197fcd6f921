"""The commands of whoever checks: ``verify`` (checking) and ``verifier`` (exporting the page; `folder` writes it)."""
