cat > work.py <<'PY'
# Data structures of several thousand objects each, built once and used in rounds.
class Record:
    __slots__ = ("key", "name", "tags", "next")
    def __init__(self, key, name):
        self.key, self.name, self.tags, self.next = key, name, [key & 7], None

state = 12345
def rand(n):
    global state
    state = (state * 1103515245 + 12345) & 0x7FFFFFFF
    return (state >> 8) % n

N = 7000
records = [Record(rand(1 << 22), ("record-%08d " % i) + "x" * (i % 3000)) for i in range(N)]
by_name = {r.name[:15]: r for r in records}
for a, b in zip(records, records[1:]):
    a.next = b
words = {}
for round in range(2):
    records.sort(key=lambda r: r.key ^ round)
    for i in range(2000):
        r = by_name["record-%08d" % rand(rand(N) + 1)]
        r.tags.append(i)
    text = " ".join(r.name for r in records[: N // 2])
    for w in text.split("-")[:1000]:
        words[w] = words.get(w, 0) + 1
    node, steps = records[0], 0
    while node is not None and steps < 5000:
        steps += node.key & 1
        node = node.next
        steps += 1
    groups = {}
    for r in records[round::4]:
        groups.setdefault(r.key % 997, []).append(r.name)
    del groups, text
PY
