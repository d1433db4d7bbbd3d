"""The sweeps that keep the list up to date: woken by each act that changes what it should say, and every minute."""

from .. import jobs
from . import deletions, hearing, pulling, service


@jobs.sweep("sync-list")
def bring_up_to_date() -> int:
    """Tell the list about everybody who is due."""
    return service.sync()


@jobs.sweep("delete-from-list")
def delete_for_good() -> int:
    """Delete at the list those who were erased here."""
    return deletions.carry_out()


@jobs.sweep("hear-from-list")
def hear() -> int:
    """Look up at the list those of whom it has told us that something happened."""
    return hearing.look_again()


@jobs.sweep("read-list-changes", minute="*/10")
def read_changes() -> bool:
    """Read what changed at the list, once a night and until it is done; whether all of it was."""
    found = pulling.pull_if_due()
    return found is not None and not found.trouble
