"""The ways in which something can be refused or fail on purpose."""


class Refused(Exception):
    """A rule said no; the message is a sentence for the visitor, already translated. Becomes a 409."""


class Stale(Refused):
    """Somebody else saved what was being edited; the door shows both texts and loses neither."""

    def __init__(self) -> None:
        super().__init__("Somebody else changed this while you were editing. Look at it again before you save.")


class Passing(Exception):
    """An outside service failed in a way that time may mend: try again later."""


class Away(Passing):
    """The service itself cannot be reached: it says nothing about what was to be handed over."""


class Permanent(Exception):
    """An outside service said no for good: a person has to look."""


class Plea(Exception):
    """What somebody typed reads like a call for help: nothing is kept of it, and the answer puts the hotline first.

    `form` is the form as it was sent, to be shown again without the text.
    """

    def __init__(self, form: object) -> None:
        super().__init__("a call for help")
        self.form = form


class Misconfigured(Exception):
    """The settings do not allow a start; `problems` holds one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


class Stopped(Exception):
    """A piece of upkeep cannot go on; the message is a sentence for whoever runs the site."""
