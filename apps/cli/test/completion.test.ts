import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { bashCompletion, fishCompletion, zshCompletion } from '../dist/output/completion-scripts.js';
import type { DescribedCommand } from '../dist/output/described-commands.js';

const commands: DescribedCommand[] = [
  {
    name: 'list',
    help: "list jobs: it's all",
    options: [
      { flags: ['--status'], help: 'only those', choices: ['failed', 'completed'] },
      { flags: ['-l', '--limit'], help: 'at most', choices: [] },
    ],
    choices: [],
  },
  { name: 'files', help: 'files', options: [], choices: ['put', 'get'] },
  {
    name: 'files put',
    help: 'upload',
    options: [{ flags: ['--new'], help: 'only new', choices: undefined }],
    choices: [],
  },
];

/** What bash would offer for the last word. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `${bashCompletion(commands)}
COMP_WORDS=(${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; cd /proc/self/fdinfo; _gridmr; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', script]);
  return stdout.split('\n').filter(line => line !== '' && !/^\d+$/.test(line));
}

describe('completion', () => {
  it('of bash offers commands, their options, choices of an option, and commands inside commands', async () => {
    expect(await offered('gridmr', 'li')).to.deep.equal(['list']);
    expect(await offered('gridmr', 'list', '--')).to.deep.equal(['--status', '--limit']);
    expect(await offered('gridmr', 'list', '--status', 'fa')).to.deep.equal(['failed']);
    expect(await offered('gridmr', 'files', 'p')).to.deep.equal(['put']);
    expect(await offered('gridmr', 'files', 'put', '--')).to.deep.equal(['--new']);
  });

  it('of zsh and fish quotes what the shells would take for syntax', () => {
    expect(zshCompletion(commands)).to.contain("'list:list jobs\\: it'\\''s all'");
    expect(fishCompletion(commands)).to.contain("-d 'list jobs: it\\'s all'");
    expect(fishCompletion(commands)).to.contain("__fish_seen_subcommand_from list' -l status -x -a 'failed completed'");
  });
});
