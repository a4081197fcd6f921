"""The issuer's commands: certificates one by one or many, replacing them, keys, partners, trust, pictures."""

from assessor.credentials.commands import badges, certificates, keys, partners, printing, replacing, trust

COMMANDS = (
    *certificates.COMMANDS,
    *replacing.COMMANDS,
    keys.keys_group,
    *printing.COMMANDS,
    *partners.COMMANDS,
    *trust.COMMANDS,
    *badges.COMMANDS,
)
