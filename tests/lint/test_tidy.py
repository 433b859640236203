#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Shows every rule of tidy.py a file it must refuse and one it must accept. Prints TAP."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
import tidy  # noqa: E402  (needs the path above)

HEAD = "/* SPDX-License-Identifier: MIT */\n/* A sample. */\n"


def function(lines=1, parameters="void"):
    return f"int\nsample({parameters})\n{{\n" + "    step();\n" * lines + "}\n"


def code(text):
    return function().replace("step();", text)


# rule, path, refused text, accepted text
SAMPLES = (
    ("heads", "shared/base/x.c", "/* A sample. */\n", HEAD),
    ("heads", "shared/base/x.c", "/* SPDX-License-Identifier: MIT */\nint x;\n", HEAD),
    ("heads", "tests/x.py", "#!/usr/bin/python3\n", "#!/usr/bin/python3\n# " + tidy.SPDX + "\n"),
    ("machine_paths", "README.md", "see /" + "work/main\n", "see https://example.org/work/main\n"),
    ("markers", "shared/base/x.c", "/* TO" + "DO: later */\n", "/* later */\n"),
    ("functions", "shared/base/x.c", function(71), function(70)),
    ("functions", "nginx_modules/src/x.c", function(111), function(110)),
    ("functions", "shared/base/x.c", function(1, "int a, int b, int c, int d, int e, int f"),
     function(1, "int a, int b, int c, int d, int e, int *ret_f")),
    ("files", "shared/base/x.c", "\n" * 501, "\n" * 500),
    ("columns", "shared/base/x.c", "x" * 101, "x" * 100),
    ("columns", "shared/base/x.c", "\tx();\n", "    x();\n"),
    ("columns", "nginx_modules/src/x.c", "x" * 81, "x" * 80),
    ("columns", "nginx_modules/policy/x.c", "x" * 101, "x" * 100),
    ("gateway", "nginx_modules/src/x.c", code("h = cmcf->phases[1];"), code("h = phase[1];")),
    ("gateway", "nginx_modules/src/x.c", code("ngx_shmtx_lock(m); kill(p, 0); ngx_shmtx_unlock(m);"),
     code("ngx_shmtx_lock(m); n++; ngx_shmtx_unlock(m); kill(p, 0);")),
    ("layers", "nginx_modules/policy/x.c", '#include "nginx_modules/src/x.h"\n',
     '#include "shared/base/str.h"\n'),
    ("layers", "nginx_modules/src/x.c", '#include "fcgi_services/auth/x.h"\n',
     '#include "nginx_modules/policy/limit.h"\n'),
    ("doors", "nginx_modules/policy/x.c", "#include <ngx_core.h>\n", "#include <stdint.h>\n"),
    ("banned", "shared/base/x.c", code("strcpy(a, b);"), code("say(\"strcpy(a, b)\");")),
    ("banned", "shared/base/x.c", code("n = atoi(a);"), code("/* atoi(a) */ n = x->atoi(a);")),
    ("heap", "shared/json/x.c", code("p = malloc(4);"), code("p = cnop_arena_alloc(a, 4);")),
    ("heap", "shared/web/x.c", code("free(p);"), code("cnop_arena_free(&p);")),
    ("heap", "shared/cache/x.c", code("p = calloc(1, 4);"), code("free(p);")),
    ("floats", "shared/ledger/x.c", "double rate;\n", "/* double */ int rate;\n"),
    ("ascii", "shared/web/x.c", code("ok = c >= '0' && c <= '9';"), code("ok = cnop_is_digit(c);")),
    ("ascii", "fcgi_services/user/x.c", code("ok = c < 'a';"), code("ok = c == 'a';")),
    ("sql", "fcgi_services/user/x.c",
     code('snprintf(a, 9, "SELECT id FROM users WHERE name = \'%s\'", name);'),
     code('static const char sql[] = "SELECT id FROM users WHERE name = ?"; say("100%");')),
    ("sql", "fcgi_services/user/x.c", code('cnop_buf_printf(&b, "DELETE FROM %s", table);'),
     code('cnop_buf_printf(&b, "deleted %s", table);')),
    ("doors", "shared/web/x.c", "#include <mysql.h>\n", "#include <fcgiapp.h>\n"),
    ("doors", "shared/db/x.c", "#include <jwt.h>\n", "#include <mysql.h>\n"),
    ("doors", "shared/web/x.c", "#include <json-c/json.h>\n", "#include <json.hpp>\n"),
    ("doors", "shared/web/x.c", "#include <fcgi_stdio.h>\n", "#include <stdio.h>\n"),
    ("layers", "shared/base/x.c", '#include "shared/json/json_read.h"\n',
     '#include "shared/base/str.h"\n'),
    ("layers", "shared/web/x.c", '#include "fcgi_services/order/order.h"\n',
     '#include "shared/json/json_read.h"\n'),
    ("layers", "fcgi_services/order/order.c", '#include "shared/db/db.h"\n',
     '#include "shared/ledger/ledger.h"\n'),
    ("layers", "fcgi_services/order/order.c", '#include "fcgi_services/order/order_http.h"\n',
     '#include "fcgi_services/order/order_store.h"\n'),
    ("layers", "fcgi_services/order/order_http.c", '#include "shared/db/db.h"\n',
     '#include "shared/web/web.h"\n'),
    ("layers", "fcgi_services/order/order_store_sql.c", '#include "shared/web/web.h"\n',
     '#include "shared/db/db.h"\n'),
    ("layers", "fcgi_services/order/engine_main.c", '#include "fcgi_services/user/user.h"\n',
     '#include "shared/db/db.h"\n'),
    ("layers", "fcgi_services/order/order_json.c", '#include "shared/db/db.h"\n',
     '#include "shared/json/json_write.h"\n'),
    ("layers", "fcgi_services/order/recovery_sql.c", '#include "fcgi_services/auth/auth.h"\n',
     '#include "shared/db/batch.h"\n'),
    ("layers", "fcgi_services/order/engine.c", '#include "shared/db/batch.h"\n',
     '#include "shared/ledger/ledger.h"\n'),
    ("layers", "fcgi_services/order/engine_result.c", '#include "shared/web/web.h"\n',
     '#include "fcgi_services/order/committer.h"\n'),
    ("layers", "fcgi_services/order/command_socket.c", '#include "shared/db/db.h"\n',
     '#include "shared/engine_client/wire.h"\n'),
    ("layers", "nginx_modules/src/x.c", '#include "fcgi_services/auth/auth.h"\n',
     '#include "shared/token/token.h"\n'),
    ("statics", "shared/db/x.c", "static " + function().replace("sample", "cnop_sample"),
     "static " + function()),
    ("statics", "fcgi_services/user/x.c", "static " + function().replace("sample", "cnop_sample"),
     function().replace("sample", "cnop_sample")),
    ("levels", "shared/db/x.c", code("cnop_log_write(CNOP_LOG_CRITICAL, a, b);"),
     code("cnop_log_write(CNOP_LOG_ERROR, a, b);")),
)


