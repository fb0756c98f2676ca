/**
 * Where files are: in a directory, or in a bucket of an object store, named by one text that everybody hands on like a path. What the settings say about the way to
 * the store goes into it as a query: see `object-address.ts` of `@gridmr/storage`, which reads it.
 */
import { resolve } from 'node:path';
import { z } from 'zod';

/** `s3://bucket/some/prefix`: a bucket's name, then names as they may stand in a path. */
const objectAddress = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[A-Za-z0-9!_.*'()-]+)*\/?$/;

/** Its prefix is no way out of itself. */
function isObjectAddress(address: string): boolean {
  return objectAddress.test(address) && !address.split('/').some(name => name === '.' || name === '..');
}

export const dataPlace = z.string().transform((place, ctx) => {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) return resolve(place);
  if (isObjectAddress(place)) return place.replace(/\/$/, '');
  ctx.addIssue({
    code: 'custom',
    message: place.startsWith('s3://')
      ? 'is no address of an object store; accepted is s3://BUCKET or s3://BUCKET/PREFIX, of small letters, digits, dots and hyphens; the endpoint goes into GRIDMR_S3_ENDPOINT'
      : 'is a URL; accepted is a directory, as ./data or /mnt/shared, or s3://BUCKET/PREFIX',
  });
  return z.NEVER;
});

export const yesOrNo = z
  .enum(['true', 'false'], { error: 'accepted are true and false' })
  .transform(is => is === 'true');

export const storeRegion = z.string().regex(/^[a-z0-9-]{1,64}$/, 'is no region; accepted is a name as eu-central-1');

export interface WayToStore {
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  /** Unset: where there is an endpoint. Stores of one's own rarely have a host name for each bucket. */
  readonly pathStyle: boolean | undefined;
}

export function withWay(place: string, { endpoint, region, pathStyle = endpoint !== undefined }: WayToStore): string {
  if (!place.startsWith('s3://')) return place;
  const query = new URLSearchParams();
  if (endpoint !== undefined) query.set('endpoint', endpoint);
  if (region !== undefined) query.set('region', region);
  if (pathStyle) query.set('path_style', 'true');
  return query.size === 0 ? place : `${place}?${query}`;
}
