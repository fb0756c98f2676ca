/** Something went wrong that is not the job's fault, in the words of who noticed. */
export function Trouble({ message }: { readonly message: string | undefined }) {
  if (message === undefined) return null;
  return (
    <p className="trouble" role="alert">
      {message}
    </p>
  );
}
