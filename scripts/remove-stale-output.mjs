/** Removes compiled files whose source is gone: a deleted test must not go on running. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './root.mjs';
import { workspaces } from './workspaces.mjs';

export function removeStaleOutput() {
  for (const workspace of workspaces()) {
    prune(join(workspace, 'dist'), join(workspace, 'src'));
    prune(join(workspace, 'dist-test'), workspace === 'tests' ? workspace : join(workspace, 'test'));
  }
}

function prune(outputDirectory, sourceDirectory) {
  const output = join(root, outputDirectory);
  if (!existsSync(output)) return;
  for (const entry of readdirSync(output, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const base = /^(.*?)(\.d\.ts|\.js)(\.map)?$/.exec(relative(output, path))?.[1];
    if (!entry.isFile() || base === undefined) continue;
    const hasSource = ['.ts', '.tsx', '.js'].some(ending => existsSync(join(root, sourceDirectory, base + ending)));
    if (!hasSource) rmSync(path);
  }
}
