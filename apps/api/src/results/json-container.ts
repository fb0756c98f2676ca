/** Whether a bare text is the JSON text of an array or an object. */
export function isJsonContainer(text: string): boolean {
  const ends = `${text[0]}${text.at(-1)}`;
  if (ends !== '[]' && ends !== '{}') return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
