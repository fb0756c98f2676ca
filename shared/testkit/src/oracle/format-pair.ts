/** Records of the output formats, without their end of line. */
import type { OutputFormat } from '@gridmr/contracts';
import type { Key } from './normalise-key.js';
import { wellFormed } from './normalise-key.js';

export function formatPair(key: Key, value: unknown, format: OutputFormat): string {
  if (format === 'jsonl') return JSON.stringify({ key, value });
  if (format === 'csv') return `${csvField(key)},${csvField(value)}`;
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

function csvField(field: unknown): string {
  if (typeof field !== 'string') return quotedIf(/[",\r\n]/, JSON.stringify(field));
  return quotedIf(/[",\r\n]|^(-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?|true|false|null)$/, wellFormed(field));
}

function quotedIf(pattern: RegExp, text: string): string {
  return pattern.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
