// SPDX-License-Identifier: MIT
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { type ComponentProps, useState } from 'react';
import { auth } from '~/text/auth';
import { Field } from '~/ui/Field';

/** A password with a switch to see it; pasting and password managers work as usual. */
export function PasswordField(props: ComponentProps<typeof Field>) {
  const [shown, setShown] = useState(false);
  const Icon = shown ? IconEyeOff : IconEye;
  return (
    <Field
      {...props}
      type={shown ? 'text' : 'password'}
      autoCapitalize="none"
      spellCheck={false}
      suffix={
        <button
          type="button"
          className="btn btn-icon -me-2"
          aria-label={shown ? auth.fields.hidePassword : auth.fields.showPassword}
          onClick={() => setShown(!shown)}
        >
          <Icon size={20} aria-hidden="true" />
        </button>
      }
    />
  );
}
