"""The sweeps that keep the list up to date: woken by each act that changes what it should say, and every minute."""

from .. import jobs
from . import deletions, service


@jobs.sweep("sync-list")
def bring_up_to_date() -> int:
    """Tell the list about everybody who is due."""
    return service.sync()


@jobs.sweep("delete-from-list")
def delete_for_good() -> int:
    """Delete at the list those who were erased here."""
    return deletions.carry_out()
