/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target without libFuzzer: every seed of its corpus as it is, cut at every length, and
 * changed at random with a fixed start value. Prints TAP, one line a seed. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLAY_SEED_BYTES_MAX (64 * 1024)
#define REPLAY_CUTS_MAX 512
#define REPLAY_CHANGES 2000
#define REPLAY_START UINT64_C(0x9E3779B97F4A7C15)

static uint8_t seed[REPLAY_SEED_BYTES_MAX];
static uint8_t work[REPLAY_SEED_BYTES_MAX];
static uint64_t state = REPLAY_START;

/* xorshift64: good enough to choose bytes, the same everywhere. */
static uint64_t
replay_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void
replay_change(size_t len)
{
    static const char tokens[] = "\"\\{}[],:0123456789.eE+-u \x80\xFF\x00";

    for (int i = 0; i < REPLAY_CHANGES && len > 0; i++) {
        memcpy(work, seed, len);
        for (uint64_t count = 1 + replay_random() % 4; count > 0; count--) {
            size_t at = replay_random() % len;

            if (replay_random() % 2 == 0)
                work[at] = (uint8_t)tokens[replay_random() % (sizeof(tokens) - 1)];
            else
                work[at] ^= (uint8_t)(1U << replay_random() % 8);
        }
        (void)LLVMFuzzerTestOneInput(work, len);
    }
}

static void
replay_seed(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t len;

    if (file == NULL) {
        fprintf(stderr, "cannot open %s\n", path);
        exit(EXIT_FAILURE);
    }
    len = fread(seed, 1, sizeof(seed), file);
    (void)fclose(file); /* read only */
    (void)LLVMFuzzerTestOneInput(seed, len);
    for (size_t cut = 0; cut < len && cut < REPLAY_CUTS_MAX; cut++) {
        memcpy(work, seed, cut);
        (void)LLVMFuzzerTestOneInput(work, cut);
    }
    replay_change(len);
}

static int
replay_is_seed(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int
main(void)
{
    const char *source_folder = getenv("srcdir");
    struct dirent **entries;
    char folder[2048];
    char path[4096];
    int count;

    (void)snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s",
                   source_folder == NULL ? "." : source_folder, fuzz_corpus);
    count = scandir(folder, &entries, replay_is_seed, alphasort);
    if (count <= 0) {
        printf("Bail out! no seeds in %s\n", folder);
        return EXIT_FAILURE;
    }
    printf("1..%d\n", count);
    for (int i = 0; i < count; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        replay_seed(path);
        printf("ok %d - %s %s\n", i + 1, fuzz_corpus, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return EXIT_SUCCESS;
}
