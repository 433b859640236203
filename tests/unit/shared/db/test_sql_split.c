/* SPDX-License-Identifier: MIT */
/* Cutting of SQL text: semicolons in quotes and comments, text that does not end. */
#include "shared/db/sql_split.h"

#include "tests/unit/unit.h"

static size_t
count_of(const char *sql, enum cnop_err *ret_end)
{
    struct cnop_str rest = cnop_str_from(sql);
    struct cnop_str statement;
    size_t count = 0;

    while ((*ret_end = cnop_sql_next(&rest, &statement)) == CNOP_OK)
        count++;
    return count;
}

static const struct {
    const char *sql;
    size_t count;
    enum cnop_err end;
} cases[] = {
    {"", 0, CNOP_E_NOT_FOUND},
    {" -- only; a comment", 0, CNOP_E_NOT_FOUND},
    {"SELECT 1;", 1, CNOP_E_NOT_FOUND},
    {"SELECT 1;\n-- end\n", 1, CNOP_E_NOT_FOUND},
    {"A; B ;C;", 3, CNOP_E_NOT_FOUND},
    {"SELECT ';', \";\", `;`;", 1, CNOP_E_NOT_FOUND},
    {"SELECT 'it''s;', 'a\\';b';", 1, CNOP_E_NOT_FOUND},
    {"A -- x; y\n; B # z;\n;", 2, CNOP_E_NOT_FOUND},
    {"/* a; */ A /* ; */ ;", 1, CNOP_E_NOT_FOUND},
    {"SELECT 1", 0, CNOP_E_INVALID},
    {"A; SELECT 'x", 1, CNOP_E_INVALID},
    {"A; /* open", 1, CNOP_E_INVALID},
    {";", 0, CNOP_E_INVALID},
};

START_TEST(cut)
{
    enum cnop_err end;

    ck_assert_uint_eq(count_of(cases[_i].sql, &end), cases[_i].count);
    ck_assert_int_eq(end, cases[_i].end);
}
END_TEST

START_TEST(statement_text)
{
    struct cnop_str rest = CNOP_STR("-- head\n  CREATE TABLE a (b INT)\n ;\nX;");
    struct cnop_str statement;

    ck_assert_int_eq(cnop_sql_next(&rest, &statement), CNOP_OK);
    ck_assert(cnop_str_equal(statement, CNOP_STR("CREATE TABLE a (b INT)")));
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_loop_test(tests, cut, 0, (int)CNOP_COUNT(cases));
    tcase_add_test(tests, statement_text);
}

UNIT_MAIN("sql_split", add)
