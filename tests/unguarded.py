"""Sites with one guard turned off: the negative controls that show a test would notice."""

from flask import Flask

from campaign.app import Switches, create_app


def without_natural_keys() -> Flask:
    """A site that takes every signature as a new one."""
    return create_app(switches=Switches(natural_keys=False))


def seats_out_of_turn() -> Flask:
    """A site that looks how many seats are taken, and writes a moment later, in the server's own process."""
    from campaign import serve

    app = create_app(switches=Switches(seats_in_turn=False))
    app.wsgi_app = serve.in_turn(app.wsgi_app, app.config["MAX_CONTENT_LENGTH"])  # type: ignore[method-assign]
    return app


def shifts_out_of_turn() -> Flask:
    """A site that looks whether a shift can be taken, and writes a moment later, in the server's own process."""
    from campaign import serve

    app = create_app(switches=Switches(shifts_in_turn=False))
    app.wsgi_app = serve.in_turn(app.wsgi_app, app.config["MAX_CONTENT_LENGTH"])  # type: ignore[method-assign]
    return app


def without_claims() -> Flask:
    """A site whose worker marks a letter only after the mail server has taken it."""
    return create_app(switches=Switches(claim_letters=False))


def without_equal_work() -> Flask:
    """A site in whose time an unknown address can be told from a known one, in the server's own process."""
    from campaign import serve

    app = create_app(switches=Switches(equal_work=False))
    app.wsgi_app = serve.in_turn(app.wsgi_app, app.config["MAX_CONTENT_LENGTH"])  # type: ignore[method-assign]
    return app
