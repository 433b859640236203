#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes everything that derives from the error catalogue (errors.def).

    gen_errors.py             write docs/reference/errors.md and frontend/src/lib/api-errors.ts
    gen_errors.py --check     change nothing; exit 1 and say so when a file has drifted
    gen_errors.py --html OUT  write the page that problem bodies' `type` points to

The ErrorCode enumeration of docs/reference/openapi.yaml is compared in all modes, never written.
"""

import argparse
import html
import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "shared/base/errors.def"
MARKDOWN = ROOT / "docs/reference/errors.md"
TYPESCRIPT = ROOT / "frontend/src/lib/api-errors.ts"
OPENAPI = ROOT / "docs/reference/openapi.yaml"

ROW = re.compile(
    r"/\* Do: (?P<advice>[^*]+?) \*/\s*"
    r'CNOP_ERR\((?P<symbol>[A-Z_]+),\s*"(?P<code>[A-Za-z0-9_]+)",\s*(?P<status>\d{3}),\s*'
    r'(?P<retryable>[01]),\s*"(?P<title>[^"]+)",\s*"(?P<meaning>[^"]+)"\)'
)
GROUP = re.compile(r"/\* ---- (?P<name>.+?)[ -]*\*/")


class Row(NamedTuple):
    group: str
    symbol: str
    code: str
    status: int
    retryable: bool
    title: str
    meaning: str
    advice: str


def read_catalogue() -> list[Row]:
    """Parses every row; a row the pattern cannot read is an error, never skipped."""
    text = CATALOGUE.read_text(encoding="utf-8")
    groups = [(m.start(), m["name"].split(":")[0].strip()) for m in GROUP.finditer(text)]
    rows = []
    for match in ROW.finditer(text):
        group = [name for start, name in groups if start < match.start()][-1]
        rows.append(
            Row(
                group=group[0].upper() + group[1:],
                symbol=match["symbol"],
                code=match["code"],
                status=int(match["status"]),
                retryable=match["retryable"] == "1",
                title=match["title"],
                meaning=match["meaning"],
                advice=match["advice"][0].upper() + match["advice"][1:],
            )
        )
    written = len(re.findall(r"^CNOP_ERR\(", text, flags=re.MULTILINE))
    if written != len(rows):
        sys.exit(f"{CATALOGUE.name}: {written} rows, of which {len(rows)} are well-formed "
                 "(each needs a `/* Do: ... */` line above it)")
    for kind, keys in (("symbol", [r.symbol for r in rows]),
                       ("code and status", [(r.code, r.status) for r in rows])):
        twice = {k for k in keys if keys.count(k) > 1}
        if twice:
            sys.exit(f"{CATALOGUE.name}: {kind} used twice: {sorted(twice)}")
    return rows


def by_code(rows: list[Row]) -> dict[str, list[Row]]:
    codes: dict[str, list[Row]] = {}
    for row in rows:
        codes.setdefault(row.code, []).append(row)
    return codes


def retry_text(row: Row) -> str:
    return "may succeed when repeated unchanged" if row.retryable else "do not repeat unchanged"


def render_markdown(rows: list[Row]) -> str:
    out = [
        "<!-- Generated from shared/base/errors.def by shared/base/gen_errors.py. -->",
        "",
        "# Errors",
        "",
        "Every error is an RFC 9457 body of type `application/problem+json`. Its `code` is one of",
        "those below and its `type` is the page on the running server that explains it",
        "(`/docs/errors#<code>`). A code with several statuses names several situations.",
        "",
        "| code | status | title | retry |",
        "|---|---|---|---|",
    ]
    for code, items in by_code(rows).items():
        for row in items:
            retry = "yes" if row.retryable else "no"
            out.append(f"| [`{code}`](#{code.lower()}) | {row.status} | {row.title} | {retry} |")
    for code, items in by_code(rows).items():
        out += ["", f"## {code}"]
        for row in items:
            out += ["", f"**{row.status} {row.title}.** {row.meaning}", "",
                    f"What to do: {row.advice} ({retry_text(row).capitalize()}.)"]
    return "\n".join(out) + "\n"


def render_typescript(rows: list[Row]) -> str:
    def text(value: str) -> str:
        quoted = json.dumps(value, ensure_ascii=False)[1:-1].replace('\\"', '"')
        return "'" + quoted.replace("'", "\\'") + "'"

    out = [
        "// SPDX-License-Identifier: MIT",
        "// Generated from shared/base/errors.def by shared/base/gen_errors.py; do not edit.",
        "",
        "export interface ApiErrorInfo {",
        "  readonly status: number;",
        "  readonly retryable: boolean;",
        "  readonly title: string;",
        "  readonly meaning: string;",
        "  readonly advice: string;",
        "}",
        "",
        "/** What every `code` of a problem body means; a code may cover several statuses. */",
        "export const apiErrors = {",
    ]
    for code, items in by_code(rows).items():
        out.append(f"  {code}: [")
        for row in items:
            out += [
                "    {",
                f"      status: {row.status},",
                f"      retryable: {str(row.retryable).lower()},",
                f"      title: {text(row.title)},",
                f"      meaning: {text(row.meaning)},",
                f"      advice: {text(row.advice)},",
                "    },",
            ]
        out.append("  ],")
    out += [
        "} as const satisfies Record<string, readonly ApiErrorInfo[]>;",
        "",
        "export type ApiErrorCode = keyof typeof apiErrors;",
        "",
        "/** The entry for a problem body, or undefined for a code this build does not know. */",
        "export function findApiError(code: string, status: number): ApiErrorInfo | undefined {",
        "  const entries: readonly ApiErrorInfo[] | undefined = Object.hasOwn(apiErrors, code)",
        "    ? apiErrors[code as ApiErrorCode]",
        "    : undefined;",
        "  return entries?.find((entry) => entry.status === status) ?? entries?.[0];",
        "}",
    ]
    return "\n".join(out) + "\n"


def prose(text: str) -> str:
    """HTML of a sentence in which `x` is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def render_html(rows: list[Row]) -> str:
    sections = []
    for code, items in by_code(rows).items():
        parts = [f'<section id="{code}"><h2><code>{code}</code></h2>']
        for row in items:
            parts.append(
                f"<h3>{row.status} {html.escape(row.title)}</h3>"
                f"<p>{html.escape(row.meaning)}</p>"
                f"<p><strong>What to do:</strong> {prose(row.advice)} "
                f"<em>{retry_text(row).capitalize()}.</em></p>"
            )
        sections.append("".join(parts) + "</section>")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>Errors - CNOP API</title>\n"
        '<link rel="icon" href="data:,">\n<link rel="stylesheet" href="/docs/docs.css">\n</head>\n<body>\n<main class="page">\n'
        '<p><a href="/docs/">API reference</a></p>\n<h1>Errors</h1>\n'
        "<p>Every error is a body of type <code>application/problem+json</code> (RFC 9457). Its "
        "<code>code</code> is one of these; its <code>type</code> points here.</p>\n"
        + "\n".join(sections)
        + "\n</main>\n</body>\n</html>\n"
    )


def openapi_codes() -> set[str]:
    """Reads the ErrorCode enumeration without a YAML parser, so that a build needs none."""
    text = OPENAPI.read_text(encoding="utf-8")
    match = re.search(r"^    ErrorCode:\n(?:      .*\n)*?      enum:\n((?:        - .*\n)+)", text,
                      flags=re.MULTILINE)
    if not match:
        sys.exit(f"{OPENAPI.name}: no ErrorCode enumeration")
    return {line.strip()[2:].strip("'\"") for line in match[1].splitlines()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--check", action="store_true", help="report drift, write nothing")
    parser.add_argument("--html", metavar="OUT", type=Path, help="write the errors page only")
    options = parser.parse_args()

    rows = read_catalogue()
    if options.html:
        options.html.write_text(render_html(rows), encoding="utf-8")
        return 0

    failed = False
    for path, text in ((MARKDOWN, render_markdown(rows)), (TYPESCRIPT, render_typescript(rows))):
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"{path.relative_to(ROOT)} has drifted from errors.def; run {Path(__file__).name}")
            failed = True
    difference = openapi_codes() ^ {row.code for row in rows}
    if difference:
        print(f"{OPENAPI.name}: ErrorCode and errors.def differ in {sorted(difference)}")
        failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
