/** The command line as plain facts, for completion scripts. */
import type { Command, Option } from 'commander';

export interface DescribedOption {
  readonly flags: readonly string[];
  readonly help: string;
  /** Undefined: it takes no value. Empty: any value, which may be a file. */
  readonly choices: readonly string[] | undefined;
}

export interface DescribedCommand {
  /** `files put` for one inside another. */
  readonly name: string;
  readonly help: string;
  readonly options: readonly DescribedOption[];
  /** Of its first argument, or the names of the commands inside. */
  readonly choices: readonly string[];
}

export function describeCommands(program: Command): DescribedCommand[] {
  const shared = program.options.map(describeOption);
  return program.commands.flatMap(command => describe(command, '', shared));
}

function describe(command: Command, before: string, shared: readonly DescribedOption[]): DescribedCommand[] {
  const name = before + command.name();
  const inside = command.commands.map(inner => inner.name());
  const options = [...command.options.map(describeOption), ...shared];
  const choices = inside.length > 0 ? inside : (command.registeredArguments[0]?.argChoices ?? []);
  const own = { name, help: command.summary() || command.description(), options, choices };
  return [own, ...command.commands.flatMap(inner => describe(inner, `${name} `, shared))];
}

function describeOption(option: Option): DescribedOption {
  const flags = [option.short, option.long].filter(flag => flag !== undefined);
  const takesValue = option.required || option.optional;
  return { flags, help: option.description, choices: takesValue ? (option.argChoices ?? []) : undefined };
}
