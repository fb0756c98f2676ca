/** Files of this repository that are no code: read as text or as YAML. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

export function readText(path: string): Promise<string> {
  return readFile(join(root, path), 'utf8');
}

/** Every document of a file. Throws with the line where it is no YAML. */
export async function readYaml(path: string): Promise<unknown[]> {
  return parseAllDocuments(await readText(path), { merge: true }).map(document => {
    const [fault] = document.errors;
    if (fault !== undefined) throw new Error(`${path}: ${fault.message}`);
    return document.toJS() as unknown;
  });
}