def offenders(rule, path, text):
    return list(getattr(tidy, "rule_" + rule)([tidy.Source(path, text)]))


def mirror_cases():
    def unit(path, text=""):
        return tidy.Source(path, HEAD + text)

    def rows(text):
        return tidy.Source(tidy.MIRROR, text)

    source = unit("fcgi_services/order/x.c")
    mirror = unit("tests/unit/order/test_x.c")
    covering = unit("tests/unit/order/test_y.c", "/* Covers fcgi_services/order/x.c. */\n")
    suite = tidy.Source("tests/service/test_y.py", "")
    row = "fcgi_services/order/x.c: tests/service/test_y.py - needs a database\n"
    accepted = ([source, mirror], [source, covering], [source, suite, rows(row)],
                [tidy.Source("shared/base/a.h", HEAD), unit("tests/unit/shared/base/test_a.c")])
    refused = ([source], [mirror], [covering], [source, rows(row)], [source, suite, rows(row + row)],
               [suite, rows(row)], [source, mirror, suite, rows(row)], [source, covering, suite, rows(row)],
               [source, suite, rows(row.replace(" - needs a database", ""))], [source, mirror, unit("tests/unit/order/test_z.c")])
    for files in accepted:
        yield "mirrors", not list(tidy.rule_mirrors(files))
    for files in refused:
        yield "mirrors", bool(list(tidy.rule_mirrors(files)))
    source = tidy.Source("shared/base/x.c", HEAD)
    named = tidy.Source("shared/shared.am", "libx_la_SOURCES = \\\n\tshared/base/x.c\n")
    yield "built", bool(list(tidy.rule_built([source])))
    yield "built", not list(tidy.rule_built([source, named]))


def map_cases():
    def files(text, *paths):
        return [tidy.Source(tidy.MAP, text), *(tidy.Source(path, HEAD) for path in paths)]

    row = "| `shared/base` `x.c` `..._y.c` | `tests/` `unit` |\n"
    sources = ("shared/base/x.c", "shared/base/a_y.c", "tests/unit/z.c", ".hidden/z.py")
    yield "map", not list(tidy.rule_map(files(row, *sources)))
    for text, paths in ((row, (*sources, "shared/other/x.c")), (row, (*sources, "more/x.py")),
                        (row, sources[1:]), (row, (*sources[:1], *sources[2:])), (row + "\n" * 150, sources),
                        ("shared/base, tests and unit\n", sources)):
        yield "map", bool(list(tidy.rule_map(files(text, *paths))))


