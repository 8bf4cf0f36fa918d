"""`make bench`: what a decision costs in this house, as ratios to the bare engine measured in the same run.

Bare is the engine with a minimal workflow (`bench.bare`) and nothing of ours but the plugin (converter, runner): one
update a decision through the SDK, with the actor and the decision that the house's update carries too. Its worker is a
process of its own, as the house's is; its client is this process, as the house's client is the API. What the house adds
is what is measured: HTTP, identity, rules, idempotency, access log, read model, and the view as the answer.

The house's decisions are sent by `bench.wire`, and the processes of one are idle while the other is measured.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop
from temporalio.client import Client

from bench.bare import QUEUE
from bench.processes import House, running
from bench.wire import Wire
from routine.actors import Actor, Role
from routine.chat.decisions import InternalNote
from starter.desk import Desk
from workflows.messages import Signed
from workflows.plugin import connect

RESULTS = Path(__file__).parent / "results.json"
CASES, FEW, MANY = 60, 2, 50
DECISIONS = 400
OPEN_CASES = 1000
BODY = {"type": "internal_note", "text": "Ring efter lunch."}
NURSE = Actor(hsa_id="SE0000000000-N1", name="Nora Nilsson", roles=(Role.NURSE,), unit="VC-T")
SIGNED = Signed(by=NURSE, decision=InternalNote(type="internal_note", text=BODY["text"]))
Decide = Callable[[int], Awaitable[float]]


def say(line: str) -> None:
    """Progress, as it goes."""
    sys.stdout.write(f"bench: {line}\n")
    sys.stdout.flush()


async def measure(decide: Decide, in_flight: int, decisions: int) -> tuple[list[float], float]:
    """Latencies in ms of so many decisions with so many in flight, each on its own case; and decisions a second."""
    left = iter(range(decisions))
    took: list[float] = []

    async def one() -> None:
        for number in left:
            took.append(await decide(number % CASES))

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(in_flight)))
    return took, decisions / (time.perf_counter() - began)


def percentile(values: list[float], share: float) -> float:
    """The value that so large a share of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


async def bare(client: Client, house: House) -> dict[str, float]:
    """The bare engine's figures."""
    await house.start("bare", sys.executable, "-m", "bench.bare_worker", house.settings.engine_address)
    run = uuid.uuid4().hex
    handles = [
        await client.start_workflow("Bare", id=f"bare-{run}-{number}", task_queue=QUEUE) for number in range(CASES)
    ]

    async def decide(number: int) -> float:
        began = time.perf_counter()
        await handles[number].execute_update("note", SIGNED)
        return (time.perf_counter() - began) * 1000

    await measure(decide, FEW, 40)
    few, _ = await measure(decide, FEW, DECISIONS)
    _, many = await measure(decide, MANY, 2 * DECISIONS)
    for handle in handles:
        await handle.terminate()
    house.processes["bare"].terminate()
    await house.processes["bare"].wait()
    return {"p50_ms": statistics.median(few), "p99_ms": percentile(few, 0.99), "per_s": many}


async def housed(house: House) -> dict[str, float]:
    """The house's figures, through HTTP."""
    wire = Wire(house.api)
    async with Desk(house.api) as desk:
        await desk.call("POST", "/demo/reset", json={"now": "2026-11-23T09:00:00+01:00"})
        await desk.token("N1")
        cpu = house.cpu_s("worker")
        contacts = [str((await desk.submit(_contact()))["contact_id"]) for _ in range(CASES)]
        cpu_per_case = (house.cpu_s("worker") - cpu) / CASES
        for contact in contacts:
            await desk.decide("N1", contact, "pick")
        headers = {"Authorization": f"Bearer {await desk.token('N1')}"}

        async def decide(number: int) -> float:
            began = time.perf_counter()
            key = {"Idempotency-Key": uuid.uuid4().hex}
            await wire.post(f"/contacts/{contacts[number]}/decisions", BODY, headers | key)
            return (time.perf_counter() - began) * 1000

        await measure(decide, FEW, 40)
        few, _ = await measure(decide, FEW, DECISIONS)
        _, many = await measure(decide, MANY, 2 * DECISIONS)
        wire.close()
        lag = await _lag(desk, contacts)
    return {
        "p50_ms": statistics.median(few),
        "p99_ms": percentile(few, 0.99),
        "per_s": many,
        "lag_p99_ms": percentile(lag, 0.99),
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

        async def one() -> None:
            async with places:
                await desk.submit(_contact())

        await asyncio.gather(*(one() for _ in range(OPEN_CASES)))
        found = (await desk.call("GET", "/health/promise"))["open"]
        assert found == OPEN_CASES, found
    return {f"{name}_rss_mib": house.rss_mib(name) for name in ("engine", "worker", "api")}


def _contact() -> dict[str, object]:
    return {
        "kind": "chat",
        "unit": "VC-T",
        "entry_channel": "1177.se",
        "auth_method": "bankid",
        "person": {"personnummer": "198804202383"},
        "triaged": True,
        "priority": 3,
        "message": "Hej, jag behöver råd.",
    }


async def main() -> None:
    """Measure, print, keep."""
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder)) as house:
            client = await connect(house.settings.engine_address, "default", identity="bench", lazy=False)
            say("the bare engine")
            engine = await bare(client, house)
            say("the house")
            ours = await housed(house)
            say(f"{OPEN_CASES} open cases")
            memory = await crowded(house)
    results = {
        "decision_ratio_p50": ours["p50_ms"] / engine["p50_ms"],
        "projection_lag_p99_ms": ours["lag_p99_ms"],
        "throughput_ratio": ours["per_s"] / engine["per_s"],
        "bare_p50_ms": engine["p50_ms"],
        "bare_p99_ms": engine["p99_ms"],
        "bare_per_s": engine["per_s"],
        "decision_p50_ms": ours["p50_ms"],
        "decision_p99_ms": ours["p99_ms"],
        "decisions_per_s": ours["per_s"],
        "worker_cpu_ms_per_case": ours["worker_cpu_ms_per_case"],
        **{f"with_{OPEN_CASES}_open_{name}": value for name, value in memory.items()},
    }
    RESULTS.write_text(json.dumps({name: round(value, 2) for name, value in results.items()}, indent=2) + "\n")
    for name, value in results.items():
        say(f"{name:32} {value:10.2f}")


if __name__ == "__main__":
    uvloop.run(main())
