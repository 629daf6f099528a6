/* Tries one act and ends with its errno, 0 where it succeeded. Run confined and unconfined by escape.rs. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void *idle(void *none) {
    for (;;) sleep(100);
    return none;
}

static int end(long answer) { return answer < 0 ? errno : 0; }

int main(int argc, char **argv) {
    const char *act = argc > 1 ? argv[1] : "";
    long a = argc > 2 ? strtoul(argv[2], 0, 0) : 0;
    unsigned long b = argc > 3 ? strtoul(argv[3], 0, 0) : 0;
    long c = argc > 4 ? strtol(argv[4], 0, 0) : 0;
    if (!strcmp(act, "call")) return end(syscall(a, b, c, 0, 0, 0, 0));
    if (!strcmp(act, "socket")) return end(socket(a, b, c));
    if (!strcmp(act, "ioctl")) return end(syscall(SYS_ioctl, 0, b, 0));
    if (!strcmp(act, "fastopen")) {
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(INADDR_LOOPBACK)}};
        int s = socket(AF_INET, SOCK_STREAM, 0);
        return end(sendto(s, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&to, sizeof to));
    }
    if (!strcmp(act, "connect")) {
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(a), .sin_addr = {htonl(INADDR_LOOPBACK)}};
        int s = socket(AF_INET, SOCK_STREAM, 0);
        return end(connect(s, (struct sockaddr *)&to, sizeof to));
    }
    if (!strcmp(act, "exec")) { execve(argv[2], argv + 2, environ); return errno; }
    if (!strcmp(act, "tool-fd")) {
        int f = open("/proc/self/exe", O_RDONLY);
        return end(dup2(f < 0 ? 0 : f, 1000));
    }
    if (!strcmp(act, "fork")) {
        pid_t child = fork();
        if (child == 0) _exit(0);
        if (child > 0) waitpid(child, 0, 0);
        return end(child);
    }
    if (!strcmp(act, "read")) { int f = open(argv[2], O_RDONLY); return end(f); }
    if (!strcmp(act, "write")) { int f = open(argv[2], O_WRONLY | O_CREAT, 0600); return end(f); }
    if (!strcmp(act, "descriptor")) return end(fcntl(a, F_GETFD));
    if (!strcmp(act, "disposition")) {
        struct sigaction now;
        if (sigaction(a, 0, &now)) return errno;
        return now.sa_handler != SIG_DFL;
    }
    if (!strcmp(act, "memory")) {
        for (;;) {
            char *p = malloc(16 << 20);
            if (!p) return errno;
            memset(p, 1, 16 << 20);
        }
    }
    if (!strcmp(act, "executable")) return end((long)mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == -1 ? -1 : 0);
    if (!strcmp(act, "environment")) {
        for (char **e = environ; *e; e++) puts(*e);
        return 0;
    }
#ifdef __x86_64__
    if (!strcmp(act, "int80")) {
        long answer;
        __asm__ volatile("int $0x80" : "=a"(answer) : "a"(20L) : "memory");
        return 0;
    }
#endif
    if (!strcmp(act, "threads")) {
        pthread_attr_t small;
        pthread_attr_init(&small);
        pthread_attr_setstacksize(&small, 64 << 10);
        pthread_t thread;
        int made = 0, refused;
        while (made < 100000 && !(refused = pthread_create(&thread, &small, idle, 0))) made++;
        printf("%d\n", made);
        fflush(stdout);
        _exit(refused);
    }
    if (!strcmp(act, "spin")) for (;;) {}
    return 99;
}
