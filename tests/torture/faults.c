/* SPDX-License-Identifier: MIT */
/* Loaded before everything else (LD_PRELOAD) into a service under test: the nth call of a kind
 * fails. Which, says a page shared with the test, the file named by CNOP_FAULTS; without it nothing
 * changes. Upstream is whatever the service has connected to by name: database and engine. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum fault {
    FAULT_MEMORY, /* malloc(3) and its kin */
    FAULT_OPEN,   /* open(2), accept4(2), socket(2): EMFILE */
    FAULT_WRITE,  /* write(2) and fsync(2) of what is no socket: ENOSPC */
    FAULT_ASK,    /* a message to upstream is not sent: the connection is gone */
    FAULT_LISTEN, /* an answer of upstream arrives, and is lost with the connection */
    FAULT_ANSWER, /* whoever asked is gone when the answer is written */
    FAULT_COUNT,
};

/* The page. The test writes fail_at and armed, and reads the counts. */
struct page {
    _Atomic uint32_t armed;
    _Atomic uint32_t call_counts[FAULT_COUNT];
    _Atomic uint32_t fail_at[FAULT_COUNT];
};

static struct page *page;

__attribute__((constructor)) static void
map_page(void)
{
    const char *path = getenv("CNOP_FAULTS");
    long fd;
    void *mapped;

    if (path == NULL)
        return;
    fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
    if (fd < 0)
        abort();
    mapped = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
    (void)syscall(SYS_close, fd);
    if (mapped == MAP_FAILED)
        abort();
    page = mapped;
}

static bool
fails(enum fault fault)
{
    if (page == NULL || !atomic_load(&page->armed))
        return false;
    return atomic_fetch_add(&page->call_counts[fault], 1) + 1 == atomic_load(&page->fail_at[fault]);
}

static int
fail_with(int cause)
{
    errno = cause;
    return -1;
}

/* ---- memory ---- */

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);

void *
malloc(size_t bytes)
{
    return fails(FAULT_MEMORY) ? (errno = ENOMEM, NULL) : __libc_malloc(bytes);
}

void *
calloc(size_t count, size_t bytes)
{
    return fails(FAULT_MEMORY) ? (errno = ENOMEM, NULL) : __libc_calloc(count, bytes);
}

void *
realloc(void *old, size_t bytes)
{
    return fails(FAULT_MEMORY) ? (errno = ENOMEM, NULL) : __libc_realloc(old, bytes);
}

/* ---- descriptors ---- */

int
open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    va_list args;

    if (fails(FAULT_OPEN))
        return fail_with(EMFILE);
    va_start(args, flags);
    if (flags & (O_CREAT | O_TMPFILE))
        mode = va_arg(args, mode_t);
    va_end(args);
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int
socket(int domain, int type, int protocol)
{
    return fails(FAULT_OPEN) ? fail_with(EMFILE) : (int)syscall(SYS_socket, domain, type, protocol);
}

/* ---- what leaves and arrives ---- */

enum peer { PEER_FILE, PEER_UPSTREAM, PEER_CLIENT, PEER_OTHER };

static enum peer
peer_of(int fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNSPEC};
    socklen_t len = sizeof(address);
    struct stat status;
    int before = errno;
    bool is_socket = getpeername(fd, (struct sockaddr *)&address, &len) == 0;

    errno = before;
    if (!is_socket)
        return fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode))
                   ? PEER_FILE
                   : PEER_OTHER;
    return address.sun_family == AF_UNIX && len > offsetof(struct sockaddr_un, sun_path) + 1
               ? PEER_UPSTREAM
               : PEER_CLIENT;
}

static bool
leaving_fails(int fd, int *ret_cause)
{
    static const enum fault faults[] = {
        [PEER_FILE] = FAULT_WRITE, [PEER_UPSTREAM] = FAULT_ASK, [PEER_CLIENT] = FAULT_ANSWER};
    enum peer peer = peer_of(fd);

    if (peer == PEER_OTHER || !fails(faults[peer]))
        return false;
    *ret_cause = peer == PEER_FILE ? ENOSPC : EPIPE;
    if (peer != PEER_FILE)
        (void)shutdown(fd, SHUT_RDWR);
    return true;
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
    int cause;

    if (page != NULL && page->armed && leaving_fails(fd, &cause))
        return fail_with(cause);
    return syscall(SYS_write, fd, bytes, len);
}

ssize_t
writev(int fd, const struct iovec *parts, int count)
{
    int cause;

    if (page != NULL && page->armed && leaving_fails(fd, &cause))
        return fail_with(cause);
    return syscall(SYS_writev, fd, parts, count);
}

ssize_t
send(int fd, const void *bytes, size_t len, int flags)
{
    int cause;

    if (page != NULL && page->armed && leaving_fails(fd, &cause))
        return fail_with(cause);
    return syscall(SYS_sendto, fd, bytes, len, flags, NULL, 0);
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
    int cause;

    if (page != NULL && page->armed && leaving_fails(fd, &cause))
        return fail_with(cause);
    return syscall(SYS_sendmsg, fd, message, flags);
}

int
fsync(int fd)
{
    return fails(FAULT_WRITE) ? fail_with(EIO) : (int)syscall(SYS_fsync, fd);
}

/* The answer has been given: whoever asked just never learns it. */
ssize_t
recv(int fd, void *bytes, size_t len, int flags)
{
    ssize_t received = syscall(SYS_recvfrom, fd, bytes, len, flags, NULL, NULL);

    if (received <= 0 || page == NULL || !page->armed || peer_of(fd) != PEER_UPSTREAM ||
        !fails(FAULT_LISTEN))
        return received;
    (void)shutdown(fd, SHUT_RDWR);
    return fail_with(ECONNRESET);
}
