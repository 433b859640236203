# SPDX-License-Identifier: MIT
"""The route table: reads conf/routes/*.def, which the services compile in, and groups its rows into the
locations of the gateway. Needs only the standard library."""
import dataclasses
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parent / "routes"

ROW = re.compile(r'ROUTE\((?P<method>\w+),\s*"(?P<path>[^"]*)",\s*(?P<handler>\w+),\s*(?P<role>\w+),'
                 r'\s*(?P<body>\d+),\s*(?P<flags>[\w |]+),\s*"(?P<words>[^"]*)"\)')
PARAM = re.compile(r"\{\w+\}")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROLES = ("PUBLIC", "CUSTOMER", "ADMIN")
WORDS = {"cookie": None, "internal": None, "token": "off", "csrf": "any", "guard": "login",
         "read_timeout": r"\w+_s"}
IGNORED_BODY_BYTES = 1024  # what a service puts up with where it expects no body


class BadTable(Exception):
    """A row that says nothing, or two rows that contradict each other."""


@dataclasses.dataclass(frozen=True)
class Route:
    service: str  # stem of the file: "order_read"
    method: str
    path: str
    handler: str
    role: str
    body: int
    flags: tuple
    words: tuple  # of (name, value)

    @property
    def is_internal(self):
        return ("internal", "") in self.words


@dataclasses.dataclass(frozen=True)
class Location:
    """One path of the gateway, with all its methods."""
    path: str
    methods: tuple
    service: str  # answers what reads, or everything
    writes: str  # answers the rest; "" when that is the same service
    token: str  # of cnop_jwt: required, optional, off
    admin: bool
    body: int
    words: dict

    @property
    def is_exact(self):
        return "{" not in self.path

    @property
    def prefix(self):
        """What stands before the first parameter."""
        return self.path.partition("{")[0]

    @property
    def pattern(self):
        """The path as a regular expression; its literal parts hold nothing special but dots."""
        return "^" + PARAM.sub("[^/]+", self.path.replace(".", r"\.")) + "$"


def parse_words(text, where):
    words = []
    for word in text.split():
        name, _, value = word.partition("=")
        if name not in WORDS or (WORDS[name] is None) != (value == "") or \
                (value and not re.fullmatch(WORDS[name], value)):
            raise BadTable(f"{where}: unknown word '{word}'")
        words.append((name, value))
    return tuple(words)


def read_file(path):
    text = path.read_text(encoding="utf-8")
    rows = []
    for match in ROW.finditer(text):
        where = f"{path.name}: {match['method']} {match['path']}"
        if match["method"] not in METHODS or match["role"] not in ROLES:
            raise BadTable(f"{where}: unknown method or role")
        flags = tuple(flag for flag in re.split(r"[\s|]+", match["flags"]) if flag != "0")
        rows.append(Route(path.stem, match["method"], match["path"], match["handler"], match["role"],
                          int(match["body"]), flags, parse_words(match["words"], where)))
    if len(rows) != text.count("ROUTE("):
        raise BadTable(f"{path.name}: a row has another form than the rest")
    return rows


def read():
    """Every row, in the order of the files."""
    rows = [row for path in sorted(FOLDER.glob("*.def")) for row in read_file(path)]
    seen = set()
    for row in rows:
        if (row.method, row.path) in seen:
            raise BadTable(f"{row.method} {row.path} is there twice")
        seen.add((row.method, row.path))
    return rows


def services(rows):
    return sorted({row.service for row in rows})


def token_of(rows):
    if any(("token", "off") in row.words for row in rows):
        return "off"
    return "optional" if any(row.role == "PUBLIC" for row in rows) else "required"


def location(path, rows):
    """Rows of one path."""
    reading = [row.service for row in rows if row.method == "GET"] or [rows[0].service]
    others = {row.service for row in rows} - {reading[0]}
    if len(others) > 1 or any(row.service == reading[0] and row.method != "GET" for row in rows) and others:
        raise BadTable(f"{path}: one service answers GET, another everything else")
    if len({row.words for row in rows}) > 1 or len({row.role == "ADMIN" for row in rows}) > 1:
        raise BadTable(f"{path}: its rows disagree about what the gateway does")
    return Location(path=path, methods=tuple(m for m in METHODS if m in {row.method for row in rows}),
                    service=reading[0], writes=others.pop() if others else "", token=token_of(rows),
                    admin=rows[0].role == "ADMIN",
                    body=max(IGNORED_BODY_BYTES, *(row.body for row in rows)),
                    words=dict(rows[0].words))


def locations(rows):
    """The gateway's locations, by path."""
    paths = {}
    for row in rows:
        if not row.is_internal:
            paths.setdefault(row.path, []).append(row)
    return [location(path, group) for path, group in sorted(paths.items())]


def by_prefix(found):
    """Locations with parameters, as (prefix, locations): a location of nginx holds those of one prefix."""
    groups = {}
    for item in found:
        if not item.is_exact:
            groups.setdefault(item.prefix, []).append(item)
    return sorted(groups.items())
