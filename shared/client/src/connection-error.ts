/** No usable answer came: nobody listens, the connection broke, time ran out, or another program answered. */

export type ConnectionFault = 'unreachable' | 'timeout' | 'not_gridmr';

export class ConnectionError extends Error {
  readonly fault: ConnectionFault;
  readonly url: string;

  constructor(fault: ConnectionFault, url: string, detail: string, options?: ErrorOptions) {
    super(`${sentences[fault](url)}: ${detail}`, options);
    this.name = 'ConnectionError';
    this.fault = fault;
    this.url = url;
  }
}

const sentences: Record<ConnectionFault, (url: string) => string> = {
  unreachable: url => `GridMR cannot be reached at ${url} (is it running, and is the address right?)`,
  timeout: url => `GridMR did not answer in time at ${url}`,
  not_gridmr: url => `the answer from ${url} is not one of GridMR's (is the address right, and of the same version?)`,
};
