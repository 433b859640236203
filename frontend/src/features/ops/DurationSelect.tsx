// SPDX-License-Identifier: MIT
import { Select } from '~/ui/Select';

interface Props {
  /** With its durations: seconds to words. */
  words: { duration: string; durations: Readonly<Record<string, string>> };
  seconds: number;
  onChange: (seconds: number) => void;
}

export function DurationSelect({ words, seconds, onChange }: Props) {
  return (
    <Select label={words.duration} value={String(seconds)} onChange={(value) => onChange(Number(value))}>
      {Object.entries(words.durations).map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </Select>
  );
}
