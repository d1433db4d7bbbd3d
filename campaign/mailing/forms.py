"""The form by which staff look for somebody's history with the list: sent as a form, so that no address holds it."""

from ..forms import EmailField, StaffForm


class FindForm(StaffForm):
    """Looks for the person with an address."""

    email = EmailField("Email address")
