/** What went wrong, in the words of who noticed. */
export function faultText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
