/**
 * A process that serves one directory at several places, each as an NFS client of its own would show it. Forked with a description of what to mount; says
 * `ready` when all is mounted; unmounts and ends when it is told to stop, or when whoever forked it is gone.
 */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { headerBytes, readRequest, transferBytesMax } from './fuse-wire.js';
import { NfsClient, type NfsMemory } from './nfs-client.js';
import { ServedFiles } from './served-files.js';

export interface NfsDescription {
  readonly directory: string;
  readonly mounts: readonly { readonly path: string; readonly memory: NfsMemory }[];
}

const device = '/dev/fuse';
const requestBytesMax = transferBytesMax + 4096;
const read = promisify(fs.read);
/** What a device that is read says when a request was taken back, or the mount is gone. */
const passing = ['ENOENT', 'EINTR', 'EAGAIN'];

function mountAt(path: string): number {
  const descriptor = fs.openSync(device, 'r+');
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other';
  const mounted = spawnSync('mount', ['-i', '-t', 'fuse', '-o', options, 'gridmr-nfs', path], {
    stdio: ['ignore', 'ignore', 'pipe', descriptor],
    encoding: 'utf8',
  });
  if (mounted.status !== 0) throw new Error(`${path} cannot be mounted: ${mounted.stderr}`);
  return descriptor;
}

async function serve(descriptor: number, client: NfsClient): Promise<void> {
  const buffer = Buffer.alloc(requestBytesMax);
  for (;;) {
    try {
      const { bytesRead } = await read(descriptor, buffer, 0, buffer.length, null);
      if (bytesRead < headerBytes) continue;
      const answer = client.answer(readRequest(buffer.subarray(0, bytesRead)));
      if (answer !== undefined) fs.writeSync(descriptor, answer);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'ENODEV') return;
      if (!passing.includes(code)) throw error;
    }
  }
}

function tell(descriptor: number, message: Buffer): void {
  try {
    fs.writeSync(descriptor, message);
  } catch {
    // The kernel knows nothing of the file, so there is nothing to forget.
  }
}

const { directory, mounts } = JSON.parse(process.argv[2] ?? '{}') as NfsDescription;
const server = new ServedFiles(directory);
process.umask(0);
const serving = mounts.map(({ path, memory }) => {
  const descriptor = mountAt(path);
  return serve(descriptor, new NfsClient(server, memory, message => tell(descriptor, message)));
});

function unmount(): void {
  for (const { path } of mounts) spawnSync('umount', ['-l', path], { stdio: 'ignore' });
}

process.on('disconnect', unmount);
process.on('SIGTERM', unmount);
process.on('SIGINT', unmount);
process.send?.('ready');
await Promise.all(serving);
process.exit(0);
