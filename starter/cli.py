"""The command line: `vaka run|api|submit|worklist|why|rebuild|hours|texts|config`."""

import asyncio
import json
import os
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.markup import escape
from temporalio.service import RPCError

from config.settings import ROOT, Settings
from config.units import ConfigurationError, Units, load_units
from routine.hours import local_date
from starter.carriers import is_pathway
from starter.desk import Desk, Refused
from starter.house import open_house
from starter.ids import body_hash
from starter.rebuild import Rebuilt
from starter.rebuild import rebuild as rebuild_all
from starter.tables import calendar_table, numbers_table, on_call_tables, texts_list, why_tables, worklist_table

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Vaka vakar: ingen patient glöms bort.")
console = Console()
As = Annotated[str, typer.Option("--as", help="Vem du är i demon (N1, D1, VCH …); annars gäller VAKA_TOKEN.")]


def _desk() -> Desk:
    settings = Settings()
    return Desk(f"http://{settings.host}:{settings.api_port}")


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run it; a no or an absent API is one clear line."""
    try:
        asyncio.run(work)
    except Refused as refused:
        console.print(f"[red]{refused}[/red]")
        raise typer.Exit(1) from None
    except httpx.HTTPError:
        console.print("[red]Vaka svarar inte. Är `make run` igång?[/red]")
        raise typer.Exit(1) from None


@app.command()
def run() -> None:
    """Start the whole house: engine, demo world, worker, watchman and API, until Ctrl-C."""
    from starter.run import run_house

    raise typer.Exit(run_house(Settings()))


@app.command()
def api() -> None:
    """Serve the API alone."""
    os.execv(sys.executable, (sys.executable, str(ROOT / "api.py")))


@app.command()
def submit(file: Annotated[Path, typer.Argument(help="En kontakt som JSON, se examples/.", exists=True)]) -> None:
    """Send a contact in, as Platform24 would; sending the same file again is the same contact."""
    text = file.read_text(encoding="utf-8")
    contact = json.loads(text)

    async def work() -> None:
        async with _desk() as desk:
            answer = await desk.submit(contact, key=body_hash(text.encode()))
            console.print_json(json.dumps(answer, ensure_ascii=False))

    _run(work())


@app.command()
def worklist(
    unit: Annotated[str, typer.Option(help="Enhetens kod.")] = "VC-T",
    view: Annotated[str, typer.Option(help="now eller after_work.")] = "now",
    who: As = "N1",
) -> None:
    """Print the worklist in the order cases are to be handled."""

    async def work() -> None:
        async with _desk() as desk:
            params = {"unit": unit, "view": view}
            console.print(worklist_table(await desk.call("GET", "/worklist", who=who, params=params)))

    _run(work())


@app.command()
def why(contact: str, who: As = "VCH") -> None:
    """Tell who owes what on a contact, until when, what happens if nobody acts, and what stops closing."""

    async def work() -> None:
        async with _desk() as desk:
            console.print(why_tables(await desk.call("GET", f"/contacts/{contact}", who=who)))

    _run(work())


@app.command()
def rebuild() -> None:
    """Write the worklist's rows anew from the open workflows; exit 1 if a case did not answer or nobody carries it."""
    try:
        done = asyncio.run(_rebuild(Settings()))
    except (RPCError, RuntimeError):
        console.print("[red]Motorn svarar inte. Arbetslistan är som den var.[/red]")
        raise typer.Exit(1) from None
    pathways = sum(is_pathway(each) for each in done.written)
    console.print(f"{len(done.written) - pathways} ärenden och {pathways} suicidriskvägar är skrivna på nytt.")
    for each in done.silent:
        console.print(f"[red]{each} svarar inte: går en arbetare?[/red]", soft_wrap=True)
    for each in done.carried_by_nobody:
        console.print(f"[red]{each} finns på listan men ingen bär ärendet.[/red]", soft_wrap=True)
    raise typer.Exit(0 if done.whole else 1)


async def _rebuild(settings: Settings) -> Rebuilt:
    house = await open_house(settings)
    try:
        return await rebuild_all(house)
    finally:
        await house.close()


@app.command()
def hours(unit: str, year: int) -> None:
    """Print a unit's calendar for a manager to approve."""
    found = _units().snapshot(unit, datetime(year, 1, 1, 12, tzinfo=UTC))
    if found is None:
        console.print(f"[red]Det finns ingen enhet {unit}.[/red]")
        raise typer.Exit(1)
    console.print(calendar_table(found, year))


@app.command()
def texts(unit: Annotated[str, typer.Option(help="Enhetens kod.")] = "VC-T") -> None:
    """Print a unit's texts, which of them need sign-off, and the crisis numbers with their review dates."""
    units = _units()
    if unit not in units.codes:
        console.print(f"[red]Det finns ingen enhet {unit}.[/red]")
        raise typer.Exit(1)
    today = local_date(datetime.now(UTC))
    console.print(texts_list(unit, units.phrases(unit)))
    console.print(numbers_table(units.texts.numbers, today))
    for number in units.due_for_review(today):
        console.print(f"[red]{escape(number.name)} ({number.number}) skulle ha setts över {number.review_by}.[/red]")


@app.command(name="config")
def check_config(
    folder: Annotated[Path | None, typer.Argument(help="En konfigurationsmapp; annars den som gäller.")] = None,
) -> None:
    """Check the configuration: OK, the on-call directory and what somebody should look at, or every error by line."""
    units, now = _units(folder), datetime.now(UTC)
    console.print(f"OK: {len(units.codes)} enheter, {len(units.texts.texts)} texter.")
    console.print(on_call_tables(units.snapshots(now)))
    for warning in units.warnings(now):
        console.print(f"[yellow]{escape(warning)}[/yellow]", soft_wrap=True)


def _units(folder: Path | None = None) -> Units:
    """The configured units; what is wrong with them is one line each."""
    try:
        return load_units(folder or Settings().config_dir)
    except ConfigurationError as error:
        for problem in error.problems:
            console.print(f"[red]{escape(problem)}[/red]", soft_wrap=True)
        raise typer.Exit(1) from None


def main() -> None:
    """The `vaka` command."""
    app()


if __name__ == "__main__":
    main()
