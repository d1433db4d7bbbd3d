"""The forms of the staff's own account."""

from wtforms import PasswordField
from wtforms.validators import Length

from ..forms import EmailField, Line, StaffForm, readable, required


class SignInForm(StaffForm):
    """Mailbox, password, and the code that the app shows now."""

    email = EmailField("Email address")
    password = PasswordField("Password", [readable, required("Please give your password."), Length(max=128)])
    code = Line("Code from your app", [required("Please give the code that your app shows.")], most=12)


class PasswordForm(StaffForm):
    """A new password: long, and otherwise as its owner likes (NIST SP 800-63B, 5.1.1.2). The code proves who asks."""

    password = PasswordField(
        "New password",
        [readable, required("Please choose a password."), Length(12, 128, "Please use 12 to 128 characters.")],
    )
    code = Line("Code from your app", [required("Please give the code that your app shows.")], most=12)
