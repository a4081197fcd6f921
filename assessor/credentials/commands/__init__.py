"""The issuer's commands: certificates one by one and by tables, replacing them, keys, partners."""

from assessor.credentials.commands import certificates, keys, partners, replacing

COMMANDS = (*certificates.COMMANDS, *replacing.COMMANDS, keys.keys_group, *partners.COMMANDS)
