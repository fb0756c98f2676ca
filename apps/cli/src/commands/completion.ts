/** `gridmr completion`: a script for the shell, made from the commands as they are. */
import { Argument, type Command } from 'commander';
import type { CommandLine } from '../command-line.js';
import { bashCompletion, fishCompletion, zshCompletion } from '../output/completion-scripts.js';
import { describeCommands } from '../output/described-commands.js';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
type Shell = keyof typeof scripts;

export function addCompletionCommand(program: Command, cli: CommandLine): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(scripts)))
    .summary('print a script that completes commands and options')
    .description('Prints a script that completes commands, options and their choices.')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  gridmr completion bash > ~/.local/share/bash-completion/completions/gridmr\n' +
        '  gridmr completion zsh > ~/.zfunc/_gridmr\n' +
        '  gridmr completion fish > ~/.config/fish/completions/gridmr.fish',
    )
    .action((shell: Shell) => {
      cli.out.write(scripts[shell](describeCommands(program)));
    });
}
