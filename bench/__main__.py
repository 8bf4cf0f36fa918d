"""`make bench`: what a decision costs in this house, as ratios to the bare engine measured in the same run.

Bare is the engine with a minimal workflow (`bench.bare`) and nothing of ours but the plugin (converter, runner): one
update a decision through the SDK, with the actor and the decision that the house's update carries too. Its worker is a
process of its own, as the house's is; its client is this process, as the house's client is the API. What the house adds
is what is measured: HTTP, identity, rules, idempotency, access log, read model, and the view as the answer.

The two take turns, and the processes of one are idle while the other is measured. The house's decisions are sent by
`bench.wire`.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import uvloop
from temporalio.client import Client

from bench.bare import QUEUE
from bench.processes import House, running
from bench.wire import Wire
from config.settings import ROOT
from routine.actors import Actor, Role
from routine.chat.decisions import InternalNote
from starter.desk import Desk
from workflows.messages import Signed
from workflows.plugin import connect

RESULTS = ROOT / "bench" / "results.json"
CASES, FEW, MANY = 60, 2, 50
ROUNDS, DECISIONS = 8, 100
OPEN_CASES = 1000
KNOWN = json.loads((ROOT / "config" / "demo" / "people.json").read_text())["people"]
PEOPLE = [KNOWN[name]["personnummer"] for name in ("P1", "P2", "P3", "P4", "P5", "G1", "G2", "REL", "Y19", "Y20")]
BODY = {"type": "internal_note", "text": "Ring efter lunch."}
NURSE = Actor(hsa_id="SE0000000000-N1", name="Nora Nilsson", roles=(Role.NURSE,), unit="VC-T")
SIGNED = Signed(by=NURSE, decision=InternalNote(type="internal_note", text=BODY["text"]))
Decide = Callable[[int], Awaitable[float]]


def say(line: str) -> None:
    """Progress, as it goes."""
    sys.stdout.write(f"bench: {line}\n")
    sys.stdout.flush()


@dataclass
class Side:
    """One of the two that are compared: how it decides, and what it took. Times in ms, `spent` and CPU in seconds."""

    decide: Decide
    processes: tuple[str, ...]
    few: list[float] = field(default_factory=list)
    spent: float = 0.0
    cpu: Counter[str] = field(default_factory=Counter)

    async def warm_up(self) -> None:
        """What the first decisions cost is nobody's measure."""
        await _decided(self.decide, FEW, 2 * CASES)

    async def round(self, house: House) -> None:
        """Some decisions with few in flight, then some with many."""
        took, _ = await _decided(self.decide, FEW, DECISIONS)
        self.few += took
        before = self._cpu(house)
        _, spent = await _decided(self.decide, MANY, 2 * DECISIONS)
        self.spent += spent
        self.cpu.update(self._cpu(house))
        self.cpu.subtract(before)

    @property
    def per_s(self) -> float:
        """Decisions a second with many in flight."""
        return 2 * DECISIONS * ROUNDS / self.spent

    @property
    def cpu_ms(self) -> dict[str, float]:
        """CPU ms a decision with many in flight, by process."""
        return {name: cpu * 1000 / (2 * DECISIONS * ROUNDS) for name, cpu in self.cpu.items()}

    def _cpu(self, house: House) -> dict[str, float]:
        return {name: house.cpu_s(name) for name in self.processes} | {"bench": time.process_time()}


async def _decided(decide: Decide, in_flight: int, decisions: int) -> tuple[list[float], float]:
    """Latencies in ms of so many decisions with so many in flight, each on its own case; and the seconds they took."""
    left = iter(range(decisions))
    took: list[float] = []

    async def one() -> None:
        for number in left:
            took.append(await decide(number % CASES))

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(in_flight)))
    return took, time.perf_counter() - began


