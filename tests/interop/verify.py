#!/usr/bin/env python3
"""Verifies a ledger from docs/ledger.md alone. Usage: verify.py DIR [SEAL_KEY]. Exit codes as on that page."""
import base64, functools, hashlib, hmac, json, os, re, sys

LINE = re.compile(rb'\{"seq":([1-9][0-9]*),"timestamp":"([0-9T:.Z-]{27})","data":(\{.*\}),'
                  rb'"prev_hash":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"\}', re.S)
PLACEHOLDER = re.compile(rb'\{"_redacted":\{(?:"body_sha256":"([0-9a-f]{64})",)?"by":([1-9][0-9]*),'
                         rb'"data_sha256":"([0-9a-f]{64})"\},(?:"_seal":"([0-9]+):([0-9a-f]{64})",)?"kind":"redacted"\}')
SEAL = re.compile(rb'\{"_seal":"([1-9][0-9]*):([0-9a-f]{64})",')

sha = lambda b: hashlib.sha256(b).digest()
node = lambda left, right: sha(b"\1" + left + right)

def fail(code, text):
    print(text)
    sys.exit(code)

def root(stack):
    hashes = [h for _, h in reversed(stack)]
    return functools.reduce(lambda right, left: node(left, right), hashes) if hashes else sha(b"")

def push(stack, leaf, size=1):
    while stack and stack[-1][0] == size:
        leaf, size = node(stack.pop()[1], leaf), size * 2
    stack.append((size, leaf))

def open_note(note, vkey):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    name, key_id, key = vkey.split("+", 2)
    raw = base64.b64decode(key, validate=True)
    assert raw[0] == 1 and sha(name.encode() + b"\n" + raw)[:4].hex() == key_id
    text, signatures = note.rsplit("\n\n", 1)
    origin, size, b64 = text.split("\n")[:3]
    for line in signatures.splitlines():
        dash, who, sig = line.split(" ")
        sig = base64.b64decode(sig, validate=True)
        if dash == "\u2014" and who == name == origin and sig[:4].hex() == key_id:
            Ed25519PublicKey.from_public_bytes(raw[1:]).verify(sig[4:], text.encode() + b"\n")
            return int(size), base64.b64decode(b64, validate=True)
    fail(1, "head is not signed by the ledger's key")

