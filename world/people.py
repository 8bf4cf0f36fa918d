"""The people the demo world's population register knows, and how the demo changes them."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import StringConstraints, TypeAdapter

from routine.frozen import Frozen

# Not `routine.people.PersonId`: the world outside must not share our idea of what is well-formed.
Number = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Mobile = Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{6,14}$")]


class FreeCard(Frozen):
    """A frikort: its number and the last day it is valid."""

    number: str
    valid_to: date


class Record(Frozen):
    """What the register knows about one person. `mobile` is E.164, `guardians` are personnummer."""

    personnummer: Number
    given_name: str
    surname: str
    protected: bool = False
    deceased: bool = False
    mobile: Mobile | None = None
    guardians: tuple[Number, ...] = ()
    free_card: FreeCard | None = None


class Change(Frozen):
    """New values for one person. A field left out stays as it is; null clears `mobile` and `free_card`."""

    personnummer: Number
    protected: bool = False
    deceased: bool = False
    mobile: Mobile | None = None
    guardians: tuple[Number, ...] = ()
    free_card: FreeCard | None = None

    def on(self, record: Record) -> Record:
        """The record with the fields this change names."""
        return record.model_copy(update={field: getattr(self, field) for field in self.model_fields_set})


class Population:
    """The register's people by personnummer, changeable and restorable."""

    def __init__(self, fixture: tuple[Record, ...]) -> None:
        self._fixture = {record.personnummer: record for record in fixture}
        self._people = dict(self._fixture)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """The people in a file like `config/demo/people.json`.

        Raises OSError if it cannot be read, ValueError if it is not JSON or not people.
        """
        people = TypeAdapter(dict[str, Record]).validate_python(json.loads(path.read_text("utf-8"))["people"])
        return cls(tuple(people.values()))

    def find(self, personnummer: str) -> Record | None:
        """The person with this number, None if the register has nobody."""
        return self._people.get(personnummer)

    def change(self, change: Change) -> Record:
        """Applies the change, to a new person if nobody has the number, and gives the result."""
        known = self.find(change.personnummer)
        record = change.on(known or Record(personnummer=change.personnummer, given_name="Test", surname="Ny"))
        self._people[record.personnummer] = record
        return record

    def restore(self) -> None:
        """Back to the people the file named."""
        self._people = dict(self._fixture)
