/** Applies `work` to all of `inputs`, at most `atOnce` at a time; results in the order of the inputs. */
export async function concurrently<Input, Output>(
  atOnce: number,
  inputs: readonly Input[],
  work: (input: Input) => Promise<Output>,
): Promise<Output[]> {
  const outputs = new Array<Output>(inputs.length);
  const entries = inputs.entries();
  const lane = async () => {
    for (const [i, input] of entries) outputs[i] = await work(input);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, inputs.length) }, lane));
  return outputs;
}
