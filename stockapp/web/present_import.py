"""What was understood of a file, for templates."""

from dataclasses import dataclass

from stockapp.services.list_import import ImportRow, Preview, RowStatus
from stockapp.web import words

_STATUS = {
    RowStatus.NEW: ("new", "good"),
    RowStatus.LISTED: ("listed already", ""),
    RowStatus.DUPLICATE: ("twice in the file", "warn"),
    RowStatus.NOT_UNDERSTOOD: ("not understood", "bad"),
}


@dataclass(frozen=True, slots=True)
class ImportRowView:
    """One row of the file."""

    line: int
    symbol: str
    name: str
    note: str
    target: str
    status: str
    mark: str
    why: str


@dataclass(frozen=True, slots=True)
class PreviewView:
    """All of them. `useful`: an import would do something; `may_overwrite`: it could replace."""

    summary: str
    rows: tuple[ImportRowView, ...]
    warnings: tuple[str, ...]
    useful: bool
    may_overwrite: bool


def preview_view(preview: Preview) -> PreviewView:
    """The look at a file before anything of it is added."""
    warnings = preview.warnings
    if preview.ignored:
        warnings = (*warnings, f"Not used: {', '.join(preview.ignored)}.")
    return PreviewView(
        summary=_summary(preview),
        rows=tuple(_row(row) for row in preview.rows),
        warnings=warnings,
        useful=any(row.is_taken for row in preview.rows),
        may_overwrite=preview.count(RowStatus.LISTED) > 0,
    )


def _summary(preview: Preview) -> str:
    parts = [
        f"{count} {said}"
        for status, (said, _) in _STATUS.items()
        if (count := preview.count(status))
    ]
    return ", ".join(parts).capitalize() if parts else "Nothing in it was understood"


def _row(row: ImportRow) -> ImportRowView:
    status, mark = _STATUS[row.status]
    return ImportRowView(
        line=row.line,
        symbol=row.symbol or row.text,
        name=row.name,
        note=row.note,
        target="" if row.target_price is None else words.plain(row.target_price),
        status=status,
        mark=mark,
        why=row.why,
    )
