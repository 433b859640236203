#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""House style as a test: layering, one door per library, sizes, banned calls, file heads.

Reads the tree's own sources, never builds anything, needs only the standard library. Prints TAP,
one line a rule with its offenders below; exits 1 when there are any. `--sizes` prints the
distribution of function and file lengths instead.
"""
import collections
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FUNCTION_LINES = {"nginx_modules/src/": 110, "": 70}
FILE_LINES_MAX = 500
PARAMETERS_MAX = 5  # besides the results a function hands out through ret_ pointers
COLUMNS = {"nginx_modules/src/": 80, "": 100}

SPDX = "SPDX-License-Identifier: MIT"
HEADED_KINDS = {".c", ".h", ".def", ".py", ".sh", ".am", ".ac", ".m4", ".sql", ".ts", ".tsx"}
TEXT_KINDS = HEADED_KINDS | {".md", ".j2", ".yml", ".yaml", ".conf", ".cfg", ".json", ".css",
                             ".html", ".mjs", ".js", ".txt", ".service", ".socket", ""}

# Spelled in pieces, so that this file passes its own rule.
MACHINE_PATHS = re.compile("/(?:" + "|".join(("wo" + "rk", "fa" + "rm", "ro" + "ot")) + ")/")
MARKERS = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")

BANNED = re.compile(
    r"(?<![\w.>])(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|strtok|gets|scanf|sscanf|fscanf"
    r"|vsscanf|atoi|atol|atoll|atof|strtod|strtof|strtold|alloca|system|popen|rand|srand|gmtime"
    r"|localtime|ctime|asctime|setlocale|signal|longjmp|setjmp|tmpnam|mktemp)\s*\(")
HEAP = re.compile(
    r"(?<![\w.>])(malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf"
    r"|aligned_alloc|posix_memalign|getline)\s*\(")
# Where a library hands out memory of its own, which must be given back.
FREES = ("shared/cache/", "shared/db/", "shared/http/", "shared/token/")
FLOATS = re.compile(r"\b(float|double)\b")
FLOAT_PLACES = ("shared/web/metrics", "fcgi_services/insights/")

# Header of a library -> the only places that may include it (prefixes of paths).
# a printf-like call whose text is SQL and has a conversion in it
SQL_FORMATS = re.compile(r'printf\((?:[^;"]|"(?!,))*?"[^"]*\b(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WHERE|'
                         r'VALUES)\b[^"]*%')
DOORS = {
    r"fcgi(app|_stdio|_config|misc|os)?\.h": ("shared/web/",),
    r"(mysql|mariadb)(/.*|\.h|_.*\.h)": ("shared/db/",),
    r"libmemcached.*": ("shared/cache/",),
    r"jwt\.h": ("shared/token/",),
    r"json-c/.*|json\.h": ("shared/json/",),
    r"curl/.*": ("shared/http/",),
    r"seccomp.*": ("shared/base/sandbox.c",),
    r"sodium.*": ("shared/base/secret.c", "fcgi_services/auth/password.c"),
    r"openssl/.*": ("shared/token/", "nginx_modules/"),
    r"ng[xs]_.*": ("nginx_modules/src/",),
}
NEVER_INCLUDED = {"fcgi_stdio.h": "it redefines printf; use fcgiapp.h behind shared/web"}

# Folder of shared/ -> folders of shared/ it may include besides itself: downwards only.
SHARED_MAY_USE = {
    "base": (),
    "json": ("base",),
    "config": ("base",),
    "db": ("base", "config"),
    "cache": ("base", "config"),
    "http": ("base", "config"),
    "control": ("base", "http", "json"),
    "token": ("base", "json"),
    "ledger": ("base",),
    "engine_client": ("base", "ledger"),
    "person": ("base",),
    "web": ("base", "cache", "config", "db", "json"),
}
DOMAIN_MAY_USE = {"base", "engine_client", "ledger", "person", "token"}
ROUTES = re.compile(r".*_routes\.[ch]")
LAYERED = ("shared/", "fcgi_services/", "nginx_modules/", "tests/")
# Kinds of service files by name, the first that matches -> folders of shared/ they may include
# (None: any). Programs and their wiring use everything; what matches nothing is domain.
SERVICE_KINDS = (
    (ROUTES, {"base", "web"}),
    (re.compile(r"(.*_)?(http|json|encode|ticket)(_\w+)?\.[ch]"),
     {"base", "config", "engine_client", "json", "ledger", "person", "token", "web"}),
    (re.compile(r"command_socket\.[ch]"), {"base", "engine_client", "ledger", "web"}),
    (re.compile(r"(.*_(store|cache|source)(_\w+)?|.*_sql)\.[ch]"),
     {"base", "cache", "config", "db", "json", "ledger", "person"}),
    (re.compile(r"(provider|relay_link|gateway_link|feed_remote)\.[ch]"), {"base", "control", "http", "json", "person"}),
    (re.compile(r"publisher\.[ch]"), {"base", "config", "control", "db", "json", "ledger"}),
    # cnop-ops has no data but what monitors answer
    (re.compile(r"(monitor|answer|alert|health)\.[ch]"), {"base", "http", "json"}),
    (re.compile(r"(.*_)?(main|env|config)\.[ch]"), None),
    (re.compile(r"feed_run\.[ch]"), {"base", "cache", "config", "db", "engine_client", "http", "json", "ledger"}),
)

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"]', re.M)
FUNCTION = re.compile(r"^(?P<name>\w+)\((?P<parameters>[^;{}]*)\)\n\{\n(?P<body>.*?)^\}",
                      re.M | re.S)
PUBLIC_FUNCTION = re.compile(r"^(?P<head>[^\n]*)\n(?P<name>\w+)\([^;{}]*\)\n\{", re.M)
CIRCLE_FREE = ("shared", "fcgi_services", "nginx_modules")
# Kinds of ASCII characters told apart by hand: shared/base/ascii.h knows them.
ASCII_BY_HAND = re.compile(r"[<>]=? '[09azAZ]'")
NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


class Source:
    """A text file, with code as the same lines without comments and literals."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.is_c = path.endswith((".c", ".h"))
        self.top = path.split("/", 1)[0]
        self._code = None

    @property
    def code(self):
        if self._code is None:
            self._code = NOISE.sub(blank, self.text)
        return self._code

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def line_of_code(self, match):
        """The line of a match in code, whose lines are those of text."""
        return self.code.count("\n", 0, match.start()) + 1

    def includes(self):
        for match in INCLUDE.finditer(self.text):
            yield self.line_of(match.start()), match.group(2)

    def functions(self):
        for match in FUNCTION.finditer(self.code):
            yield (self.line_of_code(match), match.group("name"),
                   match.group("parameters"), match.group("body").count("\n"))


