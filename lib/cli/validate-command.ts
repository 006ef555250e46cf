export async function validateCommand(_args: readonly string[]): Promise<number> {
  return 0;
}
