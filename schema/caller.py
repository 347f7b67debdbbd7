"""Who is calling: a parameter of every plan. So far everyone is anonymous and sees what the public sees."""

from dataclasses import dataclass

from db.tables import Audience


@dataclass(frozen=True, slots=True)
class Caller:
    audience: Audience


ANONYMOUS = Caller("public")