def blank(match):
    """Keeps the line structure; a literal stays an (empty) token."""
    text = match.group(0)
    quote = text[0] if text[0] in "\"'" else ""
    return quote * 2 + "\n" * text.count("\n")


def by_place(table, source):
    """The value of the longest prefix of the path that the table has."""
    return table[max((prefix for prefix in table if source.path.startswith(prefix)), key=len)]


def listed_files():
    listing = subprocess.run([str(ROOT / "tools/list_files.sh"), str(ROOT)],
                             capture_output=True, text=True, check=True).stdout
    return sorted(path for path in listing.splitlines() if (ROOT / path).is_file())


def sources():
    return [Source(path, (ROOT / path).read_text(encoding="utf-8", errors="replace"))
            for path in listed_files()
            if Path(path).suffix in TEXT_KINDS and not path.endswith("package-lock.json")
            and not (ROOT / path).is_symlink()]


# ---- rules: each yields (path, line, what) ----------------------------------------------------


def rule_heads(files):
    """SPDX line on every source, purpose comment below it in C"""
    for source in files:
        if Path(source.path).suffix not in HEADED_KINDS or source.path.endswith(".d.ts"):
            continue
        lines = source.text.split("\n", 6)[:6]
        at = 1 if lines[0].startswith("#!") else 0
        if len(lines) <= at or SPDX not in lines[at]:
            yield source.path, at + 1, f"the first line must hold {SPDX}"
        elif source.is_c and not any(line.startswith(("/*", " *")) for line in lines[1:4]):
            yield source.path, 2, "a comment must say what the file is"


