// SPDX-License-Identifier: MIT
// A query from choices, for those who do not know its language. It only writes the text, which then can be changed.
import { type FormEvent, useId, useState } from 'react';
import { quoteLogql } from '~/features/ops/logql';
import { logs } from '~/text/logs';
import { Button } from '~/ui/Button';
import { Select } from '~/ui/Select';

const { builder: words } = logs;

const services = [
  ...['gateway', 'audit', 'auth', 'user', 'inventory', 'order', 'order_read', 'insights', 'ops', 'feed'],
  'audit-writer',
] as const;

type Op = keyof typeof words.ops;

interface Choice {
  service: string;
  severity: keyof typeof words.severities;
  text: string;
  field: string;
  op: Op;
  value: string;
}

const nothing: Choice = { service: '', severity: '', text: '', field: '', op: '=', value: '' };

const severities = {
  '': '',
  warn: ' | level=~"WARN|ERROR|CRITICAL"',
  error: ' | level=~"ERROR|CRITICAL"',
} as const;

function escaped(text: string): string {
  return text.replace(/[\\.*+?()[\]{}^$|]/g, '\\$&');
}

function fieldTest({ field, op, value }: Choice): string {
  if (!field.trim() || !value) return '';
  const name = field.trim();
  if (op === '=~') return ` | ${name}=~${quoteLogql(`${escaped(value)}.*`)}`;
  return ` | ${name} ${op} ${op === '>=' || op === '<' ? value.trim() : quoteLogql(value)}`;
}

/** The text of a query for the choices. */
export function builtQuery(choice: Choice): string {
  const selector = choice.service ? `{service=${quoteLogql(choice.service)}}` : '{service=~".+"}';
  const text = choice.text ? ` |= ${quoteLogql(choice.text)}` : '';
  return `${selector}${text} | json${severities[choice.severity]}${fieldTest(choice)}`;
}

export function LogBuilder({ onSearch }: { onSearch: (query: string) => void }) {
  const [choice, setChoice] = useState(nothing);
  const change = (part: Partial<Choice>) => setChoice((now) => ({ ...now, ...part }));
  const use = (event: FormEvent) => {
    event.preventDefault();
    onSearch(builtQuery(choice));
  };
  const id = useId();
  const input = (name: 'text' | 'field' | 'value', label: string) => (
    <div className="min-w-36">
      <label htmlFor={`${id}-${name}`} className="mb-1 block font-medium text-muted text-sm">
        {label}
      </label>
      <input
        id={`${id}-${name}`}
        className="input"
        maxLength={name === 'field' ? 64 : 128}
        {...(name === 'field' ? { pattern: '\\s*[A-Za-z_]\\w*\\s*' } : {})}
        value={choice[name]}
        onChange={(event) => change({ [name]: event.target.value })}
      />
    </div>
  );
  return (
    <details className="disclosure mb-4">
      <summary>{words.open}</summary>
      <form className="flex flex-wrap items-end gap-3 pt-3" onSubmit={use}>
        <Select
          label={words.service}
          className="min-w-36"
          value={choice.service}
          onChange={(value) => change({ service: value })}
        >
          <option value="">{words.any}</option>
          {services.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
        <Select
          label={words.severity}
          className="min-w-36"
          value={choice.severity}
          onChange={(value) => change({ severity: value as Choice['severity'] })}
        >
          {Object.entries(words.severities).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
        {input('text', words.text)}
        {input('field', words.field)}
        <Select
          label={words.op}
          className="min-w-36"
          value={choice.op}
          onChange={(value) => change({ op: value as Op })}
        >
          {Object.entries(words.ops).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
        {input('value', words.value)}
        <Button type="submit">{words.use}</Button>
      </form>
    </details>
  );
}
