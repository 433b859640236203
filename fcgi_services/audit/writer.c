/* SPDX-License-Identifier: MIT */
/* One round over the files. */
#include "fcgi_services/audit/writer.h"

#include "shared/base/buf.h"
#include "shared/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK_BYTES 128

/* ---- the mark ---- */

static enum cnop_err
mark_write(const struct writer *writer)
{
    char hex[2 * TRAIL_SEAL_BYTES + 1];
    char memory[MARK_BYTES];
    struct cnop_buf text;

    cnop_buf_init(&text, memory, sizeof(memory));
    cnop_str_hex(writer->head.seal, sizeof(writer->head.seal), hex);
    cnop_buf_printf(&text, "%" PRIu64 " %s\n", writer->head.seq, hex);
    return cnop_file_replace(writer->mark_path, cnop_buf_view(&text), 0600);
}

/* NOT_FOUND: there is none yet. */
static enum cnop_err
mark_read(const struct writer *writer, struct trail_head *ret_mark)
{
    const struct cnop_file_rules rules = {.max_bytes = MARK_BYTES,
                                          .forbidden_mode = S_IWGRP | S_IWOTH};
    struct cnop_str number;
    struct cnop_str seal;
    char memory[MARK_BYTES];
    const char *reason;
    size_t len;
    enum cnop_err err = cnop_file_read_into(writer->mark_path, &rules, memory, &len, &reason);

    if (err != CNOP_OK)
        return err;
    (void)cnop_str_cut(cnop_str_trim(cnop_str_make(memory, len)), ' ', &number, &seal);
    if (cnop_str_parse_u64(number, 0, UINT64_MAX, &ret_mark->seq) != CNOP_OK ||
        cnop_str_unhex(seal, ret_mark->seal, sizeof(ret_mark->seal)) != CNOP_OK)
        return CNOP_E_INVALID;
    return CNOP_OK;
}

/* A trail without the row of the mark has lost its end: to go on would hide it. */
static enum cnop_err
check_mark(struct writer *writer, struct trail_head *mark)
{
    bool has = true;
    enum cnop_err err = mark_read(writer, mark);

    if (err == CNOP_E_NOT_FOUND)
        return CNOP_OK;
    if (err == CNOP_OK && mark->seq > 0)
        err = trail_store_has(writer->store, mark, &has);
    if (err == CNOP_OK)
        writer->cut = !has;
    return err;
}

static enum cnop_err
look_up(struct writer *writer)
{
    struct trail_head mark = {0};
    enum cnop_err err = trail_store_head(writer->store, &writer->head);

    if (err == CNOP_OK)
        err = check_mark(writer, &mark);
    if (err != CNOP_OK)
        return err;
    if (writer->cut)
        return CNOP_E_CONFLICT;
    if (mark.seq < writer->head.seq) /* the last one could not be written */
        err = mark_write(writer);
    if (err != CNOP_OK)
        return err;
    writer->position_count = 0;
    writer->known = true;
    return CNOP_OK;
}

/* ---- positions ---- */

static enum cnop_err
position_of(struct writer *writer, const struct trail_file *file,
            struct writer_position **ret_position)
{
    struct writer_position *position;
    enum cnop_err err;

    for (size_t i = 0; i < writer->position_count; i++) {
        position = &writer->positions[i];
        if (memcmp(position->file.bytes, file->bytes, sizeof(file->bytes)) == 0) {
            *ret_position = position;
            return CNOP_OK;
        }
    }
    cnop_assert(writer->position_count < CNOP_COUNT(writer->positions));
    position = &writer->positions[writer->position_count];
    position->file = *file;
    err = trail_store_position(writer->store, file, &position->offset);
    if (err != CNOP_OK)
        return err;
    writer->position_count++;
    *ret_position = position;
    return CNOP_OK;
}

/* Of files that rotation has taken away. */
static void
forget_unseen(struct writer *writer)
{
    size_t kept = 0;

    for (size_t i = 0; i < writer->position_count; i++) {
        if (!writer->positions[i].seen)
            continue;
        writer->positions[kept] = writer->positions[i];
        writer->positions[kept++].seen = false;
    }
    writer->position_count = kept;
}

/* ---- one file ---- */

static enum cnop_err
read_at(int fd, uint64_t offset, char *memory, size_t size, struct cnop_str *ret_text)
{
    ssize_t len = pread(fd, memory, size, (off_t)offset);

    if (len < 0)
        return CNOP_E_IO;
    *ret_text = cnop_str_make(memory, (size_t)len);
    return CNOP_OK;
}

/* Rows of the whole lines in text, chained to head. */
static size_t
make_rows(struct writer *writer, const struct writer_position *position, struct cnop_str text,
          struct trail_head *head)
{
    uint64_t offset = position->offset;
    size_t count = 0;

    while (count < WRITER_BATCH_ROWS) {
        struct trail_row *row = &writer->rows[count];
        size_t len = trail_next_line(text, &row->line);

        if (len == 0)
            break;
        row->file = position->file;
        row->start = offset;
        row->end = offset += len;
        trail_chain(&writer->key, head, row);
        text = cnop_str_make(text.ptr + len, text.len - len);
        count++;
    }
    return count;
}

static enum cnop_err
append(struct writer *writer, struct writer_position *position, struct cnop_str text,
       bool *ret_more)
{
    struct trail_head head = writer->head;
    size_t count = make_rows(writer, position, text, &head);
    enum cnop_err err;

    *ret_more = count > 0;
    if (count == 0)
        return CNOP_OK;
    err = trail_store_append(writer->store, writer->rows, count);
    if (err != CNOP_OK)
        return err;
    writer->head = head;
    position->offset = writer->rows[count - 1].end;
    return mark_write(writer);
}

static enum cnop_err
copy_lines(struct writer *writer, int fd)
{
    struct writer_position *position;
    struct cnop_str text;
    struct cnop_str line;
    struct trail_file file;
    bool more = true;
    enum cnop_err err = read_at(fd, 0, writer->window, TRAIL_LINE_BYTES, &text);

    if (err != CNOP_OK || trail_next_line(text, &line) == 0)
        return err; /* not yet known which file it is */
    trail_file_name(line, &file);
    err = position_of(writer, &file, &position);
    if (err != CNOP_OK)
        return err;
    position->seen = true;
    while (err == CNOP_OK && more) {
        err = read_at(fd, position->offset, writer->window, sizeof(writer->window), &text);
        if (err == CNOP_OK)
            err = append(writer, position, text, &more);
    }
    return err;
}

/* Gone since it was listed: it has another name by now, and the next round finds it. */
static enum cnop_err
copy_file(struct writer *writer, const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    enum cnop_err err;

    if (fd < 0)
        return errno == ENOENT ? CNOP_OK : CNOP_E_IO;
    err = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? copy_lines(writer, fd) : CNOP_E_IO;
    (void)close(fd);
    return err;
}

enum cnop_err
writer_round(struct writer *writer)
{
    enum cnop_err err = writer->known ? CNOP_OK : look_up(writer);

    if (err == CNOP_OK)
        err = files_list(cnop_str_from(writer->streams), &writer->files);
    for (size_t i = 0; i < writer->files.count && err == CNOP_OK; i++)
        err = copy_file(writer, writer->files.paths[i]);
    if (err == CNOP_OK)
        forget_unseen(writer);
    else
        writer->known = false;
    return err;
}
