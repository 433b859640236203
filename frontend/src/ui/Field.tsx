// SPDX-License-Identifier: MIT
// A labelled text field with hint and error, tied together for screen readers.
import { type InputHTMLAttributes, type ReactNode, type Ref, useId } from 'react';
import { common } from '~/text/common';

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  optional?: boolean;
  /** What the text was understood as; null while there is nothing to understand. */
  reading?: string | null;
  /** Shown inside the field at its end, such as a unit. */
  suffix?: ReactNode;
  ref?: Ref<HTMLInputElement>;
}

export function Field({ label, hint, error, optional, reading, suffix, className, ...input }: Props) {
  const id = useId();
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const readingId = `${id}-reading`;
  const described = [error ? errorId : null, reading ? readingId : null, hint ? hintId : null]
    .filter(Boolean)
    .join(' ');
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 flex justify-between gap-2 font-medium text-sm">
        {label}
        {optional ? <span className="font-normal text-muted">{common.optional}</span> : null}
      </label>
      <div className="relative">
        <input
          {...input}
          id={id}
          className={`input ${suffix ? 'pr-20' : ''}`}
          aria-invalid={error ? true : undefined}
          aria-describedby={described || undefined}
        />
        {suffix ? (
          <span className="absolute inset-y-0 end-3 flex items-center text-muted text-sm">{suffix}</span>
        ) : null}
      </div>
      {error ? (
        <p id={errorId} className="mt-1.5 text-down text-sm">
          {error}
        </p>
      ) : null}
      {reading === undefined ? null : (
        <output id={readingId} htmlFor={id} className="num mt-1.5 block min-h-5 text-sm">
          {reading ? common.readAs(reading) : null}
        </output>
      )}
      {hint ? (
        <div id={hintId} className="mt-1.5 text-muted text-sm">
          {hint}
        </div>
      ) : null}
    </div>
  );
}