def threat_cases():
    def refused(cell):
        files = [tidy.Source(tidy.THREATS, f"| threat | control | shown by |\n|---|---|---|\n| theft | a lock | {cell} |\n"),
                 tidy.Source("tests/flow/test_a.py", "def test_b():\n    pass\n")]
        return bool(list(tidy.rule_threats(files)))

    for cell in ("`tests/flow/test_a.py`", "`tests/flow/test_a.py::test_b`"):
        yield "threats", not refused(cell)
    for cell in ("", "us", "`tests/flow/test_c.py`", "`tests/flow/test_a.py::test_c`"):
        yield "threats", refused(cell)


def circle_cases():
    def unit(name, *includes):
        return tidy.Source(f"nginx_modules/src/{name}", HEAD + "".join(f'#include "{header}"\n' for header in includes))

    a, b, c = unit("a.h"), unit("b.h", "a.h"), unit("c.h", "b.h")
    yield "circles", not list(tidy.rule_circles([a, b, c, unit("a.c", "a.h"), unit("c.c", "c.h", "a.h")]))
    yield "circles", bool(list(tidy.rule_circles([a, b, c, unit("a.c", "c.h")])))


def call_cases():
    def unit(name, *calls, storage=""):
        body = "".join(f"    {call}();\n" for call in calls)
        return tidy.Source(f"shared/web/{name}.c", f"{HEAD}{storage}void\n{name}_do(void)\n{{\n{body}}}\n")

    yield "calls", not list(tidy.rule_calls([unit("a", "b_do"), unit("b", "c_do"), unit("c")]))
    yield "calls", bool(list(tidy.rule_calls([unit("a", "b_do"), unit("b", "c_do"), unit("c", "a_do")])))
    yield "calls", not list(tidy.rule_calls([unit("a", "b_do"), unit("b", "a_do", storage="static ")]))
    headers = [tidy.Source(f"shared/web/{name}.h", f'{HEAD}#include "shared/web/{other}.h"\n')
               for name, other in (("a", "b"), ("b", "a"))]
    yield "calls", bool(list(tidy.rule_calls(headers)))
    yield "calls", not list(tidy.rule_calls(headers[:1]))


def caller_cases():
    def unit(path, text):
        return tidy.Source(path, HEAD + text)

    lonely = unit("shared/web/a.c", "int\na_do(void)\n{\n    return 1;\n}\n")
    header = unit("shared/web/a.h", "int a_do(void); /* a_do() answers */\n")
    macro = unit("shared/web/a.h", "#define A_DO() a_do()\nint a_do(void);\n")
    caller = unit("fcgi_services/user/b.c", "static int\nb(void)\n{\n    return a_do();\n}\n")
    test = unit("tests/unit/shared/web/test_a.c", "static int\nt(void)\n{\n    return a_do();\n}\n")
    route = tidy.Source("conf/routes/user.def", 'ROUTE(GET, "/api/v1/a", a_do, PUBLIC, 0, 0, "")\n')
    for files in ([lonely], [lonely, header], [lonely, header, test]):
        yield "callers", bool(list(tidy.rule_callers(files)))
    for extra in (caller, macro, route):
        yield "callers", not list(tidy.rule_callers([lonely, header, extra]))


def hidden_include_cases():
    def unit(path, *includes):
        return tidy.Source(path, HEAD + "".join(f'#include "{header}"\n' for header in includes))

    env = unit("fcgi_services/user/user_env.h", "shared/db/db.h")
    for name in ("user.c", "user_http.c"):
        yield "layers", bool(list(tidy.rule_layers([env, unit(f"fcgi_services/user/{name}", env.path)])))
    yield "layers", not list(tidy.rule_layers([env, unit("fcgi_services/user/main.c", env.path)]))
    http = unit("fcgi_services/user/user_http.h", "shared/json/json_read.h", env.path)
    routes = unit("fcgi_services/user/user_routes.c", http.path)
    yield "layers", bool(list(tidy.rule_layers([env, http, routes])))
    http = unit("fcgi_services/user/user_http.h", "shared/json/json_read.h")
    yield "layers", not list(tidy.rule_layers([http, routes]))


def results():
    for rule, path, refused, accepted in SAMPLES:
        yield f"{rule} refuses in {path}", bool(offenders(rule, path, refused))
        yield f"{rule} accepts in {path}", not offenders(rule, path, accepted)
    yield from mirror_cases()
    yield from map_cases()
    yield from threat_cases()
    yield from circle_cases()
    yield from call_cases()
    yield from caller_cases()
    yield from hidden_include_cases()


def main():
    rows = list(results())
    print(f"1..{len(rows)}")
    for index, (name, passed) in enumerate(rows, 1):
        print(f"{'ok' if passed else 'not ok'} {index} - {name}")
    tested = {name.split()[0] for name, _ in rows}
    missing = {rule.__name__.removeprefix("rule_") for rule in tidy.RULES} - tested
    if missing:
        print(f"# no sample for: {', '.join(sorted(missing))}")
    return 0 if not missing and all(passed for _, passed in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