def rule_machine_paths(files):
    """no paths of a developer's machine"""
    for source in files:
        for match in MACHINE_PATHS.finditer(source.text):
            before = source.text[max(0, match.start() - 1):match.start()]
            if not re.match(r"[\w.}-]", before):  # part of a longer path or URL is fine
                yield source.path, source.line_of(match.start()), match.group(0)


def rule_markers(files):
    """no unfinished-work markers"""
    for source in files:
        if source.is_c or source.path.endswith((".py", ".sh", ".ts", ".tsx")):
            for match in MARKERS.finditer(source.text):
                yield source.path, source.line_of(match.start()), match.group(0)


def rule_functions(files):
    """function length and parameter count"""
    for source in files:
        if not source.is_c:
            continue
        limit = by_place(FUNCTION_LINES, source)
        for line, name, parameters, length in source.functions():
            if length > limit:
                yield source.path, line, f"{name} has {length} lines, more than {limit}"
            count = sum("ret_" not in parameter for parameter in parameters.split(","))
            if count > PARAMETERS_MAX and source.top != "nginx_modules":
                yield source.path, line, f"{name} has {count} parameters"


def rule_files(files):
    """file length"""
    for source in files:
        count = source.text.count("\n")
        if source.is_c and count > FILE_LINES_MAX:
            yield source.path, count, f"{count} lines, more than {FILE_LINES_MAX}"


def rule_columns(files):
    """line width, tabs and trailing blanks in C"""
    for source in files:
        if not source.is_c:
            continue
        for number, line in enumerate(source.text.split("\n"), 1):
            if len(line) > by_place(COLUMNS, source):
                yield source.path, number, f"{len(line)} columns, more than {by_place(COLUMNS, source)}"
            if "\t" in line or line.endswith(" "):
                yield source.path, number, "tab or trailing blank"


def rule_banned(files):
    """banned calls"""
    for source in files:
        if source.is_c and not source.path.endswith("base/banned.h"):
            for match in BANNED.finditer(source.code):
                yield source.path, source.line_of_code(match), f"{match.group(1)} is banned"


def rule_heap(files):
    """heap calls only in shared/base, free also behind the doors"""
    for source in files:
        if source.is_c and source.top in ("shared", "fcgi_services") \
                and not source.path.startswith("shared/base/"):
            for match in HEAP.finditer(source.code):
                if match.group(1) != "free" or not source.path.startswith(FREES):
                    yield source.path, source.line_of_code(match), f"{match.group(1)}: use an arena"


def rule_floats(files):
    """no floating point near money"""
    for source in files:
        if source.is_c and source.top in ("shared", "fcgi_services", "nginx_modules") \
                and not source.path.startswith(FLOAT_PLACES):
            for match in FLOATS.finditer(source.code):
                yield source.path, source.line_of_code(match), match.group(1)


def rule_ascii(files):
    """one set of character classes"""
    for source in files:
        if source.is_c and source.top in ("shared", "fcgi_services") and source.path != "shared/base/ascii.h":
            for match in ASCII_BY_HAND.finditer(source.text):
                yield source.path, source.line_of(match.start()), "see shared/base/ascii.h"


def rule_sql(files):
    """no SQL built by formatting outside shared/db"""
    for source in files:
        if source.is_c and source.top in ("shared", "fcgi_services") \
                and not source.path.startswith("shared/db/"):
            for match in SQL_FORMATS.finditer(source.text):
                yield source.path, source.line_of(match.start()), "values are parameters of a statement"


