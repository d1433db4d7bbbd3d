"""The count: added up beside the requests, because one hot counter row would cap how many can sign at once.

Confirming sets a signature's `to_count` to +1, withdrawing or setting aside takes 1 off; the roll-up moves what it
finds into the pledge and sets it to 0. So `count + sum(to_count)` is the truth at every commit, whoever dies when.
Signatures of those who were erased are rows no more: a number without names stands for those that count.
"""

from sqlalchemy import case, func, select, update

from .. import db, jobs
from .models import COUNTS, NamelessSignatures, Pledge, Signature

AT_ONCE = 5_000


@jobs.sweep("count-signatures")
def count() -> int:
    """Move what is to be counted into the pledges' counts; how many signatures were moved."""
    moved = 0
    while batch := _count_some():
        moved += batch
        if batch < AT_ONCE:
            break
    return moved


def _count_some() -> int:
    with db.writing() as session:
        waiting = select(Signature.id, Signature.pledge_id, Signature.to_count).where(Signature.to_count != 0)
        rows = session.execute(waiting.limit(AT_ONCE).with_for_update(skip_locked=True)).all()
        sums: dict[int, int] = {}
        for row in rows:
            sums[row.pledge_id] = sums.get(row.pledge_id, 0) + row.to_count
        if rows:
            ids = [row.id for row in rows]
            session.execute(update(Signature).where(Signature.id.in_(ids)).values(to_count=0))
        for pledge_id, number in sorted(sums.items()):
            table = Pledge.__table__  # not the mapped class: a count is no edit, and must not raise its version
            session.execute(update(table).where(table.c.id == pledge_id).values(count=table.c.count + number))  # type: ignore[arg-type]
        return len(rows)


def drift() -> dict[int, int]:
    """By how much each pledge's count differs from the truth; empty when all is well. Reads everything."""
    truth = func.coalesce(func.sum(case((COUNTS, 1), else_=0)), 0)
    shown = Pledge.count + func.coalesce(func.sum(Signature.to_count), 0)
    nameless = select(func.coalesce(func.sum(NamelessSignatures.number), 0))
    nameless_here = nameless.where(NamelessSignatures.pledge_id == Pledge.id).scalar_subquery()
    found = select(Pledge.id, (shown - truth - nameless_here).label("off")).outerjoin(
        Signature, Signature.pledge_id == Pledge.id
    )
    rows = db.session().execute(found.group_by(Pledge.id, Pledge.count))
    return {row.id: row.off for row in rows if row.off}


@jobs.sweep("repair-counts", minute="40", hour="10")
def repair() -> dict[int, int]:
    """Find counts that are off, put them right, and say by how much they were."""
    with db.writing() as session:
        found = drift()
        table = Pledge.__table__
        for pledge_id, off in found.items():
            session.execute(update(table).where(table.c.id == pledge_id).values(count=table.c.count - off))  # type: ignore[arg-type]
        return found
