// SPDX-License-Identifier: MIT
// What a person says about themselves, at registration and in the profile. The form brings names, values and errors.
import type { UseFormRegisterReturn } from 'react-hook-form';
import { auth } from '~/text/auth';
import { Field } from '~/ui/Field';
import type { PersonField } from '~/ui/person-rules';

export type Bind = (name: PersonField) => UseFormRegisterReturn & { error: string | undefined };

const words = auth.fields;

export function NameFields({ bind }: { bind: Bind }) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label={words.firstName} autoComplete="given-name" {...bind('first_name')} />
      <Field label={words.lastName} autoComplete="family-name" {...bind('last_name')} />
    </div>
  );
}

export function EmailField({ bind }: { bind: Bind }) {
  return <Field label={words.email} type="email" autoComplete="email" {...bind('email')} />;
}

export function OptionalFields({ bind }: { bind: Bind }) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        label={words.phone}
        optional
        type="tel"
        autoComplete="tel"
        hint={words.phoneHint}
        {...bind('phone')}
      />
      <Field label={words.dateOfBirth} optional type="date" autoComplete="bday" {...bind('date_of_birth')} />
    </div>
  );
}

export function ConsentField(input: UseFormRegisterReturn) {
  return (
    <label className="flex min-h-11 items-center gap-3">
      <input type="checkbox" className="check" {...input} />
      {words.consent}
    </label>
  );
}
