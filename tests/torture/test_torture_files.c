/* SPDX-License-Identifier: MIT */
/* Torture of what is written to disk: keys, the ring that names them and the set that is published.
 * A file is the old one or the new one, as a whole, and nothing else is left in its folder. */
#include "fcgi_services/auth/keyring.h"
#include "shared/base/file.h"
#include "shared/token/mint.h"
#include "tests/torture/folder.h"
#include "tests/torture/torture.h"
#include "tests/torture/torture_places.h"
#include "tests/unit/unit.h"

#include <sys/stat.h>

static char path[64];
static struct keyring ring;

static void
put_old(void)
{
    ck_assert_int_eq(cnop_file_replace(path, CNOP_STR("old"), 0640), CNOP_OK);
}

static void
put_nothing(void)
{
    torture_folder_empty();
}

/* Size and inode tell old from new, and half from whole. */
static struct torture_effect
effect(void)
{
    struct torture_effect effect = {.values = {(int64_t)torture_folder_count()}};
    struct stat status;

    if (stat(path, &status) == 0)
        effect.values[1] = (int64_t)status.st_size;
    return effect;
}

static const struct torture_world replacing = {
    .reset = put_old, .effect = effect, .needs_all = true};
static const struct torture_world creating = {
    .reset = put_nothing, .effect = effect, .needs_all = true};

static void
start(void)
{
    torture_folder_make();
    (void)snprintf(path, sizeof(path), "%s/" KEYRING_FILE_NAME, torture_folder);
    ring = (struct keyring){.rotated_s = 0};
    ck_assert_int_eq(cnop_token_key_create(torture_folder, ring.current), CNOP_OK);
}

static void
stop(void)
{
    torture_folder_remove();
}

/* What is said to be there outlives the loss of power, its name too. */
static enum cnop_err
durable(enum cnop_err err)
{
    ck_assert(err != CNOP_OK || !torture_places.name_unsynced);
    return err;
}

static enum cnop_err
replace(void)
{
    return durable(cnop_file_replace(path, CNOP_STR("the new text"), 0640));
}

START_TEST(a_replaced_file_is_old_or_new)
{
    ck_assert_uint_ge(torture_call(&replacing, replace), 4);
}
END_TEST

static enum cnop_err
store_ring(void)
{
    return durable(keyring_store(torture_folder, &ring));
}

START_TEST(a_keyring_is_old_or_new)
{
    ck_assert_uint_ge(torture_call(&replacing, store_ring), 4);
}
END_TEST

static enum cnop_err
create_key(void)
{
    char kid[KEYRING_KID_BYTES];

    return durable(cnop_token_key_create(torture_folder, kid));
}

START_TEST(a_key_is_there_or_not)
{
    ck_assert_uint_ge(torture_call(&creating, create_key), 2);
}
END_TEST

static enum cnop_err
publish(void)
{
    size_t count;

    return durable(cnop_jwks_write(torture_folder, path, &count));
}

START_TEST(a_key_set_is_old_or_new)
{
    ck_assert_uint_ge(torture_call(&replacing, publish), 4);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, a_replaced_file_is_old_or_new);
    tcase_add_test(tests, a_keyring_is_old_or_new);
    tcase_add_test(tests, a_key_is_there_or_not);
    tcase_add_test(tests, a_key_set_is_old_or_new);
}

UNIT_MAIN("torture_files", add)