def rule_doors(files):
    """one door per library"""
    for source in files:
        if not source.is_c:
            continue
        for line, header in source.includes():
            if header in NEVER_INCLUDED:
                yield source.path, line, f"{header}: {NEVER_INCLUDED[header]}"
            if source.top == "tests":
                continue
            for pattern, places in DOORS.items():
                if re.fullmatch(pattern, header) and not source.path.startswith(places):
                    yield source.path, line, f"{header} belongs to {', '.join(places)}"


def shared_offence(source, header):
    """Of a file in shared/."""
    own = source.path.split("/")[1]
    if header.startswith(("fcgi_services/", "nginx_modules/", "tests/")):
        return "shared/ is below everything else"
    target = header.split("/")[1]
    if target != own and target not in SHARED_MAY_USE.get(own, ()):
        return f"shared/{own} may not use shared/{target}"
    return None


def service_offence(source, header):
    """Of a file in fcgi_services/."""
    service, name = source.path.split("/")[1], Path(source.path).name
    allowed = next((folders for pattern, folders in SERVICE_KINDS if pattern.fullmatch(name)),
                   DOMAIN_MAY_USE)
    if header.startswith("fcgi_services/"):
        if header.split("/")[1] != service:
            return "services never include each other"
        if allowed is DOMAIN_MAY_USE and re.search(r"_(http|routes)\.h$", header):
            return "domain files know nothing above them"
    elif header.startswith("shared/") and allowed is not None:
        target = header.split("/")[1]
        if target not in allowed:
            kind = "a domain file" if allowed is DOMAIN_MAY_USE else "this kind of file"
            return f"{kind} may not use shared/{target}"
    return None


def gateway_offence(source, header):
    """Of a file in nginx_modules/."""
    if header.startswith(("fcgi_services/", "tests/")):
        return "the gateway knows no service's code"
    if source.path.startswith("nginx_modules/policy/") and header.endswith(".h") \
            and not header.startswith(("nginx_modules/policy/", "shared/base/")):
        return "a policy is pure: shared/base and other policies"
    return None


def offence_of(source, header):
    """What an include says about the layers, or None."""
    if source.top == "shared" and header.startswith(LAYERED):
        return shared_offence(source, header)
    if source.top == "fcgi_services":
        return service_offence(source, header)
    if source.top == "nginx_modules" and "/" in header:
        return gateway_offence(source, header)
    return None


def headers_behind(header, by_path, done):
    """Headers that an include brings along, as (way, header). What a library's header brings along is
    the library's matter, and is checked where the library stands."""
    if header in done or header not in by_path or not header.startswith(("fcgi_services/", "nginx_modules/")):
        return
    done.add(header)
    for _, behind in by_path[header].includes():
        yield header, behind
        yield from headers_behind(behind, by_path, done)


def rule_layers(files):
    """includes point down, those behind other headers too"""
    by_path = {source.path: source for source in files if source.is_c}
    for source in by_path.values():
        done = set()
        above = ROUTES.fullmatch(Path(source.path).name)  # of what answers: it sees what that sees
        for line, header in source.includes():
            offence = offence_of(source, header)
            if offence:
                yield source.path, line, f"{header}: {offence}"
            for way, behind in headers_behind(header, by_path, done):
                offence = offence_of(source if not above else by_path[way], behind)
                if offence:
                    yield source.path, line, f"{behind}, by way of {way}: {offence}"


def unit_of(path):
    """A source and its header are one unit."""
    return re.sub(r"\.[ch]$", "", path)


def circle_from(unit, uses, path, done):
    """A circle of units reachable from here, or None."""
    if unit in path:
        return path[path.index(unit):] + [unit]
    if unit in done:
        return None
    for used in sorted(uses.get(unit, ())):
        circle = circle_from(used, uses, path + [unit], done)
        if circle:
            return circle
    done.add(unit)
    return None


