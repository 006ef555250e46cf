# Two tables with an index each: inserts in random key order, then point and range queries.
awk 'BEGIN {
  srand(1)
  print "PRAGMA page_size=4096; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-8000;"
  print "PRAGMA mmap_size=1073741824;"
  print "CREATE TABLE item(id INTEGER PRIMARY KEY, key INTEGER, owner INTEGER, body BLOB);"
  print "CREATE INDEX item_key ON item(key); CREATE INDEX item_owner ON item(owner);"
  n = 2200
  print "BEGIN;"
  for (i = 0; i < n; i++) {
    printf "INSERT INTO item VALUES(%d,%d,%d,zeroblob(%d));\n", (i * 7919) % n, int(rand() * 1e9), int(rand() * 500), 4000 + int(rand() * 8000)
    if (i % 400 == 399) print "COMMIT; BEGIN;"
  }
  print "COMMIT;"
  for (i = 0; i < 1500; i++) {
    r = rand(); id = int(n * r * r * r)
    printf "SELECT max(body), owner FROM item WHERE id=%d;\n", id
  }
  for (i = 0; i < 25; i++) {
    from = int(rand() * 0.95e9)
    printf "SELECT max(body) FROM item WHERE key BETWEEN %d AND %d;\n", from, from + 40000000
    from = int(rand() * n)
    printf "SELECT count(*), max(body) FROM item WHERE id BETWEEN %d AND %d;\n", from, from + 150
  }
}' > work.sql
