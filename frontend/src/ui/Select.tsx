// SPDX-License-Identifier: MIT
// A labelled choice of the browser's own kind.
import { type ReactNode, useId } from 'react';

interface Props {
  label: string;
  hint?: string;
  value: string;
  onChange: (value: string) => void;
  className?: string;
  children: ReactNode;
}

export function Select({ label, hint, value, onChange, className, children }: Props) {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block font-medium text-muted text-sm">
        {label}
      </label>
      <select
        id={id}
        className="input"
        value={value}
        aria-describedby={hint ? hintId : undefined}
        onChange={(event) => onChange(event.target.value)}
      >
        {children}
      </select>
      {hint ? (
        <p id={hintId} className="mt-1.5 text-muted text-sm">
          {hint}
        </p>
      ) : null}
    </div>
  );
}
