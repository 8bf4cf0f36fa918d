"""The house's own lint: every rule is shown what it must find and what it must leave alone."""

import textwrap
from pathlib import Path

import pytest

from tools.lint import check
from tools.lint.__main__ import ROOT, main
from tools.lint.rules import RULES

HEAD = '"""What the file is."""\n'
WORKFLOW = "from temporalio import workflow\n"

# Each rule: the file it is shown, and snippets in which it, and only it, must find something.
FOUND: dict[str, list[tuple[str, str]]] = {
    "VK001": [
        ("routine/hours.py", "from datetime import datetime\nx = datetime.now(UTC)"),
        ("routine/hours.py", "from datetime import datetime as dt\nx = dt.utcnow()"),
        ("routine/hours.py", "import datetime\nx = datetime.datetime.today()"),
        ("routine/hours.py", "from datetime import date\nx = date.today()"),
        ("routine/hours.py", "x = instant.astimezone()"),
        ("routine/hours.py", "from pydantic import Field\nimport uuid\nx = Field(default_factory=uuid.uuid4)"),
        ("workflows/chat.py", "from uuid import uuid1\nx = uuid1()"),
        ("workflows/chat.py", "import time\ntime.sleep(1)"),
        ("workflows/chat.py", "from time import monotonic, perf_counter"),
        ("workflows/chat.py", "import random"),
        ("workflows/chat.py", "import secrets"),
        ("workflows/chat.py", "import os\nx = os.environ['A']"),
        ("workflows/chat.py", "from os import getenv"),
        ("workflows/chat.py", "import httpx"),
        ("workflows/chat.py", "import requests"),
        ("workflows/chat.py", "import socket"),
        ("workflows/chat.py", "import subprocess"),
        ("workflows/chat.py", "import threading"),
        ("workflows/chat.py", "from sqlalchemy.ext.asyncio import create_async_engine"),
        ("workflows/chat.py", WORKFLOW + "with workflow.unsafe.imports_passed_through():\n    import sqlalchemy"),
        ("workflows/chat.py", "def read():\n    import tempfile"),
        ("routine/phrases.py", "with open('phrases.toml') as file: pass"),
        ("routine/phrases.py", "from pathlib import Path\nx = Path('phrases.toml')"),
        ("routine/phrases.py", "x = folder.read_text()"),
        ("routine/phrases.py", "folder.write_bytes(b'')"),
    ],
    "VK002": [
        ("workflows/chat.py", "from zoneinfo import ZoneInfo\nx = ZoneInfo('Europe/Stockholm')"),
        ("workflows/chat.py", "import asyncio\nasync def f():\n    await asyncio.sleep(1)"),
        ("workflows/chat.py", "import asyncio\nasync def f():\n    await asyncio.wait(tasks)"),
        ("workflows/chat.py", "from asyncio import as_completed\nx = as_completed(tasks)"),
        ("workflows/chat.py", "for each in {1, 2}: pass"),
        ("workflows/chat.py", "for each in set(names): pass"),
        ("workflows/chat.py", "for each in frozenset(names) - done: pass"),
        ("workflows/chat.py", "for each in set(names).union(others): pass"),
        ("workflows/chat.py", "x = [each for each in {n for n in names}]"),
        ("workflows/chat.py", "x = tuple(set(names))"),
        ("workflows/chat.py", "x = [*set(names)]"),
        ("workflows/chat.py", "x = ', '.join({'a', 'b'})"),
        ("workflows/chat.py", "print('here')"),
    ],
    "VK003": [
        ("workflows/chat.py", WORKFLOW + "workflow.execute_activity(send, sms, retry_policy=POLICY)"),
        ("workflows/chat.py", WORKFLOW + "workflow.execute_activity(send, sms, start_to_close_timeout=SHORT)"),
        ("workflows/chat.py", WORKFLOW + "workflow.start_activity(s, schedule_to_close_timeout=T, retry_policy=None)"),
        ("workflows/chat.py", WORKFLOW + "workflow.execute_local_activity(s, x, heartbeat_timeout=T, retry_policy=P)"),
        ("workflows/chat.py", WORKFLOW + "workflow.execute_activity_method(S.send, x, **options)"),
        ("workflows/chat.py", "from temporalio.workflow import start_local_activity as go\ngo(s, x, retry_policy=P)"),
        ("tests/workflows/test_chat.py", WORKFLOW + "workflow.execute_activity(s, x, retry_policy=P)"),
    ],
    "VK004": [
        ("workflows/chat.py", WORKFLOW + "class A:\n    @workflow.update\n    async def decide(self): pass"),
        ("workflows/chat.py", WORKFLOW + "class A:\n    @workflow.update(name='decide')\n    def decide(self): pass"),
        (
            "workflows/chat.py",
            WORKFLOW + "class A:\n    @workflow.update\n    def decide(self): pass\n"
            "class B:\n    @decide.validator\n    def check(self): pass",
        ),
    ],
    "VK005": [
        ("workflows/chat.py", WORKFLOW + "workflow.sleep(10)"),
        ("workflows/chat.py", WORKFLOW + "workflow.sleep(10, summary='')"),
        ("workflows/chat.py", WORKFLOW + "workflow.wait_condition(lambda: self.done, timeout=HOUR)"),
        ("workflows/clock.py", "from temporalio.workflow import sleep as rest\nrest(10)"),
    ],
    "VK006": [
        ("activities/sms.py", "log.info('sms.sent', to=mobile)"),
        ("activities/sms.py", "logger.warning('gone: %s', personnummer)"),
        ("activities/sms.py", "self._log.error('sms.failed', person=resident)"),
        ("activities/sms.py", "log.bind(text=body).info('sms.sent')"),
        ("activities/sms.py", "import structlog\nstructlog.get_logger().info('sms.sent', x=sms.text)"),
        ("activities/sms.py", "import structlog\nstructlog.contextvars.bind_contextvars(person_id=patient)"),
        ("activities/sms.py", "import logging\nlogging.info('%s', who.surname)"),
        ("activities/sms.py", "from temporalio import activity\nactivity.logger.info(f'{who.given_name}')"),
        ("workflows/chat.py", WORKFLOW + "workflow.logger.info('{}'.format(decision.note))"),
        ("workflows/chat.py", WORKFLOW + "workflow.logger.info('x', extra={'rationale': why})"),
        ("gateways/sms.py", "raise GatewayError(f'answered {response.text}')"),
        ("gateways/sms.py", "raise GatewayError(f'answered {answer[\"message\"]}')"),
        ("gateways/sms.py", "raise gone(chat.message)"),
        ("routine/people.py", "raise ValueError('not a number: ' + personnummer)"),
        ("routine/people.py", "error = ValueError(text)"),
        ("routine/people.py", "raise ValueError(text if strict else '')"),
        ("routine/people.py", "raise ValueError(case.person.unit)"),
        ("workflows/chat.py", "raise ApplicationError('Nej', decision.wording, type='Refusal')"),
        ("world/cosmic.py", "raise KeyError(note.observation.strip())"),
        ("tools/export.py", "log.info('exported', x=case.rationale)"),
    ],
    "VK007": [
        ("routine/chat/states.py", "def elapse(): pass"),
        ("routine/chat/states.py", "async def elapse(): pass"),
        ("routine/chat/states.py", "class Queued: pass"),
        ("routine/chat/states.py", "class Queued:\n    '''Waits.'''\n    def due(self): pass"),
    ],
    "VK008": [
        ("routine/chat.py", "x = 1\n" * 400),
        ("worker.py", "x = 1\n" * 400),
    ],
}

