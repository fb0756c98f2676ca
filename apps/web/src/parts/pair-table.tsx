/** Pairs of keys and values, as a table. */
import { countText } from './amounts.js';

interface PairTableProps {
  readonly pairs: readonly { readonly key: unknown; readonly value: unknown }[];
  /** How many there are, shown or not; undefined if nobody knows. */
  readonly total?: number | undefined;
}

export function PairTable({ pairs, total }: PairTableProps) {
  if (pairs.length === 0) return <p className="quiet">None.</p>;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="scrolls pairs" aria-label="Pairs" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th>Key</th>
              <th>Value</th>
            </tr>
          </thead>
          <tbody>
            {pairs.map(({ key, value }, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: keys of pairs may repeat
              <tr key={i}>
                <td>{text(key)}</td>
                <td>{text(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {total !== undefined && total > pairs.length ? (
        <p className="quiet">{countText(total - pairs.length)} more</p>
      ) : null}
    </>
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
