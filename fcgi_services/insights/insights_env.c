/* SPDX-License-Identifier: MIT */
/* Makes and drops what a handler thread owns, and tells whether it works. Nothing connects here. */
#include "fcgi_services/insights/insights_env.h"

#include "shared/base/log.h"
#include "shared/base/secret.h"
#include "shared/cache/cache.h"
#include "shared/db/db.h"
#include "shared/http/http_client.h"

#define THREAD_MAX 64 /* the most threads a process may have */
#define SEAL_FILE_BYTES 256

enum cnop_err
insights_process_init(void *arg)
{
    const struct insights_config *config = arg;

    if (config->provider_url[0] != '\0')
        cnop_http_init();
    return CNOP_OK;
}

static enum cnop_err
read_seal_key(struct insights_env *env, const char *path)
{
    unsigned char secret[SEAL_FILE_BYTES];
    unsigned char digest[CNOP_SHA256_BYTES];
    const char *reason = NULL;
    size_t len;

    if (cnop_secret_read_file(path, secret, 16, sizeof(secret), &len, &reason) != CNOP_OK) {
        cnop_log_write(CNOP_LOG_ERROR, "cache_key", "cache key file refused");
        return CNOP_E_CONFIG;
    }
    cnop_secret_sha256(secret, len, digest);
    cnop_secret_zero(secret, sizeof(secret));
    memcpy(env->seal_key, digest, sizeof(env->seal_key));
    cnop_secret_zero(digest, sizeof(digest));
    return CNOP_OK;
}

enum cnop_err
insights_thread_init(void *arg, unsigned thread, void **ret_env)
{
    const struct insights_config *config = arg;
    static struct insights_env envs[THREAD_MAX];
    struct insights_env *env = &envs[thread];
    enum cnop_err err;

    cnop_assert(thread < THREAD_MAX);
    env->provider_config =
        (struct provider_config){.url = config->provider_url,
                                 .model = config->provider_model,
                                 .key_file = config->provider_key_file,
                                 .timeout_ms = (uint32_t)config->provider_timeout};
    err = provider_init(&env->provider, &env->provider_config);
    if (err == CNOP_OK && provider_is_on(&env->provider))
        err = read_seal_key(env, config->cache_key_file);
    if (err != CNOP_OK)
        return err;
    env->cache = cnop_cache_open(&config->cache);
    err = cnop_db_open(&config->db, &env->db);
    if (err != CNOP_OK)
        return err;
    *ret_env = env;
    return CNOP_OK;
}

void
insights_thread_done(void *arg)
{
    struct insights_env *env = arg;

    cnop_db_close(&env->db);
    cnop_cache_close(&env->cache);
    provider_done(&env->provider);
}

void
insights_ready(void *arg, struct cnop_health *health)
{
    struct insights_env *env = arg;
    enum cnop_err err = cnop_db_ping(env->db);

    cnop_health_check(health, "database", err, "%s", err == CNOP_OK ? "reached" : "not reached");
    cnop_health_check(health, "cache", CNOP_OK, "%s",
                      cnop_cache_is_up(env->cache) ? "reached" : "bypassed");
    cnop_health_check(health, "provider", CNOP_OK, "%s",
                      provider_is_on(&env->provider) ? "on" : "off");
}