def rule_circles(files):
    """no circles of files in the gateway"""
    paths = {source.path for source in files}
    uses = collections.defaultdict(set)
    for source in files:
        if source.is_c and source.top == "nginx_modules":
            for _, header in source.includes():
                beside = f"{os.path.dirname(source.path)}/{header}"
                target = header if header in paths else beside
                if target in paths and unit_of(target) != unit_of(source.path):
                    uses[unit_of(source.path)].add(unit_of(target))
    done = set()
    for unit in sorted(uses):
        circle = circle_from(unit, uses, [], done)
        if circle:
            yield f"{unit}.c", 1, " -> ".join(os.path.basename(part) for part in circle)


PHASES = "nginx_modules/src/ngx_http_cnop_phases.c"
PHASE_REGISTRATION = re.compile(r"\bphases\[|\bngx_http_top_(?:header|body)_filter\b")
LOCKED = re.compile(r"ngx_shmtx_lock\(.*?ngx_shmtx_unlock\(", re.S)
NOT_UNDER_LOCK = re.compile(r"\b(kill|ngx_log_error|RAND_bytes|ngx_http_cnop_problem|ngx_http_cnop_audit"
                            r"|ngx_add_timer|ngx_palloc|ngx_pnalloc|ngx_pcalloc)\s*\(")


def rule_gateway(files):
    """in the gateway phases start in one file, and nothing slow happens under a lock"""
    for source in files:
        if not source.path.startswith("nginx_modules/src/"):
            continue
        if source.path != PHASES:
            for match in PHASE_REGISTRATION.finditer(source.code):
                yield source.path, source.line_of_code(match), f"{match.group(0)}: only in {PHASES}"
        for section in LOCKED.finditer(source.code):
            for match in NOT_UNDER_LOCK.finditer(section.group(0)):
                yield source.path, source.line_of_code(section), f"{match.group(1)} under a lock"


def strong_components(graph):
    """Sets of nodes that reach one another, of a graph as {node: {other nodes}} (Tarjan)."""
    order, low, stack, found = {}, {}, [], []

    def visit(node):
        order[node] = low[node] = len(order)
        stack.append(node)
        for other in graph.get(node, ()):
            if other not in order:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == order[node]:
            at = stack.index(node)
            found.append(stack[at:])
            del stack[at:]

    for node in graph:
        if node not in order:
            visit(node)
    return [component for component in found if len(component) > 1]


def call_graph(files):
    """Which C file uses functions of which other, by the names of functions that one file alone defines."""
    homes = collections.defaultdict(set)
    for source in files:
        for match in PUBLIC_FUNCTION.finditer(source.code):
            if not match.group("head").startswith("static"):
                homes[match.group("name")].add(source.path)
    owner = {name: paths.pop() for name, paths in homes.items() if len(paths) == 1}
    return {source.path: {owner[word] for word in set(re.findall(r"\w+", source.code)) if word in owner}
            - {source.path} for source in files}


def rule_calls(files):
    """no circles of calls between files or of includes between headers"""
    own = [source for source in files if source.is_c and source.top in CIRCLE_FREE]
    headers = {source.path: {header for _, header in source.includes()} for source in own
               if source.path.endswith(".h")}
    calls = call_graph([source for source in own if source.path.endswith(".c")])
    for graph in (headers, calls):
        for component in strong_components(graph):
            yield sorted(component)[0], 1, "in one circle with " + ", ".join(sorted(component)[1:])


ROUTE_HANDLER = re.compile(r'^ROUTE\(\w+, "[^"]*", (\w+),', re.M)
DECLARATION = re.compile(r"^(?!#|static)[\w\s*()]*?\b(\w+)\([^;{}]*\);", re.M)


