/**
 * Where an object store is, as one text that settings, threads and processes hand on like the path of a directory: `s3://bucket/prefix`, with what the
 * settings add as a query: `s3://bucket/prefix?endpoint=https%3A%2F%2Fminio%3A9000&region=eu-west-1&path_style=true`. Credentials are never in it.
 */
export interface ObjectAddress {
  readonly bucket: string;
  /** Before every key: empty, or ending with `/`. */
  readonly prefix: string;
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  /** The bucket is named in the path instead of in the host. */
  readonly pathStyle: boolean;
}

const scheme = 's3://';

export function isObjectAddress(address: string): boolean {
  return address.startsWith(scheme);
}

/** Reads what the settings have checked (`dataDirectory` of `@gridmr/runtime`). */
export function parseObjectAddress(address: string): ObjectAddress {
  const [place = '', query = ''] = address.slice(scheme.length).split('?');
  const [bucket = '', ...segments] = place.split('/').filter(segment => segment !== '');
  const options = new URLSearchParams(query);
  const endpoint = options.get('endpoint') ?? undefined;
  return {
    bucket,
    prefix: segments.map(segment => `${segment}/`).join(''),
    endpoint,
    region: options.get('region') ?? undefined,
    pathStyle: options.get('path_style') === 'true',
  };
}
