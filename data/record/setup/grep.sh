# 1,200 files in 3 parts, sizes from 1 to 120 KiB, about 50 MiB.
awk 'BEGIN {
  srand(6)
  for (f = 0; f < 1200; f++) {
    folder = "tree/part" f % 3 "/dir" f % 40
    if (!(folder in made)) { system("mkdir -p " folder); made[folder] = 1 }
    name = folder "/file" f ".txt"
    n = int(20 + 1980 * rand() * rand())
    for (i = 0; i < n; i++) printf "%d text of file %d with number %d and a needle%d\n", i, f, int(rand() * 1e9), int(rand() * 1e4) > name
    close(name)
  }
}'
