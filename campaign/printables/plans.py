"""What the process that prints is told: a file with all it needs, so that it asks no records and holds no secret."""

import json
import os
from base64 import b64encode
from pathlib import Path
from typing import Any

from flask import current_app

from .. import i18n, web
from ..config import Config
from ..links import service as links
from ..partners import board
from ..places import service as places
from ..staff import organisations
from . import designs, prints
from .models import Piece, Print, State

SPECIMEN = "2222222"  # as long as any code, and none: its check character is wrong
STAGES = {State.CHECKING: "trial", State.PROVING: "proof", State.PRINTING: "files"}


def folder_of(config: Config, print_id: int) -> Path:
    """Where the files of a print lie."""
    return config.prints / str(print_id)


def zip_of(config: Config, print_id: int) -> Path:
    """The file that a print comes to."""
    return folder_of(config, print_id) / f"print-{print_id}.zip"


def are_there(config: Config, one: Print) -> bool:
    """Whether the files that a print should have by now are there: after years, or after a restore, they are not."""
    if one.state == State.READY:
        return zip_of(config, one.id).is_file()
    return one.state != State.PROOF or (folder_of(config, one.id) / "proof.pdf").is_file()


def of(one: Print) -> dict[str, Any]:
    """All that the next stage of this print needs, as JSON takes it. Asks the records."""
    config, content = web.config(), i18n.content()
    pieces = prints.pieces(one.id)
    names = places.names({piece.place_id for piece in pieces if piece.place_id})
    whose = {piece.partner_id for piece in pieces}
    partners = {other.id: other.name for other in organisations.everyone() if other.id in whose}
    codes = links.codes_in(one.id)
    said = prints.said_of(one)
    logos = {str(id): logo for id in partners if said.get("logo") and (logo := _logo(id))}
    order = prints.order_of(one)
    items = [
        {
            **_on(one, piece, codes.get(piece.code_id or 0, "")),
            "place": piece.place_line,
            "partner": partners.get(piece.partner_id or 0, "") if said.get("partner") else "",
            "logo": str(piece.partner_id) if str(piece.partner_id) in logos else "",
            "hangs_at": names.get(piece.place_id or 0, ""),
            "whose": partners.get(piece.partner_id or 0, ""),
            "copies": piece.copies,
            "number": piece.number,
        }
        for piece in pieces
    ]
    return {
        "stage": STAGES[State(one.state)],
        "id": one.id,
        "title": one.title,
        "made_at": one.made_at.isoformat(),
        "design": one.design,
        "paper": one.paper,
        "output": one.output,
        "nudge": [one.nudge_across / 10, one.nudge_down / 10],
        "aim": said.get("aim", ""),
        "event": vars(order.event) if order.event else None,
        "leads_to": one.target,
        "content": str(content.folder),
        "demo": config.demo,
        "press": str(config.place("templates") / "print"),
        "whole": current_app.extensions["switches"].finish_files,
        "logos": logos,
        "items": items,
        "languages": {language.code: language.name for language in i18n.site().languages},
    }


def _on(one: Print, piece: Piece, code: str) -> dict[str, Any]:
    """In which languages it is, and the address that stands on it: of its code, or of the page /help."""
    language = i18n.find(piece.language)
    spoken = [piece.language, *([piece.second] if piece.second else [])]
    if designs.get(one.design).counted:
        address = links.address_of(code or SPECIMEN)
    else:
        address = web.address("pages.help", language)
    return {"languages": spoken, "address": address, "code": code}


def _logo(partner_id: int) -> str:
    """A partner's logo as it agreed to show it, in letters; empty when there is none to show."""
    logo = board.logo_of(partner_id)
    return b64encode(logo.content).decode() if logo else ""


def write(folder: Path, plan: dict[str, Any]) -> Path:
    """The plan as a file in the folder of its print, whole or not at all. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    draft, path = folder / f".plan.{os.getpid()}.part", folder / "plan.json"
    draft.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)
    return path
