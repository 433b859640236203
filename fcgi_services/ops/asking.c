/* SPDX-License-Identifier: MIT */
/* Spans are rounded outwards to the step, but not beyond now; expressions are form-encoded byte by
 * byte. */
#include "fcgi_services/ops/asking.h"

#include "shared/base/ascii.h"
#include "shared/base/base.h"

#define STEPS_MAX (OPS_POINTS_MAX - 1)
#define RANGE_WORD "$range"

static enum cnop_err
refuse(struct ops_span_fault *ret_fault, const char *field, const char *rule)
{
    *ret_fault = (struct ops_span_fault){.field = field, .rule = rule};
    return CNOP_E_INVALID;
}

static uint64_t
round_up(uint64_t value, uint64_t step)
{
    return (value + step - 1) / step * step;
}

/* The smallest step, of those people know, that a span can be drawn with. */
static uint64_t
step_for(uint64_t span_s)
{
    static const uint64_t steps[] = {5,   10,  15,   30,   60,   120,  300,
                                     600, 900, 1800, 3600, 7200, 10800};

    for (size_t i = 0; i < CNOP_COUNT(steps); i++)
        if (round_up(span_s, steps[i]) / steps[i] < STEPS_MAX)
            return steps[i];
    return OPS_STEP_MAX_S;
}

enum cnop_err
ops_grid_make(const struct ops_span *span, uint64_t now_s, struct ops_grid *ret_grid,
              struct ops_span_fault *ret_fault)
{
    uint64_t to_s = span->to_s == 0 || span->to_s > now_s ? now_s : span->to_s;
    uint64_t step_s = span->step_s;
    uint64_t from_s = span->from_s;

    if (from_s == 0)
        from_s = to_s > OPS_SPAN_DEFAULT_S ? to_s - OPS_SPAN_DEFAULT_S : 0;
    if (from_s >= to_s)
        return refuse(ret_fault, "from", "must be before to and not in the future");
    if (to_s - from_s > OPS_SPAN_MAX_S)
        return refuse(ret_fault, "from", "must be at most 31 days before to");
    if (step_s == 0)
        step_s = step_for(to_s - from_s);
    if (step_s < OPS_STEP_MIN_S || step_s > OPS_STEP_MAX_S)
        return refuse(ret_fault, "step", "must be 5 to 86400 seconds");
    from_s = from_s / step_s * step_s;
    to_s = round_up(to_s, step_s);
    if (to_s > now_s && to_s > from_s + step_s) /* nothing was measured then */
        to_s -= step_s;
    if ((to_s - from_s) / step_s > STEPS_MAX)
        return refuse(ret_fault, "step", "must divide the span into at most 240 parts");
    *ret_grid = (struct ops_grid){
        .from_s = from_s, .step_s = step_s, .count = (size_t)((to_s - from_s) / step_s) + 1};
    cnop_assert(ret_grid->count >= 2 && ret_grid->count <= OPS_POINTS_MAX);
    return CNOP_OK;
}

static void
write_encoded(struct cnop_buf *buf, struct cnop_str text)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (cnop_is_letter((char)c) || cnop_is_digit((char)c)) {
            cnop_buf_char(buf, (char)c);
            continue;
        }
        cnop_buf_char(buf, '%');
        cnop_buf_char(buf, digits[c >> 4]);
        cnop_buf_char(buf, digits[c & 15]);
    }
}

void
ops_write_range_form(struct cnop_buf *buf, const char *expression, const struct ops_grid *grid,
                     uint64_t window_s)
{
    struct cnop_str rest = cnop_str_from(expression);
    struct cnop_str head;

    if (window_s < grid->step_s)
        window_s = grid->step_s;
    cnop_buf_text(buf, "query=");
    while (cnop_str_cut(rest, RANGE_WORD[0], &head, &rest)) {
        cnop_assert(cnop_str_has_prefix(rest, CNOP_STR("range]")));
        write_encoded(buf, head);
        cnop_buf_printf(buf, "%llus", (unsigned long long)window_s);
        rest = cnop_str_make(rest.ptr + sizeof(RANGE_WORD) - 2, rest.len - sizeof(RANGE_WORD) + 2);
    }
    write_encoded(buf, head);
    cnop_buf_printf(buf, "&start=%llu&end=%llu&step=%llu", (unsigned long long)grid->from_s,
                    (unsigned long long)(grid->from_s + (grid->count - 1) * grid->step_s),
                    (unsigned long long)grid->step_s);
}

void
ops_write_instant_form(struct cnop_buf *buf, const char *expression)
{
    cnop_buf_text(buf, "query=");
    write_encoded(buf, cnop_str_from(expression));
}
