"""A new SECRET_KEY, with the old one still taken: links that were mailed keep working, sealed columns move over.

    SECRET_KEY=old  ──rotate──>  SECRET_KEY=new, SECRET_KEY_OLD=old  ──forget──>  SECRET_KEY=new

Until it is forgotten, whoever knows the old secret can still make links. The ledger of those who left is kept under a
key of its own from the first rotation on, because its codes can only be compared, never made anew.
"""

import os
from secrets import token_urlsafe
from typing import Any, cast
from urllib.parse import quote

from flask import Flask
from sqlalchemy import select, update

from . import db, seals
from .config import Config, change_env_file, read_env_file
from .db import Base
from .errors import Stopped
from .staff import audit
from .staff.acts import Act

NAMES = ("SECRET_KEY", "SECRET_KEY_OLD", "LEDGER_KEY")
A_STEP = 500  # rows in one change


def rotate(config: Config) -> None:
    """Write down a new secret and the old one beside it. Raises Stopped when the settings come from elsewhere."""
    path = config.data_dir / "campaign.env"
    if any(os.environ.get(name) for name in NAMES) or not read_env_file(path).get("SECRET_KEY"):
        raise Stopped(
            f"SECRET_KEY does not come from {path}. Where it is set, put the present one in front of SECRET_KEY_OLD "
            "(and into LEDGER_KEY, if that is empty), set a new one, and run `campaign rotate-secret --reseal`."
        )
    old = ",".join(quote(one, safe="") for one in (config.secret_key, *config.old_secrets))
    changes = {"SECRET_KEY": token_urlsafe(48), "SECRET_KEY_OLD": old}
    if not config.ledger_key:
        changes["LEDGER_KEY"] = config.secret_key
    change_env_file(path, changes)


def forget_old(site: Flask, config: Config) -> None:
    """Take the old secrets away: links made under them stop working."""
    with site.app_context(), db.writing():
        if config.old_secrets:
            audit.note(Act.OLD_SECRETS_FORGOTTEN)
        change_env_file(config.data_dir / "campaign.env", {"SECRET_KEY_OLD": ""})


def reseal(site: Flask) -> tuple[int, int]:
    """Seal every sealed column again under the newest secret; how many, and how many nobody can open any more."""
    done = lost = 0
    with site.app_context():
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if column.info.get("sealed"):
                    sealed, unreadable = _reseal(table, column)
                    done, lost = done + sealed, lost + unreadable
        audit.follow_secret(Act.SECRET_REPLACED)
    return done, lost


def _reseal(table: Any, column: Any) -> tuple[int, int]:
    done, lost, after = 0, 0, 0
    while True:
        with db.writing() as session:
            found = select(table.c.id, column).where(table.c.id > after, column != "").order_by(table.c.id)
            rows = session.execute(found.limit(A_STEP).with_for_update()).all()
            if not rows:
                return done, lost
            for row_id, sealed in rows:
                try:
                    anew = seals.seal_again(sealed)
                except ValueError:
                    lost += 1
                else:
                    session.execute(update(table).where(table.c.id == row_id).values({column.name: anew}))
                    done += 1
            after = cast(int, rows[-1][0])
