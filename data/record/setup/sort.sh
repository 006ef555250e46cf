awk 'BEGIN { srand(5); for (i = 0; i < 70000; i++) printf "%08d %07d %0150d\n", int(rand() * 1e8), i, int(rand() * 1e5) }' > lines.txt
