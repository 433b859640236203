// SPDX-License-Identifier: MIT
// The head of the book and of the tape: the first column to the left, figures to the right.
interface Props {
  labels: readonly [string, string, string];
}

const looks = ['px-4 text-left max-sm:px-3', 'px-2 text-right', 'px-4 text-right max-sm:px-3'];

export function Columns({ labels }: Props) {
  return (
    <thead>
      <tr className="text-muted text-xs">
        {labels.map((label, index) => (
          <th key={label} scope="col" className={`py-2 font-normal ${looks[index]}`}>
            {label}
          </th>
        ))}
      </tr>
    </thead>
  );
}
