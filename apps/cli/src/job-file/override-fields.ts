/** A field that an option gives takes the place of all that say the same in the job file. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  name: ['job_name'],
  inputs: ['input_file', 'input_data_path'],
  output_path: ['output_data_path'],
  split_size_mb: ['split_size'],
};

export function overrideFields(
  fields: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const dropped = new Set(Object.keys(given).flatMap(name => synonyms[name] ?? []));
  // The name of the file is only what is left if nobody gives another one.
  if ('job_name' in fields) dropped.add('name' in given ? 'job_name' : 'name');
  const kept = Object.entries(fields).filter(([name]) => !dropped.has(name));
  return { ...Object.fromEntries(kept), ...given };
}
