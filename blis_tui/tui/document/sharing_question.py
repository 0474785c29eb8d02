"""The question where a change of what stands for several places is meant to be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blis_tui.spec.edits import SharedPlace
from blis_tui.tui.widgets.confirm_dialog import CANCEL, Answer, ConfirmDialog

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp

HERE = Answer("here", "h", "Here only", "primary")
EVERYWHERE = Answer("everywhere", "e", "Everywhere")


async def where(app: BaseApp, refusal: SharedPlace, *, can_be_here: bool) -> str:
    """Ask where; returns the id of the answer. What others refer to can only be changed for all of them."""
    answers = (HERE, EVERYWHERE, CANCEL) if can_be_here else (EVERYWHERE, CANCEL)
    details = f"{refusal}.\nWhere shall it change?"
    return await app.push_screen_wait(ConfirmDialog("This is written once for several places.", details, answers))
