"""The process that prints: told by a plan in a folder, it tries the pieces, makes their proof, or makes their files.

It is one of its own because setting pages takes memory that is given back only when a process ends, and it gives way
to whoever visits the site. Each file appears under its name when it is whole and on the disk, and is then never made
again: killed at any moment and started anew, it goes on where it was. It says on its output, a line of JSON each time,
how far it is, and last what went wrong.
"""

import errno
import json
import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import Refused
from ..settings import Mistake
from .pressroom import Job, Unprinted

log = logging.getLogger("campaign.prints")
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
NO_ROOM = "The disk is full, so nothing was made. Make room, then try again."
NO_FOLDER = "The files could not be written ({}). Somebody who runs the site has to look, then try again."
FAILED = "The process that prints has failed ({}). Somebody who runs the site has to look, then try again."
Tell = Callable[[dict[str, Any]], None]


def work(folder: Path, tell: Tell) -> None:
    """Do what the plan in this folder says, and tell how far it is and what came of it."""
    try:
        plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        tell({"made": Job(plan, folder, tell).run()})
    except Unprinted as error:
        tell({"refused": error.reasons})
    except Refused as error:
        tell({"refused": [str(error)]})
    except Mistake as mistake:
        tell({"trouble": f"{mistake} Mend it, then try again."})
    except OSError as error:
        tell({"trouble": sentence(error)})
    except Exception as error:  # whatever it is: who says nothing is taken for killed
        log.exception("a print could not be made")
        tell({"trouble": FAILED.format(type(error).__name__)})


def sentence(error: OSError) -> str:
    """What a disk said, for staff."""
    return NO_ROOM if error.errno in FULL else NO_FOLDER.format(error.strerror)


def main() -> None:
    """Work in the folder that is named, behind everybody else, and end when whoever started us is gone."""
    os.nice(15)
    threading.Thread(target=_go_with_parent, daemon=True).start()
    work(Path(sys.argv[1]), lambda said: print(json.dumps(said), flush=True))  # noqa: T201 (to whoever started us)


def _go_with_parent() -> None:
    """Who started us holds our input open, and whatever ends them closes it."""
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    main()