def rule_callers(files):
    """every function that other files may call is called by the product, not by tests alone"""
    own = [source for source in files if source.is_c and source.top in CIRCLE_FREE]
    uses = collections.Counter()
    for source in own:
        uses.update(re.findall(r"\w+", source.code))
        if source.path.endswith(".h"):  # a prototype is no use
            uses.subtract(DECLARATION.findall(source.code))
    for source in files:
        if source.path.startswith("conf/routes/"):
            uses.update(ROUTE_HANDLER.findall(source.text))
    for source in own:
        for match in PUBLIC_FUNCTION.finditer(source.code):
            name = match.group("name")
            if not match.group("head").startswith("static") and name != "main" and uses[name] < 2:
                yield source.path, source.line_of_code(match) + 1, f"nothing but tests calls {name}"


def rule_statics(files):
    """cnop_ is the name space of what shared/ exports: no static function has it"""
    for source in files:
        if source.path.endswith(".c") and source.top in ("shared", "fcgi_services"):
            for match in PUBLIC_FUNCTION.finditer(source.code):
                if match.group("head").startswith("static") and match.group("name").startswith("cnop_"):
                    yield source.path, source.line_of_code(match) + 1, match.group("name")


def rule_levels(files):
    """libraries leave the critical level to programs: to the start that failed and the assertion"""
    for source in files:
        if source.is_c and source.top == "shared" and not source.path.startswith("shared/base/log."):
            for match in re.finditer(r"\bCNOP_LOG_CRITICAL\b", source.code):
                yield source.path, source.line_of_code(match), "a library cannot tell what is critical to a program"


MIRROR = "tests/unit/mirror.txt"


def unit_test_of(path):
    folder, name = os.path.split(path)
    return f"tests/unit/{folder.removeprefix('fcgi_services/')}/test_{name}"


def mirror_rows(files):
    """Of the map: line number, source, tests that cover it instead of a unit test, and why."""
    text = next((source.text for source in files if source.path == MIRROR), "")
    for number, line in enumerate(text.split("\n"), 1):
        if line and not line.startswith("#"):
            source, _, rest = line.partition(": ")
            tests, _, reason = rest.partition(" - ")
            yield number, source, tests.split(", "), reason


def rule_mirrors(files):
    """each source has a unit test at its path, or one that names it, or a row in the map; and back"""
    paths = {source.path for source in files}
    sources_c = {path for path in paths if path.endswith(".c") and path.startswith(CIRCLE_FREE)}
    units = {source.path: source.text for source in files
             if re.fullmatch(r"tests/unit/.*/test_\w+\.(c|py)", source.path)}
    named = collections.defaultdict(set)
    for unit, text in units.items():
        for path in re.findall(r"\b(?:shared|fcgi_services|nginx_modules)/[\w/]+\.c\b", text):
            named[path].add(unit)
            if path not in sources_c:
                yield unit, 1, f"names {path}, which is not there"
    mapped = set()
    for number, path, tests, reason in mirror_rows(files):
        if path in mapped or path not in sources_c or not reason:
            yield MIRROR, number, f"{path}: twice, without a reason, or not there"
        if unit_test_of(path) in units or path in named:
            yield MIRROR, number, f"{path} has a unit test"
        for test in tests:
            if test not in paths:
                yield MIRROR, number, f"{test} is not there"
        mapped.add(path)
    for path in sorted(sources_c - mapped):
        if unit_test_of(path) not in units and path not in named:
            yield path, 1, f"{unit_test_of(path)} is missing, no unit test names the source, {MIRROR} has no row"
    mirrored = {unit_test_of(path) for path in sources_c} | {
        unit_test_of(path.removesuffix(".h") + ".c") for path in paths if path.endswith(".h")}
    covering = {unit for tests in named.values() for unit in tests}
    for unit in sorted(set(units) - mirrored - covering):
        yield unit, 1, "mirrors no source, and names none"


MAP = "ARCHITECTURE.md"
MAP_LINES_MAX = 150
MAPPED = ("", "shared/", "tests/")  # the map names each folder in these


