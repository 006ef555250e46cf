# A C program of many functions over a few structs; it includes the larger headers of libc.
awk 'BEGIN {
  srand(2)
  print "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <math.h>\n#include <unistd.h>\n#include <sys/stat.h>\n#include <netinet/in.h>"
  print "struct node { struct node *left, *right; long key; double weight; char name[32]; };"
  n = 5
  for (f = 0; f < n; f++) {
    printf "static long fun%d(struct node *tree, long a, long b)\n{\n  long sum = a;\n", f
    for (s = 0; s < 10; s++) {
      k = int(rand() * 1000)
      if (s % 3 == 0) printf "  for (long i = 0; i < b; i++) { if (tree && tree->key > i * %d) sum += tree->key ^ (i << %d); else sum -= %d; }\n", k + 1, s, k
      else if (s % 3 == 1) printf "  if (tree && strcmp(tree->name, \"name%d\") == 0) { tree = tree->left; sum *= %d; }\n", k, k + 3
      else printf "  switch (sum %% 5) { case 0: sum += %d; break; case 1: sum ^= b; break; case 2: sum -= a * %d; break; default: sum++; }\n", k, k
    }
    if (f > 0) printf "  if (b > %d) sum += fun%d(tree ? tree->right : 0, sum, b - 1);\n", f % 7, int(rand() * f)
    printf "  return sum;\n}\n"
  }
  print "int main(int argc, char **argv)\n{\n  struct node *root = calloc(1, sizeof *root);\n  long sum = 0;"
  for (f = 0; f < n; f++) printf "  sum += fun%d(root, argc, %d);\n", f, f
  print "  printf(\"%ld\\n\", sum);\n  return 0;\n}"
}' > program.c
