/** A key or value as an answer lists it: as it is, or, if it is long, the beginning of its JSON as text. */
import { type PreviewPair, previewLimits } from '@gridmr/contracts';

export interface ListedJson {
  readonly json: PreviewPair['key'];
  readonly cut: boolean;
}

export function listedJson(value: unknown): ListedJson {
  const json = JSON.stringify(value) ?? 'null';
  if (json.length <= previewLimits.listedLengthMax) return { json: value as ListedJson['json'], cut: false };
  const begin = typeof value === 'string' ? value : json;
  return { json: begin.slice(0, previewLimits.listedLengthMax).replace(/[\ud800-\udbff]$/, ''), cut: true };
}
