/* A credential plugin: gives a token; told so by its argument it hangs or forks without end first. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    const char *act = argc > 1 ? argv[1] : "";
    if (!strcmp(act, "hang")) for (;;) sleep(100);
    if (!strcmp(act, "bomb")) {
        int made = 0;
        for (pid_t child; (child = fork()) >= 0; made++)
            if (child == 0) for (;;) sleep(100);
        fprintf(stderr, "made %d\n", made);
        return 1;
    }
    puts("{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"from-plugin\"}}");
    return 0;
}
