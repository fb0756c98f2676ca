/** A few numbers that matter, each under its name. */
interface FiguresProps {
  readonly figures: readonly { readonly name: string; readonly text: string }[];
}

export function Figures({ figures }: FiguresProps) {
  return (
    <dl className="figures">
      {figures.map(({ name, text }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
