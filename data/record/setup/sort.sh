awk 'BEGIN { srand(5); for (i = 0; i < 330000; i++) printf "%08d %07d some text of a line that is longer %05d\n", int(rand() * 1e8), i, int(rand() * 1e5) }' > lines.txt
