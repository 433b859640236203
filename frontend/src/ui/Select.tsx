// SPDX-License-Identifier: MIT
// A labelled choice of the browser's own kind.
import { type ReactNode, useId } from 'react';

interface Props {
  label: string;
  hint?: string;
  error?: string | undefined;
  value: string;
  onChange: (value: string) => void;
  className?: string;
  children: ReactNode;
}

export function Select({ label, hint, error, value, onChange, className, children }: Props) {
  const id = useId();
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const described = [error ? errorId : null, hint ? hintId : null].filter(Boolean).join(' ');
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block font-medium text-muted text-sm">
        {label}
      </label>
      <select
        id={id}
        className="input"
        value={value}
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
        onChange={(event) => onChange(event.target.value)}
      >
        {children}
      </select>
      {error ? (
        <p id={errorId} className="mt-1.5 text-down text-sm">
          {error}
        </p>
      ) : null}
      {hint ? (
        <p id={hintId} className="mt-1.5 text-muted text-sm">
          {hint}
        </p>
      ) : null}
    </div>
  );
}