PASSES: dict[str, list[tuple[str, str]]] = {
    "VK001": [
        ("workflows/clock.py", WORKFLOW + "x = workflow.now(), workflow.uuid4(), workflow.random().random()"),
        ("workflows/clock.py", "random = rng\nx = random.choice(names), clock.now(), time.time"),
        ("routine/hours.py", "from datetime import UTC, date, datetime, time\nx = time(8), datetime(2026, 1, 1)"),
        ("routine/hours.py", "from uuid import UUID, uuid5\nx = uuid5(space, 'a')"),
        ("routine/hours.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from random import Random"),
        ("routine/hours.py", "from zoneinfo import ZoneInfo\nx = instant.astimezone(ZoneInfo('Europe/Stockholm'))"),
        ("routine/hours.py", "from pathlib import PurePath\nx = unit.open(day), PurePath('a')"),
        ("routine/hours.py", "open = True\nfrom urllib.parse import quote\nfrom http import HTTPStatus"),
        ("gateways/sms.py", "import time, httpx\nx = open('a')"),
        ("tests/routine/test_hours.py", "import random"),
    ],
    "VK002": [
        ("workflows/chat.py", WORKFLOW + "async def f():\n    await workflow.wait(tasks)"),
        ("workflows/chat.py", "import asyncio\nasync def f():\n    await asyncio.gather(a, asyncio.wait_for(b, 1))"),
        ("workflows/chat.py", "import asyncio\nx = asyncio.create_task(go())"),
        ("workflows/chat.py", "for each in sorted(set(names)): pass"),
        ("workflows/chat.py", "x = len(set(names)) if name in {1, 2} else {*names}"),
        ("workflows/chat.py", "for each in {'a': 1}: pass"),
        ("workflows/chat.py", "from zoneinfo import ZoneInfo\ndef f(zone: ZoneInfo): pass"),
        ("routine/hours.py", "from zoneinfo import ZoneInfo\nx = ZoneInfo('Europe/Stockholm')"),
    ],
    "VK003": [
        ("workflows/chat.py", WORKFLOW + "workflow.execute_activity(s, start_to_close_timeout=T, retry_policy=P)"),
        ("workflows/chat.py", WORKFLOW + "workflow.start_activity(s, schedule_to_close_timeout=T, retry_policy=P)"),
        ("workflows/chat.py", WORKFLOW + "workflow.execute_local_activity(project, row, **OWN_ROW)"),
        ("workflows/chat.py", WORKFLOW + "workflow.execute_activity(s, x, **policy.SMS, summary='SMS')"),
        ("workflows/chat.py", WORKFLOW + "workflow.execute_activity(s, x, **POLICY[effect.kind])"),
        ("audit/replay.py", "self.execute_activity(x)"),
    ],
    "VK004": [
        (
            "workflows/chat.py",
            WORKFLOW + "class A:\n    @workflow.update\n    async def decide(self): pass\n"
            "    @decide.validator\n    def may_decide(self): pass",
        ),
        ("workflows/chat.py", WORKFLOW + "class A:\n    @workflow.signal\n    def changed(self): pass"),
        ("store/rows.py", "class A:\n    @row.update\n    def changed(self): pass"),
    ],
    "VK005": [
        ("workflows/chat.py", WORKFLOW + "workflow.sleep(10, summary='Väntar')"),
        ("workflows/chat.py", WORKFLOW + "workflow.wait_condition(done)"),
        ("workflows/chat.py", WORKFLOW + "workflow.wait_condition(done, timeout=None)"),
        ("workflows/chat.py", WORKFLOW + "workflow.wait_condition(done, timeout=HOUR, timeout_summary=what)"),
    ],
    "VK006": [
        ("activities/sms.py", "log.info('sms.sent', contact=contact, length=len(text), known=person is not None)"),
        ("activities/sms.py", "log.info('note', note='fixed', message=word, seen=not text)"),
        ("activities/sms.py", "log.info('x', kind='sms' if text else 'none', cls=type(person).__name__)"),
        ("activities/sms.py", "send(text, to=person.mobile)"),
        ("activities/sms.py", "import math\nx = math.log(text)"),
        ("routine/log.py", "case.log.append(note)"),
        ("workflows/chat.py", "raise ApplicationError(refusal.message, refusal.model_dump(), type='Refusal')"),
        ("starter/api.py", "raise HTTPException(409, detail=answer.refusal.text)"),
        ("starter/api.py", "raise ApplicationError(message=title, type='Refusal')"),
        ("starter/api.py", "return Refusal(text=text)"),
        ("starter/api.py", "raise"),
        ("tests/api/test_api.py", "raise AssertionError(text)"),
    ],
    "VK007": [
        ("routine/__init__.py", ""),
        ("routine/chat/states.py", "def _helper(): pass\nclass _Base:\n    def due(self): pass"),
        ("routine/chat/states.py", "def owed():\n    '''What is owed.'''\n    def inner(): pass"),
        ("routine/chat/states.py", "class A:\n    '''Waits.'''\n    def __str__(self): pass\n    def _due(self): pass"),
        ("routine/chat/states.py", "from typing import overload\n@overload\ndef f(x: int) -> int: ..."),
        ("store/rows.py", "def read(): pass"),
    ],
    "VK008": [
        ("routine/chat.py", "x = 1\n" * 399),
        ("tests/routine/test_chat.py", "x = 1\n" * 400),
    ],
}


