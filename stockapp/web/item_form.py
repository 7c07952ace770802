"""The form of an item: its note and its target price."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stockapp.services.item_rules import InvalidItem
from stockapp.web.watchlist_views import EditView

# 12.50, 1250 and 1,250.00; never 12,5, which would be read as 125.
_NUMBER = re.compile(r"(\d{1,15}|\d{1,3}(,\d{3}){1,4})(\.\d{0,10})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ItemForm:
    """What was typed."""

    note: str
    target: str

    def changes(self) -> dict[str, Any]:
        """The same as fields of an item. Raises InvalidItem."""
        return {"note": self.note, "target_price": _price(self.target)}

    def edit(self, problem: str) -> EditView:
        """The form again, with what is wrong."""
        return EditView(self.note, self.target, problem)


def note_and_target(form: Mapping[str, str]) -> ItemForm:
    """What the fields of the form hold."""
    note = form.get("note", "").replace("\r\n", "\n").strip()
    return ItemForm(note, form.get("target_price", "").strip())


def _price(text: str) -> float | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise InvalidItem("target_price", "The target price must be a number such as 12.50.")
    return float(text.replace(",", ""))
