/** A job's status or a task's state, told by word and colour. */
export function StatusBadge({ status }: { readonly status: string }) {
  return <span className={`badge badge-${status}`}>{status}</span>;
}