def cases(table: dict[str, list[tuple[str, str]]]) -> list[tuple[str, str, str]]:
    return [(code, path, snippet) for code, rows in table.items() for path, snippet in rows]


def codes(path: str, code: str) -> list[str]:
    return [finding.code for finding in check(path, code)]


def test_every_rule_is_shown_both_sides() -> None:
    assert [rule.code for rule in RULES] == sorted(FOUND) == sorted(PASSES)
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(("code", "path", "snippet"), cases(FOUND))
def test_found(code: str, path: str, snippet: str) -> None:
    assert set(codes(path, HEAD + snippet)) == {code}


@pytest.mark.parametrize(("code", "path", "snippet"), cases(PASSES))
def test_passes(code: str, path: str, snippet: str) -> None:
    assert code not in codes(path, snippet and HEAD + snippet)


def test_module_without_docstring() -> None:
    assert codes("routine/hours.py", "x = 1") == ["VK007"]


def test_finding_names_the_line_and_what_is_wrong() -> None:
    (finding,) = check("workflows/chat.py", WORKFLOW + "\nworkflow.sleep(\n    10,\n)")
    assert str(finding) == "workflows/chat.py:3: VK005 workflow.sleep names no summary"


def test_patient_data_is_named_once_for_each_argument() -> None:
    raised = """
        raise GatewayError(
            "could not reach",
            f"{person.surname}",
            text=body,
        )
    """
    assert [(each.line, each.message.split("`")[1]) for each in check("a.py", textwrap.dedent(raised))] == [
        (4, "person.surname"),
        (5, "text="),
    ]


