// SPDX-License-Identifier: MIT
// A query from choices, for those who do not know its language. It only writes the text, which then can be changed.
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { quoteLogql } from '~/features/ops/logql';
import { logs } from '~/text/logs';
import { Button } from '~/ui/Button';

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

function Labelled({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="min-w-36">
      <label htmlFor={id} className="mb-1 block font-medium text-muted text-sm">
        {label}
      </label>
      {children(id)}
    </div>
  );
}

export function LogBuilder({ onSearch }: { onSearch: (query: string) => void }) {
  const [choice, setChoice] = useState(nothing);
  const change = (part: Partial<Choice>) => setChoice((now) => ({ ...now, ...part }));
  const use = (event: FormEvent) => {
    event.preventDefault();
    onSearch(builtQuery(choice));
  };
  const input = (name: 'text' | 'field' | 'value', label: string) => (
    <Labelled label={label}>
      {(id) => (
        <input
          id={id}
          className="input"
          maxLength={name === 'field' ? 64 : 128}
          {...(name === 'field' ? { pattern: '\\s*[A-Za-z_]\\w*\\s*' } : {})}
          value={choice[name]}
          onChange={(event) => change({ [name]: event.target.value })}
        />
      )}
    </Labelled>
  );
  return (
    <details className="disclosure mb-4">
      <summary>{words.open}</summary>
      <form className="flex flex-wrap items-end gap-3 pt-3" onSubmit={use}>
        <Labelled label={words.service}>
          {(id) => (
            <select
              id={id}
              className="input"
              value={choice.service}
              onChange={(event) => change({ service: event.target.value })}
            >
              <option value="">{words.any}</option>
              {services.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </Labelled>
        <Labelled label={words.severity}>
          {(id) => (
            <select
              id={id}
              className="input"
              value={choice.severity}
              onChange={(event) => change({ severity: event.target.value as Choice['severity'] })}
            >
              {Object.entries(words.severities).map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Labelled>
        {input('text', words.text)}
        {input('field', words.field)}
        <Labelled label={words.op}>
          {(id) => (
            <select
              id={id}
              className="input"
              value={choice.op}
              onChange={(event) => change({ op: event.target.value as Op })}
            >
              {Object.entries(words.ops).map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Labelled>
        {input('value', words.value)}
        <Button type="submit">{words.use}</Button>
      </form>
    </details>
  );
}
