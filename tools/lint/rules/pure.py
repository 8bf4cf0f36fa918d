"""VK001: rules and workflows see no clock, no chance and no outside world; a replay must come to the same answer."""

import ast
from collections.abc import Iterator

from tools.lint.rule import Hit, Rule
from tools.lint.source import Source

# Modules with nothing to offer here but a clock, chance or the outside world: importing one is finding enough.
MODULES = (
    *("time", "random", "secrets", "os", "io", "socket", "ssl", "subprocess", "threading", "multiprocessing", "signal"),
    *("concurrent.futures", "importlib.resources", "shutil", "tempfile", "glob", "fileinput", "sqlite3", "smtplib"),
    *("http.client", "http.server", "urllib.request", "httpx", "requests", "aiohttp"),
    *("sqlalchemy", "aiosqlite", "asyncpg"),
)

NAMES = {
    "datetime.datetime.now": "wall clock",
    "datetime.datetime.utcnow": "wall clock",
    "datetime.datetime.today": "wall clock",
    "datetime.date.today": "wall clock",
    "uuid.uuid1": "randomness",
    "uuid.uuid4": "randomness",
    "uuid.getnode": "environment",
    "pathlib.Path": "file access",
    "sys.argv": "environment",
    "sys.stdin": "I/O",
    "sys.stdout": "I/O",
    "sys.stderr": "I/O",
}

FILE_METHODS = ("read_text", "read_bytes", "write_text", "write_bytes")


def look(source: Source) -> Iterator[Hit]:
    """Imports of impure modules, and any mention of an impure name: `default_factory=uuid4` is as bad as a call."""
    only_for_types = {id(node) for block in _type_checking(source) for node in ast.walk(block)}
    for node in source.nodes:
        match node:
            case ast.Import(names=names) if id(node) not in only_for_types:
                yield from ((node.lineno, _import(alias.name)) for alias in names if _impure(alias.name))
            case ast.ImportFrom(module=str(module), names=names, level=0) if id(node) not in only_for_types:
                full = (f"{module}.{alias.name}" for alias in names)
                yield from ((node.lineno, _import(name)) for name in full if _impure(name))
            case ast.Name() | ast.Attribute() if (name := source.names.imported(node)) in NAMES:
                yield node.lineno, f"{NAMES[name]}: {name}"
            case ast.Call(func=func):
                yield from ((node.lineno, said) for said in _call(source, node, func))
            case _:
                pass


def _call(source: Source, call: ast.Call, func: ast.expr) -> Iterator[str]:
    if any(source.names.is_builtin(func, name) for name in ("open", "input")):
        yield f"I/O: {ast.unparse(func)}()"
    match func:
        case ast.Attribute(attr=attr) if attr in FILE_METHODS:
            yield f"file access: {attr}()"
        case ast.Attribute(attr="astimezone") if not call.args and not call.keywords:
            yield "environment: astimezone() without a zone takes the machine's"
        case _:
            pass


def _type_checking(source: Source) -> Iterator[ast.stmt]:
    for node in source.nodes:
        if isinstance(node, ast.If) and source.names.imported(node.test) == "typing.TYPE_CHECKING":
            yield from node.body


def _impure(name: str) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in MODULES)


def _import(name: str) -> str:
    return f"{name} does not belong here: no clock, chance, I/O or environment"


RULE = Rule("VK001", "pure", look, rooms=("workflows", "routine"))
