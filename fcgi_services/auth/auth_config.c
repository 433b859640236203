/* SPDX-License-Identifier: MIT */
/* The key table of cnop-auth. */
#include "fcgi_services/auth/auth_main.h"

static const char *const profile_names[] = {"default", "reference", NULL};

static const struct cnop_config_key auth_config_keys[] = {
    CNOP_WEB_CONFIG_ROWS(struct auth_config),
    CNOP_DB_CONFIG_ROWS(struct auth_config, "cnop_auth"),
    CNOP_CONFIG_ROW_ENUM(struct auth_config, profile, "default", profile_names,
                         "Password rules and login answers: default, or reference for clients that"
                         " rely on 404 for unknown users."),
    CNOP_CONFIG_ROW_PATH(struct auth_config, common_passwords, NULL,
                         "List of common passwords that are refused."),
    CNOP_CONFIG_ROW_U64(struct auth_config, argon2_memory_kib, "19456", 64, 1048576,
                        "Memory of one password hash, KiB."),
    CNOP_CONFIG_ROW_U64(struct auth_config, argon2_passes, "2", 1, 32,
                        "Passes of one password hash over its memory."),
    CNOP_CONFIG_ROW_U64(struct auth_config, hash_slots, "1", 1, HASH_GATE_SLOTS_MAX,
                        "Password hashes computed at once by all processes together."),
    CNOP_CONFIG_ROW_U64(struct auth_config, hash_queue, "16", 0, HASH_GATE_QUEUE_MAX,
                        "Requests that may wait for a hash; more are refused with 503."),
    CNOP_CONFIG_ROW_DURATION(struct auth_config, hash_wait, "2s", 10, 30000,
                             "Longest wait for a hash; then 503."),
    CNOP_CONFIG_ROW_U64(struct auth_config, hash_nice, "10", 0, 19,
                        "Nice value of hashing threads: how far they stand back for orders."),
    CNOP_CONFIG_ROW_DURATION(struct auth_config, access_ttl, "1h", 10000, 86400000,
                             "Life of an access token."),
    CNOP_CONFIG_ROW_DURATION(struct auth_config, session_ttl, "7d", 60000, INT64_C(7776000000),
                             "Life of a session, however often it is refreshed."),
    CNOP_CONFIG_ROW_DURATION(
        struct auth_config, refresh_grace, "0s", 0, 60000,
        "A used refresh token still works this long, for lost answers; a thief "
        "gains the same. 0s: its second use ends the session."),
    CNOP_CONFIG_ROW_U64(struct auth_config, sessions_max, "20", 1, SESSION_LIST_MAX,
                        "Live sessions of a user; another login ends the oldest."),
    CNOP_CONFIG_ROW_PATH(struct auth_config, keys_dir, NULL,
                         "Folder with the keyring and the signing keys (cnop-keys)."),
    CNOP_CONFIG_ROW_PATH(struct auth_config, jwks_file, NULL, "Published key set."),
    CNOP_CONFIG_ROW_STRING(struct auth_config, token_issuer, "cnop", "Claim iss of tokens."),
    CNOP_CONFIG_ROW_STRING(struct auth_config, token_audience, "cnop-api", "Claim aud of tokens."),
    CNOP_CONFIG_ROW_STRING(struct auth_config, gateway_sockets, "",
                           "Control sockets of the gateways, separated by commas."),
    CNOP_CONFIG_ROW_DURATION(struct auth_config, gateway_timeout, "50ms", 5, 1000,
                             "Time a logout waits for the gateways to know of it."),
    CNOP_CONFIG_ROW_BOOL(struct auth_config, insecure_cookies, "off",
                         "Allow cookie sessions over plain HTTP from other hosts."),
};

const struct cnop_config_spec auth_config_spec = {
    .program = "cnop-auth",
    .keys = auth_config_keys,
    .key_count = CNOP_COUNT(auth_config_keys),
};