def percentile(values: list[float], share: float) -> float:
    """The value that so large a share of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


async def bare(client: Client, house: House) -> Side:
    """The bare engine, with its cases begun."""
    await house.start("bare", sys.executable, "-m", "bench.bare_worker", house.settings.engine_address)
    run = uuid.uuid4().hex
    handles = [
        await client.start_workflow("Bare", id=f"bare-{run}-{number}", task_queue=QUEUE) for number in range(CASES)
    ]

    async def decide(number: int) -> float:
        began = time.perf_counter()
        await handles[number].execute_update("note", SIGNED)
        return (time.perf_counter() - began) * 1000

    return Side(decide, ("engine", "bare"))


async def housed(desk: Desk, wire: Wire, contacts: list[str]) -> Side:
    """The house, through HTTP, with its cases in hand."""
    for contact in contacts:
        await desk.decide("N1", contact, "pick")
    headers = {"Authorization": f"Bearer {await desk.token('N1')}"}

    async def decide(number: int) -> float:
        began = time.perf_counter()
        key = {"Idempotency-Key": uuid.uuid4().hex}
        await wire.post(f"/contacts/{contacts[number]}/decisions", BODY, headers | key)
        return (time.perf_counter() - began) * 1000

    return Side(decide, ("engine", "worker", "api"))


async def compared(house: House) -> dict[str, float]:
    """Both, by turns: a machine that is slower for a while is so for both."""
    client = await connect(house.settings.engine_address, "default", identity="bench", lazy=False)
    wire = Wire(house.api)
    async with Desk(house.api) as desk:
        await desk.call("POST", "/demo/reset", json={"now": "2026-11-23T09:00:00+01:00"})
        await desk.token("N1")
        for number in range(CASES):  # a worker that has just started
            await desk.submit(_contact(number))
        cpu = house.cpu_s("worker")
        contacts = [str((await desk.submit(_contact(number)))["contact_id"]) for number in range(CASES)]
        cpu_per_case = (house.cpu_s("worker") - cpu) / CASES
        engine, ours = await bare(client, house), await housed(desk, wire, contacts)
        for side in (engine, ours):
            await side.warm_up()
        for number in range(ROUNDS):
            say(f"round {number + 1} of {ROUNDS}: the bare engine, the house")
            for side in (engine, ours):
                await side.round(house)
        wire.close()
        lag = await _lag(desk, contacts)
    house.processes["bare"].terminate()
    await house.processes["bare"].wait()
    bare_p50, p50 = statistics.median(engine.few), statistics.median(ours.few)
    return {
        "decision_ratio_p50": p50 / bare_p50,
        "projection_lag_p99_ms": percentile(lag, 0.99),
        "throughput_ratio": ours.per_s / engine.per_s,
        "bare_p50_ms": bare_p50,
        "bare_p99_ms": percentile(engine.few, 0.99),
        "bare_per_s": engine.per_s,
        "decision_p50_ms": p50,
        "decision_p99_ms": percentile(ours.few, 0.99),
        "decisions_per_s": ours.per_s,
        **{f"bare_{name}_cpu_ms": value for name, value in engine.cpu_ms.items()},
        **{f"decision_{name}_cpu_ms": value for name, value in ours.cpu_ms.items()},
        "worker_cpu_ms_per_case": cpu_per_case * 1000,
    }


async def _lag(desk: Desk, contacts: list[str]) -> list[float]:
    """Ms from a patient's word being answered to another reader seeing the case in progress on the worklist."""
    took = []
    for contact in contacts:
        began = time.perf_counter()
        sent = asyncio.create_task(desk.report(contact, "patient_message", text="Hej."))
        while (await desk.call("GET", f"/contacts/{contact}", who="N1"))["waiting_since"] is None:
            pass
        took.append((time.perf_counter() - began) * 1000)
        await sent
        await desk.decide("N1", contact, "log_call", reached=True, note="Svarade.")
    return took


async def crowded(house: House) -> dict[str, float]:
    """Memory with a thousand open cases."""
    async with Desk(house.api) as desk:
        await desk.call("POST", "/demo/reset", json={"now": "2026-11-23T09:00:00+01:00"})
        await desk.token("platform24")
        places = asyncio.Semaphore(8)

        async def one(number: int) -> None:
            async with places:
                await desk.submit(_contact(number))

        await asyncio.gather(*(one(number) for number in range(OPEN_CASES)))
        found = (await desk.call("GET", "/health/promise"))["open"]
        assert found == OPEN_CASES, found
    return {f"{name}_rss_mib": house.rss_mib(name) for name in ("engine", "worker", "api")}


def _contact(number: int) -> dict[str, object]:
    """By one of the demo's adults: nobody has a case for each of a unit's."""
    return {
        "kind": "chat",
        "unit": "VC-T",
        "entry_channel": "1177.se",
        "auth_method": "bankid",
        "person": {"personnummer": PEOPLE[number % len(PEOPLE)]},
        "triaged": True,
        "priority": 3,
        "message": "Hej, jag behöver råd.",
    }


async def main() -> None:
    """Measure, print, keep."""
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder)) as house:
            results = await compared(house)
            say(f"{OPEN_CASES} open cases")
            memory = await crowded(house)
    results |= {f"with_{OPEN_CASES}_open_{name}": value for name, value in memory.items()}
    RESULTS.write_text(json.dumps({name: round(value, 2) for name, value in results.items()}, indent=2) + "\n")
    for name, value in results.items():
        say(f"{name:32} {value:10.2f}")


if __name__ == "__main__":
    uvloop.run(main())
