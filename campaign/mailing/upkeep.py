"""The sweep that keeps the list up to date: woken by each act that changes what it should say, and every minute."""

from .. import jobs
from . import service


@jobs.sweep("sync-list")
def bring_up_to_date() -> int:
    """Tell the list about everybody who is due."""
    return service.sync()
