# 12 commits over 40 files and one of 4 MB; one large file is edited in every commit. The first 8 commits are in a pack.
export HOME=$PWD GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
git init -q -b main repo
cd repo
git config gc.auto 0
awk 'BEGIN {
  srand(4)
  n = 40; lines = 300; big = 800
  for (i = 0; i < big; i++) text[i] = "line " i " " int(rand() * 1e9)
  for (c = 0; c < 12; c++) {
    out = "../import" (c < 8 ? 1 : 2)
    printf "commit refs/heads/main\nmark :%d\ncommitter a <a@example.org> %d +0000\ndata 9\nchange %02d\n", c + 1, 1600000000 + c * 60, c % 100 > out
    if (c == 8) print "from refs/heads/main^0" > out
    else if (c > 0) printf "from :%d\n", c > out
    for (k = 0; k < 12; k++) text[int(rand() * big)] = "changed in " c " " int(rand() * 1e9)
    body = ""
    for (i = 0; i < big; i++) body = body text[i] "\n"
    printf "M 100644 inline big.txt\ndata %d\n%s\n", length(body), body > out
    if (c == 0) {
      chars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-"
      printf "M 100644 inline data.txt\ndata %d\n", 65000 * 64 > out
      for (i = 0; i < 65000; i++) {
        body = ""
        for (k = 0; k < 63; k++) body = body substr(chars, 1 + int(rand() * 64), 1)
        print body > out
      }
    }
    for (f = 0; f < n; f++) {
      if (c > 0 && rand() > 0.06) continue
      body = ""
      for (i = 0; i < lines; i++) body = body "file " f " line " i " value " int(rand() * (i % 9 == 0 ? 1e6 : 3)) "\n"
      printf "M 100644 inline dir%d/file%d.txt\ndata %d\n%s\n", f % 8, f, length(body), body > out
    }
  }
}'
git -c fastimport.unpackLimit=1 fast-import --quiet < ../import1
git -c fastimport.unpackLimit=100000 fast-import --quiet < ../import2
git checkout -q -f main
rm ../import1 ../import2
