// SPDX-License-Identifier: MIT
interface Choice<T extends string> {
  value: T;
  label: string;
  /** Its colour while it is on. */
  tone?: 'up' | 'down';
}

interface Props<T extends string> {
  label: string;
  choices: readonly Choice<T>[];
  value: T;
  onChange: (value: T) => void;
  className?: string;
}

/** A row of buttons of which exactly one is on. */
export function Segment<T extends string>({ label, choices, value, onChange, className = '' }: Props<T>) {
  return (
    <fieldset className={`segment ${className}`}>
      <legend className="sr-only">{label}</legend>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === value}
          data-tone={choice.tone}
          onClick={() => onChange(choice.value)}
        >
          {choice.label}
        </button>
      ))}
    </fieldset>
  );
}