def pruned_edge(directory, size, tree_size):
    """Roots of the complete subtrees over the first `size` leaves, from tiles of a tree of `tree_size`."""
    def tile(level, index):
        width = min(256, (tree_size >> (8 * level)) - 256 * index)
        groups = ["%03d" % (index % 1000)]
        while index >= 1000:
            index //= 1000
            groups.insert(0, "x%03d" % (index % 1000))
        path = f"{directory}/tlog/tile/{level}/{'/'.join(groups)}" + (f".p/{width}" if width < 256 else "")
        return [bytes(h) for h in zip(*[iter(open(path, "rb").read())] * 32)]
    stack, start = [], 0
    for height in reversed(range(64)):
        if size >> height & 1:
            first = (start >> height) << (height % 8)
            part = []
            for h in tile(height // 8, first // 256)[first % 256:first % 256 + (1 << (height % 8))]:
                push(part, h)
            stack.append((1 << height, part[0][1]))
            start += 1 << height
    return stack

def main(directory, seal_key=None):
    names = sorted(n for n in os.listdir(directory) if re.fullmatch(r"ledger-[0-9]{20}\.jsonl", n))
    firsts = [int(n[7:27]) for n in names] or fail(3, "no segments")
    note = f"{directory}/tlog/checkpoint"
    note = open(note, encoding="utf-8").read() if os.path.exists(note) else None
    stack, roots, redacted, entries, torn, suspect = [], {}, [], {}, None, None
    seq, prev = firsts[0] - 1, "0" * 64 if firsts[0] == 1 else None
    if firsts[0] > 1:
        stack = pruned_edge(directory, seq, int(note.split("\n")[1]))
    genesis = json.loads(open(f"{directory}/{names[0]}" if seq == 0 else f"{directory}/tlog/genesis", "rb").readline())["data"]
    index, first_prev, key_index = None, None, 1
    key = bytes.fromhex(seal_key.removeprefix("wt-seal-")) if seal_key else None
    if key and sha(b"wt-seal-commit-v1\n" + key).hex() != genesis["seal"]["commitment"]:
        fail(1, "another seal key")
    for name, first in zip(names, firsts):
        data, offset = open(f"{directory}/{name}", "rb").read(), 0
        while offset < len(data):
            end = data.find(b"\n", offset)
            match = LINE.fullmatch(data[offset:end]) if end >= 0 else None
            if not match:
                break
            n, time, body, told_prev, told = (group.decode() for group in match.groups())
            n, body, hole = int(n), match[3], PLACEHOLDER.fullmatch(match[3])
            digest = hole[3].decode() if hole else sha(body).hex()
            text, bad = f"{n}\n{time}\n{told_prev}\n", f"entry {seq + 1} (byte {offset} of {name}) "
            if (n != seq + 1 or (offset == 0 and n != first) or told_prev != (prev or told_prev)
                    or sha(f"wt-entry-v1\n{text}{digest}\n".encode()).hex() != told):
                wrong = bad + "has not its number, does not follow, or does not have the hash of what it says"
                if torn is not None:
                    fail(1, suspect or "torn bytes that nothing tells of, then " + wrong)
                suspect = wrong if min(data[offset:end]) >= 0x20 else None
                break
            value = json.loads(body)
            if torn is not None:
                if value.get("kind") != "open" or any(value.get(k) != v for k, v in torn.items()):
                    fail(1, bad + "does not tell of torn bytes")
                if suspect and "recovery" not in value:
                    fail(1, suspect)
                torn = suspect = None
            if n == 1 and value.get("format") != "wt-ledger-v1":
                fail(1, bad + "is no genesis")
            if genesis["seal"] is not None:
                seal = SEAL.match(body)
                if not (seal or hole and hole.group(4)):
                    fail(1, bad + "has no seal")
                i, mac, cover = (int(seal[1]), seal[2], sha(b"{" + body[seal.end():]).hex()) if seal else \
                    (int(hole[4]), hole[5], hole[1].decode())
                gap = i - 1 - (index if index is not None else i - 1 if n > 1 else 0)
                if not n <= i <= n + (1 << 24) or gap and (value["kind"], value.get("seal_gap")) != ("open", gap):
                    fail(1, bad + "leaves out seals")
                index = i
                if key:
                    while key_index < i:
                        key, key_index = sha(b"wt-seal-next-v1\n" + key), key_index + 1
                    message = f"wt-seal-v1\n{i}\n{text}{cover}\n"
                    if key_index != i or hmac.new(key, message.encode(), "sha256").hexdigest() != mac.decode():
                        fail(1, bad + "has a wrong seal")
            first_prev = first_prev or told_prev
            if value.get("kind") in ("redact", "prune"):
                entries[n] = value
            if hole:
                redacted.append((n, int(hole[2]), digest))
            push(stack, sha(b"\0" + bytes.fromhex(told)))
            seq, prev, offset = n, told, end + 1
            roots[seq] = root(stack) if note and note.split("\n")[1] == str(seq) else None
        if offset < len(data):
            rest = data[offset:]
            if any(int(match[1]) > seq for match in map(LINE.fullmatch, rest.split(b"\n")[1:-1]) if match):
                fail(1, suspect or f"entry {seq + 1} (byte {offset} of {name}) is no entry, and entries follow it")
            torn = {"segment": name, "offset": offset, "bytes": len(rest), "sha256": sha(rest).hex()}
    for n, by, digest in redacted:
        if not (by > n and entries.get(by, {}).get("entry") == n and entries[by].get("data_sha256") == digest):
            fail(1, f"entry {n} has its data taken out, and no entry says so")
    if firsts[0] > 1:
        by = entries.get(int(open(f"{directory}/tlog/pruned").read()), {})
        if by.get("kind") != "prune" or by.get("last") != firsts[0] - 1 or by.get("last_hash") != first_prev:
            fail(3, "entries are missing at the beginning")
    if note:
        size, want = open_note(note, genesis["vkey"])
        if size > seq:
            fail(3, f"head over {size} entries, the record ends at {seq}")
        if roots.get(size) != want:
            fail(1, f"head was signed for other entries than the first {size}")
    if torn:
        fail(1 if suspect else 2, suspect or f"{torn['bytes']} torn bytes at the end")
    print(f"whole: entries {firsts[0]} to {seq}, head {prev}")

main(*sys.argv[1:])
