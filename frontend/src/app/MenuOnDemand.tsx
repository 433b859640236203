// SPDX-License-Identifier: MIT
// A button that fetches its menu when it is first needed: menus are a third of the code of a first visit.
import { type ComponentType, type ReactNode, Suspense, useState } from 'react';

interface Props {
  label: string;
  className: string;
  /** What the button shows. */
  children: ReactNode;
  /** The menu with a trigger of the same look, open from the start. */
  Menu: ComponentType<{ children: ReactNode }>;
  /** Begins to load the menu without opening it. */
  prepare: () => void;
}

export function MenuOnDemand({ label, className, children, Menu, prepare }: Props) {
  const [wanted, setWanted] = useState(false);
  const button = (
    <button
      type="button"
      className={className}
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={false}
      title={label}
      onPointerEnter={prepare}
      onFocus={prepare}
      onClick={() => setWanted(true)}
    >
      {children}
    </button>
  );
  return wanted ? (
    <Suspense fallback={button}>
      <Menu>{children}</Menu>
    </Suspense>
  ) : (
    button
  );
}
