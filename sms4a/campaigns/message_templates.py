"""Texts that are used again: named, found, changed, copied."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from sms4a.campaigns.bookkeeping import write_audit
from sms4a.campaigns.database import Database, storable
from sms4a.campaigns.migrate import random_id
from sms4a.campaigns.spellings import found_in
from sms4a.campaigns.tables import message_template
from sms4a.errors import Sms4aError
from sms4a.templates import Template, name_key

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    id: str
    version: int
    name: str
    text: str
    actor: str
    """Who saved it last."""
    updated_ts: int


@dataclass(frozen=True, slots=True)
class FieldChanges:
    """What another text does to the placeholders of a template."""

    gone: tuple[str, ...]
    new: tuple[str, ...]


class TemplateConflict(Sms4aError):
    """Somebody else saved or deleted this template in between; nothing was kept."""


class MessageTemplates:
    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, search: str = "", limit: int = 100) -> tuple[MessageTemplate, ...]:
        """By name; `search`: words of the name or of the text."""
        query = sa.select(message_template)
        if words := search.strip():
            query = query.where(found_in([message_template.c.name, message_template.c.text], words))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(message_template.c.name, message_template.c.id).limit(limit))
            return tuple(MessageTemplate(**row) for row in rows.mappings())

    def get(self, template_id: str) -> MessageTemplate | None:
        with self._database.read() as connection:
            return _one(connection, template_id)

    def create(self, name: str, text: str, actor: str) -> MessageTemplate:
        with self._database.write() as connection:
            now, template_id = self._database.now(connection), random_id(12)
            values = {"name": _name(name), "text": storable(text), "actor": actor, "updated_ts": now}
            connection.execute(sa.insert(message_template).values(id=template_id, version=1, **values))
            write_audit(connection, now, actor, "template", f"message_template:{template_id}")
            created = _one(connection, template_id)
        assert created is not None
        return created

    def save(self, template_id: str, version: int, name: str, text: str, actor: str) -> MessageTemplate:
        """Store name and text if nobody saved since `version`; TemplateConflict otherwise."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            values = {"name": _name(name), "text": storable(text), "actor": actor, "updated_ts": now}
            saved = connection.execute(
                sa.update(message_template)
                .where(message_template.c.id == template_id, message_template.c.version == version)
                .values(version=version + 1, **values)
            ).rowcount
            found = _one(connection, template_id)
            if not saved or found is None:
                raise TemplateConflict("the template was saved or deleted in between")
            write_audit(connection, now, actor, "template", f"message_template:{template_id}", version=version + 1)
            return found

    def delete(self, template_id: str, actor: str) -> bool:
        with self._database.write() as connection:
            gone = connection.execute(sa.delete(message_template).where(message_template.c.id == template_id)).rowcount
            if gone:
                now = self._database.now(connection)
                write_audit(connection, now, actor, "template.delete", f"message_template:{template_id}")
        return bool(gone)


def field_changes(old: str, new: str) -> FieldChanges:
    """Placeholders that go and that come if the text changes so; another spelling of the same name is no change."""
    before, after = (({name_key(name): name for name in Template.parse(text).fields}) for text in (old, new))
    return FieldChanges(
        tuple(name for key, name in before.items() if key not in after),
        tuple(name for key, name in after.items() if key not in before),
    )


def _one(connection: Connection, template_id: str) -> MessageTemplate | None:
    query = sa.select(message_template).where(message_template.c.id == template_id)
    row = connection.execute(query).mappings().one_or_none()
    return MessageTemplate(**row) if row else None


def _name(name: str) -> str:
    return storable(name).strip()[:LONGEST_NAME]
