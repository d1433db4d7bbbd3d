"""The site, for any WSGI server."""

from campaign.app import create_app

app = create_app()
