"""Drafts: what an author has entered so far, saved at every change, with a version that tells colleagues apart."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, RowMapping

from sms4a.campaigns.bookkeeping import write_audit
from sms4a.campaigns.database import Database, storable
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.options import CampaignOptions
from sms4a.campaigns.tables import campaign, contact_list, draft
from sms4a.errors import Sms4aError

# The first version of a draft is empty: nobody has entered anything.
unsent: ColumnElement[bool] = sa.and_(draft.c.sent_ts.is_(None), draft.c.version > 1)

CHANGEABLE = frozenset({"name", "text", "sender", "options", "start_ts", "list_id"})


@dataclass(frozen=True, slots=True)
class Draft:
    id: str
    version: int
    name: str
    text: str
    sender: str
    """Empty: as the account sets it."""
    options: CampaignOptions
    start_ts: int | None
    """Epoch milliseconds UTC; None: as soon as Send is pressed."""
    list_id: str | None
    campaign_id: str | None
    """What was prepared or sent from it."""
    sent_ts: int | None
    """Not None: no longer a draft."""
    actor: str
    """Who saved it last."""
    created_ts: int
    updated_ts: int


class DraftConflict(Sms4aError):
    """Somebody else saved this draft in between; nothing of this save was kept."""

    def __init__(self, theirs: Draft) -> None:
        super().__init__(f"The draft was saved by {theirs.actor} in between.")
        self.theirs = theirs


class DraftClosed(Sms4aError):
    """This draft was sent or deleted and cannot change any more; `draft` is None if it is gone."""

    def __init__(self, draft: Draft | None) -> None:
        super().__init__("The draft was sent and cannot change." if draft else "The draft does not exist any more.")
        self.draft = draft


class Drafts:
    """Create, read and save drafts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, actor: str) -> Draft:
        """A new, empty draft."""
        with self._database.write() as c:
            now = self._database.now(c)
            draft_id = random_id(12)
            c.execute(
                sa.insert(draft).values(
                    id=draft_id,
                    version=1,
                    name="",
                    text="",
                    sender="",
                    options=CampaignOptions().model_dump(mode="json"),
                    actor=actor,
                    created_ts=now,
                    updated_ts=now,
                )
            )
            created = _one(c, draft_id)
        assert created is not None
        return created

    def get(self, draft_id: str) -> Draft | None:
        """None if there is no such draft, also one that was deleted."""
        with self._database.read() as c:
            return _one(c, draft_id)

    def save(self, draft_id: str, version: int, *, actor: str, **changes: Any) -> Draft:
        """Store these fields (see `CHANGEABLE`) if nobody saved since `version`; the new draft, one version on.

        A save that changes nothing keeps the version, so that looking at a page never asks for a new check.
        Raises DraftConflict if the version is stale, DraftClosed if the draft was sent or deleted.
        """
        if unknown := set(changes) - CHANGEABLE:
            raise ValueError(f"a draft has no {', '.join(sorted(unknown))} to save")
        with self._database.write() as c:
            present = _one(c, draft_id)
            if present is None or present.sent_ts is not None:
                raise DraftClosed(present)
            if present.version != version:
                raise DraftConflict(present)
            cleaned: dict[str, Any] = dict(changes)
            cleaned |= {name: storable(value) for name, value in changes.items() if isinstance(value, str)}
            new = {name: value for name, value in cleaned.items() if getattr(present, name) != value}
            if not new:
                return present
            if "options" in new:
                new["options"] = new["options"].model_dump(mode="json")
            moved = c.execute(
                sa.update(draft)
                .where(draft.c.id == draft_id, draft.c.version == version, draft.c.sent_ts.is_(None))
                .values(**new, version=version + 1, actor=actor, updated_ts=self._database.now(c))
            )
            saved = _one(c, draft_id)
            if saved is None or saved.sent_ts is not None:
                raise DraftClosed(saved)
            if not moved.rowcount:
                raise DraftConflict(saved)
        return saved

    def open_count(self) -> int:
        """How many drafts `open_drafts` has in all."""
        with self._database.read() as c:
            return c.execute(sa.select(sa.func.count()).select_from(draft).where(unsent)).scalar_one()

    def open_drafts(self, limit: int = 20, offset: int = 0) -> tuple[Draft, ...]:
        """Drafts that were not sent and hold something, newest change first."""
        with self._database.read() as c:
            query = sa.select(draft).where(unsent).order_by(draft.c.updated_ts.desc(), draft.c.id)
            return tuple(_draft(row) for row in c.execute(query.limit(limit).offset(offset)).mappings())

    def delete(self, draft_id: str, actor: str) -> bool:
        """Throw an unsent draft away; False if there was none."""
        with self._database.write() as c:
            gone = c.execute(sa.delete(draft).where(draft.c.id == draft_id, draft.c.sent_ts.is_(None))).rowcount
            if gone:
                write_audit(c, self._database.now(c), actor, "draft.delete", f"draft:{draft_id}")
        return bool(gone)


def with_old_list(limit_ts: int) -> sa.Select[str]:
    """An unsent draft with a list, when nobody has changed or prepared it, or uploaded the list, since then."""
    fresh = sa.exists().where(campaign.c.draft_id == draft.c.id, campaign.c.created_ts >= limit_ts)
    return (
        sa.select(draft.c.id)
        .join(contact_list, contact_list.c.id == draft.c.list_id)
        .where(draft.c.sent_ts.is_(None), draft.c.updated_ts < limit_ts, contact_list.c.created_ts < limit_ts, ~fresh)
        .limit(1)
    )


def forget_list(c: Connection, draft_id: str, now: int) -> None:
    """The draft stays without its list; the sweeper takes the list away, and what was prepared from it."""
    gone = c.execute(
        sa.update(draft)
        .where(draft.c.id == draft_id, draft.c.sent_ts.is_(None))
        .values(list_id=None, campaign_id=None, version=draft.c.version + 1)
    ).rowcount
    if gone:
        write_audit(c, now, "sender", "draft.forget_list", f"draft:{draft_id}")


def _one(c: Connection, draft_id: str) -> Draft | None:
    row = c.execute(sa.select(draft).where(draft.c.id == draft_id)).mappings().one_or_none()
    return None if row is None else _draft(row)


def _draft(row: RowMapping) -> Draft:
    return Draft(**{**row, "options": CampaignOptions.model_validate(row["options"])})
