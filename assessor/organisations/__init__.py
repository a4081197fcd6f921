"""Partners, who works there in which role, and the groups they teach.

Every address of staff names the organisation (``/staff/<organisation>/…``); `views.guard` opens it only to someone with
the role that the view states, in that very organisation.
"""
