/* SPDX-License-Identifier: MIT */
/* HTTP exchanges on one libcurl easy handle. Every option that could reach further than the caller
 * asked for is switched off; the certificate checks stay on. */
#include "shared/http/http_client.h"

#include "shared/base/arena.h"

#include <curl/curl.h>

#define RECEIVE_CHUNK_BYTES 16384

struct cnop_http_client {
    struct cnop_arena *arena; /* holds this struct */
    CURL *handle;
    struct cnop_buf *body;
    bool overflow;
    char cause[CURL_ERROR_SIZE];
};

void
cnop_http_init(void)
{
    cnop_assert(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

struct cnop_http_client *
cnop_http_client_new(void)
{
    struct cnop_arena *arena = cnop_arena_new(sizeof(struct cnop_http_client) + 64);
    struct cnop_http_client *client = cnop_arena_alloc(arena, sizeof(*client));

    cnop_assert(client != NULL);
    client->arena = arena;
    client->handle = curl_easy_init();
    cnop_assert(client->handle != NULL);
    return client;
}

void
cnop_http_client_free(struct cnop_http_client **client)
{
    struct cnop_arena *arena;

    if (*client == NULL)
        return;
    arena = (*client)->arena;
    curl_easy_cleanup((*client)->handle);
    cnop_arena_free(&arena);
    *client = NULL;
}

const char *
cnop_http_cause(const struct cnop_http_client *client)
{
    return client->cause;
}

/* libcurl's write callback: refusing a part ends the transfer. */
static size_t
receive(char *bytes, size_t size, size_t count, void *arg)
{
    struct cnop_http_client *client = arg;
    size_t len = size * count;

    if (client->body == NULL)
        return len;
    if (len > client->body->cap - client->body->len) {
        client->overflow = true;
        return 0;
    }
    cnop_buf_bytes(client->body, bytes, len);
    return len;
}

bool
cnop_http_url_is_usable(const char *url)
{
    struct cnop_str text = cnop_str_from(url);

    return cnop_str_has_prefix(text, CNOP_STR("http://")) ||
           cnop_str_has_prefix(text, CNOP_STR("https://"));
}

static void
free_list(struct curl_slist **list)
{
    curl_slist_free_all(*list);
}

/* NULL when libcurl has no memory. "Expect:" keeps it from waiting for a 100 Continue. */
static struct curl_slist *
header_list(const struct cnop_http_exchange *exchange)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    char type[128];

    if (exchange->content_type != NULL && list != NULL) {
        (void)snprintf(type, sizeof(type), "Content-Type: %s", exchange->content_type);
        list = curl_slist_append(list, type);
    }
    for (size_t i = 0; list != NULL && i < CNOP_HTTP_HEADER_MAX && exchange->headers[i] != NULL;
         i++)
        list = curl_slist_append(list, exchange->headers[i]);
    return list;
}

static void
set_limits(struct cnop_http_client *client, const struct cnop_http_exchange *exchange)
{
    CURL *handle = client->handle;

    curl_easy_reset(handle); /* keeps the connection */
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, (long)RECEIVE_CHUNK_BYTES);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)exchange->timeout_ms);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)exchange->timeout_ms);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, client->cause);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "cnop");
}

static void
set_request(struct cnop_http_client *client, const struct cnop_http_exchange *exchange,
            struct curl_slist *headers)
{
    CURL *handle = client->handle;

    curl_easy_setopt(handle, CURLOPT_URL, exchange->url);
    if (exchange->unix_socket != NULL)
        curl_easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, exchange->unix_socket);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    if (exchange->login != NULL) {
        curl_easy_setopt(handle, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(handle, CURLOPT_USERPWD, exchange->login);
    }
    if (exchange->is_delete)
        curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, "DELETE");
    if (exchange->content_type != NULL) {
        curl_easy_setopt(handle, CURLOPT_POST, 1L);
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->body.len);
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS,
                         exchange->body.len == 0 ? "" : exchange->body.ptr);
    }
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, client);
}

enum cnop_err
cnop_http_send(struct cnop_http_client *client, const struct cnop_http_exchange *exchange,
               struct cnop_buf *ret_body, int *ret_status)
{
    cnop_cleanup(free_list) struct curl_slist *headers = NULL;
    CURLcode code;
    long status = 0;

    cnop_assert(exchange->timeout_ms > 0);
    cnop_assert(!exchange->is_delete || exchange->content_type == NULL);
    client->cause[0] = '\0';
    if (!cnop_http_url_is_usable(exchange->url))
        return CNOP_E_INVALID;
    headers = header_list(exchange);
    if (headers == NULL)
        return CNOP_E_NO_MEMORY;
    client->body = ret_body;
    client->overflow = false;
    set_limits(client, exchange);
    set_request(client, exchange, headers);
    code = curl_easy_perform(client->handle);
    client->body = NULL;
    if (client->overflow)
        return CNOP_E_TRUNCATED;
    if (code == CURLE_OPERATION_TIMEDOUT)
        return CNOP_E_DEADLINE;
    if (code != CURLE_OK)
        return CNOP_E_IO;
    curl_easy_getinfo(client->handle, CURLINFO_RESPONSE_CODE, &status);
    *ret_status = (int)status;
    return CNOP_OK;
}
