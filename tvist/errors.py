"""What the domain raises. `tvist.web.errors` answers them once: 404, 403, 409."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tvist.words import Message


class NotFound(Exception):
    """The thing is not there, or is not for this person to know of."""


class NotAllowed(Exception):
    """The person may open the thing, but not do this to it."""


class CannotProceed(Exception):
    """The act is refused; `obstacles` says, in codes, all that stands in its way."""

    def __init__(self, obstacles: list[Message] | tuple[Message, ...] | Message) -> None:
        """Take one message or several."""
        found = obstacles if isinstance(obstacles, list | tuple) else [obstacles]
        self.obstacles: tuple[Message, ...] = tuple(found)
        super().__init__(", ".join(message.code for message in self.obstacles))


class NotYet(CannotProceed):
    """What is needed from outside is not there at the moment. A job that meets this is tried again for as long as it takes."""
