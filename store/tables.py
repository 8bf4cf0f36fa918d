"""The tables. Three databases: read model and outbox, written by the worker, journal, written by API and watchman.

Under SQLite they are files of their own, so that worker and API never wait for each other's lock.
"""

from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, Table, Text

from store.database import Instant, Words

projection = MetaData()
journal = MetaData()

cases = Table(
    "cases",
    projection,
    Column("contact_id", Words(64), primary_key=True),
    Column("run_id", Words(64), nullable=False),
    Column("epoch", Words(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("unit", Words(40), nullable=False),
    Column("state", Words(40), nullable=False),
    Column("tier", Words(10), nullable=False),
    Column("open", Boolean, nullable=False),
    Column("person_ref", Words(64), nullable=False),
    Column("offset_s", Float, nullable=False),
    Column("wake_at", Instant, nullable=True),
    Column("chat", Text, nullable=False),
    Column("snapshot", Text, nullable=False),
    Index("ix_cases_seq", "seq"),
    Index("ix_cases_open", "open", "wake_at"),
    # All that is asked of a person's other cases: answered from the index, however long the cases are.
    Index("ix_cases_person", "person_ref", "open", "unit", "contact_id", "tier"),
)

pathways = Table(
    "pathways",
    projection,
    Column("contact_id", Words(64), primary_key=True),
    Column("run_id", Words(64), nullable=False),
    Column("epoch", Words(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("unit", Words(40), nullable=False),
    Column("open", Boolean, nullable=False),
    Column("offset_s", Float, nullable=False),
    Column("wake_at", Instant, nullable=True),
    Column("pathway", Text, nullable=False),
    Column("snapshot", Text, nullable=False),
    Index("ix_pathways_seq", "seq"),
    Index("ix_pathways_open", "open", "wake_at"),
)
"""A contact's suicide-risk pathway: a row of its own, written by its own workflow, also where the contact's is lost."""

house = Table(
    "house",
    projection,
    Column("id", Integer, primary_key=True),
    Column("epoch", Words(64), nullable=False),
    Column("offset_s", Float, nullable=False),
    Column("seq", Integer, nullable=False),
)
"""One row: the reset epoch, the demo's clock offset, and the counter that orders every change."""

keys = Table(
    "idempotency_keys",
    journal,
    Column("scope", Words(64), primary_key=True),
    Column("body_hash", Words(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("status", Integer, nullable=True),
    Column("answer", Text, nullable=True),
)
"""`scope` is a keyed hash of epoch, caller, contact and the client's key. No status: the outcome is not known yet."""

access_log = Table(
    "access_log",
    journal,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("hsa_id", Words(40), nullable=False),
    Column("name", Words(200), nullable=False),
    Column("roles", Words(200), nullable=False),
    Column("unit", Words(40), nullable=False),
    Column("contact_id", Words(64), nullable=True),
    Column("action", Words(60), nullable=False),
    Column("outcome", Words(20), nullable=False),
    Column("detail", Words(60), nullable=True),
    Index("ix_access_log_contact_id", "contact_id"),
)

screens = Table(
    "screens",
    journal,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("template", Words(10), nullable=False),
    Column("text", Text, nullable=False),
)
"""Screens shown to residents whose contact began no case (redirected): there is no contact to keep them on."""

findings = Table(
    "findings",
    journal,
    Column("contact_id", Words(64), primary_key=True),
    Column("what", Words(60), primary_key=True),
    Column("found_at", Instant, nullable=False),
)
"""What the watchman sees right now that nobody else would."""

watch = Table(
    "watch",
    journal,
    Column("id", Integer, primary_key=True),
    Column("looked_at", Instant, nullable=False),
)
"""When the watchman last finished his round, by the wall clock."""

departures = MetaData()

outbox = Table(
    "outbox",
    departures,
    Column("key", Words(120), primary_key=True),
    Column("contact_id", Words(64), nullable=False),
    Column("template", Words(10), nullable=False),
    Column("channel", Words(10), nullable=False),
    Column("to", Words(200), nullable=False),
    Column("at", Instant, nullable=False),
    Column("status", Words(20), nullable=False),
    Column("gateway_id", Words(120), nullable=True),
    Index("ix_outbox_gateway_id", "gateway_id"),
)
"""Written by the worker, and never rebuilt: a database of its own."""
