/** A part of a page under a heading, which can be folded. What is folded is not there, and costs nothing. */
import { type ReactNode, useId, useState } from 'react';

interface SectionProps {
  readonly title: string;
  /** Beside the title. */
  readonly note?: string | undefined;
  readonly isFolded?: boolean;
  readonly children: ReactNode;
}

export function Section({ title, note, isFolded = false, children }: SectionProps) {
  const [isOpen, setOpen] = useState(!isFolded);
  const id = useId();
  return (
    <section aria-label={title} className="card section">
      <h2>
        <button
          type="button"
          className="fold"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setOpen(!isOpen)}
        >
          {title}
        </button>
        {note === undefined ? null : <span className="quiet note">{note}</span>}
      </h2>
      <div id={id} hidden={!isOpen}>
        {isOpen ? children : null}
      </div>
    </section>
  );
}
