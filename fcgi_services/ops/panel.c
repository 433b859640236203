/* SPDX-License-Identifier: MIT */
/* Two tables out of one generated file: panels, and the queries of all of them one after the
 * other. */
#include "fcgi_services/ops/panel.h"

#include "shared/base/base.h"

#define PANEL(id_, board_, board_title_, title_, unit_, first_, count_)                            \
    {.id = (id_),                                                                                  \
     .board = (board_),                                                                            \
     .board_title = (board_title_),                                                                \
     .title = (title_),                                                                            \
     .unit = (unit_),                                                                              \
     .first_query = (first_),                                                                      \
     .query_count = (count_)},
#define QUERY(legend_, expression_)
const struct ops_panel ops_panels[] = {
#include "fcgi_services/ops/panels.def"
};
#undef PANEL
#undef QUERY

const size_t ops_panel_count = CNOP_COUNT(ops_panels);

#define PANEL(id_, board_, board_title_, title_, unit_, first_, count_)
#define QUERY(legend_, expression_) {.legend = (legend_), .expression = (expression_)},
static const struct ops_query queries[] = {
#include "fcgi_services/ops/panels.def"
};
#undef PANEL
#undef QUERY

const struct ops_panel *
ops_panel_find(struct cnop_str id)
{
    for (size_t i = 0; i < ops_panel_count; i++)
        if (cnop_str_equal(id, cnop_str_from(ops_panels[i].id)))
            return &ops_panels[i];
    return NULL;
}

const struct ops_query *
ops_panel_query(const struct ops_panel *panel, size_t index)
{
    cnop_assert(index < panel->query_count);
    cnop_assert(panel->first_query + index < CNOP_COUNT(queries));
    return &queries[panel->first_query + index];
}
