/** Completion scripts of three shells. Each holds all commands, options and choices as they are now, and asks nobody when it runs. */
import type { DescribedCommand, DescribedOption } from './described-commands.js';

export function bashCompletion(commands: readonly DescribedCommand[]): string {
  const names = topLevel(commands).map(({ name }) => name);
  const cases = commands.map(({ name, options, choices }) => {
    const words = [...options.flatMap(({ flags }) => flags), ...choices].join(' ');
    const values = options
      .filter(hasChoices)
      .map(
        option =>
          `      ${option.flags.join('|')}) COMPREPLY=($(compgen -W '${option.choices.join(' ')}' -- "$word")); return ;;`,
      );
    return `    '${name}')\n      case "$before" in\n${values.join('\n')}\n      esac\n      words='${words}' ;;`;
  });
  return `# bash completion of gridmr
_gridmr() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}" words=''
  if [ "$COMP_CWORD" -gt 2 ] && [ "$command" = files ]; then command="$command \${COMP_WORDS[2]}"; fi
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W '${names.join(' ')} help --help --version' -- "$word")); return; fi
  case "$command" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  case "$word" in -*) ;; *) COMPREPLY+=($(compgen -f -- "$word")) ;; esac
}
complete -o filenames -F _gridmr gridmr
`;
}

export function zshCompletion(commands: readonly DescribedCommand[]): string {
  const described = topLevel(commands).map(({ name, help }) => `    '${name}:${zshText(help)}'`);
  const cases = commands.map(({ name, options, choices }) => {
    const words = options.flatMap(({ flags }) => flags);
    return `    '${name}') compadd -- ${[...words, ...choices].join(' ')} ;;`;
  });
  const values = commands.flatMap(({ name, options }) =>
    options
      .filter(hasChoices)
      .flatMap(({ flags, choices }) =>
        flags.map(flag => `    '${name} ${flag}') compadd -- ${choices.join(' ')}; return ;;`),
      ),
  );
  return `#compdef gridmr
_gridmr() {
  local command="\${words[2]}"
  local -a commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  if (( CURRENT > 3 )) && [[ "$command" == files ]]; then command="$command \${words[3]}"; fi
  case "$command \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case "$command" in
${cases.join('\n')}
  esac
  [[ "\${words[CURRENT]}" == -* ]] || _files
}
if [ "$funcstack[1]" = "_gridmr" ]; then _gridmr "$@"; else compdef _gridmr gridmr; fi
`;
}

export function fishCompletion(commands: readonly DescribedCommand[]): string {
  const names = topLevel(commands).map(({ name }) => name);
  const lines = topLevel(commands).map(
    ({ name, help }) => `complete -c gridmr -n __fish_use_subcommand -a '${name}' -d '${fishText(help)}'`,
  );
  for (const { name, options, choices } of commands) {
    const seen = name
      .split(' ')
      .map(word => `__fish_seen_subcommand_from ${word}`)
      .join('; and ');
    for (const option of options) lines.push(fishOption(seen, option));
    if (choices.length > 0) lines.push(`complete -c gridmr -n '${seen}' -a '${choices.join(' ')}'`);
  }
  return `# fish completion of gridmr\n# commands: ${names.join(' ')}\n${lines.join('\n')}\n`;
}

function fishOption(seen: string, { flags, help, choices }: DescribedOption): string {
  const names = flags.map(flag => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ');
  const value = choices === undefined ? '' : choices.length === 0 ? ' -r' : ` -x -a '${choices.join(' ')}'`;
  return `complete -c gridmr -n '${seen}' ${names}${value} -d '${fishText(help)}'`;
}

type OptionWithChoices = DescribedOption & { readonly choices: readonly string[] };

function hasChoices(option: DescribedOption): option is OptionWithChoices {
  return option.choices !== undefined && option.choices.length > 0;
}

function topLevel(commands: readonly DescribedCommand[]): DescribedCommand[] {
  return commands.filter(({ name }) => !name.includes(' '));
}

function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(':', '\\:');
}

function fishText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}
