/** Lines of the output formats, without their end of line. */
import type { OutputFormat } from '@gridmr/contracts';
import type { Key } from './normalise-key.js';
import { wellFormed } from './normalise-key.js';

export function formatPair(key: Key, value: unknown, format: OutputFormat): string {
  if (format === 'jsonl') return JSON.stringify({ key, value });
  return `${tsvField(key)}\t${tsvField(value)}`;
}

function tsvField(field: unknown): string {
  if (typeof field !== 'string') return JSON.stringify(field);
  const escaped = field
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
  return wellFormed(escaped);
}
