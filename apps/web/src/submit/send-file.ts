/**
 * An upload that says how far it is. `fetch`, and with it the client, cannot tell that of a request's body over plain HTTP/1.1; the older
 * `XMLHttpRequest` can.
 */
import { headers, problemSchema, routes } from '@gridmr/contracts';

interface SendOptions {
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/** Throws an `Error` in the API's words. */
export function sendFile(path: string, content: Blob, { signal, onProgress }: SendOptions): Promise<void> {
  const request = new XMLHttpRequest();
  const address = path.split('/').map(encodeURIComponent).join('/');
  return new Promise((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 1 : loaded / total);
    request.onload = () => {
      if (request.status < 300) resolve();
      else reject(new Error(refusalOf(request)));
    };
    request.onerror = () => reject(new Error('The upload broke off: GridMR cannot be reached'));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.open('PUT', routes.file(address));
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader(headers.client, 'gridmr-web');
    request.send(content);
  });
}

function refusalOf({ status, responseText }: XMLHttpRequest): string {
  try {
    const problem = problemSchema.safeParse(JSON.parse(responseText));
    if (problem.success) return problem.data.detail || problem.data.title;
  } catch {
    // It was another program that answered.
  }
  return `The upload was refused with the status ${status}`;
}
