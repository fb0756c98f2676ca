/** The inputs of the examples, read without any MapReduce. */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../../', import.meta.url));
export const inputDirectory = `${repository}data/`;

export function readInput(name: string): Promise<string> {
  return readFile(`${inputDirectory}examples/${name}`, 'utf8');
}

/** The words of each book, in order, by a scan of its characters. */
export async function readBooks(): Promise<Map<string, string[]>> {
  const books = new Map<string, string[]>();
  for (const name of await readdir(`${inputDirectory}books`)) {
    const text = await readFile(`${inputDirectory}books/${name}`, 'latin1');
    books.set(name, wordsOf(text));
  }
  return books;
}

function wordsOf(text: string): string[] {
  const words: string[] = [];
  let word = '';
  for (let at = 0; at <= text.length; at++) {
    const code = text.charCodeAt(at) | 0x20;
    if (at < text.length && code >= 0x61 && code <= 0x7a) word += String.fromCharCode(code);
    else if (word !== '') {
      words.push(word);
      word = '';
    }
  }
  return words;
}

/** Rows of CSV, the header first: a machine of two states over the characters. */
export function rowsOf(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let isQuoted = false;
  for (let at = 0; at < csv.length; at++) {
    const character = csv[at];
    if (isQuoted && character === '"' && csv[at + 1] === '"') {
      field += '"';
      at++;
    } else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === ',' || character === '\n')) {
      row.push(field);
      field = '';
      if (character === '\n') {
        rows.push(row);
        row = [];
      }
    } else field += character;
  }
  return rows;
}

/** The same without the header. */
export async function readRows(name: string): Promise<string[][]> {
  return rowsOf(await readInput(name)).slice(1);
}
