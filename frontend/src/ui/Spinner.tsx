// SPDX-License-Identifier: MIT

export function Spinner({ label }: { label: string }) {
  return (
    <span role="status" className="inline-flex">
      <span className="size-4 animate-spin rounded-full border-2 border-current border-r-transparent" />
      <span className="sr-only">{label}</span>
    </span>
  );
}
