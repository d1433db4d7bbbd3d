"""Where a printed code may lead among the pages of volunteers: to signing up."""

from ..links import targets


@targets.offering.connect
def _to_print(_sender: object) -> list[tuple[str, str]]:
    return [("/volunteer", "Volunteer: sign up")]
