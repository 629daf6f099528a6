# A shell in a terminal of its own, typed at as a person does. One JSON argument: argv, env, cwd, and steps, each of keys
# and the text that must appear. Prints all that reached the terminal; 3 and what there was where a text did not appear.
import json, os, pty, select, sys, time

spec = json.loads(sys.argv[1])
child, terminal = pty.fork()
if child == 0:
    os.chdir(spec["cwd"])
    os.execvpe(spec["argv"][0], spec["argv"], spec["env"])
shown = b""


def read(wait):
    global shown
    if not select.select([terminal], [], [], wait)[0]:
        return b""
    try:
        new = os.read(terminal, 65536)
    except OSError:
        sys.exit(4)
    shown += new
    # What a terminal answers that is asked for its kind and its cursor.
    if b"\x1b[c" in new or b"\x1b[0c" in new:
        os.write(terminal, b"\x1b[?62;c")
    if b"\x1b[6n" in new:
        os.write(terminal, b"\x1b[1;1R")
    return new


for keys, wanted in spec["steps"]:
    os.write(terminal, keys.encode())
    got, end = b"", time.monotonic() + 20
    if not wanted:
        # No text to wait for: until the shell has been quiet for a while after it said something.
        quiet = time.monotonic() + 3
        while time.monotonic() < quiet:
            if read(0.1):
                quiet = time.monotonic() + 0.4
        continue
    while wanted.encode() not in got:
        got += read(0.1)
        if time.monotonic() > end:
            print(repr(wanted), "did not appear:", repr(got[-2000:]))
            sys.exit(3)
os.close(terminal)
os.waitpid(child, 0)
sys.stdout.buffer.write(shown)
