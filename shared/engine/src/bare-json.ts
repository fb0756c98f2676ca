/** Text that stands for something else than itself where strings are written bare: tsv and csv. */

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const words: readonly string[] = ['true', 'false', 'null'];

/** Whether the text is a JSON number, `true`, `false` or `null`. */
export function isJsonScalar(text: string): boolean {
  return number.test(text) || words.includes(text);
}
