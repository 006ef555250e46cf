# 500 files, sizes from 1 to 120 KiB, about 20 MiB.
awk 'BEGIN {
  srand(7)
  for (f = 0; f < 500; f++) {
    folder = "tree/dir" f % 25
    if (!(folder in made)) { system("mkdir -p " folder); made[folder] = 1 }
    name = folder "/file" f ".txt"
    n = int(20 + 1980 * rand() * rand())
    for (i = 0; i < n; i++) printf "%d text of file %d with number %d\n", i, f, int(rand() * 1e9) > name
    close(name)
  }
}'