class TestSilence:
    def test_with_a_reason(self) -> None:
        assert codes("workflows/chat.py", "print(1)  # lint: VK002 because it is shown in a talk") == []

    def test_beside_another_comment(self) -> None:
        assert codes("workflows/chat.py", "print(1)  # noqa: T201 # lint: VK002 because it is shown in a talk") == []

    def test_two_rules_on_a_line(self) -> None:
        line = "print(log.info(text))  # lint: VK002 because of this # lint: VK006 because of that"
        assert codes("workflows/chat.py", line) == []

    @pytest.mark.parametrize("comment", ["VK002", "VK002 because", "VK002 because .", "because I say so", "all"])
    def test_without_rule_or_reason_silences_nothing(self, comment: str) -> None:
        assert codes("workflows/chat.py", f"print(1)  # lint: {comment}") == ["VK000", "VK002"]

    def test_of_another_rule_silences_nothing(self) -> None:
        assert codes("workflows/chat.py", "print(1)  # lint: VK001 because of this") == ["VK000", "VK002"]

    def test_on_another_line_silences_nothing(self) -> None:
        assert codes("workflows/chat.py", "# lint: VK002 because of this\nprint(1)") == ["VK000", "VK002"]

    def test_with_nothing_to_silence_is_a_finding(self) -> None:
        (finding,) = check("workflows/chat.py", "x = 1  # lint: VK002 because of this")
        assert (finding.code, finding.message) == ("VK000", "nothing to silence: this line keeps VK002")

    def test_of_an_unknown_rule_is_a_finding(self) -> None:
        assert codes("workflows/chat.py", "x = 1  # lint: VK999 because of this") == ["VK000"]

    def test_cannot_silence_the_silence_rule(self) -> None:
        assert codes("store/a.py", "x = 1  # lint: VK000 because of this") == ["VK000"]

    def test_in_a_string_is_no_comment(self) -> None:
        assert codes("store/a.py", "x = '# lint: VK002'") == []


def test_file_that_cannot_be_parsed_is_a_finding() -> None:
    assert codes("store/a.py", "def") == ["VK000"]


class TestCommand:
    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        (tmp_path / "workflows").mkdir()
        (tmp_path / "workflows" / "good.py").write_text("x = 1\n", encoding="utf-8")
        return tmp_path

    def test_clean(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main([], root) == 0
        assert capsys.readouterr().out == f"1 files keep all {len(RULES)} promises\n"

    def test_findings(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (root / "workflows" / "bad.py").write_text("import random\nprint(1)\n", encoding="utf-8")
        assert main([str(root / "workflows")], root) == 1
        lines = capsys.readouterr().out.splitlines()
        assert [line.split(" ")[:2] for line in lines] == [
            ["workflows/bad.py:1:", "VK001"],
            ["workflows/bad.py:2:", "VK002"],
        ]

    @pytest.mark.parametrize("path", ["/", "/no/such/file.py"])
    def test_wrong_path(self, root: Path, path: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main([path], root) == 2
        assert path in capsys.readouterr().err


def test_the_whole_house_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], ROOT) == 0, capsys.readouterr().out