def rule_map(files):
    """ARCHITECTURE.md is short, names every folder at the top, in shared/ and in tests/, and no file that is gone"""
    paths = {source.path for source in files}
    text = next((source.text for source in files if source.path == MAP), "")
    if text.count("\n") > MAP_LINES_MAX:
        yield MAP, text.count("\n"), f"more than {MAP_LINES_MAX} lines"
    quoted = re.findall(r"`([^`\n]+)`", text)
    words = {word for quote in quoted for word in re.split(r"[/ ]", quote)}
    for parent in MAPPED:
        inside = {path[len(parent):].split("/")[0] for path in paths
                  if path.startswith(parent) and "/" in path[len(parent):]}
        for folder in sorted(folder for folder in inside - words if not folder.startswith(".")):
            yield MAP, 1, f"the map does not name {parent}{folder}/"
    for name in sorted(quote.lstrip(".") for quote in quoted if re.fullmatch(r"[\w/.]+\.[ch]", quote)):
        if not any(path.endswith(name) for path in paths):
            yield MAP, text[:text.index(name)].count("\n") + 1, f"{name} is not there"


THREATS = "SECURITY.md"


def rule_threats(files):
    """each threat in SECURITY.md names the tests that show its control, and they are there"""
    texts = {source.path: source.text for source in files}
    for number, line in enumerate(texts.get(THREATS, "").splitlines(), 1):
        named = re.findall(r"`(tests/[\w./]+)(?:::(\w+))?`", line)
        cells = line.count("|") - 1
        if cells == 3 and not named and not line.startswith(("|--", "| threat ")):
            yield THREATS, number, "no test is named"
        for path, name in named:
            if path not in texts:
                yield THREATS, number, f"{path} is not there"
            elif name and not re.search(rf"\bdef {name}\(", texts[path]):
                yield THREATS, number, f"{path} has no {name}"


def rule_built(files):
    """every C file is named in a makefile fragment"""
    fragments = "".join(source.text for source in files
                        if source.path.endswith(".am") or source.path == "nginx_modules/config")
    names = set(re.findall(r"[\w./-]+\.[ch]\b|[\w./-]+", fragments))
    for source in files:
        if source.is_c and not is_named(source.path, names):
            yield source.path, 1, "no .am file names it"


def is_named(path, names):
    """A program made of one C file is named without its suffix; nginx's config omits the folder."""
    candidates = {path, path.removesuffix(".c"), path.removeprefix("nginx_modules/")}
    return bool(candidates & names) or any(
        name.endswith("/" + path.removeprefix("nginx_modules/")) for name in names
        if path.startswith("nginx_modules/"))


RULES = (rule_heads, rule_machine_paths, rule_markers, rule_functions, rule_files, rule_columns,
         rule_banned, rule_heap, rule_floats, rule_sql, rule_ascii, rule_doors, rule_layers, rule_circles,
         rule_calls, rule_callers, rule_statics, rule_levels, rule_gateway, rule_mirrors, rule_map,
         rule_threats, rule_built)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def print_sizes(files):
    functions, lengths = collections.defaultdict(list), collections.defaultdict(list)
    for source in files:
        if source.is_c:
            lengths[source.top].append(source.text.count("\n"))
            functions[source.top] += [length for _, _, _, length in source.functions()]
    for what, table in (("functions", functions), ("files", lengths)):
        print(f"{what:<16}{'count':>7}{'median':>8}{'p90':>6}{'max':>6}")
        for top, values in sorted(table.items()):
            if values:
                print(f"  {top:<14}{len(values):>7}{percentile(values, 0.5):>8}"
                      f"{percentile(values, 0.9):>6}{max(values):>6}")


def main():
    files = sources()
    if "--sizes" in sys.argv[1:]:
        print_sizes(files)
        return 0
    if not any(source.is_c for source in files):
        print(f"Bail out! no sources below {ROOT}")
        return 1
    failed = False
    print(f"1..{len(RULES)}")
    for index, rule in enumerate(RULES, 1):
        offenders = list(rule(files))
        failed = failed or bool(offenders)
        print(f"{'not ok' if offenders else 'ok'} {index} - {rule.__doc__}")
        for path, line, what in offenders:
            print(f"# {path}:{line}: {what}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
