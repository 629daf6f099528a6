# Reads a scope and then one expression a line; writes its value in the form of `wt policy eval`, or the exception.
import builtins, json, resource, signal, sys
from types import SimpleNamespace

NAMES = ("len str int float bool any all sorted min max sum abs round enumerate zip map filter "
         "list tuple set dict range reversed").split()
RECORDS = {
    "target": dict.fromkeys("path name parent ext kind owner role domain operation host user namespace "
                            "container resource url".split(), "")
    | dict.fromkeys("size mode links entries port".split(), 0) | {"exists": False, "extra": {}},
    "identity": dict.fromkeys("principal agent learnt session attestation".split(), "")
    | {"uid": 0, "interactive": False, "capabilities": []},
}


class Unshown(Exception):
    pass


class TooLong(Exception):
    pass


def stop(*_):
    raise TooLong()


def encode(value):
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if value != value:
            raise Unshown("nan")
        if value in (float("inf"), -float("inf")):
            return "1e999" if value > 0 else "-1e999"
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\x7f")
    if isinstance(value, list):
        return "[" + ",".join(map(encode, value)) + "]"
    if isinstance(value, tuple):
        return '{"$tuple":[' + ",".join(map(encode, value)) + "]}"
    if isinstance(value, (set, frozenset)):
        return '{"$set":[' + ",".join(encode(x) for x in sorted(value, key=repr)) + "]}"
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value):
            return "{" + ",".join(encode(k) + ":" + encode(v) for k, v in value.items()) + "}"
        return '{"$dict":[' + ",".join("[" + encode(k) + "," + encode(v) + "]" for k, v in value.items()) + "]}"
    raise Unshown(type(value).__name__)


def main():
    scope = json.loads(sys.stdin.readline())
    names = {}
    for key, value in scope.items():
        if key in RECORDS and isinstance(value, dict):
            value = SimpleNamespace(**(RECORDS[key] | value))
        elif key == "targets":
            value = [SimpleNamespace(**(RECORDS["target"] | one)) for one in value]
        names[key] = value
    allowed = {name: getattr(builtins, name) for name in NAMES}
    out = []
    resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
    signal.signal(signal.SIGALRM, stop)
    for line in sys.stdin:
        source = json.loads(line)
        try:
            signal.setitimer(signal.ITIMER_REAL, 30)
            out.append("= " + encode(eval(source, {"__builtins__": allowed, **names})))
        except RecursionError:
            out.append("! RecursionError")
        except Exception as error:
            out.append("! " + type(error).__name__ + ": " + str(error).split("\n")[0][:100])
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    print("\n".join(out))


main()
