/* SPDX-License-Identifier: MIT */
/* Parsing by the C library; the rest is copying. */
#include "fcgi_services/auth/login_source.h"

#include <arpa/inet.h>

void
login_source_of(struct cnop_str address, struct login_source *ret_source)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct login_source source = {{0}};
    char text[INET6_ADDRSTRLEN];
    struct in6_addr six;
    struct in_addr four;

    if (address.len > 0 && address.len < sizeof(text)) {
        memcpy(text, address.ptr, address.len);
        text[address.len] = '\0';
        if (inet_pton(AF_INET, text, &four) == 1) {
            memcpy(source.bytes, mapped, sizeof(mapped));
            memcpy(source.bytes + sizeof(mapped), &four, sizeof(four));
        } else if (inet_pton(AF_INET6, text, &six) == 1) {
            bool is_mapped = memcmp(six.s6_addr, mapped, sizeof(mapped)) == 0;

            memcpy(source.bytes, six.s6_addr, is_mapped ? sizeof(source.bytes) : 8);
        }
    }
    *ret_source = source;
}

uint64_t
login_source_number(const struct login_source *source)
{
    uint64_t number = 0;

    for (size_t i = 0; i < sizeof(source->bytes); i++)
        number = number * 1099511628211u ^ source->bytes[i];
    return number;
}
