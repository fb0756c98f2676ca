/** A certificate for 127.0.0.1 that nobody trusts but a process with `NODE_EXTRA_CA_CERTS` set to it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { TemporaryDirectory } from './temporary-directory.js';

const run = promisify(execFile);

export interface TestCertificate extends AsyncDisposable {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Undefined, with the reason printed, where there is no `openssl`. */
export async function makeCertificate(): Promise<TestCertificate | undefined> {
  const directory = await TemporaryDirectory.create('certificate');
  const certificateFile = directory.resolve('certificate.pem');
  const keyFile = directory.resolve('key.pem');
  const subject = ['-subj', '/CN=gridmr-test', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', keyFile, '-out', certificateFile];
  try {
    await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files]);
  } catch (error) {
    await directory[Symbol.asyncDispose]();
    process.stderr.write(`    No certificate, so without TLS: ${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
  return { certificateFile, keyFile, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}
