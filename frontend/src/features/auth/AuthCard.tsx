// SPDX-License-Identifier: MIT
import type { ReactNode } from 'react';
import { PageHeader } from '~/ui/PageHeader';

export function AuthCard({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <div className="mx-auto w-full max-w-md py-4 sm:py-10">
      <div className="card p-5 sm:p-8">
        <PageHeader title={title} text={text} />
        {children}
      </div>
    </div>
  );
}
